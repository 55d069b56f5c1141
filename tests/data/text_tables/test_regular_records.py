"""Text tables parsed block by block are those that the module csv gives: the same columns, bits, lines and errors."""

from __future__ import annotations

import csv
import gzip
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.data.formats import csv_file
from dlx.data.formats.csv_file import Csv
from dlx.data.formats.format import read_file
from dlx.data.loading import load_dataset
from dlx.data.section import Data
from dlx.data.tables import TableOptions
from dlx.data.text_tables import regular_records
from dlx.data.text_tables.arrow_records import ArrowFields, ArrowParser
from dlx.data.text_tables.dialect import Dialect
from dlx.data.text_tables.plain_lines import Irregular
from dlx.data.text_tables.regular_records import regular_chunks
from dlx.data.text_tables.split_lines import LineSplitter
from dlx.data.values.column_values import ColumnReader
from dlx.data.values.columns import Column
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.texts import Texts, Values
from dlx.errors import DlxError

pa = pytest.importorskip("pyarrow")

EACH = ((ArrowParser,), (LineSplitter,))
WORDS = [
    "red",
    "green",
    "a b",
    "ä",
    "O'Neil",
    "x,y",
    "x;y",
    'say "so"',
    "two\nlines",
    "",
    "true",
    "no",
    "€",
    "１",
    "C:\\",
    'b\\"',
]
NUMBERS = ["1", "-2.5", "0", "-0", "+3", "1e3", ".5", "7.", "1E-400", "1e999", "nan", "inf", "007", "00.5", "1_0"]
MARKED = [
    "$1,200",
    "1.234,5",
    "12%",
    "(5)",
    "2,5",
    " 3",
    "4 ",
    "\u22127",
    "123456789012345678901234567890",
    "0012",
    "12-",
]
MISSING = ["", "NA", "?", " NA", "-999", "null"]
DATES = ["2020-01-31", "1/2/2020", "17:30", "2020-02-30"]
POOLS = [NUMBERS[:8], NUMBERS, NUMBERS[:8] + MISSING, NUMBERS + MARKED, MARKED, WORDS, WORDS[:4], DATES, ["yes", "no"]]

NUMBER = r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?"


