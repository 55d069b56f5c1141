"""CSV files: what is read from them, and what is said of those that cannot be."""

from __future__ import annotations

import csv
import gzip
import io
import os
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.data.examples import Examples
from dlx.data.formats import csv_file
from dlx.data.sources import Source
from dlx.errors import DataError, Remark
from tests.conftest import examples


def read(tmp_path: Path, text: str | bytes, name: str = "x.csv", **options: Any) -> Examples:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Source.parse({"name": "file", "path": str(path), "target": "y", **options}).load()["all"]


def features(examples: Examples) -> list[str]:
    return [name for column in examples.columns for name in column.features()]


def test_numbers_and_one_hot_categories_in_the_order_of_the_file(tmp_path: Path) -> None:
    examples = read(tmp_path, "age,city,y,score\n30,Rome,yes,1.5\n41,Oslo,no,-2e3\n7,Rome,no,.25\n")
    assert features(examples) == ["age", "city=Oslo", "city=Rome", "score"]
    assert examples.X[:].tolist() == [[30, 0, 1, 1.5], [41, 1, 0, -2000], [7, 0, 1, 0.25]]
    assert examples.y is not None
    assert examples.y.tolist() == ["yes", "no", "no"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["1", "0", "2"], [1, 0, 2]),
        (["1.5", "0", "-2e1"], [1.5, 0.0, -20.0]),
        (["a", "1", "b"], ["a", "1", "b"]),
        (["true", "false", "true"], ["true", "false", "true"]),
        (["99999999999999999999", "1", "2"], ["99999999999999999999", "1", "2"]),
        (["9223372036854775807", "9223372036854775806", "2"], [2**63 - 1, 2**63 - 2, 2]),
        (["0012", "7", "12"], ["0012", "7", "12"]),
        (["$1,200", "$5.5", "$7"], [1200.0, 5.5, 7.0]),
        (["2,5", "1", "0,25"], [2.5, 1.0, 0.25]),
        (["12.50-", "3", "5-"], [-12.5, 3.0, -5.0]),  # as SAP writes them
        (["\u20132.5", "1", "3"], [-2.5, 1.0, 3.0]),
        (["1.5D+01", "1.5D-01", "2"], [15.0, 0.15, 2.0]),  # as Fortran writes them
        (["2-", "2", "1-"], ["2-", "2", "1-"]),  # grades
    ],
)
def test_labels_keep_what_they_are(tmp_path: Path, labels: list[str], expected: list[object]) -> None:
    y = read(tmp_path, "x,y\n" + "".join(f'1,"{label}"\n' for label in labels)).y
    assert y is not None
    assert y.tolist() == expected
    assert type(y.tolist()[0]) is type(expected[0])


def test_quoted_fields_byte_order_mark_spaces_and_empty_lines(tmp_path: Path) -> None:
    text = '\ufeffname, "the, size",y\r\n"a ""b"", c", 1,2\r\n\r\n"two\nlines",3,4\r\n\r\n'
    examples = read(tmp_path, text)
    assert features(examples) == ['name=a "b", c', "name=two\nlines", "the, size"]
    assert examples.X[:].tolist() == [[1, 0, 1], [0, 1, 3]]


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("x.csv", {"header": False, "target": -1}, "1,2,0\n3,4,1\n"),
        ("x.csv", {"header": False, "target": 2}, "1,2,0\n3,4,1\n"),
        ("x.csv", {"header": False, "target": 0}, "0,1,2\n1,3,4\n"),
        ("x.csv", {"target": -1}, "a,b,y\n1,2,0\n3,4,1\n"),
        ("x.csv", {"ignore": ["id", 1]}, "id,c,a,y,b\n7,u,1,0,2\n8,v,3,1,4\n"),
        ("x.csv", {"delimiter": ";"}, "a;b;y\n1;2;0\n3;4;1\n"),
        ("x.tsv", {}, "a\tb\ty\n1\t2\t0\n3\t4\t1\n"),
        ("x.data", {}, "a,b,y\n1,2,0\n3,4,1\n"),
        ("x.csv", {}, "'a','b','y'\n'1','2','0'\n'3','4','1'\n"),
        ("x.csv", {"quote": "'"}, "'a';b;y\n'1';2;0\n3;4;1\n"),
        ("x.tab", {}, "a\tb\ty\n1\t2\t0\n3\t4\t1\n"),
        ("x.psv", {}, "a|b|y\n1|2|0\n3|4|1\n"),
        ("x.dat", {}, "a  b y\n1  2 0\n3  4 1\n"),
        ("x.txt", {}, "a^b^y\n1^2^0\n3^4^1\n"),
        ("x.txt", {}, "a\x01b\x01y\n1\x012\x010\n3\x014\x011\n"),
        ("x.csv.gz", {}, gzip.compress(b"a,b,y\n1,2,0\n3,4,1\n", mtime=0)),
        ("X.CSV.GZ", {}, gzip.compress(b"a,b,y\n1,2,0\n3,4,1\n", mtime=0)),
        ("x.csv", {"target": "2020"}, "2018,2019,2020\n1,2,0\n3,4,1\n"),
    ],
)
def test_the_same_numbers_written_otherwise(
    tmp_path: Path, name: str, options: dict[str, Any], text: str | bytes
) -> None:
    examples = read(tmp_path, text, name, **options)
    assert examples.X[:].tolist() == [[1, 2], [3, 4]]
    assert examples.y is not None
    assert examples.y.tolist() == [0, 1]


