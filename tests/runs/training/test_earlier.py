"""What a run knows of the one that it was made from, and of which changes nothing is to be learned."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.documents.baselines import BaselineRecord, Baselines, NetworkDifference, PartBaseline
from dlx.documents.earlier_run import OF_CHANCE, OF_DEV, OF_ERRORS, EarlierRun, is_within
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training import earlier
from dlx.stats.intervals import error_rate, exact


@pytest.mark.parametrize(("before", "is_said"), [(0.05, False), (0.28, True), (0.5, True), (None, True)])
def test_no_model_does_better_is_not_said_where_the_run_before_did(
    before: float | None, is_said: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The network errs 30 % of 400, as the best simple model does; surely more than 5 %, and perhaps than 28 %."""
    errors = {"dev": error_rate(0.3, 400)}
    run = (
        EarlierRun("a", ("optimizer.learning_rate",), {"dev": error_rate(before, 400)}) if before is not None else None
    )
    monkeypatch.setattr(earlier, "earlier_of", lambda _: run)
    beside = PartBaseline(exact(0.3), NetworkDifference(0.0, -0.02, 0.02, 400, "not established"))
    baselines = Baselines({"linear": BaselineRecord("a linear model", 500, {"dev": beside})})
    unbeaten = earlier.unbeaten_since(RunDirectory(tmp_path), errors, baselines, None)
    assert (unbeaten is not None) is is_said


@pytest.mark.parametrize(
    ("key", "sections"),
    [
        ("data.folds", OF_DEV),
        ("data.split.dev", OF_DEV),
        ("data.source", OF_DEV),
        ("loss", OF_ERRORS),
        ("diagnosis.metric", OF_ERRORS),
        ("seed", OF_CHANCE),
        ("data.normalize", ()),
        ("training.epochs", ()),
        ("data.folded", ()),
        ("lossy", ()),
    ],
)
def test_what_divides_judges_or_draws_otherwise_is_no_attempt(key: str, sections: tuple[str, ...]) -> None:
    for others in (OF_DEV, OF_ERRORS, OF_CHANCE):
        assert any(is_within(key, section) for section in others) is (others == sections)
