"""Mistakes in optimizers, schedules and initializers, each a component as somebody might write it, with its names."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import cos, pi, sqrt
from typing import Any, TypeVar

import numpy as np

from dlx.component import REGISTRY, Component, defined_at
from dlx.gradcheck.fault import Fault
from dlx.gradcheck.rules.check import check_rules
from dlx.nn import averages
from dlx.nn.initializers import DrawnInitializer, Initializer, Normal01
from dlx.nn.optimizers import Adam, Momentum, Optimizer, RMSProp, State, subtract_ratio, subtract_scaled
from dlx.nn.schedules import First, Schedule
from dlx.nn.tape import Tape
from dlx.types import Array

Kind = TypeVar("Kind", bound=type[Component])


@dataclass(frozen=True)
class WrongRule:
    """A component with a mistake, and the signatures that name it rightly."""

    component: type[Component]
    names: tuple[str, ...]

    @property
    def description(self) -> str:
        """The kind, and the first line of what the component says of itself."""
        return f"{self.component.kind}: {(self.component.__doc__ or '').splitlines()[0]}"

    @property
    def operation(self) -> str:
        """What the check should name."""
        return self.component.name

    def check(self) -> Fault | None:
        """What the check says of it, be it in a remark."""
        cases = list(check_rules(self.component()))
        return next(filter(None, (fault for case in cases for fault in (case.fault, case.remark))), None)

    def judged(self) -> tuple[tuple[bool, bool, bool], str]:
        """What became of it; the check passes where all that it says is a remark."""
        outcome, words = self.outcome(self.check())
        is_remarked = outcome[0] and all(case.passed for case in check_rules(self.component()))
        return outcome, f"{words}, in a remark" if is_remarked else words

    def outcome(self, fault: Fault | None) -> tuple[tuple[bool, bool, bool], str]:
        """Whether that has detected, placed and named it, and what it says."""
        if fault is None:
            return (False, False, False), ""
        placed = (fault.operation, fault.place) == (self.operation, defined_at(self.component))
        return (True, placed, placed and fault.signature in self.names), f"{fault.operation}: {fault.signature}"


FAULTS: list[WrongRule] = []


def planted(*names: str) -> Callable[[Kind], Kind]:
    """Take a class among the faults, and out of what specs can name."""

    def take(component: Kind) -> Kind:
        del REGISTRY[component.kind][component.name]
        FAULTS.append(WrongRule(component, names))
        return component

    return take


def descend(tape: Tape, theta: Array, d_theta: Array, state: State, sign: bool = True) -> None:
    """θ ← θ ∓ α·dθ."""
    tape.call(np.multiply, d_theta, state["alpha"], out=state.scratch)
    tape.call(np.subtract if sign else np.add, theta, state.scratch, out=theta)


@planted("uphill")
class Uphill(Optimizer):
    """θ + α·dθ."""

    name = "uphill"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        descend(tape, theta, d_theta, state, sign=False)


@planted("uphill")
class UphillWhereNegative(Optimizer):
    """|dθ| in place of dθ."""

    name = "uphill_where_negative"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(np.abs, d_theta, out=state.scratch)
        subtract_scaled(tape, theta, state.scratch, state["alpha"], state.scratch)


@planted("no step")
class OffTheTape(Optimizer):
    """θ is changed while the step is written down."""

    name = "off_the_tape"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        theta -= 0.01 * d_theta


@planted("learning_rate ignored")
class EarlyAlpha(Optimizer):
    """α is read while the step is written down."""

    name = "early_alpha"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        alpha = float(state["alpha"]) or self.learning_rate
        tape.call(np.multiply, d_theta, tape.constant(alpha), out=state.scratch)
        tape.call(np.subtract, theta, state.scratch, out=theta)


@planted("learning_rate ignored")
class OwnAlpha(Optimizer):
    """self.learning_rate in place of the α of the schedule."""

    name = "own_alpha"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return (self.learning_rate,)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        descend(tape, theta, d_theta, state)


@planted("learning_rate twice")
class SquaredAlpha(Optimizer):
    """α²."""

    name = "squared_alpha"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return (learning_rate**2,)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        descend(tape, theta, d_theta, state)


@planted("constant factor 0.03125")
class DividedByBatch(Optimizer):
    """dθ, which is a mean, divided by a batch of 32."""

    name = "divided_by_batch"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return (learning_rate / 32,)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        descend(tape, theta, d_theta, state)


@planted("not elementwise")
class DividedBySize(Optimizer):
    """dθ divided by its number of entries."""

    name = "divided_by_size"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(np.multiply, d_theta, tape.constant(1 / d_theta.size), out=state.scratch)
        subtract_scaled(tape, theta, state.scratch, state["alpha"], state.scratch)


@planted("not elementwise")
class NormalizedGradient(Optimizer):
    """dθ divided by its norm, stretch by stretch."""

    name = "normalized_gradient"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(lambda: np.divide(d_theta, np.linalg.norm(d_theta) + 1e-8, out=state.scratch))
        subtract_scaled(tape, theta, state.scratch, state["alpha"], state.scratch)


@planted("dθ changed")
class GradientAsScratch(Optimizer):
    """dθ is multiplied by α in place."""

    name = "gradient_as_scratch"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(np.multiply, d_theta, state["alpha"], out=d_theta)
        tape.call(np.subtract, theta, d_theta, out=theta)


@planted("dθ changed")
class ClippedInPlace(Optimizer):
    """dθ is clipped in place."""

    name = "clipped_in_place"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(lambda: np.clip(d_theta, -1, 1, d_theta))
        descend(tape, theta, d_theta, state)


@planted("dθ of the step before")
class Delayed(Optimizer):
    """Each step goes by the dθ of the step before."""

    name = "delayed"
    slots = ("before",)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        subtract_scaled(tape, theta, state["before"], state["alpha"], state.scratch)
        tape.call(np.copyto, state["before"], d_theta)


@planted("moves without dθ")
class Offset(Optimizer):
    """θ − α·(dθ + 0.001)."""

    name = "offset"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(np.add, d_theta, tape.constant(1e-3), out=state.scratch)
        subtract_scaled(tape, theta, state.scratch, state["alpha"], state.scratch)


@planted("learning_rate")
class RoundedTheta(Optimizer):
    """θ is rounded to four decimals."""

    name = "rounded_theta"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        descend(tape, theta, d_theta, state)
        tape.call(np.round, theta, 4, theta)


@planted("dθ twice")
class SquaredGradient(Optimizer):
    """dθ·|dθ|."""

    name = "squared_gradient"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(np.abs, d_theta, out=state.scratch)
        tape.call(np.multiply, state.scratch, d_theta, out=state.scratch)
        subtract_scaled(tape, theta, state.scratch, state["alpha"], state.scratch)


VELOCITIES: dict[int, Array] = {}


@planted("state kept", "state outside slots")
class KeptVelocity(Optimizer):
    """v is kept beside the class, by the number of entries, from one training to the next."""

    name = "kept_velocity"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v = VELOCITIES.setdefault(theta.size, np.zeros(theta.size))
        averages.record_sum(tape, v, d_theta, 0.9)
        subtract_scaled(tape, theta, v, state["alpha"], state.scratch)


@planted("state outside slots")
class HiddenVelocity(Optimizer):
    """v is an array of its own, which no run directory keeps."""

    name = "hidden_velocity"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v = np.zeros_like(theta)
        averages.record_sum(tape, v, d_theta, 0.9)
        subtract_scaled(tape, theta, v, state["alpha"], state.scratch)


STEPS = [0]


@planted("state kept")
class CountedSteps(Optimizer):
    """It counts the steps itself, over all trainings."""

    name = "counted_steps"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        STEPS[0] += 1
        return (learning_rate / sqrt(STEPS[0]),)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        descend(tape, theta, d_theta, state)


@planted("not finite")
class NoEpsilon(RMSProp):
    """dθ/√s, 0/0 where dθ is 0."""

    name = "no_epsilon"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        s, scratch = state["s"], state.scratch
        tape.call(np.multiply, d_theta, d_theta, out=scratch)
        averages.record_sum(tape, s, scratch, self.beta)
        subtract_ratio(tape, theta, d_theta, s, tape.constant(0.0), state["alpha"], scratch)


@planted("not finite")
class TinyEpsilon(RMSProp):
    """ε is 0 in float32."""

    name = "tiny_epsilon"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        s, scratch = state["s"], state.scratch
        tape.call(np.multiply, d_theta, d_theta, out=scratch)
        averages.record_sum(tape, s, scratch, self.beta)
        subtract_ratio(tape, theta, d_theta, s, tape.constant(1e-60), state["alpha"], scratch)


@planted("not finite")
class CorrectedTooEarly(Adam):
    """Bias correction by t − 1, which is 0 at first."""

    name = "corrected_too_early"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        c1 = np.float64(averages.bias(self.beta1, t - 1)) / (1 - self.beta1)
        with np.errstate(all="ignore"):
            return float(learning_rate / c1), self.epsilon


@planted("root left out")
class NoRoot(RMSProp):
    """dθ/(s + ε)."""

    name = "no_root"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        s, scratch = state["s"], state.scratch
        tape.call(np.multiply, d_theta, d_theta, out=scratch)
        averages.record_sum(tape, s, scratch, self.beta)
        tape.call(np.add, s, tape.constant(self.epsilon), out=scratch)
        tape.call(np.divide, d_theta, scratch, out=scratch)
        subtract_scaled(tape, theta, scratch, state["alpha"], scratch)


@planted("no bias correction")
class UncorrectedAdam(Adam):
    """Adam that forgets the correction of both averages."""

    name = "uncorrected_adam"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        root = sqrt(1 - self.beta2)
        return learning_rate * (1 - self.beta1) / root, self.epsilon / root


@planted("no bias correction of v")
class UncorrectedFirst(Adam):
    """Adam that forgets the correction of v."""

    name = "uncorrected_first"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        root = sqrt(averages.bias(self.beta2, t) / (1 - self.beta2))
        return learning_rate * root * (1 - self.beta1), self.epsilon * root


@planted("no bias correction of s")
class UncorrectedSecond(Adam):
    """Adam that forgets the correction of s."""

    name = "uncorrected_second"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        root, c1 = sqrt(1 / (1 - self.beta2)), averages.bias(self.beta1, t) / (1 - self.beta1)
        return learning_rate * root / c1, self.epsilon * root


@planted("bias correction of step t + 1")
class LateCorrection(Adam):
    """Adam that corrects by t + 1."""

    name = "late_correction"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return super().values(learning_rate, t + 1)


@planted("β₁ and β₂ swapped")
class SwappedDecays(Adam):
    """Adam with β₂ for v and β₁ for s."""

    name = "swapped_decays"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        c1, c2 = (averages.bias(beta, t) / (1 - beta) for beta in (self.beta2, self.beta1))
        return learning_rate * sqrt(c2) / c1, self.epsilon * sqrt(c2)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v, s, scratch = state["v"], state["s"], state.scratch
        averages.record_sum(tape, v, d_theta, self.beta2)
        tape.call(np.multiply, d_theta, d_theta, out=scratch)
        averages.record_sum(tape, s, scratch, self.beta1)
        subtract_ratio(tape, theta, v, s, state["epsilon"], state["alpha"], scratch)


@planted("constant factor 2")
class DoubledAdam(Adam):
    """Adam with steps twice as long."""

    name = "doubled_adam"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        alpha, epsilon = super().values(learning_rate, t)
        return 2 * alpha, epsilon


@planted("weight decay twice")
class DecaysAgain(Momentum):
    """weight_decay once more in values and record."""

    name = "decays_again"
    numbers = ("alpha", "shrink")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return learning_rate * (1 - self.beta), 1 - learning_rate * self.weight_decay

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        super().record(tape, theta, d_theta, state)
        tape.call(lambda: theta.__imul__(np.where(np.arange(theta.size) < 0.75 * theta.size, state["shrink"], 1)))


@planted("weight decay of b", "weight decay twice")
class DecaysAll(Optimizer):
    """weight_decay of all of θ."""

    name = "decays_all"
    numbers = ("alpha", "shrink")

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return learning_rate, 1 - learning_rate * self.weight_decay

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(np.multiply, theta, state["shrink"], out=theta)
        descend(tape, theta, d_theta, state)


@planted("off by one")
class LateDrop(Schedule):
    """Falls every 10 units, but t begins with 1: after 9."""

    name = "late_drop"
    every: int = 10

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return float(alpha0 * 0.5 ** (t // self.every))


@planted("off by one")
class EarlyDrop(Schedule):
    """Falls before the first unit."""

    name = "early_drop"
    first: First = 0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return float(alpha0 * 0.5 ** (t // 10 + 1))


@planted("off by one", "zero")
class EndsAtZero(Schedule):
    """Linear to 0, which the last unit has."""

    name = "ends_at_zero"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * (1 - t / total)


@planted("off by one", "zero")
class BeginsAtZero(Schedule):
    """A warm-up of its own, whose first unit has 0."""

    name = "begins_at_zero"
    first: First = 0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * min(t / 5, 1)


@planted("fails")
class OneUnit(Schedule):
    """Divides by total − 1."""

    name = "one_unit"
    first: First = 0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * (1 - 0.9 * t / (total - 1))


@planted("fails")
class BeyondTheTable(Schedule):
    """An index one too large."""

    name = "beyond_the_table"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return [alpha0 / (1 + k) for k in range(total)][t]


@planted("negative")
class Falling(Schedule):
    """Falls by 1 % of α₀ a unit, for ever."""

    name = "falling"
    first: First = 0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * (1 - 0.01 * t)


@planted("negative")
class FullWave(Schedule):
    """cos without the 1 + and the half."""

    name = "full_wave"
    first: First = 0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * cos(pi * t / total)


@planted("total in place of t")
class WrongUnit(Schedule):
    """total in place of t."""

    name = "wrong_unit"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 / sqrt(total)


@planted("state kept")
class RandomRate(Schedule):
    """α is drawn anew."""

    name = "random_rate"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * random.uniform(0.5, 1)


CALLS = [0]


@planted("state kept")
class CountedCalls(Schedule):
    """It counts its calls in place of the units."""

    name = "counted_calls"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        CALLS[0] += 1
        return alpha0 / (1 + CALLS[0])


@planted("learning_rate ignored")
class OwnStart(Schedule):
    """Begins with 0.1 in place of α₀."""

    name = "own_start"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return float(0.1 * 0.95**t)


@planted("warmup ignored")
class NoWarmup(Schedule):
    """Overrides learning_rate, and forgets warmup."""

    name = "no_warmup"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 / (1 + t)

    def learning_rate(self, alpha0: float, done: int, total: int) -> float:
        return self.rate(alpha0, done, total)


@planted("rises")
class Growing(Schedule):
    """1.5^t, where 0.95^t was meant."""

    name = "growing"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return float(alpha0 * 1.5**t)


@planted("missing √")
class VarianceAsSigma(DrawnInitializer):
    """W ~ N(0, 2/n_in), by 2/n_in as the standard deviation."""

    name = "variance_as_sigma"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return 2 / n_in


@planted("n_out in place of n_in")
class SwappedWidths(DrawnInitializer):
    """W ~ N(0, 2/n_in), with the widths swapped."""

    name = "swapped_widths"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return sqrt(2 / n_out)


@planted("variance")
class RootTwice(DrawnInitializer):
    """W ~ N(0, 2/n_in), its root taken twice."""

    name = "root_twice"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return float((2 / n_in) ** 0.25)


@planted("variance")
class BoundAsSigma(DrawnInitializer):
    """√(6/n_in), which is the bound of uniform numbers, as the standard deviation."""

    name = "bound_as_sigma"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return sqrt(6 / n_in)


@planted("variance", "missing √")
class Multiplied(DrawnInitializer):
    """× √n_in in place of divided by it."""

    name = "multiplied"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return 0.01 * sqrt(n_in)


class ByFormula(Initializer):
    """W from a formula."""

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        """W of this shape."""
        raise NotImplementedError

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        W = parameters[f"W{l}"]
        W[...] = self.weights((W.shape[0], W.shape[1]), rng)
        if f"b{l}" in parameters:
            parameters[f"b{l}"][...] = 0


@planted("equal units")
class SameNumber(ByFormula):
    """0.1 throughout."""

    name = "same_number"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        return 0.1


@planted("equal units")
class SameRow(ByFormula):
    """One row of numbers for all units."""

    name = "same_row"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        return rng.standard_normal((1, shape[1])) / sqrt(shape[1])


@planted("wrong shape")
class Transposed(ByFormula):
    """W of shape (n_in, n_out)."""

    name = "transposed"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        return rng.standard_normal(shape[::-1]) / sqrt(shape[1])


@planted("replaced")
class Rebound(Initializer):
    """W is bound to another array."""

    name = "rebound"

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        parameters[f"W{l}"] = rng.standard_normal(parameters[f"W{l}"].shape).astype(np.float32)  # type: ignore[index]


@planted("unseeded")
class Unseeded(ByFormula):
    """Draws from a generator without a seed."""

    name = "unseeded"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        return np.random.default_rng().standard_normal(shape) / sqrt(shape[1])


@planted("unseeded")
class OwnSeed(ByFormula):
    """Draws with the same seed always."""

    name = "own_seed"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        return np.random.default_rng(0).standard_normal(shape) / sqrt(shape[1])


@planted("mean")
class PositiveNumbers(ByFormula):
    """Uniform numbers from 0 on, not around 0."""

    name = "positive_numbers"

    def weights(self, shape: tuple[int, int], rng: Any) -> Any:
        return rng.uniform(0, 1, shape) / sqrt(shape[1])


@planted("mean")
class Sorted(ByFormula):
    """The numbers of each input in rising order."""

    name = "sorted"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        return np.sort(rng.standard_normal(shape), axis=0) / sqrt(shape[1])


@planted("zero")
class Rounded(ByFormula):
    """Numbers cut to whole ones."""

    name = "rounded"

    def weights(self, shape: tuple[int, int], rng: Normal01) -> Any:
        return (0.1 * rng.standard_normal(shape)).astype(int)


@planted("not filled")
class LastUnitLeftOut(Initializer):
    """W of the last unit is not written."""

    name = "last_unit_left_out"

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        W = parameters[f"W{l}"]
        for unit in range(len(W) - 1):
            W[unit] = rng.standard_normal(W.shape[1]) / sqrt(W.shape[1])


@planted("fails")
class BiasTakenForGranted(Initializer):
    """b is written where there is none."""

    name = "bias_taken_for_granted"

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        W = parameters[f"W{l}"]
        W[...] = rng.standard_normal(W.shape) / sqrt(W.shape[1])
        parameters[f"b{l}"][...] = 0


@planted("wrong layer")
class AllLayers(Initializer):
    """Writes every layer at each call."""

    name = "all_layers"

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        for name, array in parameters.items():
            if name[0] in "Wb":
                array[...] = rng.standard_normal(array.shape) / sqrt(array.shape[1]) if name[0] == "W" else 0


class OneAverage(Optimizer):
    """θ ← θ − α·v, with an average v of dθ."""

    slots = ("v",)
    beta: float = 0.9

    def average(self, v: Array, d_theta: Array) -> Array:
        """The next v."""
        return np.asarray(self.beta * v + (1 - self.beta) * d_theta)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v = state["v"]

        def average() -> None:
            v[...] = self.average(v, d_theta)

        tape.call(average)
        subtract_scaled(tape, theta, v, state["alpha"], state.scratch)


class OneSquare(OneAverage):
    """θ ← θ − α·dθ/(√v + ε), with an average v of dθ²."""

    epsilon: float = 1e-8

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v = state["v"]

        def average() -> None:
            v[...] = self.average(v, d_theta)

        tape.call(average)
        subtract_ratio(tape, theta, d_theta, v, tape.constant(self.epsilon), state["alpha"], state.scratch)


@planted("β and 1 − β swapped")
class SwappedMomentum(OneAverage):
    """v of momentum keeps 1 − β of itself."""

    name = "swapped_momentum"

    def average(self, v: Array, d_theta: Array) -> Array:
        return (1 - self.beta) * v + self.beta * d_theta


@planted("β and 1 − β swapped")
class SwappedRMSProp(OneSquare):
    """s of RMSProp keeps 1 − β of itself."""

    name = "swapped_rmsprop"

    def average(self, v: Array, d_theta: Array) -> Array:
        return (1 - self.beta) * v + self.beta * d_theta**2


@planted("the size of dθ in place of dθ²")
class SizeInPlaceOfSquare(OneSquare):
    """s of RMSProp averages the size of dθ."""

    name = "size_in_place_of_square"

    def average(self, v: Array, d_theta: Array) -> Array:
        return super().average(v, np.abs(d_theta))


@planted("constant factor 0.316228")
class SumOfSquares(OneSquare):
    """1 − β is left out of RMSProp."""

    name = "sum_of_squares"

    def average(self, v: Array, d_theta: Array) -> Array:
        return np.asarray(self.beta * v + d_theta**2)


@planted("β₁ and 1 − β₁ swapped")
class SwappedFirst(Adam):
    """v of Adam keeps 1 − β₁ of itself."""

    name = "swapped_first"

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return self._swapped().values(learning_rate, t)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        self._swapped().record(tape, theta, d_theta, state)

    def _swapped(self) -> Adam:
        return Adam(beta1=1 - self.beta1, beta2=self.beta2, epsilon=self.epsilon)


@planted("option ignored")
class FixedDecay(OneSquare):
    """0.99 in place of β."""

    name = "fixed_decay"

    def average(self, v: Array, d_theta: Array) -> Array:
        return np.asarray(0.99 * v + 0.01 * d_theta**2)


@planted("option ignored")
class FixedPower(Schedule):
    """The exponent of the decay is always 1."""

    name = "fixed_power"
    decay_rate: float = 1.0
    power: float = 2.0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 / (1 + self.decay_rate * t)


@planted("option ignored")
class FixedGain(DrawnInitializer):
    """The gain is not in σ."""

    name = "fixed_gain"
    gain: float = 1.5

    def scale_for(self, n_in: int, n_out: int) -> float:
        return 1 / sqrt(n_in)
