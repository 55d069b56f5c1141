"""Text that is shown: nothing in it steers a terminal, and a shell takes commands as they are printed."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path, PurePath
from typing import Any, TextIO

# Control characters (C0, DEL, C1), marks that change the direction of writing, and line separators.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_STEERING = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}\u2028\u2029]")
_STEERING_A_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f{_BIDI}\u2028\u2029]")
_MEANT_IN_DOUBLE_QUOTES = re.compile(r"""["$`\\!]""")  # by a shell
_IN_SHELL: ContextVar[bool] = ContextVar("whether a command line has called", default=False)
_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f{_BIDI}\u2028\u2029]")


# Signs that keyboards and word processors put in place of those of a command line: wide forms, dashes and quotes.
_PLAIN = dict(zip(range(0xFF01, 0xFF5F), map(chr, range(0x21, 0x7F)), strict=True))
_PLAIN |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-") | dict.fromkeys((0x3000, 0xA0), " ")
_PLAIN |= dict.fromkeys(map(ord, "“”„‟«»"), '"') | dict.fromkeys(map(ord, "‘’‚‛"), "'")


def plain_signs(text: str) -> str:
    """The text with the signs that a command line takes in place of those that look like them.

    >>> plain_signs("ｅｐｏｃｈｓ＝３"), plain_signs("—json"), plain_signs("“adam”")
    ('epochs=3', '-json', '"adam"')
    """
    return text.translate(_PLAIN)


def visible(text: str) -> str:
    r"""The text with such characters as ``\x1b`` or ``\u202e``; newlines and tabs stay.

    >>> print(visible("red: \x1b[31m"))
    red: \x1b[31m
    """
    return _STEERING.sub(lambda match: repr(match[0])[1:-1], text)


def visible_line(text: str) -> str:
    r"""The same for what must stay in one line: newlines and tabs are written out too, as ``\n`` and ``\t``."""
    return _STEERING_A_LINE.sub(lambda match: repr(match[0])[1:-1], text)


def shorten(text: str, longest: int) -> str:
    """The text, or where it is longer than that its beginning and …."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def visible_json(text: str) -> str:
    r"""A JSON document with such characters as its own ``\u009b``: it says the same."""
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class Visible:
    """A stream to people, in place of stdout or stderr: whatever writes there, it can write only what is visible.

    What draws on a terminal itself takes ``raw``, and has to make its texts visible on its own.
    """

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write the text, visibly; returns its length."""
        self.raw.write(visible(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of the lines."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # who finds the stream of bytes below would write past this
            raise AttributeError(name)
        return getattr(self.raw, name)


def raw(stream: TextIO) -> TextIO:
    """The stream itself, for what draws on a terminal."""
    return stream.raw if isinstance(stream, Visible) else stream


def command(*words: str | Path) -> str:
    """``dlx`` and these words; a path is taken for a path, also where it begins with a hyphen."""
    return " ".join(["dlx", *(quoted(_from_here(word) if isinstance(word, Path) else word) for word in words)])


@contextmanager
def from_shell() -> Iterator[None]:
    """Within it messages name options and settings as a command line has them, elsewhere as Python does."""
    token = _IN_SHELL.set(True)
    try:
        yield
    finally:
        _IN_SHELL.reset(token)


def option(name: str, value: object = None, python: str | None = None) -> str:
    """What messages call an option: a flag, or the argument of Python, which may have another name.

    >>> with from_shell(): print(option("task", "binary"), option("seeds", 1, "replicates"), option("keep", ...))
    --task binary --seeds 1 --keep
    >>> print(option("task", "binary"), option("seeds", 1, "replicates"), option("keep", ...), option("keep"))
    task='binary' replicates=1 keep=… keep
    """
    is_named = value is None or value is ...
    if _IN_SHELL.get():
        return f"--{name}" if is_named else f"--{name} {value}"
    argument = (python or name).replace("-", "_")
    return argument if value is None else f"{argument}=…" if is_named else f"{argument}={as_python(value)}"


def as_python(value: object) -> str:
    """A value as Python has it; a path as a text."""
    return repr(str(value)) if isinstance(value, str | PurePath) else str(value)


def is_in_shell() -> bool:
    """Whether a command line has called, and not Python."""
    return _IN_SHELL.get()


def as_typed(word: str | Path) -> str:
    """A word of a command as it is meant: a path from the working directory."""
    return _from_here(word).as_posix() if isinstance(word, Path) else word


def place_of_settings() -> str:
    """What messages call the place of ``key=value``."""
    return "command line" if _IN_SHELL.get() else "settings"


def _from_here(path: Path) -> Path:
    """The path, from the working directory where it leads into that, which is shorter."""
    try:
        here = Path.cwd()
    except OSError:  # which is gone
        return path
    return path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path


def without_advice(error: Exception) -> str:
    """What an error says, where that it sends the reader to ``dlx doctor`` is no matter."""
    return str(error).partition(" (dlx doctor ")[0]


def quoted(word: str | PurePath) -> str:
    r"""A word as a shell takes it, in the fewest signs, without control characters that a terminal would obey.

    >>> print(quoted("my spec.yaml"), quoted(Path("-x.yaml")), quoted("it's"), quoted("a\nb"))
    'my spec.yaml' ./-x.yaml "it's" $'a\x0ab'
    """
    text = word.as_posix() if isinstance(word, PurePath) else word  # Windows takes / too, its shells not our quotes
    if isinstance(word, PurePath) and text.startswith("-"):
        text = f"./{text}"
    if text.isprintable():
        if "'" in text and not _MEANT_IN_DOUBLE_QUOTES.search(text):
            return f'"{text}"'
        return shlex.quote(text)
    signs = (sign if sign.isprintable() and sign not in "\\'" else _in_bytes(sign) for sign in text)
    return f"$'{''.join(signs)}'"


def _in_bytes(sign: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(sign))