def test_several_targets(tmp_path: Path) -> None:
    y = read(tmp_path, "u,x,v\n1,5,2.5\n3,6,4\n", target=["v", "u"]).y
    assert y is not None
    assert y.tolist() == [[2.5, 1], [4, 3]]


def test_several_targets_that_say_true_or_false_are_ones_and_zeros(tmp_path: Path) -> None:
    """As pandas.get_dummies writes them."""
    y = read(tmp_path, "x,red,blue\n1,True,False\n2,False,True\n", target=["red", "blue"]).y
    assert y is not None
    assert y.tolist() == [[1, 0], [0, 1]]


def test_numbers_that_are_categories_must_be_called_so(tmp_path: Path) -> None:
    examples = read(tmp_path, "zip,y\n10,0\n07,1\n10,1\n", categorical=["zip"])
    assert features(examples) == ["zip=07", "zip=10"]


def test_missing_values_stay_until_train_is_known(tmp_path: Path) -> None:
    examples = read(tmp_path, "a,c,y\n1,u,0\n,?,1\nNA,v,0\n nan ,u,1\n", impute="mean")
    assert np.isnan(examples.X[:]).tolist() == [[False] * 3, [True] * 3, [True, False, False], [True, False, False]]
    assert examples.impute == "mean"


def test_a_column_may_be_missing_for_more_records_than_are_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "FIELDS", 300)
    late = "a,c,y\n" + "NA,NA,0\n" * 100 + "1,u,1\n" + "2,v,0\n" * 100
    examples = read(tmp_path, late, impute="median")
    assert features(examples) == ["a", "c=u", "c=v"]
    assert np.isnan(examples.X[:]).all(axis=1).sum() == 100
    assert examples.X[100:102].tolist() == [[1, 1, 0], [2, 0, 1]]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "x.csv: the file is empty"),
        ("\n\n", {}, "x.csv: the file is empty"),
        ("a,y\n", {}, "x.csv: there are no examples"),
        ("a,y\n1,0\n2\n", {}, "x.csv:3: expected 2 fields, found 1"),
        ("a,y\n1,0\n2,1,5\n", {}, "x.csv:3: expected 2 fields, found 3; a field that holds ',' needs quotes around it"),
        (
            "a,y\n1,0\n\n,1\n",
            {},
            "x.csv:4: column 'a': the value is missing; correct it, or state `impute: mean`",
        ),
        ("a,y\nNA,0\n1,1\n", {}, "x.csv:2: column 'a': the value is missing"),
        ("a,y\n1,0\n2,\n", {"impute": "mean"}, "x.csv:3: column 'y': the target is missing"),
        ("c,y\nu,0\n?,1\n", {}, "x.csv:3: column 'c': the value is missing"),
        ("a,y\nNA,0\n,1\n", {"impute": "mean"}, "x.csv: column 'a' has no value at all; name it in `ignore`"),
        ("a,y\n1,0\ninf,1\n", {}, "x.csv:3: column 'a': inf is not finite"),
        ("a,y\n1,0\n1e999,1\n", {}, "x.csv:3: column 'a': inf is not finite"),
        ("a,y\n1,0\n1.2.3,1\n", {}, "x.csv:3: column 'a': '1.2.3' is not a number, as others in this column are"),
        ("a,y\nu,0\n3,1\n", {}, "x.csv:2: column 'a': 'u' is not a number, as others in this column are"),
        ("a,b,a,y\n1,2,3,0\n", {}, "x.csv:1: the header has 2 columns named 'a': 0, 2 (counted from 0)"),
        ("a,b,a,y\n1,2,3,0\n", {}, "leave out all but one by number, such as `ignore: [2]`"),
        ("a,b,a,y\n1,2,3,0\n", {"ignore": [1]}, "x.csv:1: the header has 2 columns named 'a': 0, 2 (counted from 0)"),
        (",a,y\n0,1,0\n", {}, "x.csv:1: column 0 (counted from 0) has no name; give it one, or state `ignore: ['']`"),
        ("5,3\nu,0\n", {"target": 1}, "x.csv:1: the header has only numbers; state `header: true`, or false if "),
        ("0,1,2\n4,5,6\n", {"target": 1}, "x.csv:1: the header has only numbers"),
        ("5,3\n1,0\n", {}, "x.csv: target: there is no column 'y' (allowed 0, 1)"),
        (
            "age,x,y\n1,2,0\n",
            {"target": "aeg"},
            "target: there is no column 'aeg' (allowed age, x, y; did you mean age",
        ),
        ("a,y\n1,0\n", {"target": 2}, "target: there is no column 2, the table has 2 (counted from 0)"),
        ("a,y\n1,0\n", {"target": -3}, "target: there is no column -3"),
        ("a,y\n1,0\n", {"ignore": ["b"]}, "ignore: there is no column 'b' (allowed a, y)"),
        ("a,y\n1,0\n", {"categorical": ["b"]}, "categorical: there is no column 'b'"),
        ("a,y\n1,0\n", {"target": None}, "x.csv: which column is the target? state `target` (allowed a, y)"),
        ("a,y,z\n1,u,0\n", {"target": ["y", "z"]}, "x.csv: column 'y' holds text; several targets must be numbers"),
        ('a,y\n"1,0\n', {}, "x.csv:2: the quote that begins here is never closed"),
        ('c,y\nu,1\n"v\n"",1\n"w",0\n', {}, "x.csv:3: the quote that begins here ends in line 5, where ',' expected"),
        ('c,y\n"a\nb",1\n5" pipe,0\n "u,1\nv,0\n', {}, "x.csv:5: the quote that begins here is never closed"),
        ('a,y\n"1"2,0\n', {}, "x.csv:2: ',' expected after '\"'"),
        (b"a,y\n\xc3\xa9,0\ncaf\xe9,1\n", {}, "x.csv:3: the text is not UTF-8 (byte 0xe9); save the file as UTF-8, or"),
        (b"a,y\n1,0\n\x81,1\n", {}, "x.csv:3: the text is not UTF-8 (byte 0x81); save the file as UTF-8, or state"),
        (b"a,y\n1,0\n\0\xe9,1\n", {}, "x.csv:3: the text is not UTF-8 (byte 0xe9); save the file as UTF-8, or"),
        (b"a,y\n1,0\n\xe9,1\n", {"encoding": "ascii"}, "x.csv:3: the text is not ascii (byte 0xe9)"),
        ("a;y\n1;0\n", {"delimiter": ","}, "target: there is no column 'y' (allowed a;y)"),
        ("a,y\n1,0\n1_20,1\n", {}, "x.csv:3: column 'a': '1_20' is not a number, as others in this column are"),
        ("a,y\n0012,0\n1.5,1\n", {}, "x.csv:2: column 'a': '0012' is not a number, as others in this column are"),
        ("a,y\n$5,0\n$6,0\n€5,1\n", {}, "x.csv:4: column 'a': '€5' has the mark €, unlike others in this column"),
        ("a,y\n25%,0\n0.25,1\n", {}, "x.csv:3: column 'a': '0.25' is not a number, as others in this column are"),
        ("a,y\n1,0\nyes,1\n", {}, "x.csv:3: column 'a': 'yes' is not a number, as others in this column are"),
        ("a,y\n1,0\nNA,1\n", {"missing": [""]}, "x.csv:3: column 'a': 'NA' is not a number, as others in this"),
        ("c,y\n" + "".join(f"name {i},0\n" for i in range(101)), {}, "column 'c' has 101 different texts; name it in"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(
    tmp_path: Path, text: str | bytes, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError) as error:
        read(tmp_path, text, **options)
    assert message in str(error.value)
    assert str(error.value).startswith(str(tmp_path / "x.csv"))


def test_a_far_column_is_suggested_among_hundreds(tmp_path: Path) -> None:
    names = [f"pixel{i}" for i in range(784)]
    with pytest.raises(DataError, match=r"allowed pixel0, .*, label, …, pixel783; did you mean label\?") as error:
        read(tmp_path, ",".join([*names[:500], "label", *names[500:]]) + "\n", target="lable")
    assert len(str(error.value)) < 300


def test_a_line_is_that_of_the_file_even_after_quoted_line_ends(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"x\.csv:5: column 'a'"):
        read(tmp_path, 'c,a,y\n"one\ntwo",1,0\n\nu,,1\n')


def test_a_damaged_archive_and_a_missing_file(tmp_path: Path) -> None:
    whole = gzip.compress(b"a,y\n" + b"1,0\n" * 1000)
    with pytest.raises(DataError, match=r"x\.csv\.gz: the file is damaged or cut short"):
        read(tmp_path, whole[:-20], "x.csv.gz")
    with pytest.raises(DataError, match=r"x\.csv\.gz: the file is damaged or cut short"):
        read(tmp_path, b"a,y\n1,0\n", "x.csv.gz")
    (tmp_path / "trian.csv").write_text("")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match=r"train\.csv: there is no such file; did you mean trian\.csv\?"):
        Source.parse({"name": "file", "path": str(tmp_path / "train.csv")}).load()
    with pytest.raises(DataError, match=r"folder\.csv: cannot be read: Is a directory"):
        Source.parse({"name": "file", "path": str(tmp_path / "folder.csv")}).load()


FIELDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(max_examples=examples(100, 0.25))
@given(st.lists(st.tuples(st.floats(-1e300, 1e300), FIELDS, st.integers(-3, 3)), min_size=1, max_size=20))
def test_whatever_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, str, int]]
) -> None:
    """Numbers bit for bit, text as categories; the writer of the standard library quotes what needs it."""
    rows = [(number, f"t{text}", label) for number, text, label in rows]
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("a", "c", "y"), *rows])
    examples = read(tmp_path_factory.getbasetemp(), file.getvalue())
    categories = sorted({text for _, text, _ in rows})
    X = examples.X[:]
    assert X[:, :1].ravel().tolist() == [number for number, _, _ in rows]
    assert [categories[row.argmax()] for row in X[:, 1:]] == [text for _, text, _ in rows]
    assert examples.y is not None
    assert examples.y.tolist() == [label for _, _, label in rows]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    with warnings.catch_warnings(), suppress(DataError):
        warnings.simplefilter("ignore", Remark)
        read(tmp_path_factory.getbasetemp(), content, target=0)
        read(tmp_path_factory.getbasetemp(), content, target=0, header=False, impute="mean")


@given(st.text(max_size=200), st.sampled_from(["utf-8", "utf-16", "latin-1"]), st.sampled_from(",; \t|"))
def test_any_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, encoding: str, delimiter: str
) -> None:
    content = text.encode(encoding, errors="replace")
    with warnings.catch_warnings(), suppress(DataError):
        warnings.simplefilter("ignore", Remark)
        read(tmp_path_factory.getbasetemp(), content, target=0, delimiter=delimiter, encoding=encoding)
        read(tmp_path_factory.getbasetemp(), content, target=0, impute="mean", decimal=",", comment="%")


