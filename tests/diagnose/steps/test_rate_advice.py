"""Advice about the learning rate: when it is tested, and that findings, remedies and commands speak of one rate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dlx.diagnose.before.optimization import LEARNING_RATE_TOO_HIGH, LEARNING_RATE_TOO_LOW
from dlx.diagnose.data.duplicates import DUPLICATES_ACROSS_PARTS
from dlx.diagnose.findings import Finding
from dlx.diagnose.remedies.changes import DataFacts, SpecContext
from dlx.diagnose.remedies.optimization import may_train
from dlx.diagnose.steps.advice import remedies
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.rate_advice import beside_tested_rate, rates_for, rates_for_bias, with_rate
from dlx.diagnose.steps.spec_remedies import with_first_remedy
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.range_test import TestedRates as Rates
from dlx.runs.preparation import prepare_supervised
from dlx.spec.loader import derive, load_spec
from dlx.spec.overrides import overrides_tree
from dlx.spec.sections import Spec
from dlx.stats.intervals import exact
from dlx.training.supervised import Supervised

TESTED = Rates(suggested=0.02, falls_from=0.0005, steepest=0.005, grows_from=0.3, probes=5, steps=700)
MOONS: dict[str, Any] = {
    "data": {"source": {"name": "moons", "m": 200, "noise": 0.2}, "split": {"train": 120, "dev": 80}},
    "architecture": {"hidden": [8]},
    "optimizer": {"name": "adam", "learning_rate": 0.001},
    "training": {"epochs": 50, "batch_size": 30},
}
FACTS = DataFacts(120, parts={"train": 120, "dev": 80})
HIGH, LOW = exact(0.3), exact(0.001)


def spec_at(rate: float) -> Spec:
    return derive(Spec.model_validate(MOONS).complete(), {"optimizer.learning_rate": rate})


def experiment_at(rate: float) -> Supervised:
    return prepare_supervised(spec_at(rate))


def document(*findings: Finding, train: float = 0.3, tested: Rates | None = TESTED) -> DiagnosisDocument:
    judged = diagnose({"train": exact(train), "dev": exact(train)}, 0.0, 0.02, findings=findings)
    return replace(judged, learning_rate=tested)


def rates_tried(rate: float, *findings: Finding, tested: Rates | None = TESTED) -> list[float]:
    advised = remedies(document(*findings, tested=tested), spec_at(rate), FACTS)
    keys = [remedy.overrides for remedy in advised if set(remedy.overrides) == {"optimizer.learning_rate"}]
    return [overrides["optimizer.learning_rate"] for overrides in keys]


def test_a_rate_that_is_too_high_is_mended_by_the_tested_one_first() -> None:
    assert rates_tried(100.0, LEARNING_RATE_TOO_HIGH.finding("seen"))[0] == 0.02
    assert rates_tried(1e-7, LEARNING_RATE_TOO_LOW.finding("seen"))[0] == 0.02


def test_rates_that_the_test_speaks_against_are_not_tried() -> None:
    assert set(rates_tried(100.0, tested=None)) >= {10.0, 1.0}
    assert all(0.001 <= rate <= 0.15 for rate in rates_tried(100.0))
    assert all(0.001 <= rate <= 0.15 for rate in rates_tried(1e-7))


def test_what_is_known_of_no_test_is_tried_by_powers_of_ten() -> None:
    assert rates_tried(0.05, LEARNING_RATE_TOO_HIGH.finding("seen"), tested=None)[:2] == [0.005, 0.017]


def test_a_rate_a_notch_away_is_the_same() -> None:
    assert 0.02 not in rates_tried(0.01)
    assert 0.02 in rates_tried(0.001)


@pytest.mark.parametrize(("rate", "may"), [(0.02, True), (0.001, True), (0.0009, False), (0.14, True), (0.16, False)])
def test_in_more_steps_smaller_rates_do_as_well(rate: float, may: bool) -> None:
    """50 epochs of 4 steps: a rate 20 times as small as the suggested one gets as far as ten steps of that."""
    assert may_train(SpecContext(spec_at(rate), FACTS, TESTED), rate) is may


def test_the_tested_rate_comes_before_a_bigger_network_where_the_present_one_cannot_do() -> None:
    run, config = Path("runs/a"), Path("spec.yaml")
    assert next_steps(AdviceContext(document(), Supply(spec_at(1e-5), FACTS), run, config))[0].command.endswith(
        "optimizer.learning_rate=0.02"
    )
    assert (
        "architecture.hidden="
        in next_steps(AdviceContext(document(), Supply(spec_at(0.02), FACTS), run, config))[0].command
    )


def test_findings_that_the_tested_rate_speaks_against_are_notes() -> None:
    high, low = LEARNING_RATE_TOO_HIGH.finding("seen"), LEARNING_RATE_TOO_LOW.finding("seen")
    warmup = LEARNING_RATE_TOO_LOW.finding("seen", remedy="a shorter schedule.warmup")
    first, second, third = beside_tested_rate([high, low, warmup], TESTED, 1.0)
    assert first == high
    assert (second.severity, third) == ("note", warmup)  # on the other side; and of something else than the rate
    assert list(beside_tested_rate([low], TESTED, 0.04)) == [low]  # near enough to be either
    assert list(beside_tested_rate([high], None, 1.0)) == [high]


def test_it_is_tested_where_a_remedy_is_another_rate() -> None:
    experiment = experiment_at(100.0)
    assert rates_for(experiment, [DUPLICATES_ACROSS_PARTS.finding("seen")])[0] is None
    assert rates_for(experiment, [LEARNING_RATE_TOO_HIGH.finding("seen", severity="note")])[0] is None
    tested, findings = rates_for(experiment, [LEARNING_RATE_TOO_HIGH.finding("seen")])
    assert tested is not None
    assert findings[0].is_serious


def test_a_bias_that_the_rate_explains_is_explained_by_it() -> None:
    tested, findings = rates_for_bias(experiment_at(100.0), {"train": HIGH})
    assert tested is not None
    assert [finding.name for finding in findings] == ["learning_rate_too_high"]
    assert rates_for_bias(experiment_at(100.0), {"train": HIGH}, findings) == (tested, [])
    assert rates_for_bias(experiment_at(0.01), {"train": HIGH}) == (replace(tested, may_stay=True), [])
    assert rates_for_bias(experiment_at(100.0), {"train": LOW}) == (None, [])


def test_a_spec_is_trained_at_the_tested_rate_where_that_is_its_fault() -> None:
    high = LEARNING_RATE_TOO_HIGH.finding("seen")
    typed = ["seed=2", "optimizer.learning_rate=100"]
    better = with_first_remedy(typed, [high], SpecContext(spec_at(100.0), FACTS, TESTED))
    assert better == ["seed=2", "optimizer.learning_rate=0.02"]
    assert with_first_remedy(typed, [], SpecContext(spec_at(100.0), FACTS, TESTED)) == typed
    near = with_first_remedy(typed, [high], SpecContext(spec_at(0.04), FACTS, TESTED))
    assert near == ["seed=2", "optimizer.learning_rate=0.004"]  # the tested one is as good as that: it is not named


@pytest.mark.parametrize(
    "override", ["optimizer={name: adam, learning_rate: 3, beta1: 0.8}", "optimizer=adam", "seed=3"]
)
def test_a_rate_that_is_given_with_its_section_is_given_once(override: str) -> None:
    path = Path(__file__).parents[3] / "configs" / "digits.yaml"
    overrides = with_rate([override], 0.02)
    assert overrides_tree(overrides)[1] == []
    optimizer = load_spec(path, overrides).spec.optimizer
    assert optimizer.learning_rate == 0.02
    assert getattr(optimizer, "beta1", None) == (0.8 if "beta1" in override else 0.9)
