"""A watch over the layers of a network: what each does with all examples of a part, and how far a step moves its W.

What it adds to an evaluation are some passes over each Z. In a training, of which up to 60 epochs are sampled, it took
0.2 % of the time of the course's circles (15,000 full batches), 1.6 % of that of `configs/digits.yaml`, 4 % of the
first epochs of a 784-512-256-10 network, each of them sampled, and 1 to 2 of the 10 ms of a training as short as that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np

from dlx.nn.activations import Activation
from dlx.nn.network import Network, Step
from dlx.nn.slopes import slope
from dlx.training.records import LayerRecord
from dlx.types import Array
from dlx.words import Task

# |g′| below this share of its maximum is flat: |z| > 2.2 for tanh, where A = 0.976, and |z| > 4.4 for the sigmoid.
FLAT = 0.05
DEAD = 1e-6  # below this share of its maximum g′ passes nothing that float32 would notice in a step
FARTHEST = 30.0  # |z| beyond which no activation changes its slope any more


@dataclass(frozen=True)
class Limits:
    """Where an activation no longer learns: dead for all z ≤ ``dead``; saturated below ``low`` and above ``high``.

    Infinite where there is no such region. What is flat on both sides saturates, what is flat below only can die.
    """

    dead: float = -np.inf
    low: float = -np.inf
    high: float = np.inf


@lru_cache
def limits(activation: Activation) -> Limits:
    """Found from g′ on a grid of 0.01, so that they hold for activations of plugins too."""
    z = np.round(np.arange(-FARTHEST, FARTHEST + 0.005, 0.01), 2)
    slopes = np.abs(slope(activation, z[np.newaxis])[0])
    steepest = slopes[np.abs(z) <= 5].max() or 1.0
    saturates = slopes.any() and (slopes[[0, -1]] < 1e-3 * steepest).all()
    if saturates:
        steep = np.flatnonzero(slopes >= FLAT * steepest)
        low, high = (_crossing(z, slopes, i, j, FLAT * steepest) for i, j in ((steep[0], -1), (steep[-1], 1)))
        return Limits(low=low, high=high)
    alive = int((slopes >= DEAD * steepest).argmax())
    return Limits(dead=float(z[alive - 1])) if alive > 0 else Limits()


def _crossing(z: Array, slopes: Array, i: int, j: int, limit: float) -> float:
    """Where between z[i] and its neighbour z[i + j] the slope is the limit."""
    share = (slopes[i] - limit) / (slopes[i] - slopes[i + j])
    return float(z[i] + share * (z[i + j] - z[i]))


class _Signal:
    """Z of one layer over the batches of a part: moments of each unit (Chan et al. 1983), its highest z, flat ones."""

    def __init__(self, units: int, activation: Activation | None) -> None:
        self.limits = limits(activation) if activation else Limits()
        self.mean, self.squares, self.highest = np.zeros(units), np.zeros(units), np.zeros(units)
        self.m = self.flat = 0

    def clear(self) -> None:
        self.mean[...], self.squares[...] = 0, 0
        self.highest[...] = -np.inf if self.limits.dead > -np.inf else 0
        self.m = self.flat = 0

    def see(self, Z: Array) -> None:
        m, limits = Z.shape[1], self.limits
        mean = Z @ np.full(m, 1 / m, Z.dtype)
        rest = Z - mean[:, np.newaxis]
        delta = mean - self.mean
        self.squares += np.vecdot(rest, rest) + delta**2 * (self.m * m / (self.m + m))
        self.mean += delta * (m / (self.m + m))
        self.m += m
        if limits.dead > -np.inf:
            np.maximum(self.highest, Z.max(axis=1), out=self.highest)
        if limits.low > -np.inf:
            self.flat += Z.size - int(np.count_nonzero((limits.low <= Z) & (limits.high >= Z)))

    def facts(self) -> dict[str, float]:
        return {
            "z_mean": float(self.mean.mean()),
            "z_std": float(np.sqrt(self.squares.mean() / self.m)),
            "dead": float((self.highest <= self.limits.dead).mean()),
            "saturated": self.flat / (self.m * len(self.mean)),
        }


class LayerWatch:
    """Sees the batches of a part go through the frozen network, and what a step does to each W.

    For the records of an epoch: ``keep`` before its last step, ``clear`` after it, then ``see`` each batch.
    """

    def __init__(self, network: Network) -> None:
        self.network, self.parameters = network, network.parameters
        last = len(network.plans)
        self._signals = {
            number: _Signal(plan.units, plan.activation)
            for number, plan in enumerate(network.plans, start=1)
            if plan.activation or number == last
        }
        self._before = np.empty_like(self.parameters.weights)
        self._kept_at: int | None = None
        self._answers: list[tuple[Array, Array]] = []

    def keep(self, step: int) -> None:
        """Note W as it is after step number ``step``."""
        self._before[...] = self.parameters.weights
        self._kept_at = step

    def clear(self) -> None:
        """Forget the batches seen."""
        for signal in self._signals.values():
            signal.clear()
        self._answers = []

    def see(self, step: Step) -> None:
        """Take in a batch that the frozen network was just run on."""
        with np.errstate(all="ignore"):  # what overflows shows in the records
            for signal, Z in zip(self._signals.values(), step.Zs, strict=True):
                signal.see(Z)
        if Task(self.network.loss.task).has_one_class:
            self._answers.append(answers(step.Z, step.targets))

    def records(self, epoch: int, step: int) -> list[LayerRecord]:
        """The statistics of the batches since the last sample, and of this step, the last of the epoch."""
        surely_wrong = contradicted(*map(np.concatenate, zip(*self._answers, strict=True))) if self._answers else None
        last = len(self.network.plans)
        with np.errstate(all="ignore"):
            return [
                LayerRecord(
                    epoch=epoch,
                    layer=number,
                    **signal.facts(),
                    **self._step_facts(f"W{number}", step),
                    contradicted=surely_wrong if number == last else None,
                )
                for number, signal in self._signals.items()
            ]

    def _step_facts(self, name: str, step: int) -> dict[str, Any]:
        parameters = self.parameters
        W, dW = parameters[name].reshape(-1), parameters.gradients[name].reshape(-1)
        before = self._before[parameters.slices[name]]
        size = _norm(before) if self._kept_at == step - 1 else 0.0
        return {
            "gradient_norm": _norm(dW) if step > 0 else None,
            "weight_norm": _norm(W),
            "update_ratio": _norm(W - before) / size if size > 0 else None,
        }


def answers(Z: Array, Y: Array) -> tuple[Array, Array]:
    """For logits and labels (n_y, m): by how much the best class leads, (m,), and whether it is the wrong one, (m,)."""
    if len(Z) == 1:
        return np.abs(Z[0]), (Z[0] > 0) != (Y[0] > 0.5)
    second, first = np.partition(Z, -2, axis=0)[-2:]
    return first - second, Z.argmax(axis=0) != Y.argmax(axis=0)


def contradicted(leads: Array, wrong: Array) -> float:
    """The share of wrong answers in that half of all in which the best class leads by most.

    Where classes overlap, an answer is wrong where the network is in doubt, and the surer half is right. A label that
    was noted wrongly contradicts the network wherever it lies: of a share r of such labels about r is found.
    """
    doubtful = len(leads) // 2
    surer = np.argpartition(leads, doubtful)[doubtful:]
    return float(wrong[surer].mean())


def _norm(vector: Array) -> float:
    return sqrt(float(vector.dot(vector)))