def test_text_of_windows_is_read_with_a_remark(tmp_path: Path) -> None:
    content = "caf\xe9,y\n\x80,oui\nb,\xe9t\xe9\n".encode("latin-1")
    with pytest.warns(Remark, match=r"x\.csv: the text is not UTF-8, and is read as cp1252"):
        examples = read(tmp_path, content, target=1)
    assert features(examples) == ["café=b", "café=€"]
    assert examples.y is not None
    assert examples.y.tolist() == ["oui", "été"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    content = "größe,y\n1,0\n2,1\n".encode(encoding)
    stated = {} if "utf" in encoding else {"encoding": encoding}
    assert features(read(tmp_path, content, **stated)) == ["größe"]


def test_an_encoding_must_exist(tmp_path: Path) -> None:
    for name in ("latin-99", "base64", "undefined", "a\0"):
        with pytest.raises(ValueError, match="there is no encoding named"):
            read(tmp_path, "a,y\n1,0\n", encoding=name)


def test_marks_of_missing_values_can_be_stated(tmp_path: Path) -> None:
    text = "age,region,y\n-999,NA,1\n5,EU,0\n,AS,0\n-999.0,NA,1\n"
    examples = read(tmp_path, text, missing=[-999], impute="mean")
    assert features(examples) == ["age", "region=AS", "region=EU", "region=NA"]
    assert np.isnan(examples.X[:][:, 0]).tolist() == [True, False, True, True]
    assert not np.isnan(examples.X[:][:, 1:]).any()


def test_a_column_stated_to_be_categorical_has_nothing_missing_but_empty_fields(tmp_path: Path) -> None:
    text = "c,y\nNA,0\n?,1\n,1\n"
    assert features(read(tmp_path, text, categorical=["c"], impute="mean")) == ["c=?", "c=NA"]
    assert features(read(tmp_path, text + "u,1\n", categorical=["c"], impute="mean", missing=["NA", "?"])) == ["c=u"]


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["$1,234.50", "-$5", "$ 7"], [1234.5, -5.0, 7.0]),
        (["25.0%", "100 %", "\u22123%"], [25.0, 100.0, -3.0]),
        (["12 €", "1 234,5 €", "0,5 €"], [12.0, 1234.5, 0.5]),
        (["1'234.5", "7", "1'000'000"], [1234.5, 7.0, 1e6]),
        (["1.234,5", "7", "12.345.678"], [1234.5, 7.0, 12345678.0]),
        (["1\u202f234", "7", "+8"], [1234.0, 7.0, 8.0]),
        (["yes", "No", "YES"], [1.0, 0.0, 1.0]),
        (["T", "F", "F"], [1.0, 0.0, 0.0]),
        (["true", "off", "TRUE"], [1.0, 0.0, 1.0]),
        (["1e3", ".5", "5."], [1000.0, 0.5, 5.0]),
    ],
)
def test_numbers_as_people_write_them(tmp_path: Path, texts: list[str], numbers: list[float]) -> None:
    examples = read(tmp_path, "a,y\n" + "".join(f'"{text}",{row}\n' for row, text in enumerate(texts)))
    assert features(examples) == ["a"]
    assert examples.X[:][:, 0].tolist() == numbers


