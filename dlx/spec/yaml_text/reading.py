"""Spec files and texts read into trees: what is no text, too large or doubtful is refused at its place."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import yaml

from dlx.errors import Place, ReadFailure, SpecError, nearest
from dlx.files import unread
from dlx.spec.tree import Node
from dlx.spec.yaml_text.composer import Composer
from dlx.spec.yaml_text.limits import MAX_BYTES
from dlx.text import quoted


def load(path: Path) -> Node:
    """The tree of a file; raises `SpecError` with every problem found."""
    text = _read(path)
    return _tree(text, str(path), None)


def parse_as_file(text: str, path: Path) -> Node:
    """The tree of a text that is to be written into a file: what it names is meant from that file's folder."""
    return _tree(text, str(path), None)


def parse(text: str, place: Place) -> Node:
    """The tree of a text that stands in no file: everything in it has the one place, and an empty text is null."""
    return _tree(text, place.source, place) if text.strip() else Node(None, place, place)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SpecError.of(Place(str(path)), "", f"there is no such file{_similar(path)}") from None
    except IsADirectoryError:
        raise SpecError.of(Place(str(path)), "", f"is a folder, not a spec{_inside(path)}") from None
    except OSError as error:
        if isinstance(failure := unread(path, error), ReadFailure):
            raise failure from None
        raise SpecError.of(Place(str(path)), "", f"cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        before = data[:MAX_BYTES].decode(errors="replace")
        what = f"here the file exceeds {MAX_BYTES:,} bytes, too large for a spec"
        raise SpecError.of(Place.of_index(str(path), before, len(before)), "", what)
    return _decoded(data, str(path))


def _similar(path: Path) -> str:
    """A hint at a file that may be meant: as it is spelt here, with another ending, or spelt almost so."""
    with suppress(RuntimeError):  # of a user who is not there
        spelt = Path(str(path).replace("\\", "/")).expanduser()
        if spelt != path and spelt.is_file():
            return f" (did you mean {quoted(spelt)}?)"
    names = _names_in(path.parent)
    near = next((f"{path.stem}{end}" for end in (".yaml", ".yml") if f"{path.stem}{end}" in names), None)
    near = near or nearest(path.name.strip(), names)
    return f" (did you mean {quoted(path.parent / near)}?)" if near else ""


def _inside(path: Path) -> str:
    """A hint at the spec in a folder."""
    names = sorted(name for name in _names_in(path) if name.endswith((".yaml", ".yml")))
    return f" (did you mean {quoted(path / names[0])}?)" if names else ""


def _names_in(folder: Path) -> list[str]:
    """What is in a folder, files in front of folders."""
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: (entry.is_dir(), entry.name))
    except OSError:
        return []
    return [entry.name for entry in entries]


def _decoded(data: bytes, source: str) -> str:
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        what = f"byte 0x{data[error.start]:02x} is not valid {encoding[:6].upper().strip('-')}: save the file as UTF-8"
        raise SpecError.of(Place.of_index(source, before, len(before)), "", what) from None


@lru_cache(maxsize=2)  # a plan is read to learn its kind, and again with its spec; trees are never changed
def _tree(text: str, source: str, fixed: Place | None) -> Node:
    unfit = yaml.reader.Reader.NON_PRINTABLE.search(text)  # reported here: the two parsers place it differently
    if unfit:
        what = f"the character U+{ord(unfit[0]):04X} is not allowed in YAML"
        raise SpecError.of(fixed or Place.of_index(source, text, unfit.start()), "", what)
    return Composer(text, source, fixed).tree()
