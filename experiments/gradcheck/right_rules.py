"""Right optimizers, schedules and initializers of unusual form: not one of them may be accused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import cos, pi, sqrt
from typing import Any, TypeVar

import numpy as np

from dlx.component import REGISTRY, Component
from dlx.gradcheck.fault import Fault
from dlx.gradcheck.rules.check import check_rules
from dlx.nn import averages
from dlx.nn.initializers import DrawnInitializer, Initializer, Normal01
from dlx.nn.optimizers import Adam, Optimizer, State, subtract_scaled
from dlx.nn.schedules import First, Schedule
from dlx.nn.tape import Tape
from dlx.types import Array

from .rule_faults import ByFormula, OneAverage, SwappedMomentum

Kind = TypeVar("Kind", bound=type[Component])
RIGHT_RULES: list[type[Component]] = []


def checked_rules() -> Iterator[tuple[str, Fault | None]]:
    """Each of them with what the check says of it."""
    for component in RIGHT_RULES:
        yield component.name, next((case.fault for case in check_rules(component()) if case.fault), None)


def right(component: Kind) -> Kind:
    """Take a class among the right ones, and out of what specs can name."""
    del REGISTRY[component.kind][component.name]
    RIGHT_RULES.append(component)
    return component


@right
class Lion(Optimizer):
    """θ ← θ − α·sign(β₁·v + (1 − β₁)·dθ) (Chen et al. 2023)."""

    name = "lion"
    slots = ("v",)
    beta1: float = 0.9
    beta2: float = 0.99

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v, scratch = state["v"], state.scratch

        def step() -> None:
            np.sign(self.beta1 * v + (1 - self.beta1) * d_theta, out=scratch)
            v[...] = self.beta2 * v + (1 - self.beta2) * d_theta

        tape.call(step)
        subtract_scaled(tape, theta, scratch, state["alpha"], scratch)


@right
class RProp(Optimizer):
    """A step size for each entry, by the sign of dθ and that before (Riedmiller & Braun 1993)."""

    name = "rprop"
    slots = ("before", "size")

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        before, size, alpha = state["before"], state["size"], state["alpha"]

        def step() -> None:
            same = before * d_theta
            size[...] = np.where(size == 0, 1.0, size * np.where(same > 0, 1.2, np.where(same < 0, 0.5, 1.0)))
            theta[...] -= alpha * size * np.sign(d_theta)
            before[...] = d_theta

        tape.call(step)


@right
class AMSGrad(Optimizer):
    """Adam by the largest ŝ so far (Reddi et al. 2018)."""

    name = "amsgrad"
    slots = ("v", "s", "largest")
    numbers = ("alpha", "c1", "c2")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return learning_rate, averages.bias(0.9, t), averages.bias(0.999, t)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v, s, largest = state["v"], state["s"], state["largest"]

        def step() -> None:
            v[...] = 0.9 * v + 0.1 * d_theta
            s[...] = 0.999 * s + 0.001 * d_theta**2
            np.maximum(largest, s, out=largest)
            theta[...] -= state["alpha"] * (v / state["c1"]) / (np.sqrt(largest / state["c2"]) + 1e-8)

        tape.call(step)


@right
class AdaMax(Optimizer):
    """Adam by the largest |dθ| (Kingma & Ba 2015, algorithm 2)."""

    name = "adamax"
    slots = ("v", "u")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return (learning_rate / averages.bias(0.9, t),)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v, u = state["v"], state["u"]

        def step() -> None:
            v[...] = 0.9 * v + 0.1 * d_theta
            np.maximum(0.999 * u, np.abs(d_theta), out=u)
            theta[...] -= state["alpha"] * v / (u + 1e-8)

        tape.call(step)


@right
class NAdam(Optimizer):
    """Adam that looks one step ahead (Dozat 2016)."""

    name = "nadam"
    slots = ("v", "s")
    numbers = ("alpha", "of_v", "of_gradient", "c2")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return learning_rate, 0.9 / averages.bias(0.9, t + 1), 0.1 / averages.bias(0.9, t), averages.bias(0.999, t)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v, s = state["v"], state["s"]

        def step() -> None:
            v[...] = 0.9 * v + 0.1 * d_theta
            s[...] = 0.999 * s + 0.001 * d_theta**2
            ahead = state["of_v"] * v + state["of_gradient"] * d_theta
            theta[...] -= state["alpha"] * ahead / (np.sqrt(s / state["c2"]) + 1e-8)

        tape.call(step)


@right
class RAdam(Optimizer):
    """Adam whose first steps go by v̂ alone (Liu et al. 2020)."""

    name = "radam"
    slots = ("v", "s")
    numbers = ("alpha", "is_adaptive", "c2")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        longest = 2 / (1 - 0.999) - 1
        length = longest - 2 * t * 0.999**t / averages.bias(0.999, t)
        if length <= 5:
            return learning_rate / averages.bias(0.9, t), 0.0, 1.0
        r = sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
        return learning_rate * r / averages.bias(0.9, t), 1.0, averages.bias(0.999, t)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v, s = state["v"], state["s"]

        def step() -> None:
            v[...] = 0.9 * v + 0.1 * d_theta
            s[...] = 0.999 * s + 0.001 * d_theta**2
            root = np.sqrt(s / state["c2"]) + 1e-8
            theta[...] -= state["alpha"] * v / np.where(state["is_adaptive"] > 0, root, 1)

        tape.call(step)


@right
class AdaDelta(Optimizer):
    """Steps in the units of θ, times α (Zeiler 2012)."""

    name = "adadelta"
    slots = ("s", "d")
    learning_rate: float = 1.0

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        s, d = state["s"], state["d"]

        def step() -> None:
            s[...] = 0.9 * s + 0.1 * d_theta**2
            move = np.sqrt(d + 1e-6) / np.sqrt(s + 1e-6) * d_theta
            d[...] = 0.9 * d + 0.1 * move**2
            theta[...] -= state["alpha"] * move

        tape.call(step)


@right
class AdaBelief(Optimizer):
    """Adam by the variance of dθ around v (Zhuang et al. 2020)."""

    name = "adabelief"
    slots = ("v", "s")
    numbers = ("alpha", "c1", "c2")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return learning_rate, averages.bias(0.9, t), averages.bias(0.999, t)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v, s = state["v"], state["s"]

        def step() -> None:
            v[...] = 0.9 * v + 0.1 * d_theta
            s[...] = 0.999 * s + 0.001 * (d_theta - v) ** 2 + 1e-16
            theta[...] -= state["alpha"] * (v / state["c1"]) / (np.sqrt(s / state["c2"]) + 1e-8)

        tape.call(step)


@right
class Polyak(Optimizer):
    """v ← μ·v + dθ, θ ← θ − α·v, as others have momentum."""

    name = "polyak"
    slots = ("v",)
    momentum: float = 0.9

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        averages.record_sum(tape, state["v"], d_theta, self.momentum)
        subtract_scaled(tape, theta, state["v"], state["alpha"], state.scratch)


@right
class BertAdam(Adam):
    """Adam without bias correction, as BERT was trained."""

    name = "bert_adam"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        root = sqrt(1 - self.beta2)
        return learning_rate * (1 - self.beta1) / root, self.epsilon / root


@right
class PullsBack(Optimizer):
    """Gradient descent that draws all of θ towards 0 as well."""

    name = "pulls_back"
    pull: float = 0.3

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(np.multiply, theta, tape.constant(self.pull), out=state.scratch)
        tape.call(np.add, state.scratch, d_theta, out=state.scratch)
        subtract_scaled(tape, theta, state.scratch, state["alpha"], state.scratch)


@right
class Shortened(Optimizer):
    """Steps of gradient descent, times an option."""

    name = "shortened"
    scale: float = 0.25

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return (learning_rate * self.scale,)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        subtract_scaled(tape, theta, d_theta, state["alpha"], state.scratch)


@right
class OneCycle(Schedule):
    """From α₀/25 up to α₀ and down again (Smith 2018)."""

    name = "one_cycle"
    first: First = 0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        share = t / max(total, 1)
        rise = share / 0.3 if share < 0.3 else (1 - share) / 0.7
        return alpha0 * (0.04 + 0.96 * min(max(rise, 0.0), 1.0))


@right
class WithFloor(Schedule):
    """From α₀ in a straight line to an option, which is a rate by itself."""

    name = "with_floor"
    first: First = 0
    least: float = 1e-4

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return self.least + (alpha0 - self.least) * (1 - t / total)


@right
class WarmRestarts(Schedule):
    """Cosines of 10 units, one after the other (Loshchilov & Hutter 2017)."""

    name = "warm_restarts"
    first: First = 0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * (1 + cos(pi * (t % 10) / 10)) / 2


@right
class Noam(Schedule):
    """Up for 10 units, then as 1/√t (Vaswani et al. 2017)."""

    name = "noam"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return float(alpha0 * sqrt(10) * min(t**-0.5, t * 10**-1.5))


@right
class OwnRates(Schedule):
    """Rates of its own, from options."""

    name = "own_rates"
    early: float = 0.1
    late: float = 0.01

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return self.early if 2 * t <= total else self.late


@right
class Stages(Schedule):
    """Three stages, of half, a quarter and a quarter of the training."""

    name = "stages"
    first: First = 0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * (1.0 if t < total / 2 else 0.1 if t < 0.75 * total else 0.01)


@right
class Orthogonal(ByFormula):
    """Orthogonal rows or columns (Saxe et al. 2014)."""

    name = "orthogonal"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        Q, R = np.linalg.qr(rng.standard_normal((max(shape), min(shape))))
        Q = Q * np.sign(np.diag(R))
        return Q if shape[0] >= shape[1] else Q.T


@right
class IdentityStart(ByFormula):
    """I, so that a layer passes on what comes in."""

    name = "identity_start"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        return np.eye(*shape)


@right
class Waves(ByFormula):
    """Cosines, which draw nothing."""

    name = "waves"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        k, n = np.arange(shape[0])[:, np.newaxis], np.arange(shape[1])
        return np.cos(pi * (k + 1) * (n + 0.5) / max(shape)) * sqrt(2 / max(shape))


@right
class UniformHe(ByFormula):
    """Uniform within ±√(6/n_in)."""

    name = "uniform_he"

    def weights(self, shape: tuple[int, int], rng: Any) -> Any:
        return rng.uniform(-1, 1, shape) * sqrt(6 / shape[1])


@right
class BackwardHe(DrawnInitializer):
    """W ~ N(0, 2/n_out): keeps the variance backwards."""

    name = "backward_he"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return sqrt(2 / n_out)


@right
class Truncated(ByFormula):
    """Normal numbers within two standard deviations of 0.02."""

    name = "truncated"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        Z = rng.standard_normal(shape)
        while (far := np.abs(Z) > 2).any():
            Z[far] = rng.standard_normal(int(far.sum()))
        return 0.02 * Z


@right
class Sparse(ByFormula):
    """Fifteen inputs of each unit have weights (Martens 2010)."""

    name = "sparse"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        order = rng.standard_normal(shape).argsort(axis=1).argsort(axis=1)
        return np.where(order < 15, rng.standard_normal(shape), 0) / sqrt(15)


@right
class LikeTorch(Initializer):
    """Uniform within ±1/√n_in, b too."""

    name = "like_torch"

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Any) -> None:
        W = parameters[f"W{l}"]
        W[...] = rng.uniform(-1, 1, W.shape) / sqrt(W.shape[1])
        if (b := parameters.get(f"b{l}")) is not None:
            b[...] = rng.uniform(-1, 1, b.shape) / sqrt(W.shape[1])


@right
class Siren(ByFormula):
    """Uniform within ±√(6/n_in)/30 (Sitzmann et al. 2020), in float32."""

    name = "siren"

    def weights(self, shape: tuple[int, int], rng: Any) -> Any:
        return (rng.uniform(-1, 1, shape) * sqrt(6 / shape[1]) / 30).astype(np.float32)


@right
class DiagonalAlone(Initializer):
    """1 on the diagonal; all else, b too, stays 0 as it is before."""

    name = "diagonal_alone"

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        np.fill_diagonal(parameters[f"W{l}"], 1)


@right
class Accumulated(Optimizer):
    """Gradient descent by the mean of eight dθ, once they are there."""

    name = "accumulated"
    slots = ("total",)
    numbers = ("alpha", "is_step")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return learning_rate, float(t % 8 == 0)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        total = state["total"]

        def step() -> None:
            total[...] += d_theta
            if state["is_step"]:
                theta[...] -= state["alpha"] * total / 8
                total[...] = 0

        tape.call(step)


@right
class PulledToStart(Optimizer):
    """θ ← θ − α·(dθ + 0.1·(θ − θ₀)): L2-SP (Li et al. 2018)."""

    name = "pulled_to_start"
    slots = ("start",)
    numbers = ("alpha", "t")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return learning_rate, float(t)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        start = state["start"]

        def step() -> None:
            if state["t"] == 1:
                start[...] = theta
            theta[...] -= state["alpha"] * (d_theta + 0.1 * (theta - start))

        tape.call(step)


@right
class SparseAsPublished(ByFormula):
    """Fifteen inputs of each unit have weights of variance 1 (Martens 2010), which is more than most would take."""

    name = "sparse_as_published"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        order = rng.standard_normal(shape).argsort(axis=1).argsort(axis=1)
        return np.where(order < 15, rng.standard_normal(shape), 0)


@right
class WithoutShare(OneAverage):
    """v ← β·v + dθ (Polyak 1964): α is (1 − β) times that of the notes."""

    name = "without_share"

    def average(self, v: Array, d_theta: Array) -> Array:
        return np.asarray(self.beta * v + d_theta)


@right
class OtherLetter(SwappedMomentum):
    """v ← (1 − β)·v + β·dθ, which says so."""

    name = "other_letter"


@right
class FarThreshold(OneAverage):
    """Entries of dθ are cut off at ±limit, which is far away, and after so many steps only."""

    name = "far_threshold"
    limit: float = 50.0
    after: int = 6

    def average(self, v: Array, d_theta: Array) -> Array:
        return super().average(v, np.clip(d_theta, -self.limit, self.limit))

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return (learning_rate if t > self.after else learning_rate / 2,)
