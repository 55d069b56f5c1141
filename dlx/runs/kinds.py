"""The two kinds of runs: of a network that was trained on data, and of an objective that was minimized."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from dlx.runs.directory import RunDirectory
from dlx.runs.objective import MinimizationRun
from dlx.runs.trained_network import NetworkRun
from dlx.training.minimization import Minimization
from dlx.training.supervised import Supervised


class RunKind(Protocol):
    """What a training leaves in its run directory beside its tables and its checkpoint, and what it says there.

    task: what the display of its progress depends on.
    draws_boundary: whether its pictures have decision regions.
    diagnosis: the document, once there is one.
    """

    task: str
    draws_boundary: bool
    diagnosis: dict[str, Any]

    def facts(self) -> dict[str, Any]:
        """What run.json says of it from the beginning on."""

    def forecast(self) -> dict[str, Any]:
        """What a dry run says of it in the place of those."""

    def rehearse_judgement(self) -> None:
        """Take the memory that judging its end will take."""

    def course(self) -> dict[str, Any]:
        """What run.json says of its course."""

    def write(self, run: RunDirectory, facts: Mapping[str, Any], light: bool) -> dict[str, Any]:
        """Write what came of it; returns what run.json says of that. ``facts`` are those so far."""

    def draw(self, run: RunDirectory) -> None:
        """Write its pictures."""

    def commands(self, run: RunDirectory) -> list[str]:
        """What can be typed next, in any case the last."""


def kind_of(experiment: Supervised | Minimization) -> RunKind:
    """What an experiment in training leaves behind."""
    if isinstance(experiment, Supervised):
        return NetworkRun(experiment)
    return MinimizationRun(experiment)
