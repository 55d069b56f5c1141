"""Completion: what may stand at the end of a line that begins with ``dlx``, for the shell to offer."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from dlx import guide
from dlx.cli.commands import COMMANDS
from dlx.cli.layout import argument_name, has_quiet, summary
from dlx.cli.loading import load_command
from dlx.runs.files.latest import LATEST, ROOT

MOST_RUNS = 100  # whose tags are read
SPEC_FILES = (".yaml", ".yml")
Candidate = tuple[str, str]  # a whole word, and what it means


def answer(line: str) -> int:
    """Print what may stand there, a word and its meaning a line; returns the exit code."""
    for word, meaning in candidates(line):
        print(f"{word}\t{meaning}" if meaning else word)
    sys.stdout.flush()
    return 0


def candidates(line: str) -> list[Candidate]:
    """The words that the last one of a line may become; none where the shell should offer files.

    Args:
        line: all up to the cursor, the program first.
    """
    words = _words(line)
    *before, word = words[1:] or [""]
    path, command, rest = _command(before)
    if command is None:
        is_first = all(entry.startswith("-") for entry in before)
        return [] if not is_first else _beginning(word, [*COMMANDS.items(), *_options(None)])
    if rest and (option := _open_option(command, rest[-1])) is not None:
        return _of_kind(option.metavar or "", path, rest, word, _choices(option))
    if word.startswith("-"):
        return _beginning(word, _options(command))
    if commands := getattr(command, "commands", {}):
        return _beginning(word, [(name, summary(entry)) for name, entry in commands.items()])
    place = list(_positional(command, rest))
    arguments = [entry for entry in command.params if entry.param_type_name == "argument"]
    argument = arguments[min(len(place), len(arguments) - 1)] if arguments else None
    if argument is None or (len(place) >= len(arguments) and argument.nargs == 1):
        return []
    return _of_kind(argument_name(argument), path, place, word, [])


def _words(line: str) -> list[str]:
    """The words of a line as the shell would take them; the last is empty behind a space."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        words += lexer
    except ValueError:  # a quote is open
        words = line.replace("'", "").replace('"', "").split()
    return [*words, ""] if line.endswith((" ", "\t")) else words


def _command(words: Sequence[str]) -> tuple[str, Any, list[str]]:
    """The command that the words lead to: its name, itself and the words behind it; None where there is none yet."""
    rest = [word for word in words if word != "--debug"]
    if not rest or rest[0] not in COMMANDS:
        return "", None, []
    path, command, rest = rest[0], load_command(rest[0]), rest[1:]
    below = getattr(command, "commands", {})
    if rest and rest[0] in below:
        return f"{path} {rest[0]}", below[rest[0]], rest[1:]
    return path, command, rest


def _options(command: Any) -> list[Candidate]:
    parameters = command.params if command is not None else []
    options = [
        (name, parameter.help or "")
        for parameter in parameters
        if parameter.param_type_name == "option"
        for name in (*parameter.opts, *parameter.secondary_opts)
        if name.startswith("--")
    ]
    if command is not None and not has_quiet(command):
        options.append(("--quiet", "Say nothing but the result."))
    always = [("--help", "Show the help.")]
    return [*options, *always, *([] if command is not None else [("--version", "Print the version.")])]


