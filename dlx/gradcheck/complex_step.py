"""The complex step: the derivative of a recorded cost as Im J(θ + ih·v)/h, without a difference and its rounding."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from dlx.gradcheck.complex_functions import CONTINUATIONS, STEPS, Continuation, as_it_is
from dlx.nn.tape import Call, Tape
from dlx.types import Array

# Nothing is subtracted, so h can be so small that h² is nothing beside 1 (Martins, Sturdza & Alonso 2003).
H = 1e-100
MOST_TIED = 5  # calls with kinks whose pieces are all combined
NEGLIGIBLE = 1e-20  # up to this h the real parts of a pass are those of the tape itself


class NotAnalytic(Exception):
    """The tape makes a call that has no continuation to complex numbers; the message is that call."""


@dataclass(frozen=True)
class ComplexCall:
    """A call, its continuation on the complex twins of its arrays, and what it writes with the twin of that."""

    function: Callable[..., object]
    args: tuple[Any, ...]
    continuation: Continuation
    twins: tuple[Any, ...]
    named_twins: Mapping[str, Any]
    written: tuple[Array, Array]

    def run(self, exactly: bool, side: int = 0) -> bool:
        """Make the call on both, the twin's real part ``exactly`` the real result; return whether there is a kink.

        ``side`` chooses the piece there, as `complex_functions` says.
        """
        self.function(*self.args)
        kink = self.continuation(*self.twins, side=side, **self.named_twins)
        if exactly:
            self.written[1].real = self.written[0]
        return kink


class ComplexStep:
    """J(θ + ih·v) = J + ih·v·∇J + O(h²), so v·∇J = Im J(θ + ih·v)/h to the last digits (Squire & Trapp 1998).

    Each array of the tape has a complex twin, and a pass makes each call on both. Where a call is analytic in pieces
    only (max, |x|, sign) it goes on with the piece in which x lies, which is exact away from kinks; at a kink it is the
    derivative on the side that v points to, and ``at_kink`` says so.

    Args:
        tape: computes J from θ.
        theta: the vector θ that the tape reads.
        constants: functions that fill any array with the same numbers in every pass, such as a frozen mask.

    Raises:
        NotAnalytic: the tape makes a call of which it is not known that it is analytic, if only in pieces.
    """

    def __init__(self, tape: Tape, theta: Array, constants: Collection[Callable[..., object]] = ()) -> None:
        twins = Twins()
        self._theta, self._twin = theta, twins.of(theta)
        self._steps: list[ComplexCall] = []
        for number, call in enumerate(tape.calls):
            try:
                self._steps.append(_step(call, twins, constants))
                self._steps[-1].run(exactly=True)
            except (AttributeError, KeyError, TypeError, ValueError):
                raise NotAnalytic(tape.line(number)) from None
        self._terms = [(scale, twins.of(term)) for scale, term in tape.cost_terms()]
        self.at_kink = False

    @property
    def size(self) -> int:
        """n of θ (n,)."""
        return len(self._theta)

    def along(self, v: Array, h: float = H) -> float:
        """v·∇J."""
        self._twin[...] = self._theta + 1j * h * v
        return self._derivative(h)

    def along_entry(self, i: int, h: float = H) -> float:
        """∂J/∂θᵢ."""
        self._twin[...] = self._theta
        self._twin[i] += 1j * h
        return self._derivative(h)

    def pieces(self, v: Array) -> list[float]:
        """What v·∇J is in the pieces that meet at a kink, each call with kinks taking its first or its second one.

        A backward pass that takes one convention for each call (g′(0) = 0, or ½) gives a number between these.
        """
        self._twin[...] = self._theta + 1j * H * v
        ends, tied = [], set()
        for side in (1, -1):
            ends.append(self._derivative(H, dict.fromkeys(range(len(self._steps)), side)))
            tied |= self._tied
        if len(tied) > MOST_TIED:
            return ends
        choices = product((1, -1), repeat=len(tied))
        return ends + [self._derivative(H, dict(zip(sorted(tied), sides, strict=True))) for sides in choices]

    def _derivative(self, h: float, sides: Mapping[int, int] | None = None) -> float:
        exactly = h <= NEGLIGIBLE
        self._tied = {k for k, step in enumerate(self._steps) if step.run(exactly, sides.get(k, 0) if sides else 0)}
        self.at_kink = bool(self._tied)
        return sum([scale * float(term.imag) for scale, term in self._terms]) / h


class Twins:
    """A complex array for each float64 array, so that views of the same memory have twins that view the same memory."""

    def __init__(self) -> None:
        self._owners: dict[int, tuple[int, Array, Array]] = {}  # where each begins, itself and its twin's memory

    def of(self, thing: Any) -> Any:
        """The twin of an array; what is no float64 array is its own."""
        if not isinstance(thing, np.ndarray) or thing.dtype != np.float64:
            return thing
        owner = _owner(thing)
        if id(owner) not in self._owners:
            self._owners[id(owner)] = _address(owner), owner, np.zeros(owner.size, np.complex128)
            self._view(owner, owner).real = owner
        return self._view(thing, owner)

    def _view(self, array: Array, owner: Array) -> Array:
        """The same view of the twin's memory: numbers twice as long, so offset and strides are too."""
        beginning, _, memory = self._owners[id(owner)]
        offset = 0 if array is owner else _address(array) - beginning
        return np.ndarray(array.shape, np.complex128, memory, 2 * offset, [2 * stride for stride in array.strides])


def _owner(array: Array) -> Array:
    """The array whose memory this one views."""
    while isinstance(array.base, np.ndarray) and array.base.dtype == np.float64:
        array = array.base
    return array


def _address(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _step(call: Call, twins: Twins, constants: Collection[Callable[..., object]]) -> ComplexCall:
    """The call with its continuation; a KeyError or TypeError says that it has none."""
    function, args = call
    called, positional, named = _taken_apart(function, args)
    continuation = as_it_is(called) if called in constants else CONTINUATIONS[called]
    named_twins = {name: twins.of(value) for name, value in named.items()}
    written = named["out"] if "out" in named else positional[0 if called is np.copyto else -1]
    if called not in STEPS and twins.of(written) is written:
        raise TypeError("no place for imaginary parts")
    return ComplexCall(
        function, args, continuation, tuple(map(twins.of, positional)), named_twins, (written, twins.of(written))
    )


def _taken_apart(
    function: Callable[..., object], args: tuple[Any, ...]
) -> tuple[Callable[..., object], tuple[Any, ...], Mapping[str, Any]]:
    """NumPy's function with all its arguments, those that a tape has bound to it included."""
    if isinstance(function, partial):
        return function.func, (*function.args, *args), function.keywords
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ndarray) and function == owner.dot:
        return np.dot, (owner, *args), {}
    return function, args, {}
