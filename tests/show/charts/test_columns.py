"""Columns in words: in the order of what they tell, values in a few characters, parts in numbers."""

from __future__ import annotations

from typing import Any

from dlx.show.charts.columns import column_rows, in_short, notes, part_rows


def column(name: str, **facts: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(("least", "lower_quartile", "median", "upper_quartile", "largest"))
    plain = {
        "name": name,
        "kind": "text",
        "missing": 0,
        "distinct": 2,
        "frequent": [],
        "notes": [],
        "association": None,
    }
    return plain | numbers | facts


def document(*columns: dict[str, Any], **facts: Any) -> dict[str, Any]:
    plain = {"m": 10, "repeated_rows": 0, "target": [], "unreadable": {}, "parts": {}, "columns": list(columns)}
    return plain | facts


def test_the_target_first_then_what_tells_most_of_it() -> None:
    rows = column_rows(document(column("a", association=0.1), column("b", association=0.9), column("y"), target=["y"]))
    assert [(row.name, row.association) for row in rows] == [("y", "target"), ("b", "0.90"), ("a", "0.10")]


def test_numbers_by_their_range_and_texts_by_their_frequency() -> None:
    number = column("n", least=-1.5, median=0.25, largest=1234567.0, missing=1234)
    text = column("t", distinct=9, frequent=[{"value": "x" * 40, "count": 5}, {"value": "short", "count": 4}])
    whole = column("w", frequent=[{"value": "a", "count": 6}, {"value": "b", "count": 4}])
    rows = column_rows(document(number, text, whole))
    assert [row.values for row in rows] == ["-1.5 … 0.25 … 1.23457e+06", rows[1].values, "a 6, b 4"]
    assert rows[0].missing == "1,234"
    assert len(rows[1].values) <= 40
    assert rows[1].values.endswith("…")


def test_notes_parts_and_the_size() -> None:
    facts = document(
        column("a", notes=["odd", "strange"]),
        unreadable={"b": "its type is map"},
        repeated_rows=2,
        parts={
            "train": {"m": 1500, "classes": {"u": 900, "v": 600}},
            "dev": {"m": 5, "mean": [1.5], "deviation": [0.25]},
        },
    )
    assert notes(facts) == [("a", "odd"), ("a", "strange"), ("b", "its type is map")]
    assert part_rows(facts) == [["train", "1,500", "u 900, v 600"], ["dev", "5", "mean 1.5, deviation 0.25"]]
    assert in_short(facts) == "10 rows, 1 column, 2 rows repeat one before them"
