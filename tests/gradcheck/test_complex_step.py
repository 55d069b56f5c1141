"""The complex step against derivatives from elsewhere, on views, at kinks, and where nothing is analytic."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import exp, pi, sqrt
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.gradcheck.complex_functions import CONTINUATIONS
from dlx.gradcheck.complex_step import ComplexStep, NotAnalytic
from dlx.nn.tape import Tape
from dlx.types import Array

REFERENCE = np.load(Path(__file__).parents[1] / "reference" / "continuations.npz")
REDUCTIONS = ("sum", "mean", "add.reduce", "multiply.reduce", "maximum.reduce", "minimum.reduce")


def function_named(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = attrgetter(name)(np)
    return function


NAMES = sorted({name.split("/")[0] for name in REFERENCE})


def derivatives(tape: Tape, theta: Array, out: Array, v: Array) -> Array:
    """The derivative along v of each entry that the tape writes into out."""
    picked, values = np.ones(out.size), np.empty(out.size)
    tape.add_cost(1.0, out, picked)
    for k in range(out.size):
        picked[:] = np.arange(out.size) == k
        values[k] = ComplexStep(tape, theta).along(v)
    return values.reshape(out.shape)


def test_every_continuation_has_a_reference() -> None:
    assert {function_named(name) for name in NAMES} == set(CONTINUATIONS)


@pytest.mark.parametrize("name", NAMES)
def test_a_continuation_has_the_derivative_of_torch(name: str) -> None:
    count = sum(key.startswith(f"{name}/at/") for key in REFERENCE)
    at, along = ([REFERENCE[f"{name}/{what}/{k}"] for k in range(count)] for what in ("at", "along"))
    theta, v = (np.concatenate([array.reshape(-1) for array in arrays]) for arrays in (at, along))
    ends = np.cumsum([0, *(array.size for array in at)])
    views = [theta[a:b].reshape(array.shape) for a, b, array in zip(ends, ends[1:], at, strict=False)]
    derivative = REFERENCE[f"{name}/derivative"]
    tape = Tape(np.float64)
    out = tape.empty("out", *derivative.shape)
    if name == "copyto":
        tape.call(np.copyto, out, *views)
    else:
        tape.call(function_named(name), *views, *((0, None) if name in REDUCTIONS else ()), out=out)
    np.testing.assert_allclose(derivatives(tape, theta, out, v), derivative, rtol=1e-13, atol=1e-15)


def lyness_and_moler(theta: Array) -> Tape:
    """F(x) = eˣ/(sin³x + cos³x), of which F′(π/4) = √2·exp(π/4)."""
    tape = Tape(np.float64)
    sine, cosine, total, e, F = (tape.empty(name, 1) for name in ("sin", "cos", "total", "e^x", "F"))
    tape.call(np.sin, theta, out=sine)
    tape.call(np.cos, theta, out=cosine)
    for term in (sine, cosine):
        tape.call(np.power, term, 3, out=term)
    tape.call(np.add, sine, cosine, out=total)
    tape.call(np.exp, theta, out=e)
    tape.call(np.divide, e, total, out=F)
    tape.add_cost(1.0, F, tape.ones(1))
    return tape


def test_the_classical_example_is_exact_at_any_small_step() -> None:
    theta = np.array([pi / 4])
    step, exact = ComplexStep(lyness_and_moler(theta), theta), sqrt(2) * exp(pi / 4)
    for h in (1e-10, 1e-15, 1e-50, 1e-100, 1e-200):
        assert step.along_entry(0, h) == pytest.approx(exact, rel=1e-15)
    errors = [abs(step.along_entry(0, h) - exact) for h in (1e-1, 1e-2, 1e-3)]
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(100, rel=0.01)
    assert theta.tolist() == [pi / 4]


def test_views_of_one_array_have_twins_that_view_the_same() -> None:
    """J = Σ (M·Mᵀ)∘(M[:, ::-1]·M.T[::-1]) with M a window in θ: every derivative against a difference."""
    theta = np.random.default_rng(0).standard_normal(30)
    window = theta[3:27].reshape(4, 6)[1:, ::2]
    tape = Tape(np.float64)
    matrix, product = np.asfortranarray(np.zeros((3, 3))), tape.empty("P", 3, 3)
    tape.call(np.copyto, matrix.T, window)
    tape.call(np.dot, window, window.T, out=product)
    tape.call(np.multiply, product[::-1], matrix, out=matrix)
    tape.call(np.add, product, matrix[:, ::-1], out=product)
    tape.add_cost(0.5, product, product)
    step = ComplexStep(tape, theta)
    for i in range(30):
        sides = []
        for t in (1e-5, -1e-5):
            theta[i] += t
            tape.run()
            sides.append(tape.cost())
            theta[i] -= t
        assert step.along_entry(i) == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-7, abs=1e-7)


def cost_of(function: Callable[..., Any], theta: Array, *more: Any) -> ComplexStep:
    tape = Tape(np.float64)
    out = tape.empty("out", theta.size)
    tape.call(function, theta, *more, out=out)
    tape.add_cost(1.0, out, tape.ones(theta.size))
    return ComplexStep(tape, theta)


@pytest.mark.parametrize(
    ("function", "more", "right", "left"),
    [
        (np.maximum, (0.0,), 1, 0),
        (np.minimum, (0.0,), 0, 1),
        (np.absolute, (), 1, -1),
        (np.copysign, (-1.0,), -1, 1),
        (np.sign, (), 0, 0),
        (np.greater, (0.0,), 0, 0),
        (np.clip, (0.0, 1.0), 1, 0),
        (np.clip, (-1.0, 0.0), 0, 1),
    ],
)
def test_a_kink_is_seen_only_at_it_and_has_a_derivative_on_each_side(
    function: Callable[..., Any], more: tuple[float, ...], right: float, left: float
) -> None:
    theta = np.zeros(1)
    step = cost_of(function, theta, *more)
    for v, expected in ((1.0, right), (-1.0, -left)):
        assert step.along(np.array([v])) == expected
        assert step.at_kink
    for value, expected in ((1e-300, right), (-1e-300, left)):
        theta[:] = value
        assert step.along_entry(0) == expected
        assert not step.at_kink


def test_a_tie_of_the_largest_is_a_kink_only_where_it_matters() -> None:
    theta, tape = np.array([2.0, 2.0, 1.0]), Tape(np.float64)
    top = tape.empty("top", 1)
    tape.call(np.maximum.reduce, theta.reshape(3, 1), 0, None, out=top)
    tape.add_cost(1.0, top, tape.ones(1))
    step = ComplexStep(tape, theta)
    assert (step.along_entry(0), step.at_kink) == (1, True)
    assert (step.along_entry(2), step.at_kink) == (0, False)
    assert (step.along(np.array([1.0, 1.0, 0.0])), step.at_kink) == (1, False)


@pytest.mark.parametrize("x", [-800.0, -40.0, 0.0, 40.0, 800.0])
def test_a_sigmoid_that_overflows_has_its_derivative(x: float) -> None:
    theta, tape = np.array([x]), Tape(np.float64)
    out = tape.empty("A", 1)
    with np.errstate(all="ignore"):
        for function, args in ((np.negative, (theta,)), (np.exp, (out,)), (np.add, (out, 1)), (np.divide, (1, out))):
            tape.call(function, *args, out=out)
        tape.add_cost(1.0, out, tape.ones(1))
        derivative = ComplexStep(tape, theta).along_entry(0)
    assert derivative == pytest.approx(exp(-abs(x)) / (1 + exp(-abs(x))) ** 2, rel=1e-14, abs=1e-300)


def own(Z: Array, out: Array) -> None:
    np.tanh(Z, out)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (np.cbrt, r"A2 = cbrt\(Z2\)"),
        (own, r"A2 = own\(Z2\)"),
        (partial(own), r"A2 = "),
        (np.bitwise_count, r"A2 = bitwise_count\(Z2\)"),
    ],
)
def test_what_is_not_known_to_be_analytic_is_named(function: Callable[..., Any], message: str) -> None:
    tape, theta = Tape(np.float64), np.ones(3)
    Z, A = tape.empty("Z", 3, layer=2), tape.empty("A", 3, layer=2)
    tape.call(np.multiply, theta, 2.0, out=Z)
    tape.call(function, Z, out=A)
    with pytest.raises(NotAnalytic, match=message):
        ComplexStep(tape, theta)


def test_an_array_that_cannot_hold_complex_numbers_is_no_silent_zero() -> None:
    tape, theta, half = Tape(np.float64), np.ones(3), np.empty(3, np.float32)
    tape.register("half", half)
    tape.call(partial(np.multiply, casting="unsafe"), theta, 2.0, out=half)
    tape.call(np.multiply, half, 1.0, out=tape.empty("out", 3))
    with pytest.raises(NotAnalytic, match="half"):
        ComplexStep(tape, theta)


def test_a_mask_of_truth_values_and_what_writes_constants() -> None:
    theta, tape = np.array([-1.0, 2.0, 3.0]), Tape(np.float64)
    mask, D, out = np.empty(3, np.bool_), tape.empty("D", 3), tape.empty("out", 3)

    def draw(array: Array) -> None:
        array[...] = (5.0, 6.0, 7.0)

    tape.call(np.greater, theta, 0.0, out=mask)
    tape.call(draw, out=D)
    tape.call(np.multiply, theta, mask, out=out)
    tape.add_cost(1.0, out, D)
    step = ComplexStep(tape, theta, {draw})
    assert [step.along_entry(i) for i in range(3)] == [0, 6, 7]
    assert step.along_entry(1, h=0.1) == pytest.approx(6)
