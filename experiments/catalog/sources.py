"""What is translated: the help of all commands, what they find, their screens and pages, and what keys mean."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
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
from dlx.spec.schema import components, description, summary
from dlx.spec.sections import Spec
from experiments.catalog.words import LABELS, WORDS, WORDS_IN

ROOT = Path(__file__).parents[2]
DIAGNOSE = "dlx/diagnose"
FILES = ("dlx/**/*.py",)  # whose strings of two words or more are shown in the language of the reader, errors too
# What stays in English: code, the reference and other files that are written, Python's own calls, names.
OTHERS = (
    *("dlx/__init__.py", "dlx/calls.py", "dlx/sklearn.py", "dlx/nn/compiled/*", "dlx/api/*"),
    *("dlx/runs/export/targets/*", "dlx/runs/export/code.py", "dlx/runs/export/event_log.py"),
    *(f"dlx/cli/{name}.py" for name in ("commands", "completion", "documents", "names", "reference", "shells")),
    *(f"dlx/data/text_tables/{name}.py" for name in ("arrow_records", "plain_lines", "regular_records", "split_lines")),
    *("dlx/data/values/month_names.py", "dlx/data/values/units.py", "dlx/diagnose/sections.py"),
    *(
        "dlx/guide/__init__.py",
        "dlx/guide/reference.py",
        "dlx/show/terminal/markdown_page.py",
        "dlx/show/drawing_process.py",
    ),
    *("dlx/spec/starter/comments.py", "dlx/spec/starter/writing.py", "dlx/spec/starter/decisions.py"),
    *("dlx/spec/example_values.py", "dlx/runs/before/starter_rate.py"),
    *(
        "dlx/guide/course/*",
        "dlx/guide/terms.py",
        "dlx/runs/export/history.py",
        "dlx/search/best_spec.py",
        "dlx/search/tune/confirmation.py",
    ),
)
NAMED = ("SYNONYMS", "OPTIONS", "TOTAL_WORDS", "_ROWS")  # constants that hold what people type, and words of files
OF_FAMILIES = "a name, or a mapping with its options"  # behind the names of all its members, which come and go
NAMES = {*SECTIONS, *(heading for heading, _ in SECTIONS.values())}
SENTENCE = re.compile(r"[^\W\d_]{2,}\S*\s(?:.*[\W_])?[^\W\d_]{2,}", re.DOTALL)
MARKUP = re.compile(
    r"<|%;|-src|[\w-]+:[\w/]+;|width=|\W'none'|\{:|^[\w.]+=|light dark|bold red|sortable|dots beyond|plot named|\$\{"
    r"|charset=|^import |^` |^\||^\{\w+: \w+\}$|\{[a-z_]*(?:![rs])?\}|^(?:upper|lower) \w+$"
)
# Of other programs, and what is compared, written or said of the code.
NOT_SHOWN = re.compile(
    r"embedded null|not take|extra == 'dev'|not in|is unknown:|overflow encountered|Application Support|Field name"
    r"|offset points|axes fraction|Value error,|Module\w+: .*|MeasuredMetric.*|names of files"
    r"|whether a command line .*|.*in this context|cannot start any token"
    r"|did not find|exceeded maximum .*|found invalid Unicode .*|end of data|field limit|dlx lab|\.idx or -ubyte"
    r"|Nothing is ever unpickled\.|\{0\} may be packed .*|(?:config|runs) \w+|.*numbers names \{2\}|loss: \{name.*"
    r"|training\.engine: compiled|what was found|\(dlx doctor|\"NAME\" in .*|a list of|.*\{name: …\}"
    r"|diverged in epoch .* a \{2\} is not finite.*"
)
PLACE = "\x00"  # of a value, before it has its number
# Calls whose texts are of programs: patterns, and errors that no command ends with.
OF_PROGRAMS = ("compile", "fullmatch", "sub", "search", "TypeError", "RuntimeError", "AssertionError", "KeyError")


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
            if not any(fnmatch(file, other) for other in OTHERS):
                yield from sentences(path.read_text(encoding="utf-8"), file)


def sentences(code: str, file: str) -> Iterator[Message]:
    """Those of a module."""
    nodes: list[ast.AST] = [ast.parse(code)]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _messages([node.value], file, "")
        elif isinstance(node, ast.JoinedStr):
            yield from _messages(_keys(node, file), file, ast.unparse(node))
        if not _is_aside(node):
            nodes += reversed([child for child in _below(node) if not isinstance(child, ast.Name | ast.expr_context)])


def _messages(keys: Iterable[str], file: str, source: str) -> Iterator[Message]:
    for key in map(_stripped, keys):
        bare = re.sub(r"\{\d+\}", "0", key)
        if SENTENCE.search(bare) and not (MARKUP.search(key) or NOT_SHOWN.fullmatch(key) or key in NAMES):
            yield Message(key, file, source if "{" in key else "")


def _stripped(key: str) -> str:
    """Without what joins it to the text in front of it."""
    key = key.strip().lstrip(";:, ").rstrip()
    return key[1:-1] if re.fullmatch(r"\([^()]*\)", key) else key


def _is_aside(node: ast.AST) -> bool:
    """Whether it holds no sentence: texts about the code, of programs, of a style sheet, and words that are typed."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.Assert() | ast.keyword(arg="class_" | "metavar"):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in NAMED
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in OF_PROGRAMS
    return False


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """Its parts, without pieces of f-strings, which are no sentences of their own."""
    if not isinstance(node, ast.JoinedStr):
        yield from ast.iter_child_nodes(node)
        return
    for piece in node.values:
        if isinstance(piece, ast.FormattedValue):
            alternatives = _alternatives(piece)
            yield from () if alternatives else [piece.value]


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
        for paragraph in description(member)["description"].split("\n\n")[1:]:
            yield Message(" ".join(paragraph.split()), "dlx/spec/schema.py")


def _of_words() -> Iterator[Message]:
    for file, texts in WORDS.items():
        yield from (Message(text, file) for text in texts)
    for file, texts in LABELS.items():
        yield from (Message(text, file, label=True) for text in texts)


def _of_page() -> Iterator[Message]:
    """The texts of the page of the lab, which its files mark."""
    yield from (Message(text, f"dlx/lab/{file}", of_page=True) for text, file in page_texts.texts().items())