@contextmanager
def parsed_by(parsers: Sequence[Any], characters: int, fields: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as change:
        change.setattr(regular_records, "LARGE", 0)
        change.setattr(regular_records, "LARGE_PACKED", 0)
        change.setattr(csv_file, "PARSERS", parsers)
        change.setattr(regular_records, "CHARACTERS", characters)
        change.setattr(csv_file, "FIELDS", fields)
        yield


def outcome(path: Path, options: TableOptions, like: tuple[Column, ...] = ()) -> list[Any]:
    """All that reading a file comes to, bit by bit."""
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        try:
            table, roles = Csv().columns(path, options, like)
            values = {name: content(column) for name, column in table.values.items()}
            result = [values, list(table.lines or ()), table.faults, table.names, roles]
        except DlxError as error:
            return [type(error), str(error)]
        try:
            examples = read_file(path, options, like)["all"]
            y = None if examples.y is None else (examples.y.dtype.str, examples.y.tobytes())
            result += [np.asarray(examples.X).tobytes(), y, examples.columns, examples.faults]
        except DlxError as error:
            result += [type(error), str(error)]
        return [*result, [str(remark.message) for remark in remarks]]


def content(column: Values) -> tuple[str, Any]:
    if isinstance(column, Texts):
        return "texts", column.tolist()
    return column.dtype.str, column.tolist() if column.dtype == object else column.tobytes()


@st.composite
def written_tables(draw: st.DrawFn) -> tuple[bytes, dict[str, Any]]:
    """The bytes of a text table in one of the ways that tables are written in, and what is stated of it."""
    delimiter = draw(st.sampled_from(",,,;\t| "))
    pools = draw(st.lists(st.sampled_from(POOLS), min_size=2, max_size=4))
    count = draw(st.integers(0, 12))
    rows = [[draw(st.sampled_from(pool)) for pool in pools] for _ in range(count)]
    names = [f"c{number}" for number in range(len(pools))]
    buffer = io.StringIO()
    quotes_all = draw(st.booleans())
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    header = draw(st.booleans())
    csv.writer(
        buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL, lineterminator=end
    ).writerows([names] * header + rows)
    lines = buffer.getvalue().split(end)
    further = [
        "",
        "  ",
        "# a note",
        '# it "is',
        f"{delimiter} 1",
        f"a{delimiter}{delimiter}{delimiter}b",
        'x"y',
        '"x" y',
    ]
    for line in draw(st.lists(st.sampled_from(further), max_size=2)) if draw(st.booleans()) else ():
        lines.insert(draw(st.integers(0, len(lines))), line)
    text = end.join(lines)
    if draw(st.booleans()):
        text = text.replace(delimiter, f"{delimiter} ") if draw(st.booleans()) else text.rstrip(end)
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"]))
    options: dict[str, Any] = {"header": header} if draw(st.booleans()) else {}
    options |= {"delimiter": delimiter} if draw(st.booleans()) else {}
    options |= {"comment": "#"} if draw(st.booleans()) else {}
    options |= {"missing": ("NA", -999)} if draw(st.booleans()) else {}
    options |= {"encoding": encoding} if draw(st.booleans()) else {}
    options |= {"plain": True} if draw(st.integers(0, 5)) == 0 else {}
    options |= {"impute": "median"} if draw(st.booleans()) else {}
    options |= {"decimal": draw(st.sampled_from([None, ",", "."]))}
    options |= {"categorical": (0,)} if draw(st.booleans()) else {}
    options |= {"target": (-1,)} if draw(st.booleans()) else {}
    content = text.encode(encoding, errors="replace")
    if draw(st.integers(0, 9)) == 0:
        content = content.replace(b"1", draw(st.sampled_from([b"\xff", b"\0", b'"'])), 1)
    return content, options


@settings(max_examples=30)
@given(written=written_tables(), characters=st.integers(1, 60), fields=st.integers(1, 20))
def test_all_readers_give_the_same(
    tmp_path_factory: pytest.TempPathFactory, written: tuple[bytes, dict[str, Any]], characters: int, fields: int
) -> None:
    text, stated = written
    path, options = tmp_path_factory.getbasetemp() / "drawn.csv", TableOptions(**stated)
    path.write_bytes(text)
    with parsed_by((), characters, fields):
        expected = outcome(path, options)
    for parsers in EACH:
        with parsed_by(parsers, characters, fields):
            assert outcome(path, options) == expected


@settings(max_examples=30)
@given(
    tables=st.tuples(written_tables(), written_tables()),
    characters=st.integers(1, 60),
    fields=st.integers(1, 20),
)
def test_all_readers_read_another_file_in_the_same_way(
    tmp_path_factory: pytest.TempPathFactory,
    tables: tuple[tuple[bytes, dict[str, Any]], tuple[bytes, dict[str, Any]]],
    characters: int,
    fields: int,
) -> None:
    (text, stated), (other, _) = tables
    path, options = tmp_path_factory.getbasetemp() / "drawn.csv", TableOptions(**stated)
    path.write_bytes(text)
    like = next(
        (part for part in outcome(path, options) if isinstance(part, tuple) and part and isinstance(part[0], Column)),
        (),
    )
    path.write_bytes(other)
    with parsed_by((), characters, fields):
        expected = outcome(path, options, like)
    for parsers in EACH:
        with parsed_by(parsers, characters, fields):
            assert outcome(path, options, like) == expected


REGULAR = "a,b,c\n1,red,2020-01-31\n-2.5,blue,2021-01-31\n,red,\n1e3,NA,2020-12-31\n"


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("x.csv", REGULAR.encode(), {}),
        ("x.csv", REGULAR.replace(",", ";").encode(), {}),
        ("x.tsv", REGULAR.replace(",", "\t").encode(), {}),
        ("x.csv", REGULAR.replace(",", "|").encode(), {}),
        ("x.csv", REGULAR.replace(",", ", ").encode(), {}),
        ("x.csv", REGULAR.replace("\n", "\r\n").encode(), {}),
        ("x.csv", REGULAR.replace("\n", "\n\n").encode(), {}),
        ("x.csv", REGULAR.rstrip("\n").encode(), {}),
        ("x.csv", REGULAR.partition("\n")[2].encode(), {}),
        ("x.csv", ("# made by hand\n" + REGULAR + "# the end\n").encode(), {}),
        ("x.csv", REGULAR.replace("red", '"r, e\'d"').replace("a", '"a"').encode(), {}),
        ("x.csv", REGULAR.replace("red", '"r ""e"",\n d"').encode(), {}),
        ("x.csv", REGULAR.replace("red", '"r\n\n""e"""').replace("\n", "\r\n").encode(), {}),
        ("x.csv", REGULAR.replace(",", ";").replace(".5", ",5").encode(), {}),
        ("x.csv", REGULAR.replace("red", "rot-grün").encode("cp1252"), {"encoding": "cp1252"}),
        ("x.csv", REGULAR.replace("red", "赤").encode("utf-16"), {}),
        ("x.csv", REGULAR.replace("red", "赤").encode("utf-8-sig"), {}),
        ("x.csv", ("Prices of 2020\n\n" + REGULAR).encode(), {"skip_lines": 1}),
        ("x.csv", b"a,b\nr1,1,red\nr2,2,blue\nr3,-3,red\n", {"ignore": ("",)}),
        ("x.csv", REGULAR.encode(), {"where": {"b": "!= blue"}}),
        ("x.csv", ("sep=;\n" + REGULAR.replace(",", ";")).encode(), {}),
        ("x.csv.gz", gzip.compress(REGULAR.encode(), mtime=0), {}),
    ],
)
def test_regular_tables_are_parsed_block_by_block(
    tmp_path: Path, name: str, text: bytes, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_bytes(text)
    with parsed_by((), 10, 6):
        expected = outcome(path, TableOptions(**options))
    assert isinstance(expected[0], dict)
    monkeypatch.setattr(csv_file, "chunks_of", None)  # which the other reader needs
    for parsers in EACH:
        with parsed_by(parsers, 10, 6):
            assert outcome(path, TableOptions(**options)) == expected


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1,2,3", "Expected 2 columns"),
        ("1", "Expected 2 columns"),
        (" 1,2", "begins with a space"),
        ('5" wide,2', "quote"),
        ('"a" b,2', "quote"),
        ('"a,2', "open quote"),
        ('"a", 2', "spaces in front"),
        ("1\r2,2", "line ends"),
        (f"{'1' * 200_000},2", "long line"),
    ],
)
def test_what_two_readers_might_read_in_two_ways_is_left_to_one(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"1,2\n3,4\n{line}\n", newline="")
    with pytest.raises(Irregular, match=why):
        list(regular_chunks(path, Dialect(), 0, 10, ArrowParser(",", 2, [0, 1])))
    with pytest.raises(Irregular):
        list(regular_chunks(path, Dialect(), 0, 10, LineSplitter(",", 2, [0, 1])))


