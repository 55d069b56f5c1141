"""The bench of the diagnosis, checked: its scores are counted rightly, and some of its faults run end to end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from dlx.stats.intervals import Estimate
from experiments.diagnose import bases, bench, cases, drawing, files, healthy, kinds, measuring, report, scoring


@dataclass(frozen=True)
class Told:
    """A case with the names that were found before and after training."""

    kind: Any
    early: frozenset[str]
    late: frozenset[str]

    def names(self, when: str = "both") -> frozenset[str]:
        return {"before": self.early, "after": self.late, "both": self.early | self.late}[when]


def told(kind: Any, early: str, late: str = "") -> Told:
    return Told(kind, frozenset(early.split()), frozenset(late.split()))


def fractions(*estimates: Estimate | None) -> list[tuple[float, int]]:
    """Each share, and of how many."""
    return [(estimate.value, estimate.m) for estimate in estimates if estimate is not None and estimate.m is not None]


def test_scores_are_counted_as_stated() -> None:
    too_high = kinds.KINDS["learning_rate_too_high"]  # equivalent: diverged and others
    examined = [
        told(too_high, "learning_rate_too_high", "learning_rate_too_high diverged"),
        told(too_high, "few_examples", "diverged"),
        told(too_high, "few_examples label_noise"),
        told(too_high, ""),
        told(None, ""),
        told(None, "", "overtraining"),
    ]
    both, before, after = (scoring.score(examined, when) for when in ("both", "before", "after"))
    assert fractions(both.exact, both.recall) == [(1 / 4, 4), (2 / 4, 4)]
    assert fractions(both.exact_precision, both.precision, both.false_alarms) == [(1 / 6, 6), (3 / 6, 6), (1 / 2, 2)]
    assert fractions(before.recall, before.precision, before.false_alarms) == [(1 / 4, 4), (1 / 4, 4), (0, 2)]
    assert fractions(after.recall, after.precision, after.false_alarms) == [(2 / 4, 4), (1, 3), (1 / 2, 2)]
    (row,) = scoring.by_kind(examined)
    assert (row.count, row.exact, row.recalled, row.names["few_examples"]) == (4, 1, 2, 2)


def test_scores_have_wilson_intervals() -> None:
    found = scoring.share(81, 263)  # Newcombe 1998, table I
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    assert scoring.share(0, 0) is None


@pytest.mark.parametrize(
    ("number", "found"), [(("circles", "zeros"), "symmetric_units"), (("penguins", "not_normalized"), None)], ids=str
)
def test_a_fault_runs_end_to_end(tmp_path: Path, number: tuple[str, str], found: str | None) -> None:
    index = next(i for i, (base, kind, _) in enumerate(cases.FIXED) if (base, kind) == number)
    one = bench.examined(("fixed", index, number[1]), 0, tmp_path)
    assert one is not None
    assert one.case.harm > 0.03
    assert found is None or found in one.names()
    assert one.names("before") <= one.names("both")
    text = report.report([one], [], seed=0, seconds=0)
    assert "1 planted faults" in text
    assert one.case.name in text


def test_a_healthy_spec_runs_end_to_end(tmp_path: Path) -> None:
    number = next(i for i, (base, overrides) in enumerate(healthy.HEALTHY) if base == "penguins" and not overrides)
    one = bench.examined(("fixed", number, ""), 0, tmp_path)
    assert one is not None
    assert one.kind is None
    assert one.case.base_error <= one.case.base.best_known + 0.02


def test_what_does_no_harm_is_no_fault(tmp_path: Path) -> None:
    workshop = files.Workshop(tmp_path)
    base = bases.fixed_bases(workshop)["penguins"]
    slower = kinds.KINDS["learning_rate_too_low"].put(base, 1.2, workshop)
    useless = kinds.KINDS["zeros"].put(base, 1, workshop)
    assert slower is not None
    assert useless is not None
    sound, same, worse = (measuring.measure(spec, tmp_path) for spec in (base.spec, slower, useless))
    assert measuring.is_healthy(base, sound)
    assert not measuring.is_fault(base, sound, same)[0]
    assert measuring.is_fault(base, sound, worse)[0]
    assert not measuring.is_healthy(base, worse)


def test_drawing_repeats_and_differs_between_seeds(tmp_path: Path) -> None:
    workshop = files.Workshop(tmp_path)
    drawn = [drawing.draw_base(np.random.default_rng(seed), workshop).spec for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    names = cases.kinds_to_draw(3, 60)
    assert names == cases.kinds_to_draw(3, 60) != cases.kinds_to_draw(4, 60)
    assert set(names) == {name for name, kind in kinds.KINDS.items() if kind.in_drawn_half}


def test_the_best_known_error_is_that_of_bayes() -> None:
    data = {
        "source": {"name": "blobs", "m": 2000, "noise": 1.0, "centers": [[-1, 0], [1, 0]]},
        "split": {"train": 300, "dev": 1700},
    }
    best = bases.base("two", data).best_known
    assert best == pytest.approx(NormalDist().cdf(-1), abs=0.02)  # the distance is two standard deviations


def test_as_many_are_drawn_as_are_fixed() -> None:
    faults = [half for half, _, kind in bench.tasks(1) if kind]
    assert faults.count("fixed") == faults.count("drawn")
    assert len(cases.FIXED) >= 40
    assert len(healthy.HEALTHY) >= 20
