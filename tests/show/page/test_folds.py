"""The page of a training in folds: what it has come to, or how far it has come."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.verdict import OUT_OF_FOLD, diagnose
from dlx.documents.folds import FoldsDocument
from dlx.plain_data import plain
from dlx.show.page import CollectionMaterial, folds_page
from dlx.stats.intervals import Estimate, error_rate
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import measure
from dlx.words import Task

Reader = Callable[[str], Any]

START = "2026-11-30T11:35:51.341Z"


def training(fold: int, **others: Any) -> dict[str, Any]:
    errors = {part: error_rate(0.1 * fold, 50).document() for part in ("train", "dev", "test")}
    values = {"fold": fold, "trial": f"abc{fold}", "status": "completed", "message": "", "errors": errors}
    return {**values, "kept_epoch": 3, "seconds": 0.2, "metrics": {}, **others}


def outcome() -> dict[str, Any]:
    errors = {name: error_rate(value, 100) for name, value in (("train", 0.1), ("dev", 0.2), (OUT_OF_FOLD, 0.3))}
    judged: dict[str, Estimate] = {name: errors[name] for name in ("train", OUT_OF_FOLD)}
    verdict = diagnose(judged, 0.0, 0.02, Task.BINARY)
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 60)
    metrics = measure(Answers(Task.BINARY, y, rng.normal(size=(60, 2))), ["no", "yes"])
    return {
        **{key: value for key, value in plain(verdict).items() if key not in ("errors", "task", "findings")},
        "name": "<plants>",
        "status": "completed",
        "task": "binary",
        "folds": 2,
        "seconds": 3.0,
        "errors": {name: error.document() for name, error in errors.items()},
        "spread": {"mean": 0.3, "deviation": 0.1, "least": 0.2, "largest": 0.4},
        "trainings": [training(fold, metrics={"f1": error_rate(0.25 * fold, 50).document()}) for fold in (1, 2)],
        "metrics": {OUT_OF_FOLD: plain(metrics)},
        "baselines": {"skipped": "the data stay in their file"},
    }


def page_of(document: dict[str, Any], plan: str = "") -> str:
    """The page of what a ``folds.json`` holds."""
    material = CollectionMaterial(plan, repeat="dlx train plan.yaml", started=START, runs={"abc1": "./trials/abc1"})
    return folds_page(FoldsDocument.from_file(Path("folds.json"), document), material)


def test_the_page_has_the_verdict_the_metrics_and_a_row_for_each_fold(read_page: Reader) -> None:
    page = read_page(page_of(outcome(), "a: 1"))
    assert page.named("h1")[0].text == "<plants>"
    assert page.named("title")[0].text == "<plants>, 2026-11-30 11:35 UTC – dlx"
    assert [link.attributes["href"] for link in page.named("a")][-1] == "./trials/abc1"
    titles = [heading.text for heading in page.named("h2")]
    assert titles == ["Diagnosis", "Metrics and baselines", "Trainings", "Metrics of each fold", "Plan"]
    text = " ".join(cell.text for cell in [*page.named("td"), *page.named("th")])
    for words in ("abc1", "abc2", "out-of-fold", "0.250", "0.500"):
        assert words in text
    assert "Findings" not in [heading.text for heading in page.named("h3")]


def test_what_is_not_complete_has_a_page_without_a_verdict(read_page: Reader) -> None:
    running = {"name": "x", "status": "running", "task": "binary", "folds": 3, "seconds": 1.0, "trainings": []}
    assert [heading.text for heading in read_page(page_of(running)).named("h2")] == []
    message = "diverged in epoch 1"
    bad = training(1, status="diverged", errors={}, kept_epoch=None, message=message)
    page = read_page(page_of({**running, "status": "diverged", "trainings": [bad, bad]}))
    assert [paragraph.text for paragraph in page.named("p")].count(message) == 1


def test_the_page_of_an_older_dlx_lacks_what_was_not_measured(read_page: Reader) -> None:
    older = {key: value for key, value in outcome().items() if key not in ("metrics", "baselines")}
    titles = [heading.text for heading in read_page(page_of(older)).named("h2")]
    assert titles == ["Diagnosis", "Trainings"]


def test_the_errors_of_the_folds_are_drawn_on_one_scale() -> None:
    """Of folds that err twice and four times as much as the first, the points lie twice and four times as far on."""
    trainings = [training(fold) for fold in (1, 2, 4)]
    html = page_of({**outcome(), "trainings": trainings})
    whiskers = re.findall(r'<svg class="whisker".*?</svg>', html)
    zeros, points = ([float(x) for x in re.findall(rf'{name}="([\d.]+)%"', "".join(whiskers))] for name in ("x1", "cx"))
    first, second, fourth = points
    assert (second - zeros[0]) / (first - zeros[0]) == pytest.approx(2, rel=0.01)
    assert (fourth - zeros[0]) / (first - zeros[0]) == pytest.approx(4, rel=0.01)
