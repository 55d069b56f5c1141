"""The bench of the diagnosis, checked: its scores are counted rightly, and some of its faults run end to end."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "experiments" / "diagnose"
MODULES = [path.stem for path in BENCH.glob("*.py") if path.stem != "__main__"]


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """The modules of the bench, which finds them beside its own file."""
    sys.path.insert(0, str(BENCH))
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    sys.path.remove(str(BENCH))
    for name in MODULES:
        del sys.modules[name]


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


def test_scores_are_counted_as_stated(bench: Any) -> None:
    too_high = bench.kinds.KINDS["learning_rate_too_high"]  # equivalent: diverged and others
    cases = [
        told(too_high, "learning_rate_too_high", "learning_rate_too_high diverged"),
        told(too_high, "few_examples", "diverged"),
        told(too_high, "few_examples label_noise"),
        told(too_high, ""),
        told(None, ""),
        told(None, "", "overtraining"),
    ]
    both, before, after = (bench.scoring.score(cases, when) for when in ("both", "before", "after"))
    assert [one.value for one in (both.exact, both.recall)] == [1 / 4, 2 / 4]
    assert [one.value for one in (both.exact_precision, both.precision)] == [1 / 6, 3 / 6]
    assert (before.recall.value, before.precision.value, before.false_alarms.value) == (1 / 4, 1 / 4, 0)
    assert (after.recall.value, after.precision.value, after.false_alarms.value) == (2 / 4, 1, 1 / 2)
    assert (both.recall.m, both.precision.m, both.false_alarms.m) == (4, 6, 2)
    (row,) = bench.scoring.by_kind(cases)
    assert (row.count, row.exact, row.recalled, row.names["few_examples"]) == (4, 1, 2, 2)


def test_scores_have_wilson_intervals(bench: Any) -> None:
    found = bench.scoring.share(81, 263)  # Newcombe 1998, table I
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    assert bench.scoring.share(0, 0) is None


@pytest.mark.parametrize(
    ("number", "found"), [(("circles", "zeros"), "symmetric_units"), (("penguins", "not_normalized"), None)], ids=str
)
def test_a_fault_runs_end_to_end(bench: Any, tmp_path: Path, number: tuple[str, str], found: str | None) -> None:
    index = next(i for i, (base, kind, _) in enumerate(bench.cases.FIXED) if (base, kind) == number)
    one = bench.bench.examined(("fixed", index, number[1]), 0, tmp_path)
    assert one.case.harm > 0.03
    assert found is None or found in one.names()
    assert one.names("before") <= one.names("both")
    text = bench.report.report([one], [], seed=0, seconds=0)
    assert "1 planted faults" in text
    assert one.case.name in text


def test_a_healthy_spec_runs_end_to_end(bench: Any, tmp_path: Path) -> None:
    number = next(
        i for i, (base, overrides) in enumerate(bench.healthy.HEALTHY) if base == "penguins" and not overrides
    )
    one = bench.bench.examined(("fixed", number, ""), 0, tmp_path)
    assert one.kind is None
    assert one.case.base_error <= one.case.base.best_known + 0.02


def test_what_does_no_harm_is_no_fault(bench: Any, tmp_path: Path) -> None:
    base = bench.bases.fixed_bases(bench.files.Workshop(tmp_path))["penguins"]
    slower = bench.kinds.KINDS["learning_rate_too_low"].put(base, 1.2, None)
    useless = bench.kinds.KINDS["zeros"].put(base, 1, None)
    healthy, same, worse = (bench.measuring.measure(spec, tmp_path) for spec in (base.spec, slower, useless))
    assert bench.measuring.is_healthy(base, healthy)
    assert not bench.measuring.is_fault(base, healthy, same)[0]
    assert bench.measuring.is_fault(base, healthy, worse)[0]
    assert not bench.measuring.is_healthy(base, worse)


def test_drawing_repeats_and_differs_between_seeds(bench: Any, tmp_path: Path) -> None:
    workshop = bench.files.Workshop(tmp_path)
    drawn = [bench.drawing.draw_base(bench.cases.np.random.default_rng(seed), workshop).spec for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    kinds = bench.cases.kinds_to_draw(3, 60)
    assert kinds == bench.cases.kinds_to_draw(3, 60) != bench.cases.kinds_to_draw(4, 60)
    assert set(kinds) == {name for name, kind in bench.kinds.KINDS.items() if kind.drawn}


def test_the_best_known_error_is_that_of_bayes(bench: Any) -> None:
    data = {
        "source": {"name": "blobs", "m": 5000, "noise": 1.0, "centers": [[-1, 0], [1, 0]]},
        "split": {"train": 1000, "dev": 4000},
    }
    best = bench.bases.base("two", data).best_known
    assert best == pytest.approx(NormalDist().cdf(-1), abs=0.02)  # the distance is two standard deviations


def test_as_many_are_drawn_as_are_fixed(bench: Any) -> None:
    faults = [half for half, _, kind in bench.bench.tasks(1) if kind]
    assert faults.count("fixed") == faults.count("drawn")
    assert len(bench.cases.FIXED) >= 40
    assert len(bench.healthy.HEALTHY) >= 20
