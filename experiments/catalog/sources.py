"""What is translated: the help of all commands, what they find, their screens and pages, and what keys mean."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from typer.main import get_command

from dlx.cli import app
from dlx.cli.commands import COMMANDS, GROUPS
from dlx.cli.layout import paragraphs
from dlx.cli.loading import load_command
from dlx.diagnose.sections import SECTIONS
from dlx.guide.explain import of_key
from dlx.lab import page_texts
from dlx.language.catalog import LABEL, OF_PAGE
from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile
from dlx.spec.keys import keys
from dlx.spec.schema import components, summary
from dlx.spec.sections import Spec
from experiments.catalog.words import LABELS, WORDS, WORDS_IN

ROOT = Path(__file__).parents[2]
DIAGNOSE = "dlx/diagnose"
FILES = (  # whose strings of two words or more are shown in the language of the reader
    *("dlx/documents/findings.py", f"{DIAGNOSE}/**/*.py", "dlx/show/words.py", "dlx/show/rates.py"),
    *("dlx/show/charts/*.py", "dlx/show/page/*.py", "dlx/show/terminal/*.py", "dlx/runs/compare/*.py"),
    *("dlx/runs/predictions/calibrate.py", "dlx/guide/explain.py", "dlx/runs/diagnosis/judge_errors.py"),
    *("dlx/runs/integrity/file_health.py", "dlx/runs/integrity/recovery.py", "dlx/runs/report.py"),
    *(f"dlx/cli/{name}.py" for name in ("explain", "predict", "runs", "watch")),
    *("dlx/documents/earlier_run.py", "dlx/search/folds/advice.py"),
    *(
        "dlx/data/text_tables/dropped_lines.py",
        "dlx/data/text_tables/ragged_rows.py",
        "dlx/data/profile/*.py",
        "dlx/spec/starter/left_out.py",
    ),
)
# What stays in English: errors of input, and where the notes speak of a topic.
OTHERS = (
    *(f"{DIAGNOSE}/{name}.py" for name in ("fail_on", "sections", "stated_errors", "typed_overrides")),
    "dlx/show/terminal/markdown_page.py",
)
OF_FAMILIES = "a name, or a mapping with its options"  # behind the names of all its members, which come and go
NAMES = {*SECTIONS, *(heading for heading, _ in SECTIONS.values())}
SENTENCE = re.compile(r"[^\W\d_]{2,}\S*\s(?:.*[\W_])?[^\W\d_]{2,}", re.DOTALL)
MARKUP = re.compile(
    r"<|%;|-src|[\w-]+:[\w/]+;|width=|\W'none'|\{:|^[\w.]+=|light dark|bold red|sortable|dots beyond|plot named|\$\{"
)
PLACE = "\x00"  # of a value, before it has its number
ERRORS = ("Error", "Problem", "Failed", "compile")


@dataclass(frozen=True)
class Message:
    """A key of the catalog: the file that it stands in, and its source where it has places for values.

    label: whether it is a word that stands alone, and is no part of a sentence: there it may be a name.
    of_page: whether the page of the lab says it.
    """

    key: str
    file: str
    source: str = ""
    label: bool = False
    of_page: bool = False

    @property
    def context(self) -> str | None:
        """That of the catalog."""
        return OF_PAGE if self.of_page else LABEL if self.label else None


def messages() -> list[Message]:
    """All of them, each once, in the order of the files."""
    by_key: dict[tuple[str, str | None], Message] = {}
    for message in (*_of_help(), *_of_files(), *_of_keys(), *_of_words(), *_of_page()):
        by_key.setdefault((message.key, message.context), message)
    return list(by_key.values())


def _of_help() -> Iterator[Message]:
    root: Any = get_command(app)
    for title, commands in GROUPS.items():
        yield from (Message(text, "dlx/cli/commands.py") for text in (title, *commands.values()))
    for name, command in {"": root, **{name: load_command(name) for name in COMMANDS}}.items():
        file = f"dlx/cli/{name}.py" if (ROOT / f"dlx/cli/{name}.py").exists() else "dlx/cli/commands.py"
        yield from (Message(text, file) for text in _of_command(command))


def _of_command(command: Any) -> Iterator[str]:
    yield from paragraphs(command)
    yield from filter(None, (parameter.help for parameter in command.params if hasattr(parameter, "help")))
    for name, below in getattr(command, "commands", {}).items():
        if name not in COMMANDS or below.params:
            yield from _of_command(below)


def _of_files() -> Iterator[Message]:
    for pattern in FILES:
        for path in sorted(ROOT.glob(pattern)):
            file = path.relative_to(ROOT).as_posix()
            if file not in OTHERS:
                yield from sentences(path.read_text(encoding="utf-8"), file)


def sentences(code: str, file: str) -> Iterator[Message]:
    """Those of a module."""
    tree = ast.parse(code)
    aside = set(_aside(tree))
    for node in ast.walk(tree):
        if node in aside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _messages([node.value], file, "")
        elif isinstance(node, ast.JoinedStr):
            yield from _messages(_keys(node, file), file, ast.unparse(node))


def _messages(keys: Iterable[str], file: str, source: str) -> Iterator[Message]:
    for key in map(_stripped, keys):
        bare = re.sub(r"\{\d+\}", "0", key)
        if SENTENCE.search(bare) and not MARKUP.search(key) and key not in NAMES:
            yield Message(key, file, source if "{" in key else "")


def _stripped(key: str) -> str:
    """Without what joins it to the text in front of it."""
    key = key.strip().lstrip(";:, ").rstrip()
    return key[1:-1] if re.fullmatch(r"\([^()]*\)", key) else key


def _aside(tree: ast.Module) -> Iterator[ast.AST]:
    """What is no sentence of its own: texts about the code, errors, classes of a style sheet, pieces of f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.Raise | ast.Assert):
            yield from ast.walk(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(ERRORS):
            yield from ast.walk(node)
        if isinstance(node, ast.keyword) and node.arg in ("class_", "metavar"):
            yield from ast.walk(node)
        if isinstance(node, ast.JoinedStr):
            yield from (piece for piece in node.values if isinstance(piece, ast.Constant))
            yield from (alternative for piece in node.values for alternative in _alternatives(piece))


def _keys(node: ast.JoinedStr, file: str) -> Iterator[str]:
    """The f-string with numbered places; one for each combination of what stands in it in words."""
    for pieces in product(*(_texts(piece, file) for piece in node.values)):
        texts = "".join(PLACE if text is None else text for text in pieces).split(PLACE)
        numbered = (f"{{{number}}}{text}" for number, text in enumerate(texts[1:]))
        yield "".join([texts[0], *numbered])


def _texts(piece: ast.expr, file: str) -> list[str | None]:
    """What can stand there; None is any value."""
    if isinstance(piece, ast.Constant):
        return [str(piece.value)]
    constants = _alternatives(piece)
    if constants:
        return [str(constant.value) for constant in constants]
    expression = ast.unparse(piece.value) if isinstance(piece, ast.FormattedValue) else ""
    texts = next((texts for (name, of), texts in WORDS_IN.items() if of == expression and file.endswith(name)), [None])
    return [None if text is None else text.replace("{}", PLACE) for text in texts]


def _alternatives(piece: ast.expr) -> list[ast.Constant]:
    """The constants of `a if … else b`, or of `s * …`, in the place of an f-string."""
    value = piece.value if isinstance(piece, ast.FormattedValue) else piece
    arms = [value.body, value.orelse] if isinstance(value, ast.IfExp) else []
    if isinstance(value, ast.BinOp) and isinstance(value.left, ast.Constant) and isinstance(value.left.value, str):
        arms = [value.left, ast.Constant("")]
    constants = [arm for arm in arms if isinstance(arm, ast.Constant) and isinstance(arm.value, str)]
    return constants if len(constants) == 2 else []


def _of_keys() -> Iterator[Message]:
    """What is said of keys, components and metrics."""
    for record in (Spec, TuneFile, StudyFile):
        for entry in map(of_key, keys(record).values()):
            texts = (entry.meaning, "" if (entry.allowed or "").endswith(OF_FAMILIES) else entry.allowed or "")
            yield from (Message(text, "dlx/spec/keys.py") for text in texts if " " in text)
    for member in (member for members in components().values() for member in members.values()):
        if SENTENCE.search(summary(member)):
            yield Message(summary(member), "dlx/spec/schema.py")


def _of_words() -> Iterator[Message]:
    for file, texts in WORDS.items():
        yield from (Message(text, file) for text in texts)
    for file, texts in LABELS.items():
        yield from (Message(text, file, label=True) for text in texts)


def _of_page() -> Iterator[Message]:
    """The texts of the page of the lab, which its files mark."""
    yield from (Message(text, f"dlx/lab/{file}", of_page=True) for text, file in page_texts.texts().items())
