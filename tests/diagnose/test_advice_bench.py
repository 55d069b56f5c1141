"""The bench of first commands, checked: what is typed is what is printed, on examples that nothing else has seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import derive
from experiments.diagnose import advice_report, advised, bases, cases, files, fresh, kinds

pytestmark = pytest.mark.usefixtures("blank_pictures")


def case_of(base: str, fault: str, severity: float, folder: Path) -> cases.Case:
    workshop = files.Workshop(folder)
    healthy = bases.fixed_bases(workshop)[base]
    spec = kinds.KINDS[fault].put(healthy, severity, workshop)
    assert spec is not None
    return cases.Case(base, "fixed", healthy, spec, fault, severity=severity)


def test_a_fault_is_undone_by_the_command_that_is_printed(tmp_path: Path) -> None:
    outcome = advised.advised(case_of("penguins", "not_normalized", 1, tmp_path), tmp_path)
    assert outcome.findings[0] == "inputs_not_normalized"
    assert (outcome.command, outcome.verdict) == ("data.normalize={name: standard}", advised.HELPS)
    assert outcome.change is not None
    assert outcome.after < outcome.before + outcome.change.high
    text, sentence = advice_report.advice_report([outcome], seed=0, seconds=0)
    assert "100 % (21 to 100) of 1 faults that a spec can undo" in sentence
    assert "| a spec can undo | 1 | 1 | 0 | 0 | 0 | 0 |" in text
    refused = replace(outcome, verdict=advised.REFUSED, change=None)
    text, sentence = advice_report.advice_report([refused], seed=0, seconds=0)
    assert "0 % (0 to 79) of 1 faults that a spec can undo" in sentence
    assert text.splitlines()[-1].endswith("| refused |")


@pytest.mark.parametrize(("fault", "severity"), [("offset", 100.0), ("learning_rate_too_low", 10.0)])
def test_fresh_examples_are_others_of_the_same_kind(fault: str, severity: float, tmp_path: Path) -> None:
    case, workshop = case_of("circles", fault, severity, tmp_path), files.Workshop(tmp_path)
    X, y = fresh.fresh_examples(case, workshop)
    parts = files.parts_of(case.spec)
    assert len(X) == len(y) == files.FRESH
    assert X.mean(axis=0) == pytest.approx(parts["dev"][0].mean(axis=0), rel=0.05, abs=0.1)
    seen = {tuple(row) for part, _ in parts.values() for row in part.round(6).tolist()}
    assert not seen & {tuple(row) for row in X.round(6).tolist()}


def test_a_table_has_its_fresh_examples_beside_it(tmp_path: Path) -> None:
    case, workshop = case_of("regression", "large_targets", 1000.0, tmp_path), files.Workshop(tmp_path)
    (X, y), (_, healthy) = fresh.fresh_examples(case, workshop), fresh.healthy_examples(case, workshop)
    assert X.shape == (files.FRESH, 6)
    assert y == pytest.approx(1000 * healthy)


def test_the_error_on_examples_is_that_of_the_run(tmp_path: Path) -> None:
    for name in ("blobs", "regression"):
        base = bases.fixed_bases(files.Workshop(tmp_path))[name]
        spec = derive(base.spec, {"training.epochs": 2})
        outcome = run_trial(Trial.of(spec), tmp_path)
        mean = fresh.added(outcome, spec, files.parts_of(spec)["dev"]).mean()
        unit = 1.0 if name == "blobs" else files.parts_of(spec)["train"][1].std()
        assert mean * unit == pytest.approx(outcome.errors["dev"].value, rel=1e-4)


def test_what_has_no_finite_answer_counts_as_a_constant(tmp_path: Path) -> None:
    base = bases.fixed_bases(files.Workshop(tmp_path))["regression"]
    spec = derive(base.spec, {"optimizer": {"name": "gradient_descent", "learning_rate": 1e6}, "training.epochs": 1})
    outcome = run_trial(Trial.of(spec), tmp_path)
    assert outcome.status == "diverged"
    parts = files.parts_of(spec)
    constant = np.sqrt(((parts["dev"][1] - parts["train"][1].mean()) ** 2).mean()) / parts["train"][1].std()
    assert fresh.added(outcome, spec, parts["dev"]).mean() == pytest.approx(constant)
