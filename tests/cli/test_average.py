"""``dlx average``: the lecture's temperatures as CSV, as JSON and as a picture."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
LONDON = "day,temperature\n" + "\n".join(f"{day},{value}" for day, value in zip("abc", (40, 49, 45), strict=True))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "london.csv"
    path.write_text(LONDON)
    return path


def test_each_beta_with_and_without_correction(call_dlx: Run, file: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(call_dlx("average", file, "--beta", "0.9,0.98").stdout)))
    assert [row["t"] for row in rows] == ["1", "2", "3"]
    assert [float(row["temperature"]) for row in rows] == [40, 49, 45]
    assert [float(row["average_0.9"]) for row in rows] == pytest.approx([4.0, 8.5, 12.15])
    assert [float(row["corrected_0.9"]) for row in rows] == pytest.approx([40.0, 44.73684210526316, 44.83394833948339])
    assert float(rows[1]["average_0.98"]) == pytest.approx(1.764)


def test_the_same_as_json_and_as_a_picture(call_dlx: Run, file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "averages.png"
    document = json.loads(call_dlx("average", file, "--json", "--picture", picture).stdout)
    assert document["column"] == "temperature"
    [average] = document["averages"]
    assert (average["beta"], round(average["window"])) == (0.9, 10)
    assert average["average"] == pytest.approx([4.0, 8.5, 12.15])
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_column_called_t_leaves_the_number_of_each_value_another_name(call_dlx: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("t\n3\n5\n")
    rows = list(csv.DictReader(io.StringIO(call_dlx("average", tmp_path / "t.csv").stdout)))
    assert [(row["number"], float(row["t"])) for row in rows] == [("1", 3), ("2", 5)]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--beta", "0.9;0.98"], 2, "expected numbers such as 0.9,0.98"),
        (["--beta", "1"], 2, "expected 0 ≤ β < 1, got 1"),
        (["--beta", "nan"], 2, "expected 0 ≤ β < 1"),
        (["--column", "day"], 5, "is not a finite number"),
        (["--picture", "nowhere/a.png"], 6, "nowhere"),
    ],
)
def test_what_cannot_be_averaged_is_told(
    call_dlx: Run, file: Path, arguments: list[str], code: int, message: str
) -> None:
    result = call_dlx("average", file, *arguments, cwd=file.parent)
    assert result.code == code
    assert message in result.stderr