@pytest.mark.parametrize(
    "texts",
    [["0012", "1234", "7"], ["1_20", "1_3"], ["1e5x", "2e"], ["yes", "maybe"], ["yes"], ["m", "f"], ["1-2", "3-4"]],
)
def test_what_only_looks_like_numbers_stays_text(tmp_path: Path, texts: list[str]) -> None:
    examples = read(tmp_path, "a,y\n" + "".join(f"{text},{row}\n" for row, text in enumerate(texts)))
    assert features(examples) == [f"a={text}" for text in sorted(texts)]


@pytest.mark.parametrize(
    ("early", "late", "expected"),
    [("12", "0012", ["a=0012", "a=12"]), ("1.234", "1.234,5", ["a"]), ("5", "1,234", ["a"])],
)
def test_a_value_far_below_may_tell_how_all_are_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, early: str, late: str, expected: list[str]
) -> None:
    monkeypatch.setattr(csv_file, "FIELDS", 300)
    examples = read(tmp_path, "a;y\n" + f"{early};0\n" * 400 + f"{late};1\n", decimal=".")
    assert features(examples) == expected
    if len(expected) == 1:
        numbers = {"1.234": 1234.0, "1.234,5": 1234.5, "5": 5.0, "1,234": 1234.0}
        assert examples.X[:][[0, -1], 0].tolist() == [numbers[early], numbers[late]]


