"""The two kinds of runs: of a network that was trained on data, and of an objective that was minimized."""

from __future__ import annotations

from dlx.runs.objective import MinimizationRun
from dlx.runs.training.trained_network import NetworkRun
from dlx.training.minimization import Minimization
from dlx.training.supervised import Supervised

RunKind = NetworkRun | MinimizationRun


def kind_of(experiment: Supervised | Minimization) -> RunKind:
    """What a training leaves in its run directory beside its tables and its checkpoint, and what it says there."""
    return NetworkRun(experiment) if isinstance(experiment, Supervised) else MinimizationRun(experiment)
