"""CSV files: what is read from them, and what is said of those that cannot be."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.examples import Examples
from dlx.data.formats import csv_file
from dlx.data.sources import Source
from dlx.errors import DataError


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
        (["99999999999999999999", "1", "2"], [1e20, 1.0, 2.0]),
    ],
)
def test_labels_keep_what_they_are(tmp_path: Path, labels: list[str], expected: list[object]) -> None:
    y = read(tmp_path, "x,y\n" + "".join(f"1,{label}\n" for label in labels)).y
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
        ("a,y\n1,0\n2,1,5\n", {}, "x.csv:3: expected 2 fields, found 3"),
        (
            "a,y\n1,0\n\n,1\n",
            {},
            "x.csv:4: column 'a': the value is missing; correct the file, or state `impute: mean`",
        ),
        ("a,y\nNA,0\n1,1\n", {}, "x.csv:2: column 'a': the value is missing"),
        ("a,y\n1,0\n2,\n", {"impute": "mean"}, "x.csv:3: column 'y': the target is missing"),
        ("c,y\nu,0\n?,1\n", {}, "x.csv:3: column 'c': the value is missing"),
        ("a,y\nNA,0\n,1\n", {"impute": "mean"}, "x.csv: column 'a' has no value at all; name it in `ignore`"),
        ("a,y\n1,0\ninf,1\n", {}, "x.csv:3: column 'a': inf is not finite"),
        ("a,y\n1,0\n1e999,1\n", {}, "x.csv:3: column 'a': inf is not finite"),
        ("a,y\n1,0\n1.2.3,1\n", {}, "x.csv:3: column 'a': '1.2.3' is not a number, as others in this column are"),
        ("a,y\nu,0\n3,1\n", {}, "x.csv:2: column 'a': 'u' is not a number, as others in this column are"),
        ("a,b,a,y\n1,2,3,0\n", {}, "x.csv:1: the header has 2 columns named 'a'"),
        (",a,y\n0,1,0\n", {}, "x.csv:1: column 0 (counted from 0) has no name; give it one, or state `ignore: ['']`"),
        ("5,3\n1,0\n", {"target": 1}, "x.csv:1: the header has only numbers; if the file has none, state `header: "),
        ("5,3\n1,0\n", {}, "x.csv:1: the header has only numbers"),
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
        ('a,y\n"1,0\n', {}, "x.csv:2: unexpected end of data"),
        ('a,y\n"1"2,0\n', {}, "x.csv:2: ',' expected after '\"'"),
        (b"a,y\n1,0\ncaf\xe9,1\n", {}, "x.csv:3: the text is not UTF-8 (byte 0xe9); save the file as UTF-8"),
        ("a;y\n1;0\n", {}, "target: there is no column 'y' (allowed a;y)"),
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
    try:
        read(tmp_path_factory.getbasetemp(), content, target=0)
        read(tmp_path_factory.getbasetemp(), content, target=0, header=False, impute="mean")
    except DataError:
        pass
