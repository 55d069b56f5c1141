"""The document of a diagnosis: what was written comes back, of an older or a newer dlx too, and damage is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.verdict import diagnose
from dlx.documents.baselines import BaselineRecord, Baselines, NetworkDifference, PartBaseline
from dlx.documents.classes import ClassesDocument, ConfusedPair, WorstExample
from dlx.documents.diagnosis import DiagnosisDocument, Ending, UnbeatenModel
from dlx.documents.range_test import TestedRates as Rates
from dlx.errors import DataError
from dlx.files import to_document
from dlx.stats.intervals import Estimate, error_rate
from dlx.stats.measured import Carriers, LabelValue, MeasuredMetric
from dlx.words import Task

PATH = Path("run/diagnosis.json")
BESIDE = PartBaseline(Estimate(0.1, 0.05, 0.2, 90), NetworkDifference(-0.02, -0.1, 0.01, 90, "not established"))
WHOLE = replace(
    diagnose(
        {"train": error_rate(0.1, 100), "dev": error_rate(0.2, 50), "test": error_rate(0.3, 9)},
        0.01,
        0.02,
        Task.BINARY,
        [CAUSES["plateau"].finding("seen", layer=1), CAUSES["dead_units"].finding("62 %", overrides=("seed=2",))],
    ),
    ending=Ending(falling=True),
    unbeaten=UnbeatenModel("always no", 0.1, 0.05, 0.2),
    learning_rate=Rates(0.02, 0.0005, 0.005, None, 5, 1700),
    target_errors="relative",
    classes=ClassesDocument(
        "dev",
        ["no", 1],
        [[3, 1], [0, 4]],
        [LabelValue("no", 0.25, 0.05, 0.7, 4), LabelValue(1, None, None, None, 0)],
        [ConfusedPair("no", 1, 1)],
        [WorstExample(3, "no", 1, 0.9, None, row=17)],
    ),
    metrics={"dev": {"f1": MeasuredMetric(0.5, None, None, 8, [LabelValue("no", 0.5, 0.1, 0.9, 4)])}},
    baselines=Baselines({"constant": BaselineRecord("always no", 100, {"dev": BESIDE})}),
    tails={"dev": Carriers(1, 40, 0.6)},
)


ENDS = st.floats(0, 1e9) | st.just(inf)


def written(document: DiagnosisDocument) -> dict[str, Any]:
    """What stands in the file."""
    content: dict[str, Any] = json.loads(to_document(document))
    return content


def test_what_was_written_comes_back_and_is_written_alike() -> None:
    document = DiagnosisDocument.from_file(PATH, written(WHOLE))
    assert document == WHOLE
    assert to_document(document) == to_document(WHOLE)
    skipped = replace(WHOLE, baselines=Baselines(skipped="the data stay in their file"))
    assert written(skipped)["baselines"] == {"skipped": "the data stay in their file"}
    assert DiagnosisDocument.from_file(PATH, written(skipped)) == skipped


@given(value=ENDS, below=ENDS, above=ENDS)
def test_infinite_ends_come_back(value: float, below: float, above: float) -> None:
    low = inf if value == inf else value - below
    estimate = Estimate(value, low, value + above, 5)
    document = replace(WHOLE, errors={"dev": estimate})
    assert DiagnosisDocument.from_file(PATH, written(document)).errors["dev"] == estimate


def test_what_there_is_nothing_to_tell_of_is_not_there() -> None:
    content = written(diagnose({"train": error_rate(0.1, 100)}, 0.0, 0.02))
    assert not content.keys() & {"measure", "ending", "unbeaten", "learning_rate", "classes", "metrics", "act"}
    assert content["variance"] is None
    assert DiagnosisDocument.from_file(PATH, content).to_document().keys() == content.keys()


def test_keys_that_only_others_know_stay_in_their_place_and_what_is_found_anew_does_not() -> None:
    content = {"first": 1, **written(WHOLE), "last": [2]}
    before = DiagnosisDocument.from_file(PATH, content)
    anew = diagnose({"train": error_rate(0.1, 100)}, 0.0, 0.02).in_place_of(before)
    keys = list(written(anew))
    assert (keys[1], written(anew)["first"], written(anew)["last"]) == ("first", 1, [2])
    assert not {"unbeaten", "tails", "learning_rate"} & set(keys)
    assert written(anew)["classes"] is None  # there were none to look at
    assert list(written(before)) == ["schema_version", *(key for key in content if key != "schema_version")]


def put(*path: Any, value: object) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (put("errors", value=[]), "errors is [], expected a mapping"),
        (put("bias", "level", value="so-so"), "bias.level is 'so-so', expected one of high, low, unsettled"),
        (put("findings", 0, "severity", value=1), "findings[0].severity is 1, expected text"),
        (put("classes", "worst", 0, "index", value=None), "classes.worst[0].index is None, expected a whole number"),
        (put("metrics", "dev", "f1", "value", value="a"), "metrics.dev.f1.value is 'a', expected a number"),
        (
            put("baselines", "constant", "parts", "dev", "error", value=3),
            "baselines.constant.parts.dev.error is 3, expected a mapping",
        ),
        (put("task", value="cooking"), "task is 'cooking', expected one of binary, multiclass, multilabel, regression"),
        (lambda content: content.pop("verdict"), "there is no verdict"),
    ],
)
def test_damage_is_named_with_its_key(damage: Callable[[dict[str, Any]], object], fault: str) -> None:
    content = written(WHOLE)
    damage(content)
    with pytest.raises(DataError) as caught:
        DiagnosisDocument.from_file(PATH, content)
    assert str(caught.value) == f"run/diagnosis.json: is damaged: {fault}"
