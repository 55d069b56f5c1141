"""What is stated of a source so that its columns are read as they seem to be meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlx.data.profile.reading import profile_file, with_labels
from dlx.data.profile.table import TableProfile
from dlx.data.sources import File

MARKS = ["\\N", "<NA>", "(null)", "#N/A", "-", "?", "n/a", "nan", "None", "NULL"]


def profile(tmp_path: Path, rows: list[str], **options: Any) -> TableProfile:
    path = tmp_path / "table.csv"
    path.write_text("\n".join(rows))
    return profile_file(File.model_validate({"path": str(path), **options}))


def test_units_and_censored_numbers(tmp_path: Path) -> None:
    rows = []
    for number in range(60):
        limit = "<0.5" if number % 5 == 0 else number / 4
        rows.append(f"{number / 8} kg,{limit},{number}{('g', 'kg')[number % 2]}")
    table = profile(tmp_path, ["w,crp,mixed", *rows])
    assert [column.kind for column in table.columns] == ["number", "number", "text"]
    assert table.column("crp").numbers[:3].tolist() == [0.5, 0.25, 0.5]
    assert dict(table.settings) == {"w": "numbers in kg", "crp": "'<0.5' taken at that limit"}
    assert table.settings_of("crp") == {"kind": "number", "censored": True}
    assert table.units_of("mixed") == "its numbers have several units, which are not converted: g 30, kg 30"


def test_all_common_marks_among_numbers_and_texts(tmp_path: Path) -> None:
    rows = [f"{x},{('red', 'blue')[place % 2]}" for place, x in enumerate([*MARKS, *map(str, range(50))])]
    rows += [f"{number},{mark}" for number, mark in enumerate(MARKS)]
    table = profile(tmp_path, ["x,colour", *rows])
    assert [column.missing for column in table.columns] == [10, 10]
    assert table.column("colour").counts[0].tolist() == ["blue", "red"]


def test_na_is_a_value_among_codes(tmp_path: Path) -> None:
    rows = [f"{('DE', 'NA', 'US')[number % 3]},{('yes', 'NA')[number % 2]},{number}" for number in range(30)]
    table = profile(tmp_path, ["country,answer,x", *rows])
    assert table.column("country").counts[0].tolist() == ["DE", "NA", "US"]
    assert table.column("answer").missing == 15
    assert dict(table.settings) == {"country": "NA is a value here, as the other codes are"}


def test_words_are_labels_of_a_target(tmp_path: Path) -> None:
    colours, labels = ("None", "red", "blue"), ("None", "Apnea", "n/a")
    rows = [f"{number},{colours[number % 3]},{labels[number % 3]}" for number in range(60)]
    table = with_labels(profile(tmp_path, ["x,colour,y", *rows]), ["y"])
    assert table.column("y").counts[0].tolist() == ["Apnea", "None"]
    assert (table.column("y").missing, table.column("colour").missing) == (20, 20)
    assert dict(table.settings) == {"y": "None is a label here"}


def test_words_that_are_labels_alone(tmp_path: Path) -> None:
    rows = [f"{number},{('None', 'Apnea')[number % 2]}" for number in range(60)]
    table = with_labels(profile(tmp_path, ["x,y", *rows]), ["y"])
    assert table.column("y").missing == 0
    assert table.source is not None
    assert (table.source.missing, dict(table.settings), dict(table.marks)) == (None, {}, {})


def test_a_bad_date_among_many(tmp_path: Path) -> None:
    rows = [f"2020-01-{day:02}" for day in range(1, 31)]
    table = profile(tmp_path, ["when,x", *(f"{row},1" for row in [*rows, "2020-02-31", "unknown"])])
    assert (table.column("when").kind, table.column("when").missing) == ("time", 2)
    assert table.settings_of("when") == {"kind": "time", "invalid": "missing"}
    assert table.settings["when"] == "'2020-02-31', 'unknown' count as missing"


def test_what_the_user_states_stays(tmp_path: Path) -> None:
    rows = [f"{number} kg,{('None', 'red')[number % 2]}" for number in range(30)]
    stated = profile(tmp_path, ["w,colour", *rows], missing=["?"], categorical=["w"])
    assert [column.kind for column in stated.columns] == ["text", "text"]
    assert stated.column("colour").missing == 0
    assert profile(tmp_path, ["w,colour", *rows], plain=True).column("w").kind == "text"