@pytest.mark.parametrize(
    ("day", "first"),
    [
        ("2021-03-{:02}", 18687),
        ("2021-03-{:02}T12:00:00", 18687.5),
        ("3/{}/2021", 18687),
        ("{}.3.21", 18687),
        ("12:{:02}", 12 / 24 + 1 / 1440),
    ],
)
def test_days_are_elapsed_time(tmp_path: Path, day: str, first: float) -> None:
    text = "day,y\n" + "".join(f"{day.format(number)},0\n" for number in range(1, 21))
    examples = read(tmp_path, text)
    assert features(examples) == ["day"]
    assert examples.X[:][0, 0] == pytest.approx(first, rel=1e-12)
    unit = 1 / 1440 if ":{:02}" in day else 1
    assert examples.X[:][:, 0] == pytest.approx(first + unit * np.arange(20), rel=1e-12)
    assert len(features(read(tmp_path, text, categorical=["day"]))) == 20


@pytest.mark.parametrize("options", [{"times": False}, {"plain": True}, {"columns": {"day": {"kind": "category"}}}])
def test_days_are_categories_where_that_is_stated(tmp_path: Path, options: dict[str, Any]) -> None:
    text = "day,y\n" + "".join(f"2021-03-{number:02},0\n" for number in range(1, 4))
    if "columns" in options:
        assert len(features(read(tmp_path, text, **options))) == 3
        return
    with pytest.warns(Remark, match=r"x\.csv: column 'day' has 3 different dates or times: each .*`ignore`"):
        assert len(features(read(tmp_path, text, **options))) == 3


def test_a_day_that_could_be_a_month_is_remarked_on(tmp_path: Path) -> None:
    text = "day,y\n1/2/2020,0\n3/4/2020,1\n"
    with pytest.warns(Remark, match=r"the second number is read as the day; .*\{day: \{kind: time, order: dmy\}\}"):
        assert read(tmp_path, text).X[:][:, 0].tolist() == [18263, 18325]
    stated: dict[str, Any] = {"columns": {"day": {"kind": "time", "order": "dmy"}}}
    assert read(tmp_path, text, **stated).X[:][:, 0].tolist() == [18293, 18355]


def test_plain_reading_is_that_of_earlier_times(tmp_path: Path) -> None:
    text = "a;b,c,y\n0012,yes,0\n1_20,no,1\n"
    assert features(read(tmp_path, text, plain=True)) == ["a;b", "c=no", "c=yes"]
    complete: dict[str, Any] = {"header": True, "categorical": [], "ignore": []}  # as every complete spec had it then
    assert read(tmp_path, text.replace("a;b", "a"), **complete).X[:][:, 0].tolist() == [12, 120]


CELL = st.text(st.characters(codec="utf-8", categories=("L", "P", "S", "Zs")), min_size=1, max_size=6)


@given(
    rows=st.lists(st.tuples(st.floats(-1e12, 1e12), CELL, st.integers(-3, 3)), min_size=3, max_size=20),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    decimal=st.sampled_from(".,"),
    comment=st.sampled_from(["", "# made by hand\n"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_in_any_dialect_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[float, str, int]],
    delimiter: str,
    encoding: str,
    decimal: str,
    comment: str,
    line_end: str,
) -> None:
    """Also without a word on how it is written; one number has 17 digits, so that it can be no group of thousands."""
    rows = [(0.12345678901234567, "text", 0), *((number, f"text{text}", label) for number, text, label in rows)]
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end)
    writer.writerow(["number", "category", "y"])
    writer.writerows((repr(number).replace(".", decimal), text, label) for number, text, label in rows)
    content = (comment + file.getvalue()).encode(encoding)
    examples = read(tmp_path_factory.getbasetemp(), content)
    categories = sorted({text for _, text, _ in rows})
    assert examples.X[:][:, 0].tolist() == [number for number, _, _ in rows]
    assert [categories[row.argmax()] for row in examples.X[:][:, 1:]] == [text for _, text, _ in rows]
    assert examples.y is not None
    assert examples.y.tolist() == [label for _, _, label in rows]


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/proc/self/fd/0", "/dev/fd/63"])
def test_what_comes_through_a_pipe_has_no_format(name: str) -> None:
    with pytest.raises(
        ValueError, match=r"what comes through a pipe has no name that tells its format; write it into a"
    ):
        Source.parse({"name": "file", "path": name, "target": "y"})


