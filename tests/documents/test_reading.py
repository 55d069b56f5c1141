"""Reading stored documents: what was written comes back, older ones too, and of a damaged one the key is named."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Any

import pytest

from dlx.documents.reading import read_record
from dlx.documents.repair import ErrorChange, RaceResult, RemedyResult, RepairDocument
from dlx.errors import DataError
from dlx.files import to_json
from dlx.stats.intervals import Estimate

HE = RemedyResult(
    "he", "bias", {"initializer": {"name": "he"}}, "", "", Estimate(-0.1, -inf, inf, 9), 1, 0.5, "keep", ""
)
STORY = RepairDocument(
    status="done",
    replicates=5,
    budget=600.0,
    seconds=1.5,
    rounds=[RaceResult("key", "bias", "he", [HE])],
    errors=ErrorChange({"dev": Estimate(0.2, 0.1, 0.3, 90)}, {"dev": Estimate(0.1, 0.05, inf)}),
    verdict="low bias and low variance",
    spec=None,
    test=None,
)


def document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(to_json({"act": STORY}))
    return read


def test_what_was_written_comes_back() -> None:
    repair = read_record(RepairDocument, document(), Path("diagnosis.json"), "act")
    assert to_json(repair) == to_json(STORY)
    assert repair.rounds[0].winner == repair.rounds[0].remedies[0]
    assert repair.errors == STORY.errors


def test_keys_of_another_version_are_left_out() -> None:
    repair = document()
    repair["act"]["rounds"][0] |= {"judge": "an older one"}
    assert read_record(RepairDocument, repair, Path("diagnosis.json"), "act").errors == STORY.errors


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("status",), 3, "act.status is 3, expected text"),
        (("rounds",), {}, "act.rounds is {}, expected a list"),
        (("rounds", 0, "kept"), 1.5, "act.rounds[0].kept is 1.5, expected text"),
        (
            ("rounds", 0, "remedies", 0, "change"),
            "low",
            "act.rounds[0].remedies[0].change is 'low', expected a mapping",
        ),
        (("rounds", 0, "remedies", 0, "seconds"), None, "act.rounds[0].remedies[0].seconds is None, expected a number"),
        (("errors", "after", "dev", "m"), "?", "act.errors.after.dev.m is '?', expected a whole number"),
        (("errors", "before"), None, "act.errors.before is None, expected a mapping"),
    ],
)
def test_damage_is_named_with_its_key(path: tuple[Any, ...], value: object, fault: str) -> None:
    damaged = document()
    *outer, last = ("act", *path)
    place: Any = damaged
    for key in outer:
        place = place[key]
    place[last] = value
    with pytest.raises(DataError) as caught:
        read_record(RepairDocument, damaged, Path("diagnosis.json"), "act")
    assert str(caught.value) == f"diagnosis.json: is damaged: {fault}"
    del place[last]
    with pytest.raises(DataError, match=r"there is no act\."):
        read_record(RepairDocument, damaged, Path("diagnosis.json"), "act")
