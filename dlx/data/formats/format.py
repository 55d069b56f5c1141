"""What a format of files with examples is: how its files are named, which options it takes, how it is read."""

from __future__ import annotations

import os
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from dlx.data.examples import Examples
from dlx.data.files.opening import is_folder, readable
from dlx.data.files.packing import DAMAGE, UNPACKERS, ZIP, member_name, unpacked_name
from dlx.data.remembered_tables import once_a_search
from dlx.data.roles import Roles
from dlx.data.table import Table
from dlx.data.tables import TableOptions, to_examples
from dlx.data.values.columns import Column
from dlx.data.values.encoding import listed
from dlx.errors import DataError, allowed
from dlx.extras import missing_extra

LINE = 116  # characters of a docstring's line
SLASHES = ("/", os.sep)  # how the path of a folder may end


class Format(ABC):
    """A format; a subclass that sets ``name`` is registered by being defined: read by its suffixes, and listed.

    name, title: what messages call it: in small letters, and as it is written, with its article.
    suffixes: how the names of such files end, in small letters.
    details: what the description of the source `file` says in brackets behind the title.
    holds: what stands in such a file; formats that hold the same are described together.
    options: of the source `file`, those that mean something here.
    is_packable: whether it is read through `open_binary`, so that packed files are read as well.
    has_only_inputs: whether the labels are in a file of their own, which the option `target` names.
    is_folder: whether folders have this format, beside files with its suffixes.
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
    is_folder: ClassVar[bool] = False
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
            *("missing_indicators", "rare", "columns", "times", "sample_weight", "where"),
        )
    )

    def undue_rows(self, path: Path, options: TableOptions) -> dict[str, list[int]]:
        """The lines of those rows that seem to be no examples, by the kind that the option `drop_rows` has."""
        return {}

    @abstractmethod
    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        """The used columns, and what each is for: without a target all are features. Targets keep their type."""

    def read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> dict[str, Examples]:
        return {"all": once_a_search(self._read, path, options, like)}

    def _read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> Examples:
        table, roles = self.columns(path, options, like)
        if not (like or roles.target):
            raise DataError(f"{path}: which column is the target? state `target` {listed('', roles.features)}")
        return to_examples(table, roles, options, like)


def formats() -> list[Format]:
    """All formats, as messages list them: tables first."""
    entries = [member() for member in Format.members.values()]
    return sorted(entries, key=lambda entry: not isinstance(entry, TableFormat))


def format_of(path: str) -> Format | None:
    """The format that the end of a file's name tells; of a ZIP archive that of its one file, where it can be opened."""
    if path.endswith(SLASHES):
        return _format_of_folders()
    name = Path(path).name.lower()
    plain = unpacked_name(name)
    file_format = _format_of_name(plain, plain != name)
    if file_format is not None and "." in plain:
        return file_format
    with suppress(ValueError):
        if is_folder(path):
            return _format_of_folders()
    if name.endswith(ZIP):  # a name such as data.zip tells less than the one in it
        with suppress(OSError, DataError, *DAMAGE):
            return _format_of_name(member_name(Path(path)).lower(), True)
        return None
    return file_format


def _format_of_folders() -> Format | None:
    return next((entry for entry in formats() if entry.is_folder), None)


def _format_of_name(name: str, is_packed: bool) -> Format | None:
    matching = (entry for entry in formats() if entry.is_of(name) and (entry.is_packable or not is_packed))
    return next(matching, None)


def has_only_inputs(path: str) -> bool:
    """Whether a file of this name has inputs and no labels."""
    file_format = format_of(path)
    return file_format is not None and file_format.has_only_inputs


def read_file(path: Path, options: TableOptions, like: Sequence[Column] = ()) -> dict[str, Examples]:
    """What `Format.read` gives for the format that the file's name tells."""
    file_format = format_of(str(path))
    if file_format is None:
        raise _unknown(path)
    try:
        return file_format.read(path, options, like)
    except ImportError as error:
        if not file_format.package:
            raise
        purpose = f"reading {file_format.article} {file_format.title} file"
        raise missing_extra(file_format.package, file_format.extra, purpose) from error


def _unknown(path: Path) -> DataError:
    """The error for a file whose name tells no format."""
    if path.name.lower().endswith(ZIP):
        with readable(path):
            member = member_name(path)
        return DataError(
            f"{path}: the name of {member} in it tells no format {allowed(Path(member).suffix, endings())}"
        )
    if not path.suffix and not path.exists():  # it may have been a folder
        with readable(path):
            path.stat()
    return DataError(no_format(path))


def no_format(path: Path) -> str:
    """What is wrong with a name that tells no format, as that of a pipe or of standard input does not."""
    if not path.suffix and (path.name == "-" or path.parts[:2] in (("/", "dev"), ("/", "proc"))):
        what = "what comes through a pipe has no name that tells its format"
        return f"{path}: {what}; write it into a file first, such as data.csv"
    return f"the name of {path} tells no format {allowed(path.suffix, endings())}"


def endings() -> list[str]:
    """The ends of names that tell a format."""
    suffixes = [suffix for entry in formats() for suffix in entry.suffixes]
    folders = [f"a folder of {entry.title}s" for entry in formats() if entry.is_folder]
    return [*suffixes, *folders, f"and {_packed()} behind those of {_packable()}"]


def file_of_labels() -> str:
    """What the option `target` must name for inputs without labels, such as `an NPY or IDX file`."""
    entries = [entry for entry in formats() if entry.has_only_inputs]
    return f"{entries[0].article} {_listed([entry.title for entry in entries], 'or')} file"


def description() -> str:
    """A paragraph on all formats."""
    titles: dict[str, list[str]] = {}
    for entry in formats():
        titles.setdefault(entry.holds, []).append(f"{entry.title} ({entry.details})" if entry.details else entry.title)
    sentences = [f"{_listed(listed, 'and')}: {holds}." for holds, listed in titles.items()]
    packed = f"{_packable()} may be packed ({_packed()})."
    return textwrap.fill(" ".join([*sentences, packed, "Nothing is ever unpickled."]), LINE)


def _listed(titles: list[str], word: str) -> str:
    """Such as `CSV, Feather and Parquet`."""
    return f" {word} ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))


def _packable() -> str:
    return _listed([entry.title for entry in formats() if entry.is_packable], "and")


def _packed() -> str:
    return " ".join(UNPACKERS)
