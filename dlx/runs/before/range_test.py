"""The range test of a spec: which learning rates bring its cost down, before anything is trained or written."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

from dlx.diagnose.before.range_test import range_test
from dlx.diagnose.steps import rate_advice
from dlx.documents.range_test import RangeTest
from dlx.events import Count
from dlx.runs.preparation import prepare
from dlx.runs.reading.mistaken import refuse_as_spec
from dlx.spec.loader import load_spec
from dlx.spec.trust import NamedBy
from dlx.text import command


def test_rates(path: Path, overrides: Sequence[str]) -> Generator[Count, None, RangeTest]:
    """Test the rates of a spec, of a network or an objective; the events count the sweeps.

    Raises:
        SpecError, DataError: as `dlx train` of it would.
        UsageError: its learning rate has no part in its training.
    """
    refuse_as_spec(path, "tune", "--learning-rate")
    resolved = load_spec(path, overrides, named_by=NamedBy.USER)
    return (yield from range_test(prepare(resolved.spec, resolved.origins)))


def next_commands(path: Path, overrides: Sequence[str], document: RangeTest) -> list[str]:
    """What to type after a test: training at a rate that can do; where there is none, asking for the cause."""
    if document.can_stay:
        return [command("train", path, *overrides)]
    if document.tested.suggested is not None:
        return [command("train", path, *rate_advice.with_rate(overrides, document.tested.suggested))]
    return [] if document.is_objective else [command("diagnose", path, *overrides)]
