"""Commands: what can be typed next, given a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlx.diagnose.advice import remedies
from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.verdict import GAPS
from dlx.spec.sections import Spec
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command

MOST = 3  # remedies of which the first are shown


def commands(document: Mapping[str, Any], spec: Spec, facts: DataFacts, run: Path, config: Path) -> list[str]:
    """What to type after a run: the likeliest remedies, or what a good network is for.

    Args:
        document: ``diagnosis.json``.
        spec: the complete spec of the run.
        facts: of its data.
        run: its directory.
        config: the file of its spec.
    """
    tried = [
        train_command(config, [f"{key}={dump_scalar(value)}" for key, value in remedy.overrides.items()])
        for remedy in remedies(document, spec, facts)[:MOST]
    ]
    return [*tried, *_with_the_network(document, run)]


def train_command(spec: Path, overrides: Sequence[str]) -> str:
    """How to train a spec with these overrides."""
    return command("train", spec, *overrides)


def _with_the_network(document: Mapping[str, Any], run: Path) -> Iterator[str]:
    """Measuring on more examples where that is what is missing; where nothing is, what the network was trained for."""
    levels = {gap: document[gap]["level"] for gap in GAPS if document[gap]}
    if any(levels.get(gap) == "unsettled" for gap in GAPS[1:]):
        yield command("evaluate", run, "FILE")
    elif "high" not in levels.values() and document["verdict"] == "low bias and low variance":
        yield command("predict", run, "FILE")
        yield command("export", run, "--to", "onnx")