def _open_option(command: Any, word: str) -> Any:
    """The option that waits for its value; None where the last word is none such."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and word in parameter.opts and not parameter.is_flag:
            return parameter
    return None


def _choices(option: Any) -> list[str]:
    return [str(getattr(choice, "value", choice)) for choice in option.type_descriptor.choices or ()]


def _positional(command: Any, words: Sequence[str]) -> Iterable[str]:
    """The arguments among the words."""
    previous = ""
    for word in words:
        if not word.startswith("-") and _open_option(command, previous) is None:
            yield word
        previous = word


def _of_kind(kind: str, path: str, place: Sequence[str], word: str, choices: Sequence[str]) -> list[Candidate]:
    """The words of the kind that a placeholder of the help names, such as ``RUN`` or ``KEY=VALUE``."""
    table = _names()
    if kind.startswith("KEY=VALUE"):
        return _settings(word, path)
    if choices:
        return _beginning(word, [(choice, "") for choice in choices])
    match kind.rstrip(" …"):
        case "COMMAND":
            return _beginning(word, list(COMMANDS.items()))
        case "KIND|SECTION":
            return _plain(word, [*table["kinds"], *table["sections"]])
        case "NAME" if path == "list" and place:
            return _plain(word, table["kinds"].get(place[0], _keys_of(place[0])))
        case "KEY|FINDING|METRIC|COMPONENT":
            return _plain(word, table["topics"])
        case "TOPIC":
            return _plain(word, [*guide.TOPICS, *guide.REFERENCE])
        case "FORMAT":
            return _plain(word, table["formats"])
        case "NAME,":
            return _listed(word, table["fail_on"])
        case "COLUMN" if path == "runs":
            return _plain(word, [*table["columns"], *(f"-{name}" for name in table["columns"])])
        case "CONDITION":
            return _plain(word, [f"{name}<" for name in table["columns"]])
        case "NAME" if path == "compare":
            return _plain(word, table["kinds"]["metric"])
        case "TAG":
            return _plain(word, sorted(set(_tags())))
        case "SPEC":
            return _files(word, SPEC_FILES)
        case run if "RUN" in run or run in ("DIR", "FILE|RUN"):
            specs = _files(word, SPEC_FILES) if "SPEC" in run else []
            return [*_runs(word), *specs]
    return []


def _settings(word: str, path: str) -> list[Candidate]:
    """Keys up to their next point, or the values of one."""
    table = _names()
    keys = table["keys"]
    if path in ("tune", "study"):
        keys = {**table[path], **{f"base.{key}": values for key, values in keys.items()}}
    key, equals, _ = word.partition("=")
    if equals:
        return _plain(word, [f"{key}={value}" for value in keys.get(key, [])])
    visible: dict[str, None] = {}
    for name in keys:
        if name.startswith(word):
            end = name.find(".", len(word))
            visible[f"{name}=" if end < 0 else name[: end + 1]] = None
    return [(name, "") for name in visible]


def _keys_of(section: str) -> list[str]:
    return [key.removeprefix(f"{section}.") for key in _names()["keys"] if key.rpartition(".")[0] == section]


def _listed(word: str, names: Sequence[str]) -> list[Candidate]:
    """Further entries of a list with commas."""
    before, comma, last = word.rpartition(",")
    return [(f"{before}{comma}{name}", "") for name in names if name.startswith(last)]


def _plain(word: str, names: Iterable[str]) -> list[Candidate]:
    return _beginning(word, [(name, "") for name in names])


def _beginning(word: str, entries: Iterable[Candidate]) -> list[Candidate]:
    return [(name, meaning) for name, meaning in entries if name.startswith(word)]


def _runs(word: str) -> list[Candidate]:
    """Short names, tags and directories of runs."""
    if not ROOT.is_dir():
        return []
    short = [(LATEST, "the newest run"), ("~1", "the run before it"), ("best:dev_error", "the lowest dev error")]
    directories = [(str(path), "") for path in _directories()]
    ids = [(path.name, str(path.parent)) for path in _directories()] if word[:1].isdigit() else []
    return _beginning(word, [*short, *((tag, "tag") for tag in dict.fromkeys(_tags())), *ids, *directories])


def _directories() -> list[Path]:
    """Those of runs, the newest first."""
    runs = [path for path in ROOT.glob("*/*/") if (path / "config.yaml").is_file()]
    return sorted(runs, key=lambda path: path.name, reverse=True)


def _tags() -> Iterable[str]:
    for path in islice(_directories(), MOST_RUNS):
        try:
            yield from map(str, json.loads((path / "run.json").read_bytes()).get("tags") or ())
        except (OSError, ValueError, AttributeError, TypeError):
            continue


def _files(word: str, endings: tuple[str, ...]) -> list[Candidate]:
    """Files with these endings, and folders to look for them in."""
    folder = Path(os.path.dirname(word) or ".")  # noqa: PTH120 - a word that ends with / is a folder
    prefix = word[: len(word) - len(os.path.basename(word))]  # noqa: PTH119
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    visible = [entry for entry in entries if not entry.name.startswith(".")]
    paths = [f"{prefix}{entry.name}/" for entry in visible if entry.is_dir()]
    paths += [f"{prefix}{entry.name}" for entry in visible if entry.name.endswith(endings)]
    return _plain(word, paths)


@cache
def _names() -> dict[str, Any]:
    """The names that `dlx.cli.names` has written."""
    table: dict[str, Any] = json.loads(Path(__file__).with_name("names.json").read_bytes())
    return table
