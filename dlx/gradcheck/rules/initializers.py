"""The properties of initializers: all of W and b, by rng alone, no two units alike, of a fit variance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from dlx.gradcheck.rules.options import ignored_option
from dlx.gradcheck.rules.rule import FAILS, Lack, Properties
from dlx.nn.initializers import DrawnInitializer, Initializer
from dlx.nn.params import Parameters
from dlx.types import Array

# Units of a layer and its inputs: wide, narrow, square, larger, so that it shows by what the variance goes.
LAYERS = ((40, 160), (160, 40), (90, 90), (200, 60), (60, 200))
CLOSE = 0.12  # of an exponent of a width
LARGEST_MEAN = 8.0  # in standard deviations of a mean: of independent numbers none in 10¹⁴ is as far from 0
LARGEST_GAIN = 5.0  # of n_in·σ²: He's is 2
DENSE = 0.5  # of W without its empty units or inputs is not 0: then these are not empty by design
SEED = 5
# What promises 1/√n: a rule of that kind by name, or a variance; |N(0, …)| promises none.
PROMISE = re.compile(r"\b(?:He|Kaiming|Xavier|Glorot|LeCun)\b|(?<!\|)N\(0, [^)]*/")
INPUTS, OUTPUTS = ("n_in", "fan_in", "fan-in"), ("n_out", "fan_out", "fan-out")


@dataclass(frozen=True)
class Initializing:
    """An initializer, and what it gives five layers."""

    initializer: Initializer
    is_default: bool

    @cached_property
    def usual(self) -> Parameters:
        """W and b of each."""
        return self.filled(np.random.default_rng(SEED))

    def filled(
        self, rng: Any, dtype: DTypeLike = np.float64, has_bias: bool = True, layers: tuple[int, ...] = (1, 2, 3, 4, 5)
    ) -> Parameters:
        """The parameters of five layers, 0 at first as in a network, of which these are filled."""
        shapes: dict[str, tuple[int, ...]] = {}
        for l, shape in enumerate(LAYERS, start=1):
            shapes |= {f"W{l}": shape, f"gamma{l}": (shape[0], 1)} | ({f"b{l}": (shape[0], 1)} if has_bias else {})
        parameters = Parameters(shapes, dtype)
        for l in layers:
            parameters[f"gamma{l}"][...] = 1
            self.initializer.fill(parameters, l, rng)
        return parameters

    @property
    def weights(self) -> list[Array]:
        """W of each layer."""
        return [self.usual[f"W{l}"] for l in range(1, len(LAYERS) + 1)]

    @cached_property
    def is_drawn(self) -> bool:
        """Whether it takes numbers of rng."""
        rng = np.random.default_rng(SEED)
        before = rng.bit_generator.state
        self.filled(rng)
        return bool(rng.bit_generator.state != before)

    @property
    def is_zero_by_design(self) -> bool:
        """Whether it states a standard deviation of 0."""
        return isinstance(self.initializer, DrawnInitializer) and not any(
            self.initializer.scale_for(n_in, n_out) for n_out, n_in in LAYERS
        )

    @cached_property
    def exponents(self) -> tuple[float, float]:
        """a and b of σ ∝ n_inᵃ·n_outᵇ."""
        sizes = np.log([[n_in, n_out] for n_out, n_in in LAYERS])
        sigma = np.log([W.std() for W in self.weights])
        (a, b, _), *_ = np.linalg.lstsq(np.column_stack([sizes, np.ones(len(LAYERS))]), sigma, rcond=None)
        return float(a), float(b)

    @property
    def is_random(self) -> bool:
        """Whether W looks like independent numbers: many of them, and no two rows orthogonal by design."""
        W = self.weights[0]
        rows = W / (np.linalg.norm(W, axis=1, keepdims=True) + np.finfo(np.float64).tiny)
        products = (rows @ rows.T)[np.triu_indices(len(W), 1)]
        return len(np.unique(W)) > W.size / 2 and 0.5 < np.sqrt((products**2).mean() * W.shape[1]) < 2


def fills(each: Initializing) -> Lack | None:
    """It writes into W and b of the layer, whatever generator it draws from, whether there is b or not."""
    generators = (np.random.default_rng(SEED), np.random.RandomState(SEED))
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("", {"rng": generators[0]}),
        (" with a RandomState", {"rng": generators[1]}),
        (" of a layer without b", {"rng": generators[0], "has_bias": False}),
        (" in float32", {"rng": generators[0], "dtype": np.float32}),
    ]
    for words, arguments in attempts:
        try:
            parameters = each.filled(**arguments)
        except (TypeError, ValueError) as error:
            if "item assignment" in str(error):
                return Lack("replaced", "W is replaced, and is to be written into: W[...] = …")
            name = "wrong shape" if "broadcast" in str(error) or "shape" in str(error) else FAILS
            return Lack(name, f"{type(error).__name__}{words}: {error}")
        except (ArithmeticError, AttributeError, LookupError, NameError, AssertionError) as error:
            return Lack(FAILS, f"{type(error).__name__}{words}: {error}")
        for name, array in parameters.items():
            if not np.isfinite(array).all():
                return Lack("not finite", f"{name} is not finite{words}")
            if name.startswith("gamma") and (array != 1).any():
                return Lack("not its own", f"{name} of a norm is overwritten{words}")
    return None


def keeps_to_its_layer(each: Initializing) -> Lack | None:
    """Layer l alone is written."""
    for name, array in each.filled(np.random.default_rng(SEED), layers=(2,)).items():
        if not name.endswith("2") and array.any():
            return Lack("wrong layer", f"{name} is written with l = 2")
    return None


def is_seeded(each: Initializing) -> Lack | None:
    """The same numbers come of the same rng, and others of another."""
    again = each.filled(np.random.default_rng(SEED))
    if not np.array_equal(again.theta, each.usual.theta):
        return Lack("unseeded", "the same seed gives another W each time: draw from rng alone")
    if not each.is_drawn and each.is_random:
        return Lack("unseeded", "W is the same random numbers for every seed: draw from rng")
    return None


def leaves_nothing_out(each: Initializing) -> Lack | None:
    """Where numbers are drawn, each unit and each input gets some, unless most of W is 0 by design."""
    if not each.is_drawn or each.is_zero_by_design:
        return None
    empty = [l for l, W in enumerate(each.weights, start=1) if not W.any()]
    if len(empty) == len(LAYERS):
        return Lack("zero", "all units begin with 0, though numbers are drawn")
    for l, W in enumerate(each.weights, start=1):
        for axis, words in ((1, "units"), (0, "inputs")):
            has_some = np.asarray(W.any(axis=axis))
            is_dense = (np.compress(has_some, W, axis=1 - axis) != 0).mean() > DENSE if has_some.any() else False
            if is_dense and not has_some.all():
                left = f"{(~has_some).sum()} of {len(has_some)} {words} of W{l}"
                return Lack("not filled", f"{left} begin with 0, though numbers are drawn")
    if empty:
        return Lack("zero", f"all of W{empty[0]} begins with 0, and other layers do not", is_remark=True)
    return None


def breaks_symmetry(each: Initializing) -> Lack | None:
    """No two units of a layer are the same."""
    for l, W in enumerate(each.weights, start=1):
        rows = W[W.any(axis=1)]
        is_wide = W.shape[0] <= W.shape[1]  # else the rows of a pattern, such as I, begin again
        if is_wide and len(np.unique(rows, axis=0)) < len(rows):
            return Lack("equal units", f"units of W{l} begin with the same weights, and stay the same for ever")
    return None


def has_mean_zero(each: Initializing) -> Lack | None:
    """The weights of a layer, of a unit and of an input have no direction in common."""
    for l, W in enumerate(each.weights, start=1):
        mean, sigma = float(W.mean()), float(W.std())
        if each.is_drawn and abs(mean) > max(0.1 * sigma, 6 * sigma / np.sqrt(W.size)):
            what = f"the mean of W{l} is {mean:.3g}, with a standard deviation of {sigma:.3g}, and not 0"
            return Lack("mean", what, is_remark=True)
        for axis, words in ((1, "units"), (0, "inputs")):
            far = np.abs(W.mean(axis=axis)) * np.sqrt(W.shape[axis]) > LARGEST_MEAN * sigma
            if each.is_drawn and far.any():
                what = f"the weights of {far.sum()} {words} of W{l} have a mean that is not 0"
                return Lack("mean", what, is_remark=True)
    return None


def has_a_fit_variance(each: Initializing) -> Lack | None:
    """σ stays as layers grow, or falls as 1/√n, by the n that its description names.

    Another power is a mistake where σ grows, or the description promises 1/√n, and else a remark.
    """
    if not each.is_drawn or any(not W.any() for W in each.weights):
        return None
    a, b = each.exponents
    if min(abs(a + b), abs(a + b + 0.5)) > CLOSE:
        name = "missing √" if abs(a + b + 1) < 2 * CLOSE else "variance"
        is_meant = a + b < -CLOSE and not PROMISE.search(type(each.initializer).__doc__ or "")
        what = f"the standard deviation of W goes as n^{a + b:.2f}, where it should go as 1/√n"
        return Lack(name, what, is_remark=is_meant)
    if swapped := _swapped(each, a, b):
        return swapped
    gains = [W.var() * W.shape[1] for W in each.weights]
    if abs(a + b + 0.5) < CLOSE and np.median(gains) > LARGEST_GAIN:
        what = f"n_in·σ² is {np.median(gains):.3g}: Z grows as much in each layer; He has 2"
        return Lack("variance", what, is_remark=True)
    return None


def _swapped(each: Initializing, a: float, b: float) -> Lack | None:
    """Whether σ goes by the one width, and the description speaks of the other alone."""
    description = (type(each.initializer).__doc__ or "").lower()
    speaks = [any(word in description for word in words) for words in (INPUTS, OUTPUTS)]
    if abs(b + 0.5) < CLOSE and abs(a) < CLOSE and speaks == [True, False]:
        return Lack("n_out in place of n_in", "σ goes as 1/√n_out, and the description says n_in")
    if abs(a + 0.5) < CLOSE and abs(b) < CLOSE and speaks == [False, True]:
        return Lack("n_in in place of n_out", "σ goes as 1/√n_in, and the description says n_out")
    return None


def heeds_its_options(each: Initializing) -> Lack | None:
    """Each option changes some W or b."""

    def theta(other: Initializer) -> bytes:
        return Initializing(other, is_default=False).usual.theta.tobytes()

    return ignored_option(each.initializer, theta) if each.is_default else None


PROPERTIES = Properties(
    Initializing,
    (
        fills,
        keeps_to_its_layer,
        is_seeded,
        leaves_nothing_out,
        breaks_symmetry,
        has_mean_zero,
        has_a_fit_variance,
        heeds_its_options,
    ),
)
