"""A look at the initialization: one pass over a batch of a trial, and what it tells of the network as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlx.diagnose.before.first_steps import of_a_constant
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.propagation import Propagation, propagate
from dlx.nn.losses import SquaredError
from dlx.nn.network import Network
from dlx.nn.tape import Tape
from dlx.types import Array

EXAMPLES = 256  # of the batch by which an initialization is judged


@dataclass(frozen=True)
class InitialPass:
    """What an initialization does with a batch; ``constant`` is the cost of the same answer to all examples of it."""

    passed: Propagation
    constant: float
    is_regression: bool
    saturated: float
    dead: float

    @property
    def excess(self) -> float:
        """How far the first cost is above the constant one: the difference, of a regression the log of the quotient."""
        if not self.is_regression:
            return self.passed.cost - self.constant
        return float(np.log(self.passed.cost / self.constant)) if self.passed.cost > 0 else 0.0

    @property
    def layers(self) -> int:
        """The number of layers, the output's too."""
        return len(self.passed.signals)


def look(trial: Probe) -> InitialPass:
    """One pass over a batch of the trial's train."""
    copy = trial.copy()
    X, Y = copy.train.buffers(min(EXAMPLES, copy.train.m))
    with np.errstate(all="ignore"):
        copy.train.fill(np.arange(len(X)), X, Y)
    passed = propagate(copy.network, X, Y)
    hidden = passed.signals[:-1]
    saturated = max((signal.saturated for signal in hidden), default=0.0)
    dead = max((signal.dead for signal in hidden), default=0.0)
    is_regression = copy.dataset.task.is_regression
    constant = _cost_of_zero(copy.network, Y) if is_regression else of_a_constant(copy).cost
    return InitialPass(passed, constant, is_regression, saturated, dead)


def _cost_of_zero(network: Network, Y: Array) -> float:
    """Where the cost of a regression begins with outputs of 0."""
    n_y = network.sizes[-1]
    if isinstance(network.loss, SquaredError) and len(Y) == n_y:
        return float(np.square(Y).sum(axis=0).mean()) or 1.0
    tape = Tape(Y.dtype)
    network.record_loss(tape, np.zeros((n_y, Y.shape[1]), Y.dtype), Y)
    tape.run()
    return tape.cost() or 1.0
