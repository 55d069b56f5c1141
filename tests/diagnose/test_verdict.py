"""The verdict: the notes' four columns, intervals that leave it open, and the recipe that follows from it."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.tolerance import default_tolerance
from dlx.diagnose.verdict import DONE, diagnose
from dlx.documents.diagnosis import DiagnosisDocument, Gap
from dlx.files import to_json
from dlx.stats.intervals import Estimate, error_rate, exact
from dlx.words import Task

NOTES = [
    (0.01, 0.11, "high variance"),
    (0.15, 0.16, "high bias"),
    (0.15, 0.30, "high bias and high variance"),
    (0.005, 0.01, "low bias and low variance"),
]


def gap_of(document: DiagnosisDocument, name: str) -> Gap:
    gap = document.gaps[name]
    assert gap is not None
    return gap


def sizes_of(document: DiagnosisDocument, name: str) -> dict[str, int]:
    """How many examples of which parts settle a gap."""
    sizes = gap_of(document, name).settled_by
    assert sizes is not None
    return sizes


@pytest.mark.parametrize("m", [None, 20_000], ids=["from bare numbers", "from many examples"])
@pytest.mark.parametrize(("train", "dev", "verdict"), NOTES)
def test_the_four_columns_of_the_notes(train: float, dev: float, verdict: str, m: int | None) -> None:
    errors = {"train": error_rate(train, m), "dev": error_rate(dev, m)}
    assert diagnose(errors, optimal_error=0.0, tolerance=0.02).verdict == verdict


def test_an_error_near_the_optimal_one_is_no_bias() -> None:
    document = diagnose({"train": exact(0.15), "dev": exact(0.16)}, optimal_error=0.15, tolerance=0.02)
    assert document.verdict == "low bias and low variance"
    assert document.bias == Gap(0.0, 0.0, 0.0, level="low")
    assert document.next == ["bias and variance are low: done"]


def test_a_gap_of_just_the_tolerance_is_low() -> None:
    document = diagnose({"train": exact(0.17), "dev": exact(0.19)}, optimal_error=0.15, tolerance=0.02)
    assert (gap_of(document, "bias").level, gap_of(document, "variance").level) == ("low", "low")


def test_a_small_dev_set_leaves_the_variance_unsettled() -> None:
    document = diagnose({"train": error_rate(0.0, 1437), "dev": error_rate(2 / 180, 180)}, 0.0, 0.02)
    variance = gap_of(document, "variance")
    assert variance.low < 0.02 < variance.high
    assert (gap_of(document, "bias").level, variance.level, document.verdict) == ("low", "unsettled", "unsettled")
    assert document.next == ["variance is unsettled: 7,600 dev examples would settle it in 4 of 5 cases"]


def test_what_is_certainly_high_is_said_though_the_other_is_unsettled() -> None:
    document = diagnose({"train": error_rate(0.15, 1437), "dev": error_rate(0.16, 100)}, 0.0, 0.02)
    assert (gap_of(document, "variance").level, document.verdict) == ("unsettled", "high bias")


def test_train_dev_tells_variance_from_mismatch() -> None:
    errors = {"train": exact(0.01), "train_dev": exact(0.015), "dev": exact(0.10), "test": exact(0.10)}
    document = diagnose(errors, 0.0, 0.02)
    assert document.verdict == "low bias and low variance"
    assert (gap_of(document, "variance").level, gap_of(document, "mismatch").level) == ("low", "high")
    assert gap_of(document, "mismatch").value == 0.085
    assert document.next == ["mismatch is high: try training examples that are more like those of dev"]


def test_without_a_dev_set_the_variance_is_unknown() -> None:
    document = diagnose({"train": exact(0.01)}, 0.0, 0.02)
    assert (document.variance, document.mismatch, document.verdict) == (None, None, "unsettled")
    assert document.next == ["variance is unknown: hold out a dev set"]
    assert diagnose({"train": exact(0.3)}, 0.0, 0.02).verdict == "high bias"


def test_the_recipe_takes_bias_first() -> None:
    steps = diagnose({"train": exact(0.15), "dev": exact(0.3)}, 0.0, 0.02).next
    about = [step.split()[0] for step in steps]
    assert about == sorted(about)
    assert "bigger network" in steps[0]
    assert any("data.augment" in step for step in steps)
    assert any("regularization.l2" in step for step in steps)


def test_the_document_is_plain_and_complete() -> None:
    document = diagnose({"train": error_rate(0.1, 50), "dev": error_rate(0.2, 40)}, 0.05, 0.02)
    written = json.loads(to_json(document))
    assert DiagnosisDocument.from_file(Path("diagnosis.json"), written) == document
    assert list(written["errors"]["dev"]) == ["value", "low", "high", "m"]
    assert list(written["bias"]) == ["value", "low", "high", "level", "settled_by"]
    assert document.errors["dev"].m == 40
    assert (document.optimal_error, document.tolerance, document.findings) == (0.05, 0.02, [])


def test_test_against_dev_tells_of_overfitting_to_dev() -> None:
    errors = {"train": exact(0.01), "dev": error_rate(0.02, 5000), "test": error_rate(0.09, 1000)}
    document = diagnose(errors, 0.0, 0.02)
    gap = gap_of(document, "overfitting_to_dev")
    assert (gap.level, gap.value) == ("high", 0.07)
    assert gap.low < 0.07 < gap.high
    assert document.verdict == "low bias and low variance"
    assert document.next[0].startswith("overfitting to dev is high: try a larger dev set")
    assert diagnose({"dev": exact(0.1)}, 0.0, 0.02).overfitting_to_dev is None


def gap_at(m: int, tolerance: float) -> Gap:
    errors = {"train": error_rate(0.01, 20_000), "dev": error_rate(0.015, m)}
    return gap_of(diagnose(errors, 0.0, tolerance), "variance")


def test_the_argument_for_the_tolerance_has_its_numbers_right() -> None:
    """500 dev examples to call errors of 1 and 1.5 % alike at a tolerance of 2 %, 3,000 at one of 1 %."""
    for tolerance, about in ((0.02, 500), (0.01, 3000)):
        levels = [
            gap_of(diagnose({"train": exact(0.01), "dev": error_rate(0.015, m)}, 0.0, tolerance), "variance").level
            for m in (about * 98 // 100, about * 102 // 100)
        ]
        assert levels == ["unsettled", "low"]


def test_no_number_of_examples_settles_a_gap_that_is_the_tolerance() -> None:
    document = diagnose({"train": exact(0.01), "dev": error_rate(0.03, 100)}, 0.0, 0.02)
    assert gap_of(document, "variance").settled_by is None
    assert document.next == [
        "variance is unsettled: no number of dev examples settles it at these errors: it is the tolerance"
    ]


def test_dev_cannot_settle_what_train_leaves_open() -> None:
    document = diagnose({"train": error_rate(0.1, 50), "dev": error_rate(0.13, 50)}, 0.1, 0.02)
    assert (gap_of(document, "variance").level, gap_of(document, "variance").settled_by) == ("unsettled", None)
    assert document.next[1].endswith("settles it at these errors: that of train is too uncertain")
    assert sizes_of(document, "bias").keys() == {"train"}


def test_test_and_dev_grow_together_where_neither_alone_settles_their_gap() -> None:
    errors = {"train": exact(0.05), "dev": error_rate(0.05, 180), "test": error_rate(0.05, 180)}
    together = sizes_of(diagnose(errors, 0.0, 0.02), "overfitting_to_dev")
    assert together["dev"] == together["test"] > 180
    alone = diagnose({**errors, "dev": error_rate(0.05, 100_000)}, 0.0, 0.02)
    assert sizes_of(alone, "overfitting_to_dev").keys() == {"test"}
    sizes = {part: error_rate(0.05, m) for part, m in together.items()}
    assert gap_of(diagnose({**errors, **sizes}, 0.0, 0.02), "overfitting_to_dev").level == "low"


def test_a_regression_is_settled_by_more_than_the_root_of_m() -> None:
    errors = {"train": exact(1.0), "dev": Estimate(1.2, 1.0, 1.5, 100)}
    enough = sizes_of(diagnose(errors, 0.0, 0.3, task=Task.REGRESSION), "variance")["dev"]
    assert 900 < enough < 10_000  # the upper end, 0.3 away, must come to a third of that, and may come out higher
    unknown = diagnose({"train": exact(1.0), "dev": Estimate(1.2, 0.0, inf, 1)}, 0.0, 0.3, Task.REGRESSION)
    assert gap_of(unknown, "variance").settled_by is None


def test_findings_stand_in_the_document_worst_first() -> None:
    found = [CAUSES["full_batch_fits"].finding("m = 300"), CAUSES["dead_units"].finding("62 % of them", layer=2)]
    document = diagnose({"train": exact(0.1)}, 0.0, 0.02, findings=found)
    assert [finding.name for finding in document.findings] == ["dead_units", "full_batch_fits"]
    assert document.findings[0].layer == 2
    assert document.next[0].startswith("dead_units: a fitting initializer")
    assert "full_batch" not in "".join(document.next)


def test_a_warning_is_to_be_mended_though_bias_and_variance_are_low() -> None:
    copies = CAUSES["duplicates_across_parts"].finding("30 of 100")
    document = diagnose({"train": exact(0.01), "dev": exact(0.01)}, 0.0, 0.02, findings=[copies])
    assert document.verdict == "low bias and low variance"
    assert document.next == [f"duplicates_across_parts: {copies.remedy}"]


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 0.5), st.floats(0.001, 0.3))
def test_more_examples_never_turn_a_verdict_round(train: int, dev: int, optimal: float, tolerance: float) -> None:
    few, many = (
        diagnose({"train": error_rate(train / 60, 60 * k), "dev": error_rate(dev / 60, 60 * k)}, optimal, tolerance)
        for k in (1, 100)
    )
    for name in ("bias", "variance"):
        assert gap_of(few, name).level in ("unsettled", gap_of(many, name).level)


def test_the_tolerance_of_a_rare_class_is_half_of_what_never_naming_it_errs() -> None:
    assert default_tolerance(Task.BINARY, np.repeat([0, 1], [99, 1])) == pytest.approx(0.005)
    assert default_tolerance(Task.MULTICLASS, np.repeat([0, 1, 2], [40, 30, 30])) == 0.02
    assert default_tolerance(Task.BINARY, np.zeros(50, np.intp)) == 0.02


def test_what_is_unproven_takes_the_place_of_done() -> None:
    errors = {"train": error_rate(0.0, 10_000), "dev": error_rate(0.0, 10_000)}
    assert diagnose(errors, 0.0, 0.02).next == [DONE]
    assert diagnose(errors, 0.0, 0.02, unproven="nobody knows").next == ["nobody knows"]
