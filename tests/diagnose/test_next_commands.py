"""The commands that a diagnosis ends with: they can be typed as they stand, and fit the verdict."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from dlx.diagnose.next_commands import commands
from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.verdict import diagnose
from dlx.spec.loader import load_spec
from dlx.stats.intervals import Estimate, error_rate, exact

CONFIG = Path(__file__).parents[2] / "configs" / "overfitting.yaml"
RUN = Path("runs/a run")


def typed(**errors: Estimate) -> list[list[str]]:
    document = diagnose(errors, 0.0, 0.02)
    return [shlex.split(line) for line in commands(document, load_spec(CONFIG).spec, DataFacts(100), RUN, CONFIG)]


@pytest.mark.parametrize("errors", [{"train": 0.3, "dev": 0.3}, {"train": 0.0, "dev": 0.2}])
def test_the_likeliest_remedies_are_specs_as_they_stand(errors: dict[str, float]) -> None:
    lines = typed(**{part: exact(value) for part, value in errors.items()})
    assert len(lines) == 3
    present = load_spec(CONFIG).spec
    for line in lines:
        assert line[:3] == ["dlx", "train", str(CONFIG)]
        assert load_spec(Path(line[2]), line[3:]).spec != present


def test_a_good_network_is_used() -> None:
    lines = typed(train=exact(0.01), dev=exact(0.02))
    assert lines == [["dlx", "predict", str(RUN), "FILE"], ["dlx", "export", str(RUN), "--to", "onnx"]]


def test_an_open_gap_is_measured_on_more_examples() -> None:
    assert typed(train=exact(0.01), dev=error_rate(0.02, 100)) == [["dlx", "evaluate", str(RUN), "FILE"]]


def test_mismatch_is_no_reason_to_use_the_network() -> None:
    assert typed(train=exact(0.01), train_dev=exact(0.01), dev=exact(0.2)) == []