@settings(max_examples=50)
@given(st.lists(st.one_of(st.floats(allow_nan=False).map(repr), st.from_regex(NUMBER, fullmatch=True)), min_size=1))
def test_numbers_are_those_of_python_to_the_last_bit(texts: list[str]) -> None:
    reader = ColumnReader(NumberStyle(), must_be_numbers=True)
    numbers = ArrowFields(pa.array(texts)).numbers(reader)
    assert numbers is not None
    assert numbers.tobytes() == np.array([float(text) for text in texts]).tobytes()


def test_a_spec_has_the_same_data_by_each_of_them(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [f"{i / 7},{i % 5},w{i % 3},2020-01-{i % 28 + 1:02},{i % 2}" for i in range(90)]
    path.write_text("\n".join(["a,b,c,d,y", *rows]))
    source = {"name": "file", "path": str(path), "target": "y", "columns": {"d": {"kind": "time", "parts": ["day"]}}}
    data = Data.model_validate({"source": source, "split": {"train": 0.8, "dev": 0.2}})
    datasets = []
    for parsers in ((), *EACH):
        with parsed_by(parsers, 100, 50):
            datasets.append(load_dataset(data, None, np.random.default_rng(0)))
    assert len({dataset.fingerprint for dataset in datasets}) == 1
    assert datasets[0].preprocessing == datasets[1].preprocessing == datasets[2].preprocessing
