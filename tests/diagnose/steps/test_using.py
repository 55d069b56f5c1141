"""The end of all advice: a network is used where it is known to do better than a simple answer, and not elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.using import no_better
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose
from dlx.documents.baselines import BaselineRecord, Baselines, NetworkDifference, PartBaseline
from dlx.documents.diagnosis import JudgedMetric
from dlx.documents.folds import FoldsDocument
from dlx.nn.losses import Huber
from dlx.spec.loader import load_spec
from dlx.stats.intervals import Estimate, error_rate, exact
from dlx.stats.measured import Carriers, LabelValue, MeasuredMetric
from dlx.words import Status, Task

CONFIG = Path(__file__).parents[3] / "configs" / "overfitting.yaml"
RUN = Path("runs/a")


def beside(error: float, low: float, high: float, nearer: Estimate | None = None) -> PartBaseline:
    """A simple model, and the network minus it in the middle of an interval."""
    verdict = "better" if high < 0 else "worse" if low > 0 else "not established"
    return PartBaseline(exact(error), NetworkDifference((low + high) / 2, low, high, 150, verdict), nearer=nearer)


def folds(**models: PartBaseline) -> FoldsDocument:
    titles = {"constant": "always the mean", "linear": "a linear model"}
    records = {name: BaselineRecord(titles[name], 120, {"out_of_fold": part}) for name, part in models.items()}
    errors = {"out_of_fold": Estimate(12.0, 10.0, 15.0, 150)}
    return FoldsDocument("a", Status.COMPLETED, Task.REGRESSION, 5, 1.0, errors, baselines=Baselines(records))


@pytest.mark.parametrize(
    ("models", "reason"),
    [
        ({"constant": beside(12.5, -3, 2)}, "the network is not surely better: answering always the mean errs 12.5"),
        ({"constant": beside(11, 0.5, 2)}, "the network is surely beaten: answering always the mean errs 11"),
        (
            {"constant": beside(20, -9, -5), "linear": beside(8, 2, 5)},
            "the network is surely beaten: a linear model errs 8",
        ),
        ({"constant": beside(20, -9, -5), "linear": beside(11, -1, 3)}, ""),
        ({"constant": beside(12.5, -3, 2, error_rate(0.7, 150))}, ""),  # few rows carry the error of both
        ({}, ""),
    ],
)
def test_after_folds_a_network_is_used_only_where_no_simple_answer_did_as_well(
    models: dict[str, PartBaseline], reason: str
) -> None:
    judged = folds(**models)
    expected = f"over all folds {reason}, the network 12" if reason else ""
    assert no_better(judged) == expected
    document = diagnose({"train": exact(0.01), "dev": exact(0.02)}, 0.0, 0.02)
    supply = Supply(load_spec(CONFIG).spec, DataFacts(100))
    steps = next_steps(AdviceContext(document, supply, RUN, CONFIG, was_in_folds=True, folds=judged))
    words = [step.command.split()[1] for step in steps]
    assert words == (["diagnose"] if reason else ["report", "predict", "export"])
    assert steps[0].advice.startswith(expected)
    if "linear" in models and not reason:
        assert steps[0].advice.endswith("or a linear model, which does as well over all folds: 11, the network 12")


def test_a_network_that_is_not_known_to_beat_a_constant_answer_is_judged_by_folds_first() -> None:
    supply = Supply(load_spec(CONFIG).spec, DataFacts(100, parts={"train": 100, "dev": 100}, rows=200))
    document = diagnose({"train": exact(0.01), "dev": exact(0.02)}, 0.0, 0.02, unproven="nobody knows")
    first, *_ = next_steps(AdviceContext(document, supply, RUN, CONFIG))
    assert first.advice.startswith("nobody knows; let folds judge")
    assert "data.folds=5" in first.command
    without = Supply(load_spec(CONFIG).spec, DataFacts(100))
    first, *others = next_steps(AdviceContext(document, without, RUN, CONFIG))
    assert first.command == "dlx diagnose runs/a --worst worst.csv"
    assert not any("predict" in step.command for step in others)


def test_where_few_rows_carry_the_error_of_a_robust_loss_the_others_are_spoken_of() -> None:
    spec = load_spec(CONFIG).spec.model_copy(update={"loss": Huber(delta=0.3)})
    supply = Supply(spec, DataFacts(100))
    errors = {"train": exact(11.0), "dev": exact(12.0)}
    metrics = {
        "dev": {
            "median_absolute_error": MeasuredMetric(0.5, 0.4, 0.6),
            "absolute_error_90": MeasuredMetric(2.0, 1.5, 3.0),
        }
    }
    document = replace(
        diagnose(errors, 0.0, 1.0, Task.REGRESSION), tails={"dev": Carriers(1, 30, 0.99)}, metrics=metrics
    )
    look, race = next_steps(AdviceContext(document, supply, RUN, CONFIG))
    assert race.command == "dlx diagnose runs/a --act"
    assert "half of all rows err by less than 0.5, nine of ten by less than 2" in look.advice
    assert look.command.endswith("--worst worst.csv")
    for share, used in ((0.9, True), (0.6, False)):  # of 30 rows, to which the network comes nearer than the median
        part = beside(12.2, -3, 2, error_rate(share, 30))
        models = Baselines({"constant": BaselineRecord("always the mean", 90, {"dev": part})})
        steps = next_steps(AdviceContext(replace(document, baselines=models), supply, RUN, CONFIG))
        assert any("predict" in step.command for step in steps) is used


@pytest.mark.parametrize(("high", "is_better"), [(0.45, True), (0.52, False)])
def test_of_unequal_classes_one_answer_for_all_errs_half_by_the_error_that_is_judged(
    high: float, is_better: bool
) -> None:
    """It errs on 5 % of the examples, which says nothing against a network that finds the rare ones."""
    constant = beside(0.05, 0.08, 0.16)
    error = Estimate(0.37, 0.27, high, 400)
    diagnosis = diagnose(
        {"train": exact(0.1)}, 0.0, 0.02, measure=JudgedMetric("balanced_error", {"out_of_fold": error})
    )
    recall = MeasuredMetric(
        0.6, 0.5, 0.7, 400, classes=[LabelValue("no", 0.8, 0.7, 0.9, 380), LabelValue("yes", 0.4, 0.2, 0.6, 20)]
    )
    judged = replace(
        folds(constant=constant), task=Task.BINARY, diagnosis=diagnosis, metrics={"out_of_fold": {"recall": recall}}
    )
    errors = "one answer for all has a balanced error of 50.00 %, the network 37.00 %"
    assert no_better(judged) == ("" if is_better else f"over all folds the network is not surely better: {errors}")


def test_what_folds_have_judged_since_is_looked_at_in_their_place() -> None:
    supply = Supply(load_spec(CONFIG).spec, DataFacts(100, parts={"train": 100, "dev": 100}, rows=200))
    document = diagnose({"train": exact(0.01), "dev": exact(0.02)}, 0.0, 0.02, unproven="nobody knows")
    first, *_ = next_steps(AdviceContext(document, supply, RUN, CONFIG, judged_by=Path("runs/folds")))
    assert first.command == "dlx diagnose runs/folds"
