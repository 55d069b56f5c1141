"""What a format of files with examples is: how its files are named, which options it takes, how it is read."""

from __future__ import annotations

import textwrap
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from dlx.data.encoding import listed
from dlx.data.examples import Column, Examples
from dlx.data.opening import UNPACKERS, unpacked_name
from dlx.data.tables import Roles, Table, TableOptions, to_examples
from dlx.errors import DataError, allowed, missing_extra

LINE = 116  # characters of a docstring's line


class Format(ABC):
    """A format; a subclass that sets ``name`` is registered by being defined: read by its suffixes, and listed.

    name, title: what messages call it: in small letters, and as it is written, with its article.
    suffixes: how the names of such files end, in small letters.
    details: what the description of the source `file` says in brackets behind the title.
    holds: what stands in such a file; formats that hold the same are described together.
    options: of the source `file`, those that mean something here.
    is_packable: whether it is read through `open_binary`, so that packed files are read as well.
    has_only_inputs: whether the labels are in a file of their own, which the option `target` names.
    package, extra: what has to be installed to read it, and the extra of dlx that has it.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str]
    article: ClassVar[str] = "a"
    suffixes: ClassVar[tuple[str, ...]]
    details: ClassVar[str] = ""
    holds: ClassVar[str]
    options: ClassVar[frozenset[str]] = frozenset()
    is_packable: ClassVar[bool] = False
    has_only_inputs: ClassVar[bool] = False
    package: ClassVar[str] = ""
    extra: ClassVar[str] = ""

    members: ClassVar[dict[str, type[Format]]] = {}

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            if cls.name in Format.members:
                raise TypeError(f"there are two formats named {cls.name!r}")
            Format.members[cls.name] = cls

    def is_of(self, name: str) -> bool:
        """Whether a file of this name, in small letters and without the suffix of what packed it, has this format."""
        return f".{name}".endswith(self.suffixes)

    @abstractmethod
    def read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> dict[str, Examples]:
        """The examples in a file under ``all``, or its parts; a table with ``like`` in exactly those columns.

        options.target names columns of a table, or the one file with the labels where there are only inputs in this.
        """


class TableFormat(Format):
    """A format with named columns."""

    holds = "named columns of numbers or text, text becomes one-hot categories"
    options = frozenset(
        (
            *("target", "missing_target", "categorical", "ignore", "use", "impute"),
            *("missing_indicators", "rare", "columns", "times"),
        )
    )

    @abstractmethod
    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        """The used columns, and what each is for: without a target all are features. Targets keep their type."""

    def read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> dict[str, Examples]:
        table, roles = self.columns(path, options, like)
        if not (like or roles.target):
            raise DataError(f"{path}: which column is the target? state `target` {listed('', roles.features)}")
        return {"all": to_examples(table, roles, options, like)}


def formats() -> list[Format]:
    """All formats, as messages list them: tables first."""
    entries = [member() for member in Format.members.values()]
    return sorted(entries, key=lambda entry: not isinstance(entry, TableFormat))


def format_of(path: str) -> Format | None:
    """The format that the end of a file's name tells."""
    name = Path(path).name.lower()
    plain = unpacked_name(name)
    matching = (entry for entry in formats() if entry.is_of(plain) and (plain == name or entry.is_packable))
    return next(matching, None)


def has_only_inputs(path: str) -> bool:
    """Whether a file of this name has inputs and no labels."""
    file_format = format_of(path)
    return file_format is not None and file_format.has_only_inputs


def read_file(path: Path, options: TableOptions, like: Sequence[Column] = ()) -> dict[str, Examples]:
    """What `Format.read` gives for the format that the file's name tells."""
    file_format = format_of(path.name)
    if file_format is None:
        raise DataError(f"{path}: the name tells no format {allowed(path.suffix, endings())}")
    try:
        return file_format.read(path, options, like)
    except ImportError as error:
        if not file_format.package:
            raise
        purpose = f"reading {file_format.article} {file_format.title} file"
        raise missing_extra(file_format.package, file_format.extra, purpose) from error


def endings() -> list[str]:
    """The ends of names that tell a format."""
    packable = _listed([entry.title for entry in formats() if entry.is_packable], "and")
    suffixes = [suffix for entry in formats() for suffix in entry.suffixes]
    return [*suffixes, f"and {_packed()} behind those of {packable}"]


def file_of_labels() -> str:
    """What the option `target` must name for inputs without labels, such as `an NPY or IDX file`."""
    entries = [entry for entry in formats() if entry.has_only_inputs]
    return f"{entries[0].article} {_listed([entry.title for entry in entries], 'or')} file"


def description() -> str:
    """A paragraph on all formats."""
    titles: dict[str, list[str]] = {}
    for entry in formats():
        details = ", ".join(filter(None, [entry.details, f"also {_packed()}" if entry.is_packable else ""]))
        titles.setdefault(entry.holds, []).append(f"{entry.title} ({details})" if details else entry.title)
    sentences = [f"{_listed(listed, 'and')}: {holds}." for holds, listed in titles.items()]
    return textwrap.fill(" ".join([*sentences, "Nothing is ever unpickled."]), LINE)


def _listed(titles: list[str], word: str) -> str:
    """Such as `CSV, Feather and Parquet`."""
    return f" {word} ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))


def _packed() -> str:
    return " ".join(UNPACKERS)