def test_a_text_may_be_long(tmp_path: Path) -> None:
    assert read(tmp_path, f"c,y\n{'long ' * 40_000},0\nshort,1\n").features == (f"c={'long ' * 40_000}", "c=short")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.csv")
    source = Source.parse({"name": "file", "path": str(tmp_path / "x.csv"), "target": "y"})
    with pytest.raises(DataError, match=r"x\.csv: is a pipe, .*: write it into a file first"):
        source.load()


@pytest.mark.parametrize(
    ("options", "names", "row"),
    [
        ({"ignore": [2]}, ["a", "b"], [1, 2]),
        ({"ignore": [0]}, ["b", "a"], [2, 3]),
        ({"ignore": [-2]}, ["a", "b"], [1, 2]),
        ({"ignore": ["a"]}, ["b"], [2]),
        ({"use": [2]}, ["a"], [3]),
        ({"use": [0, "b"]}, ["a", "b"], [1, 2]),
    ],
)
def test_of_columns_with_the_same_name_one_may_be_used(
    tmp_path: Path, options: dict[str, Any], names: list[str], row: list[float]
) -> None:
    examples = read(tmp_path, "a,b,a,y\n1,2,3,0\n1,2,3,1\n", **options)
    assert features(examples) == names
    assert examples.X[:][0].tolist() == row


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"'])
@pytest.mark.parametrize("options", [{}, {"delimiter": ";"}, {"encoding": "utf-8"}])
def test_the_first_line_of_excel_names_the_delimiter(tmp_path: Path, line: str, options: dict[str, Any]) -> None:
    examples = read(tmp_path, f"{line}\na;b;y\n1,5;2;0\n3,5;4;1\n", **options)
    assert features(examples) == ["a", "b"]
    assert examples.X[:].tolist() == [[1.5, 2], [3.5, 4]]
    with pytest.raises(DataError, match=r"x\.csv:4: expected 2 fields, found 3"):
        read(tmp_path, f"{line}\na;y\n1;0\n3;4;1\n")


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["$5", "($6.50)", "$(1,234)"], [5, -6.5, -1234]),
        (["5", "(6)", "7.25"], [5, -6, 7.25]),
        (["5%", "(6%)", "( 7 %)"], [5, -6, -7]),
    ],
)
def test_numbers_in_brackets_are_negative(tmp_path: Path, texts: list[str], numbers: list[float]) -> None:
    examples = read(tmp_path, "a;y\n" + "".join(f"{text};0\n" for text in texts))
    assert examples.X[:][:, 0].tolist() == numbers


def test_notes_in_brackets_are_no_numbers(tmp_path: Path) -> None:
    assert features(read(tmp_path, "a,y\n(1),0\n(2),1\n")) == ["a=(1)", "a=(2)"]
    with pytest.raises(DataError, match=r"x\.csv:3: column 'a': '\(x\)' is not a number"):
        read(tmp_path, "a,y\n1,0\n(x),1\n")


def test_single_quotes_enclose_delimiters_and_are_doubled(tmp_path: Path) -> None:
    rows = "".join(f"'it''s, {number % 2}',{number},{'ab'[number % 2]}\n" for number in range(12))
    examples = read(tmp_path, f"'name, short',size,y\n{rows}", "x.csv")
    assert examples.features == ("name, short=it's, 0", "name, short=it's, 1", "size")
    assert examples.X[:].tolist() == [[1 - number % 2, number % 2, number] for number in range(12)]


def test_apostrophes_are_no_quotes(tmp_path: Path) -> None:
    rows = "".join(
        f"{'tn'[number % 2]} 'Hart' s,{number},{'ab'[number % 2]}\n'{number % 2},{number},a\n" for number in range(12)
    )
    assert "name='0" in read(tmp_path, f"name,size,y\n{rows}", "x.csv").features


def test_a_sign_that_is_no_quote_is_named_with_the_option_that_says_so(tmp_path: Path) -> None:
    text = "name,size,y\n" + "".join(f'"pipe{number % 2},{number},{"ab"[number % 2]}\n' for number in range(13))
    with pytest.raises(
        DataError, match=r"x\.csv:2: the quote that begins here .*; if it is no quote, state `quote: ''`"
    ):
        read(tmp_path, text, "x.csv")
    assert read(tmp_path, text, "x.csv", quote="").features == ('name="pipe0', 'name="pipe1', "size")
