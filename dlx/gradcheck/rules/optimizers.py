"""The properties of optimizers: downhill, by α, entry by entry, with all that is kept in the slots."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dlx.gradcheck.rules.options import ignored_option
from dlx.gradcheck.rules.rule import Lack, Properties
from dlx.gradcheck.rules.trajectories import BIASES, STEPS, N, Trajectory, start, steady, trajectory, varied
from dlx.gradcheck.rules.update_mistakes import lack_of_formula
from dlx.nn.optimizers import Optimizer
from dlx.types import Array

ALPHA, SMALL = 0.01, 1e-6
SAME = 1e-3  # two ratios this close are the same
DECAY = 0.1
LONGEST = 1000.0  # of a step, in α or α·dθ
DOUBLED = 6  # times at most, the number of steps until θ has moved: 384 in the end
PARTS = 5  # entries of θ in a block, in place of 49,152


@dataclass(frozen=True)
class Optimizing:
    """An optimizer, and what it does with gradients that vary."""

    optimizer: Optimizer
    is_default: bool

    def with_decay(self, weight_decay: float) -> Optimizer:
        """The same without clipping, and with this decay of W."""
        options = {name: getattr(self.optimizer, name) for name in type(self.optimizer).model_fields}
        plain = {"clip_norm": None, "clip_value": None, "weight_decay": weight_decay}
        return type(self.optimizer).model_validate(options | plain)

    @cached_property
    def plain(self) -> Optimizer:
        """The rule by itself, if it may be without decay."""
        try:
            return self.with_decay(0.0)
        except ValueError:
            return self.optimizer

    @cached_property
    def steps(self) -> int:
        """As many as it takes to see it move, such as 24 where it sums up 16 gradients first."""
        for steps in (STEPS << k for k in range(DOUBLED)):
            theta = trajectory(self.plain, varied(steps=steps), ALPHA).theta
            if (theta != theta[0]).any() or (theta[0] != start()).any():
                return steps
        return STEPS

    @cached_property
    def gradients(self) -> Array:
        """Those that it is checked with, others in each step."""
        return varied(steps=self.steps)

    @property
    def steady(self) -> Array:
        """The same in each step."""
        return steady(steps=self.steps)

    @cached_property
    def usual(self) -> Trajectory:
        """Its steps from θ₀."""
        return trajectory(self.plain, self.gradients, ALPHA)

    def moves(self, gradients: Array, alpha: float = SMALL) -> Array:
        """θ after these gradients, from 0 on, where no decay has a part in it."""
        last: Array = trajectory(self.plain, gradients, alpha, np.zeros(N)).moves[-1]
        return last


def moves_at_all(each: Optimizing) -> Lack | None:
    """θ changes when a step is replayed."""
    if (each.usual.theta == each.usual.start).all():
        return Lack("no step", "θ stays as it is: write what changes it with tape.call")
    return None


def leaves_the_gradient(each: Optimizing) -> Lack | None:
    """dθ is read only."""
    if each.usual.spoiled:
        return Lack("dθ changed", "a step writes into dθ, which is to be read only: use state.scratch")
    return None


def forgets(each: Optimizing) -> Lack | None:
    """A second training is that of the first."""
    trajectory(each.plain, varied(7)[:5], ALPHA, np.concatenate([start(3), start(4)[:1]]))
    again = trajectory(each.plain, each.gradients, ALPHA)
    if not np.array_equal(each.usual.theta, again.theta, equal_nan=True):
        return Lack("state kept", "the same training comes out differently after another one: keep nothing but slots")
    return None


def resumes(each: Optimizing) -> Lack | None:
    """A training that was stopped goes on as if it had not been."""
    resumed = trajectory(each.plain, each.gradients, ALPHA, resumed_after=each.steps // 2)
    if not np.array_equal(each.usual.theta, resumed.theta, equal_nan=True):
        return Lack("state outside slots", "a training that is stopped and resumed goes on differently: name slots")
    return None


def is_finite(each: Optimizing) -> Lack | None:
    """No division by 0, in float32 neither."""
    for words, gradients in (
        ("usual gradients", each.gradients),
        ("dθ = 0", np.zeros((each.steps, N))),
        ("dθ of 1e-30", 1e-30 * each.steady),
    ):
        for dtype in (np.float64, np.float32):
            theta = trajectory(each.optimizer, gradients, ALPHA, dtype=dtype).theta
            if not np.isfinite(theta).all():
                first = int(np.flatnonzero(~np.isfinite(theta).all(axis=1))[0]) + 1
                return Lack("not finite", f"θ is not finite after step {first} in {dtype.__name__}, {words}")
    return None


def goes_downhill(each: Optimizing) -> Lack | None:
    """Along a gradient that stays, each entry falls."""
    gradient, moves = steady()[0], each.moves(each.steady)
    up = (moves * gradient > 0) & (gradient != 0)
    if up.any():
        words = f"{up.sum()} of {np.count_nonzero(gradient)} entries of θ rise along a dθ that stays the same"
        return Lack("uphill", f"{words}: a step is θ − α·…")
    return None


def heeds_the_gradient(each: Optimizing) -> Lack | None:
    """Where dθ is 0 nothing moves, and there are steps that go by their own dθ."""
    if each.moves(each.steady)[steady()[0] == 0].any():
        return Lack("moves without dθ", "an entry of θ moves whose dθ is 0 in each step")
    theta = each.usual.theta
    moved = np.flatnonzero((np.diff(theta, axis=0, prepend=each.usual.start[np.newaxis]) != 0).any(axis=1))
    for number in moved.tolist():
        other = each.gradients[: number + 1].copy()
        other[-1] *= -1
        if not np.array_equal(trajectory(each.plain, other, ALPHA).theta[-1], theta[number]):
            return None
    return Lack("dθ of the step before", "no step heeds its own dθ: does it go by that of the step before?")


def heeds_alpha(each: Optimizing) -> Lack | None:
    """A step is proportional to α, and to that of the schedule."""
    once, twice = (each.moves(each.steady, alpha) for alpha in (SMALL, 2 * SMALL))
    moved = once != 0
    if not moved.any() and each.moves(each.steady, ALPHA).any():
        return Lack("learning_rate", f"with an α of {SMALL:g} there is no step: is θ rounded?")
    ratios = twice[moved] / once[moved]
    if not len(ratios) or (np.abs(ratios - 2) < SAME).all():
        return None
    if (ratios == 1).all():
        why = "the α of the schedule changes nothing: take learning_rate of values, not that of self"
        return Lack("learning_rate ignored", why)
    ratio = float(np.median(ratios))
    names = {4.0: "learning_rate twice", 2**0.5: "root of learning_rate", 0.5: "divided by learning_rate"}
    name = next((name for value, name in names.items() if abs(ratio / value - 1) < SAME), "learning_rate")
    return Lack(name, f"twice the α makes a step {ratio:.4g} times as long, not 2 times")


def is_elementwise(each: Optimizing) -> Lack | None:
    """An entry does not depend on the others."""
    parts = trajectory(each.plain, each.gradients, ALPHA, block=PARTS)
    if not np.allclose(parts.theta, each.usual.theta, rtol=1e-12, atol=1e-14):
        what = "an entry of θ depends on the others, or on how many there are"
        return Lack("not elementwise", f"{what}: the rule is recorded for one stretch of θ after the other")
    return None


def grows_with_the_gradient(each: Optimizing) -> Lack | None:
    """A larger gradient makes no smaller step, and none that is longer by more than that."""
    small, large = (np.abs(each.moves(scale * each.steady)) for scale in (1.0, 1000.0))
    moved = small > 0
    if moved.any() and (large[moved] < 0.5 * small[moved]).any():
        ratio = float(np.min(large[moved] / small[moved]))
        return Lack("root left out", f"1000 times the dθ makes a step {ratio:.2g} times as long: is it divided by √s?")
    if moved.any() and (large[moved] > 2000 * small[moved]).all():
        ratio = float(np.median(large[moved] / small[moved]))
        return Lack("dθ twice", f"1000 times the dθ makes a step {ratio:.2g} times as long")
    return None


def steps_are_bounded(each: Optimizing) -> Lack | None:
    """No step is many times longer than both α and α·dθ."""
    lengths = np.abs(np.diff(each.usual.theta, axis=0, prepend=each.usual.start[np.newaxis]))
    longest = lengths / (ALPHA * np.maximum(1, np.maximum.accumulate(np.abs(each.gradients), axis=0)))
    if longest.max() > LONGEST:
        step = int(np.argmax(longest.max(axis=1))) + 1
        words = f"step {step} is {longest.max():.2g} times as long as α or α·dθ"
        return Lack("too long", f"{words}: is it divided by an average that is still 0?")
    return None


def decays_once(each: Optimizing) -> Lack | None:
    """weight_decay is applied before the rule, to W alone, and the rule itself does nothing with it."""
    if each.plain.weight_decay:
        return None
    gradients, alpha = each.gradients, 10 * ALPHA
    own = trajectory(each.with_decay(DECAY), gradients, alpha).theta
    right = trajectory(each.plain, gradients, alpha, decay=DECAY).theta
    if not np.allclose(own[:, -BIASES:], right[:, -BIASES:], rtol=1e-9):
        return Lack(
            "weight decay of b", "weight_decay shrinks b too: dlx applies it to W before the rule, leave it out"
        )
    if not np.allclose(own, right, rtol=1e-9):
        return Lack("weight decay twice", "weight_decay acts twice on W: dlx applies it before the rule, leave it out")
    return None


def has_its_formula(each: Optimizing) -> Lack | None:
    """It is no known rule but for a mistake."""
    return lack_of_formula(each.optimizer, each.usual, ALPHA)


def heeds_its_options(each: Optimizing) -> Lack | None:
    """Each option changes some trajectory, of gradients of usual size or of tiny ones, as ε does."""
    if not each.is_default:
        return None
    gradients = np.concatenate([each.gradients, 1e-8 * each.gradients, each.gradients])
    return ignored_option(each.optimizer, lambda other: trajectory(other, gradients, ALPHA).theta.tobytes())


PROPERTIES = Properties(
    Optimizing,
    (
        moves_at_all,
        leaves_the_gradient,
        forgets,
        resumes,
        is_finite,
        goes_downhill,
        heeds_the_gradient,
        heeds_alpha,
        is_elementwise,
        grows_with_the_gradient,
        steps_are_bounded,
        decays_once,
        has_its_formula,
        heeds_its_options,
    ),
)
