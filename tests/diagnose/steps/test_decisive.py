"""Steps beside which no other counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.next_step import NextStep
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import JudgedMetric
from dlx.documents.earlier_run import EarlierRun
from dlx.spec.loader import load_spec
from dlx.stats.intervals import error_rate

CONFIG = Path(__file__).parents[3] / "configs" / "digits.yaml"


def first_after(train: float, dev: float, now: float, metric: str | None = None) -> NextStep:
    """The first step after a change that came from these errors, or values of a metric, to others."""
    rate = "optimizer.learning_rate"
    before = {"train": error_rate(train, 1000), "dev": error_rate(dev, 1000)}
    earlier = EarlierRun("runs/before", (rate,), before, values={rate: 0.005})
    errors = {"train": error_rate(now, 1000), "dev": error_rate(now, 1000)}
    judged = metric and JudgedMetric(metric, errors)
    document = diagnose(before if metric else errors, 0.0, 0.05, measure=judged or None)
    supply = Supply(load_spec(CONFIG).spec, DataFacts(1000, parts={"train": 1000, "dev": 1000}))
    return next_steps(AdviceContext(document, supply, Path("runs/now"), CONFIG, earlier=earlier))[0]


def test_a_change_for_the_worse_leads_back_to_a_run_that_needs_nothing() -> None:
    step = first_after(0.001, 0.01, 0.3)
    assert step.command == "dlx diagnose runs/before"
    assert step.advice.endswith("go back to runs/before, where bias and variance are low")


def test_it_does_so_by_the_metric_that_is_judged() -> None:
    assert first_after(0.001, 0.01, 0.3, "balanced_error").command == "dlx diagnose runs/before"


@pytest.mark.parametrize(("train", "dev", "now"), [(0.2, 0.25, 0.4), (0.001, 0.01, 0.005)])
def test_it_does_not_where_that_needs_something_or_did_no_better(train: float, dev: float, now: float) -> None:
    assert "go back" not in first_after(train, dev, now).advice
