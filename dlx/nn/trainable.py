"""What can be trained: parameters that steps leave a gradient for, and statistics that are no parameters."""

from __future__ import annotations

from typing import Protocol

from dlx.nn.initializers import Normal01
from dlx.nn.params import Flat, Parameters


class Trainable(Protocol):
    """What fitting needs of a network, or of the landscape of an objective.

    Their steps are recorded on different things, but all that fitting sees of a step is its tape, whose cost is J and
    which writes dθ beside θ.
    """

    parameters: Parameters
    statistics: Flat

    def initialize(self, rng: Normal01) -> None:
        """Give θ its first values."""
