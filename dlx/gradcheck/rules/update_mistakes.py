"""Mistakes that people make in the rules of optimizers, each with the steps that come out with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from dlx.gradcheck.rules.rule import Lack
from dlx.gradcheck.rules.trajectories import Trajectory, varied
from dlx.nn.optimizers import Optimizer
from dlx.types import Array

SAME = 1e-6
FIRST_DECAY = ("beta1", "beta_1", "b1", "beta", "momentum")
SECOND_DECAY = ("beta2", "beta_2", "b2", "rho")
ONLY_DECAY = ("beta", "beta2", "beta_2", "rho", "decay", "momentum")  # of a rule with a single average
EPSILON = ("epsilon", "eps")
WITHOUT_SHARE = ("momentum", "Nesterov")  # Polyak's have α = (1 − β) times that of the notes
HALF = 0.5  # an average with a smaller β is one over hardly two gradients, and then 1 − β may be what β is called
SWAPPED = "β and 1 − β swapped"
MEANT = re.compile(r"\(1 *[−-] *(?:β|beta)[₁₂12]?\) *[·*]? *[vs]\b")  # a description that averages so is right
NO_CORRECTION = ("no bias correction", "without bias correction", "uncorrected")  # a description that says so is right
RIGHT = ""


def lack_of_formula(optimizer: Optimizer, usual: Trajectory, alpha: float) -> Lack | None:
    """The mistake by which the steps differ from a rule that is known; None where they differ otherwise, or not."""
    moves, gradients = usual.moves, varied(steps=len(usual.moves))
    own = type(optimizer).model_fields.keys() - Optimizer.model_fields.keys()
    is_plain = own <= {*FIRST_DECAY, *SECOND_DECAY, *ONLY_DECAY, *EPSILON, "betas"}
    for rule, name, values in _candidates(optimizer, gradients, alpha):
        size = float((values * values).sum())
        factor = float((values * moves).sum()) / size
        if not np.linalg.norm(moves - factor * values) < SAME * np.linalg.norm(moves):
            continue
        share = 1 - _decay(optimizer) if rule in WITHOUT_SHARE else 1.0  # which others leave out of v
        is_same = abs(factor - 1) < SAME or abs(factor * share - 1) < SAME
        if name and not _is_meant(name, optimizer):
            further = "" if is_same else f", and {factor:.6g} times that"
            hint = ": where that is meant, let the description say it" if name == NO_CORRECTION[0] else ""
            return Lack(name, f"the steps are those of {rule} with {name}{further}{hint}")
        if name or is_same or not is_plain:
            return None
        return Lack(f"constant factor {factor:.6g}", f"each step is {factor:.6g} times that of {rule}")
    return None


def _is_meant(name: str, optimizer: Optimizer) -> bool:
    """Whether the description says so."""
    description = " ".join((type(optimizer).__doc__ or "").lower().split())
    if name == SWAPPED:
        return MEANT.search(description) is not None
    return name.startswith("no bias") and any(words in description for words in NO_CORRECTION)


def _option(optimizer: Optimizer, names: tuple[str, ...], place: int, otherwise: float) -> float:
    """A number that an option of this meaning has, such as β₁, or ``betas[0]``."""
    values = [getattr(optimizer, name) for name in names if isinstance(getattr(optimizer, name, None), float)]
    betas: Any = getattr(optimizer, "betas", None)
    pair = [betas[place]] if isinstance(betas, tuple | list) and len(betas) == 2 and place >= 0 else []
    return float([*values, *pair, otherwise][0])


def _decay(optimizer: Optimizer) -> float:
    return _option(optimizer, ONLY_DECAY, -1, 0.9)


def _candidates(optimizer: Optimizer, gradients: Array, alpha: float) -> Iterator[tuple[str, str, Array]]:
    """Rules and mistakes, what is right without a name, each with θ − θ₀ (steps, n)."""
    beta1 = _option(optimizer, FIRST_DECAY, 0, 0.9)
    beta2, epsilon = _option(optimizer, SECOND_DECAY, 1, 0.999), _option(optimizer, EPSILON, -1, 1e-8)
    yield "gradient descent", RIGHT, -alpha * gradients.cumsum(axis=0)

    def adam(beta1: float = beta1, beta2: float = beta2, **mistakes: Any) -> Array:
        return -alpha * _adam(gradients, beta1, beta2, epsilon, **mistakes).cumsum(axis=0)

    yield "Adam", RIGHT, adam()
    yield "Adam", "no bias correction", adam(of_v=False, of_s=False)
    yield "Adam", "no bias correction of v", adam(of_v=False)
    yield "Adam", "no bias correction of s", adam(of_s=False)
    yield "Adam", "bias correction of step t + 1", adam(offset=1)
    yield "Adam", "bias correction of s outside the root", adam(power=1.0)
    yield "Adam", "β₁ and β₂ swapped", adam(beta2, beta1)
    yield "Adam", "the corrections of v and s swapped", adam(is_swapped=True)
    yield "Adam", "v² in place of dθ² in s", adam(is_of_v=True)
    yield "Adam", "v of the step before", adam(is_late=True)
    yield "Adam", "1 − β₁ left out", adam(share_v=1.0)
    yield "Adam", "1 − β₂ left out", adam(share_s=1.0)
    if beta1 > HALF:
        yield "Adam", "β₁ and 1 − β₁ swapped", adam(1 - beta1)
    if beta2 > HALF:
        yield "Adam", "β₂ and 1 − β₂ swapped", adam(beta2=1 - beta2)
    yield from _with_one_average(gradients, alpha, _decay(optimizer), epsilon)


def _with_one_average(gradients: Array, alpha: float, beta: float, epsilon: float) -> Iterator[tuple[str, str, Array]]:
    """The same of rules that keep the average of one thing."""

    def momentum(beta: float) -> Array:
        return -alpha * _average(gradients, beta).cumsum(axis=0)

    def nesterov(beta: float) -> Array:
        return -alpha * (beta * _average(gradients, beta) + (1 - beta) * gradients).cumsum(axis=0)

    def rmsprop(beta: float, power: int = 2) -> Array:
        root = np.sqrt(_average(np.abs(gradients) ** power, beta))
        return -alpha * (gradients / (root + epsilon)).cumsum(axis=0)

    for rule, steps in (("momentum", momentum), ("Nesterov", nesterov), ("RMSProp", rmsprop)):
        yield rule, RIGHT, steps(beta)
        if beta > HALF:
            yield rule, SWAPPED, steps(1 - beta)
    yield "RMSProp", "the size of dθ in place of dθ²", rmsprop(beta, power=1)


def _average(values: Array, beta: float) -> Array:
    """β·v + (1 − β)·x of each step, from 0 on, (steps, n)."""
    v, averages = np.zeros(values.shape[1]), np.empty_like(values)
    for number, value in enumerate(values):
        v = averages[number] = beta * v + (1 - beta) * value
    return averages


def _adam(
    gradients: Array,
    beta1: float,
    beta2: float,
    epsilon: float,
    of_v: bool = True,
    of_s: bool = True,
    offset: int = 0,
    power: float = 0.5,
    is_late: bool = False,
    is_swapped: bool = False,
    is_of_v: bool = False,
    share_v: float | None = None,
    share_s: float | None = None,
) -> Array:
    """v̂/(√ŝ + ε) of each step, (steps, n); ``offset`` is of t, ``power`` that of the correction of s."""
    v, s = np.zeros((2, gradients.shape[1]))
    steps = np.empty_like(gradients)
    share_v, share_s = 1 - beta1 if share_v is None else share_v, 1 - beta2 if share_s is None else share_s
    for number, gradient in enumerate(gradients):
        t, before = number + 1 + offset, v
        v = beta1 * v + share_v * gradient
        s = beta2 * s + share_s * (v if is_of_v else gradient) ** 2
        first, second = (beta2, beta1) if is_swapped else (beta1, beta2)
        corrected = (before if is_late else v) / (1 - first**t if of_v else 1)
        steps[number] = corrected / (np.sqrt(s) / ((1 - second**t) ** power if of_s else 1) + epsilon)
    return steps
