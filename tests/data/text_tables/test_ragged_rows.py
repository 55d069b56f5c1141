"""Rows with too few fields or too many: refused, filled or left out as stated, and marked where they are answered."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.loading import load_dataset, read_like
from dlx.data.profile.reading import profile_file
from dlx.data.section import Data
from dlx.data.sources import File, Source
from dlx.errors import DataError

ROWS = [f"{number},{number / 4},{'ab'[number % 2]}" for number in range(20)]


def table(path: Path, changed: dict[int, str], rows: list[str] = ROWS) -> Path:
    """The table with other rows in these places, the first of which stands in line 2."""
    lines = ["u,v,y", *(changed.get(place, row) for place, row in enumerate(rows))]
    path.write_text("\n".join(lines) + "\n")
    return path


def load(path: Path, **options: Any) -> Any:
    source = {"name": "file", "path": str(path), "target": "y", "header": True, **options}
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        examples = Source.parse(source).load()["all"]
    return examples, [str(remark.message) for remark in remarks]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({3: "3,0.75"}, "x.csv:5: expected 3 fields, found 2; `ragged_rows: drop` leaves such rows out, fill takes"),
        (
            {3: "3,0.7,5,b", 8: "8"},
            "x.csv:5: expected 3 fields, found 4; a field that holds ',' needs quotes around it; "
            "lines 5, 10 have another number of fields; `ragged_rows: drop` leaves such rows out",
        ),
    ],
)
def test_they_are_refused_with_their_lines(tmp_path: Path, changed: dict[int, str], message: str) -> None:
    with pytest.raises(DataError) as error:
        load(table(tmp_path / "x.csv", changed))
    assert message in str(error.value)


def test_they_are_left_out_or_filled_where_that_is_stated(tmp_path: Path) -> None:
    path = table(tmp_path / "x.csv", {3: "3", 8: "8,2,a,extra", 9: "9,2.25,b,,"})
    examples, remarks = load(path, ragged_rows="drop")
    assert examples.X[:, 0].tolist() == [number for number in range(20) if number not in (3, 8)]
    assert any("left out by `ragged_rows`: lines 5, 10 have another number of fields" in text for text in remarks)
    rows = [f"{row[-1]},{row[:-2]}" for row in ROWS]
    filled, remarks = load(table(tmp_path / "y.csv", {3: "b,3"}, rows), ragged_rows="fill", impute="mean", target=0)
    assert str(filled.X[2:5].tolist()) == "[[2.0, 0.5], [3.0, nan], [4.0, 1.0]]"
    assert any("filled with missing values by `ragged_rows`: line 5 has" in text for text in remarks)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({3: "3"}, {"drop": [5]}),
        ({3: "3", 8: "8,2,a,extra"}, {"drop": [5, 10]}),
        ({number: f"{number},1" for number in (2, 7, 19)}, {"fill": [4, 9, 21]}),
        ({4: "4,1,a,,,"}, {}),
    ],
)
def test_what_becomes_of_them_is_found_out(tmp_path: Path, changed: dict[int, str], expected: dict[str, Any]) -> None:
    path = table(tmp_path / "x.csv", changed)
    with warnings.catch_warnings(action="ignore"):
        profile = profile_file(File(path=str(path)))
    assert profile.ragged == expected
    document = profile.document()
    assert document.get("dropped_rows", {}).get("ragged", []) == expected.get("drop", [])
    assert document.get("filled_rows", []) == expected.get("fill", [])


def test_of_another_file_they_are_rows_that_cannot_be_answered(tmp_path: Path) -> None:
    source = {"name": "file", "path": str(table(tmp_path / "x.csv", {})), "target": "y"}
    data = Data.model_validate({"source": source, "split": {"train": 0.8, "dev": 0.2}})
    preprocessing = load_dataset(data, None, np.random.default_rng(0)).preprocessing
    path = table(tmp_path / "new.csv", {3: "3", 8: "8,2,a,extra"})
    examples = read_like(preprocessing, path, labelled=False, strict=False)
    assert len(examples.X) == 18
    reasons = {fault.row: fault.reason for fault in reversed(examples.faults)}
    assert reasons == {3: "line 5: expected 3 fields, found 1", 8: "line 10: expected 3 fields, found 4"}
    with pytest.raises(DataError, match=r"new\.csv:5: expected 3 fields, found 1"):
        read_like(preprocessing, path, labelled=False)
