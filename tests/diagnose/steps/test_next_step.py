"""Next steps: what was just typed is not advised once more, and what it has shown is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dlx.diagnose.beaten import beaten_in_words
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.evidence import Evidence
from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.next_step import NOTHING_TYPED, NextStep, TypedOptions
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose
from dlx.documents.baselines import BaselineRecord, Baselines, NetworkDifference, PartBaseline
from dlx.documents.diagnosis import Ending, UnbeatenModel
from dlx.documents.findings import Severity
from dlx.show.terminal.summary import verdict_in_words
from dlx.spec.loader import load_spec
from dlx.stats.intervals import error_rate, exact

CONFIG = Path(__file__).parents[3] / "configs" / "overfitting.yaml"


def test_rows_that_are_written_are_to_be_looked_at() -> None:
    look, *others = steps_of(0.03, 0.18, "warning")
    looked, *same = steps_of(0.03, 0.18, "warning", TypedOptions(worst=Path("rows.csv")))
    assert (looked.command, looked.advice) == (
        "",
        f"{look.advice.removesuffix(' (--worst)')}; the rows are in rows.csv",
    )
    assert same == others


def unsettled(typed: TypedOptions, *findings: str) -> NextStep:
    """The first step where few examples leave the verdict open, after these findings."""
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(40, parts={"train": 40, "dev": 20}, rows=60))
    entries = [CAUSES[name].finding("seen") for name in findings]
    errors = {"train": error_rate(0.05, 40), "dev": error_rate(0.1, 20)}
    document = diagnose(errors, 0.0, 0.02, findings=entries, evidence=Evidence(supply))
    assert document.verdict == "unsettled"
    return next_steps(AdviceContext(document, supply, Path("runs/a"), CONFIG, typed))[0]


@pytest.mark.parametrize("findings", [[], ["target_leak"]])
def test_a_race_that_goes_on_is_not_advised(findings: list[str]) -> None:
    asked, racing = (unsettled(typed, *findings) for typed in (NOTHING_TYPED, TypedOptions(races=True)))
    assert asked.command == "dlx diagnose runs/a --act"
    assert asked.advice.endswith("; meanwhile let remedies race (--act)")
    assert racing.command == ""
    assert asked.advice.startswith(racing.advice)
    assert "race" not in racing.advice


def test_nothing_is_trained_on_a_wrong_gradient() -> None:
    assert unsettled(NOTHING_TYPED, "few_examples", "wrong_gradient").command == "dlx gradcheck runs/a"


def steps_of(train: float, dev: float, severity: Severity, typed: TypedOptions = NOTHING_TYPED) -> list[NextStep]:
    """What can be typed where labels contradict their neighbours, and the network errs so much."""
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    findings = [CAUSES["label_noise"].finding("20 % of the labels differ", severity=severity)]
    errors = {"train": exact(train), "dev": exact(dev)}
    document = diagnose(errors, 0.0, 0.02, findings=findings, evidence=Evidence(supply))
    return next_steps(AdviceContext(document, supply, Path("runs/a"), CONFIG, typed))


def test_labels_that_are_wrong_are_looked_at_before_anything_is_trained_on_them() -> None:
    look, *others = steps_of(0.03, 0.18, "warning")
    assert look.command == "dlx diagnose runs/a --worst worst.csv"
    assert look.advice == f"label_noise: {CAUSES['label_noise'].remedy} (--worst)"
    assert all("early_stopping" in step.command or "regularization" in step.command for step in others)
    assert [step.command for step in steps_of(0.15, 0.13, "warning")] == [look.command]  # neither fits noise better


def test_labels_that_may_be_wrong_are_looked_at_where_nothing_else_explains_a_high_bias() -> None:
    look, *others = steps_of(0.15, 0.16, "note")
    assert look.command == "dlx diagnose runs/a --worst worst.csv"
    assert "perhaps by wrong labels (label_noise)" in look.advice
    assert not any("regularization" in step.command for step in others)  # which raises bias
    assert "dlx train" in steps_of(0.0, 0.2, "note")[0].command
    assert "dlx train" in steps_of(0.15, 0.3, "note")[0].command


def beaten(train: float, dev: float, least: float, *findings: str) -> tuple[str, list[NextStep]]:
    """What is said of nearest neighbours that surely err less on dev, and what can be typed then."""
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    errors = {"train": error_rate(train, 200), "dev": error_rate(dev, 100)}
    entries = [CAUSES[name].finding("seen") for name in findings]
    document = diagnose(errors, 0.0, 0.02, findings=entries, evidence=Evidence(supply))
    difference = NetworkDifference(dev - least, 0.001, 1.0, verdict="worse")
    part = PartBaseline(exact(least), difference)
    neighbours = Baselines({"neighbours": BaselineRecord("5 nearest neighbours", 100, {"dev": part})})
    document = replace(document, baselines=neighbours)
    assert document.verdict == "unsettled"
    return beaten_in_words(document), next_steps(AdviceContext(document, supply, Path("runs/a"), CONFIG))


def test_neighbours_that_do_better_bring_a_remedy_though_both_gaps_are_within_the_tolerance() -> None:
    words, (step, *_) = beaten(0.02, 0.04, 0.0)
    assert words == "surely by 5 nearest neighbours: dev error 0.00 %, the network 4.00 %"
    assert step.command.startswith("dlx train ")
    assert step.advice.startswith("the network is surely beaten by 5 nearest neighbours: try ")
    _, (step, *_) = beaten(0.02, 0.04, 0.0, "learning_rate_too_low")
    assert step.advice.startswith("learning_rate_too_low: ")
    assert "optimizer.learning_rate=" in step.command


def test_neighbours_that_do_better_by_less_than_the_tolerance_ask_for_nothing() -> None:
    words, steps = beaten(0.01, 0.02, 0.01)
    assert words.endswith("the network 2.00 %; that is within the tolerance of 2.00 %, and asks for nothing")
    assert not any("dlx train" in step.command for step in steps)


def test_a_surely_high_variance_comes_before_a_bias_that_may_be_high() -> None:
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    errors = {"train": error_rate(0.025, 1000), "dev": error_rate(0.1, 1000)}
    for ending in (Ending(), Ending(falling=True), Ending(dev_rising=True)):
        document = diagnose(errors, 0.0, 0.02, evidence=Evidence(supply, ending))
        assert document.verdict == "high variance"
        assert "variance is high" in next_steps(AdviceContext(document, supply, Path("runs/a"), CONFIG))[0].advice


def test_what_can_be_reached_is_stated_once() -> None:
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    beside = UnbeatenModel("a linear model", 0.20333, 0.2, 0.21)
    ends = []
    for optimal in (0.0, 0.2033):
        document = diagnose(
            {"train": exact(0.3), "dev": exact(0.3)}, optimal, 0.02, evidence=Evidence(supply, unbeaten=beside)
        )
        ends.append(
            next_steps(AdviceContext(document, supply, Path("runs/a"), CONFIG))[0].command.partition("runs/a ")[2]
        )
    assert ends == ["diagnosis.optimal_error=0.2033", "--worst worst.csv"]


def test_verdict_and_advice_agree_where_every_model_errs_as_much() -> None:
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    beside = UnbeatenModel("gradient boosting", 0.182, 0.16, 0.21)
    errors = {"train": exact(0.185), "dev": exact(0.182)}
    document = diagnose(errors, 0.0, 0.02, evidence=Evidence(supply, unbeaten=beside))
    assert verdict_in_words(document) == "high bias, but no model tried surely does better"
    step, *_ = next_steps(AdviceContext(document, supply, Path("runs/a"), CONFIG))
    assert document.next == [step.advice]
    assert "no model tried surely does better: the best, gradient boosting, errs 18.20 %" in step.advice
    falling = diagnose(errors, 0.0, 0.02, evidence=Evidence(supply, Ending(falling=True), beside))
    assert verdict_in_words(falling) == "high bias"
    assert falling.next[0].startswith("bias is high and the train cost still fell")
