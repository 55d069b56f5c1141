"""Whole numbers that float64 does not hold, beside those of Python and of Arrow."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.conditions import RowCondition
from dlx.data.examples import tidy
from dlx.data.formats import csv_file
from dlx.data.profile.reading import profile_file
from dlx.data.sources import File
from dlx.data.targets.labels import infer_labels
from dlx.data.text_tables import regular_records
from dlx.data.values.rounded import is_rounded, tell_rounded
from dlx.errors import DataError, Remark
from dlx.words import Task

WHOLE = [2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**60 + 1, 2**60, 10**30, 123456789012345678]
LOST = "{} of {} are whole numbers beyond 2^53 that float64 rounds"


def remarks_of(path: Path, **options: object) -> list[str]:
    with warnings.catch_warnings(record=True) as messages:
        warnings.simplefilter("always")
        File.model_validate({"path": str(path), "target": "y", **options}).load()
    return [str(message.message) for message in messages if issubclass(message.category, Remark)]


def written(tmp_path: Path, numbers: Sequence[object]) -> Path:
    path = tmp_path / "t.csv"
    path.write_text("x,z,y\n" + "".join(f"{x},{row / 7:.2f},{row % 2}\n" for row, x in enumerate(numbers)))
    return path


@given(st.integers(-(2**90), 2**90))
def test_a_number_is_rounded_where_its_float_is_another_one(number: int) -> None:
    assert is_rounded(str(number), float(number)) == (int(float(number)) != number)
    assert is_rounded(f"{number:,}", float(number)) == (int(float(number)) != number)
    assert not is_rounded(f"{number}.5", float(f"{number}.5"))
    assert not is_rounded(f"{float(number)!r}", float(number))


def test_what_is_no_whole_number_is_not_counted(tmp_path: Path) -> None:
    assert remarks_of(written(tmp_path, ["1e300", "1.2345678901234567e20", "12345678901234567.5", 2**53, 2**70])) == []


def test_a_remark_tells_how_many_and_the_first_of_them(tmp_path: Path) -> None:
    path = written(tmp_path, [*WHOLE, "", "7"])
    remark = (
        f"{path}: column 'x': {LOST.format(5, 10)}, such as 9007199254740993 to 9007199254740992 in line 4; name it in "
        "`categorical` or `ignore`, or state `columns: {x: {kind: number}}`"
    )
    assert remarks_of(path, impute="median") == [remark]
    assert remarks_of(path, impute="median", columns={"x": {"kind": "number"}}) == []
    assert remarks_of(path, ignore=["x"]) == []
    assert remarks_of(path, impute="most_frequent", categorical=["x"]) == []


def test_marked_and_grouped_numbers_count_too(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('x,y\n"9,007,199,254,740,993",0\n"1,000",1\n' + "1,0\n" * 3000)
    (remark,) = remarks_of(path)
    assert f"{LOST.format(1, '3,002')}, such as 9,007,199,254,740,993 to 9007199254740992 in line 2" in remark


def test_every_way_of_reading_counts_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    path = written(tmp_path, [2**60 + int(more) for more in draw.integers(0, 1000, 5000)])
    lines = path.read_text().splitlines()[1:]
    expected = sum(int(float(line.split(",")[0])) != int(line.split(",")[0]) for line in lines)
    (remark,) = remarks_of(path)
    assert LOST.format(f"{expected:,}", "5,000") in remark
    monkeypatch.setattr(regular_records, "LARGE", 0)
    for parser in csv_file.PARSERS:
        monkeypatch.setattr(csv_file, "PARSERS", (parser,))
        assert remarks_of(path) == [remark]


def test_other_formats_tell_it_too(tmp_path: Path) -> None:
    rows = [{"x": number, "y": row % 2} for row, number in enumerate(WHOLE)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (remark,) = remarks_of(tmp_path / "t.jsonl")
    assert f"{LOST.format(5, 8)}, such as 9007199254740993 to 9007199254740992 in line 3" in remark
    pa = pytest.importorskip("pyarrow")
    from pyarrow import feather, parquet

    for type_name in ("int64", "uint64"):
        numbers = [None, 2**53, 2**53 + 1, 2**63 - 1, 5]
        table = pa.table({"x": pa.array(numbers, type_name), "y": [0, 1, 0, 1, 0]})
        parquet.write_table(table, tmp_path / "t.parquet")
        feather.write_feather(table, str(tmp_path / "t.feather"))
        for name in ("t.parquet", "t.feather"):
            (remark,) = remarks_of(tmp_path / name, impute="median")
            assert f"{LOST.format(2, 5)}, such as 9007199254740993 to 9007199254740992 in row 2" in remark


def test_conditions_on_such_numbers_are_exact_or_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [2**60 + row % 4 for row in range(20)])
    with pytest.raises(DataError, match=r"where: column 'x': 15 of 20 are whole numbers .* name it in `categorical`"):
        remarks_of(path, where={"x": 2**60 + 1})
    stated = {"path": str(path), "target": "y", "where": {"x": 2**60 + 1}}
    assert len(File.model_validate(stated | {"categorical": ["x"]}).load()["all"].X) == 5
    stated |= {"ignore": ["x"]}
    assert RowCondition.of(2**60 + 1).holds(np.array([2**60, None, 2**60 + 1], object)).tolist() == [False, False, True]
    conditions = ((2**60 + 1, 5), ([2**60, 2**60 + 3], 10), (f"!= {2**60}", 15), (f"> {2**60 + 1}", 10))
    for where, count in conditions:
        assert len(File.model_validate(stated | {"where": {"x": where}}).load()["all"].X) == count


def test_names_amounts_and_moments_are_told_apart(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    rows = [
        f"{2**60 + draw.integers(2**40)},{10**16 + row % 20},{10**17 + row % 90},"
        f"{1_700_000_000_123_456_789 + row * 10**9},{int(10 ** draw.uniform(12, 22)) + 1},{row % 3 / 7:.3f},{row % 2}"
        for row in range(200)
    ]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["key,account,device,sent_time,wei,x,y", *rows]))
    profile = profile_file(File.model_validate({"path": str(path), "target": "y"}))
    assert profile.long_names == ("key", "account", "device")
    assert [profile.column(name).distinct for name in profile.long_names] == [200, 20, 90]
    assert [profile.settings_of(name) for name in ("sent_time", "wei")] == [{"kind": "number"}] * 2
    assert profile.settings["sent_time"].startswith(LOST.format(200, 200))


def test_what_becomes_the_same_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["time,y", *(f"{2**60 + row},{row % 2}" for row in range(300))]))
    profile = profile_file(File.model_validate({"path": str(path), "target": "y"}))
    assert profile.settings["time"].endswith("; 300 different ones become 2")
    assert len({float(2**60 + row) for row in range(300)}) == 2


@pytest.mark.parametrize("kind", [np.int64, np.uint64])
@given(numbers=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=20))
def test_whole_numbers_of_arrays_beside_those_of_python(kind: type[np.generic], numbers: list[int]) -> None:
    lost = [number for number in numbers if int(float(number)) != number]
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        tell_rounded([np.array(numbers[:7], kind), np.array(numbers[7:], kind)], "a.npy", "y")
    if not lost:
        assert not remarks
        return
    text = f"y[{numbers.index(lost[0])}] = {lost[0]} to {float(lost[0]):.0f} (counted from 0)"
    assert text in str(remarks[0].message)
    assert f"a.npy: {len(lost):,} whole numbers" in str(remarks[0].message)


def test_arrays_whose_numbers_are_rounded(tmp_path: Path) -> None:
    X = np.arange(12).reshape(6, 2) + 2**53
    np.savez(tmp_path / "a.npz", X=X, y=X[:, 1])
    with pytest.warns(Remark, match=r"X\[0, 1\] = 9007199254740993 to 9007199254740992 "):
        tidy(File.model_validate({"path": str(tmp_path / "a.npz")}).load()["all"])
    with pytest.warns(Remark, match=r"a: 6 whole numbers beyond 2\^53 are rounded to float64, such as y\[0\]"):
        infer_labels(X[:, 1], Task.REGRESSION, "a")
    infer_labels(X[:, 1].repeat(2), Task.MULTICLASS, "a")  # these stay as they are
