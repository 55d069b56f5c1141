"""How a text table is written: encoding, delimiter, decimal mark, comments, header; as stated, or found in its text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from dlx.data.files.once_a_file import once_a_file
from dlx.data.files.opening import open_binary, readable
from dlx.data.files.packing import unpacked_name
from dlx.data.tables import TableOptions
from dlx.data.text_tables.delimiter import DOUBLE, RECORDS, delimiter_of, quote_of, records_in, with_double_quotes
from dlx.data.text_tables.header import Fields, has_header, has_open_ends, has_row_names, without_titles
from dlx.data.text_tables.text_encoding import no_text, wide_encoding
from dlx.data.values.numbers import MISSING, NumberStyle
from dlx.errors import DataError

SAMPLE = 100_000  # bytes by which a table's dialect is judged
FEWEST, LONGEST = 5, 2**24  # lines that the sample has at least, and the bytes that are enough even so
AT_ONCE = 2**16  # bytes that are decoded at once to see whether a file is UTF-8
UTF8, WINDOWS = "utf-8-sig", "cp1252"
DELIMITER_LINE = re.compile('"?sep=(?P<delimiter>[^\r\n])"?\\s*', re.IGNORECASE)  # the first one, of Excel


@dataclass(frozen=True)
class Dialect:
    """How one file is written; the options of the source ``file`` that have these names, none of them open."""

    encoding: str = UTF8
    delimiter: str = ","
    quote: str = DOUBLE
    decimal: str = "."
    comment: str | None = None
    header: bool = True
    skip_lines: int = 0
    has_delimiter_line: bool = False
    has_row_names: bool = False
    has_open_ends: bool = False

    @property
    def signs(self) -> dict[str, Any]:
        """What the module csv calls the signs between and around fields."""
        quoting = {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        return {"delimiter": self.delimiter, **quoting}

    def names(self, header: Sequence[str]) -> list[str]:
        """The names of all columns, of which those that the header has none for have an empty one."""
        return [""] * self.has_row_names + list(header) + [""] * self.has_open_ends

    def differences(self, path: Path) -> dict[str, str | bool]:
        """The options that must be stated where nothing is to be found out, since they are not the usual ones."""
        usual = Dialect(delimiter=usual_delimiter(path))
        names = ("encoding", "delimiter", "quote", "decimal", "comment", "header", "skip_lines")
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(usual, name)}


def usual_delimiter(path: Path) -> str:
    """A tab in .tsv and .tab, else a comma."""
    return "\t" if unpacked_name(path.name).endswith((".tsv", ".tab")) else ","


@once_a_file
def sniff(path: Path, options: TableOptions, like: Collection[str] = ()) -> Dialect:
    """What the options state, and for the rest what the file looks like.

    like: the names of train's columns; a first line that has one of them, or of those in the options, is a header.

    Raises:
        DataError: it is a pipe, which can be read only once; or it is no text.
    """
    if path.is_fifo():
        raise DataError(f"{path}: is a pipe, and a text table is read more than once: write it into a file first")
    if options.plain:
        return _as_stated(path, options)
    encoding = options.encoding or _encoding(path)
    lines = _first_lines(path, _codec(encoding))
    stated = DELIMITER_LINE.fullmatch(lines[0]) if lines else None
    lines = _emptied(lines, max(options.skip_lines or 0, 1 if stated else 0))
    quote = quote_of(lines) if options.quote is None else options.quote
    lines = with_double_quotes(lines, quote)  # so that all that follows has to do with one kind of quotes
    usual = stated["delimiter"] if stated else usual_delimiter(path)
    comment = options.comment
    plain = [line for line in lines if not line.startswith(comment or "#")] or lines
    delimiter = options.delimiter or (usual if stated else delimiter_of(plain, usual))
    if comment is None and _has_comments(lines, plain, delimiter):
        comment = "#"
    skipped = options.skip_lines
    if skipped is None:
        is_comment = [comment is not None and line.startswith(comment) for line in lines]
        skipped = _lines_above(["\n" if out else line for line, out in zip(lines, is_comment, strict=True)], delimiter)
    lines = _emptied(lines, skipped)
    records = records_in([line for line in lines if comment is None or not line.startswith(comment)], delimiter)
    decimal = options.decimal or _decimal(records[1:] or records, delimiter, options)
    style = NumberStyle(decimal, options.thousands)
    header = options.header if options.header is not None else has_header(records, style, options, like)
    lacking = (header and has_row_names(records), header and has_open_ends(records))
    return Dialect(_codec(encoding), delimiter, quote, decimal, comment, header, skipped, stated is not None, *lacking)


def _as_stated(path: Path, options: TableOptions) -> Dialect:
    """What the options state, and for the rest the usual."""
    return Dialect(
        options.encoding or UTF8,
        options.delimiter or usual_delimiter(path),
        DOUBLE if options.quote is None else options.quote,
        options.decimal or ".",
        options.comment,
        options.header is not False,
        options.skip_lines or 0,
    )


def _emptied(lines: list[str], count: int) -> list[str]:
    """The lines with nothing in the first ones, so that the others keep their numbers."""
    return ["\n"] * min(count, len(lines)) + lines[count:]


def _lines_above(lines: Sequence[str], delimiter: str) -> int:
    """The number of lines that stand above a table, such as its title."""
    if delimiter == " ":
        return 0  # a sentence is as good a row
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    ends, records = [0], list[list[str]]()
    with suppress(csv.Error):  # which the reading of the whole file places
        for record in islice(reader, RECORDS):
            records.append(record)
            ends.append(reader.line_num)
    return ends[without_titles(records)]


def _first_lines(path: Path, codec: str) -> list[str]:
    """The lines that a file begins with, as many as are whole in the sample, or a few where they are long."""
    with readable(path), open_binary(path) as file:
        start, more = b"", file.read(SAMPLE)
        while more and start.count(b"\n") < FEWEST and len(start) < LONGEST:
            start += more
            more = file.read(SAMPLE)
        text = codecs.getincrementaldecoder(codec)(errors="replace").decode(start)
    lines = list(io.StringIO(text, newline=""))
    return (lines[:-1] or lines) if more else lines  # the last one may be cut off


def _codec(encoding: str) -> str:
    """The encoding, such that a byte order mark is passed over."""
    name = codecs.lookup(encoding).name
    return UTF8 if name == "utf-8" else name


def _encoding(path: Path) -> str:
    """What a byte order mark says, UTF-8 where all of the file is that, else cp1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with readable(path), open_binary(path) as file:
        start = file.read(AT_ONCE)
        if what := no_text(start):
            raise DataError(f"{path}: {what}")
        if encoding := wide_encoding(start):
            return encoding
        try:
            while start:
                decoder.decode(start)
                start = file.read(AT_ONCE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _encoding_of_one_byte(path)
    return UTF8


def _encoding_of_one_byte(path: Path) -> str:
    """cp1252, which Windows writes, where nothing speaks against it.

    Raises:
        DataError: the file is no text, or text in UTF-8 but for a few bytes.
    """
    place, is_utf8, is_text = "", False, True
    with readable(path), open_binary(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
                is_utf8 |= not line.isascii()
            except UnicodeDecodeError as error:
                place = place or f"{path}:{number}: the text is not UTF-8 (byte 0x{line[error.start]:02x})"
            text = line.decode("cp1252", errors="replace")
            is_text &= "\ufffd" not in text and all(sign >= " " or sign.isspace() for sign in text)
    if is_utf8 or not is_text:
        raise DataError(f"{place}; save the file as UTF-8, or state its `encoding`")
    return WINDOWS


def _has_comments(lines: Sequence[str], plain: Sequence[str], delimiter: str) -> bool:
    """Whether lines begin with # and none of them could be a record."""
    width = len(next(iter(records_in(plain, delimiter)), ()))
    commented = records_in([line for line in lines if line.startswith("#")], delimiter)
    return len(commented) > 0 and plain != lines and all(len(record) != width for record in commented)


def _decimal(records: Fields, delimiter: str, options: TableOptions) -> str:
    """A comma where columns are numbers only so; where 1,234 could be either, the delimiter ; speaks for it too."""
    if options.thousands in (".", ","):
        return "," if options.thousands == "." else "."
    point, comma = NumberStyle(".", options.thousands), NumberStyle(",", options.thousands)
    marks = set[str]()  # ? for columns that could be either
    for column in zip(*(record for record in records if len(record) == len(records[0])), strict=True):
        present = [field for field in column if field.strip() not in MISSING]
        by_point = [point.number(field) is not None for field in present]
        by_comma = [comma.number(field) is not None for field in present]
        if all(by_comma) and not all(by_point):
            marks.add(",")
        elif all(by_point) and not all(by_comma):
            marks.add(".")
        elif all(by_point) and delimiter == ";" and any("," in field for field in present):
            marks.add("?")
    return "," if marks and "." not in marks else "."
