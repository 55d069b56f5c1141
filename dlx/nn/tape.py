"""The tape: one training step written down once as NumPy calls over fixed arrays, then only replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from math import prod
from typing import Any, NoReturn

import numpy as np
from numpy.typing import DTypeLike

from dlx.component import caller, is_of_dlx
from dlx.errors import UsageError
from dlx.types import Array

Call = tuple[Callable[..., object], tuple[Any, ...]]

# Below this many entries np.sign is the faster way to the mask A > 0, above it a comparison is (measured, AVX-512).
SIGN_PAYS_BELOW = 2048


@lru_cache
def constant(value: float, char: str) -> Array:
    """A number as a 0-d array of the type with this character: three times as fast in a call as a Python number."""
    return np.array(value, char)


class Tape:
    """A list of calls ``function(*arrays)`` that write into arrays allocated once.

    For a fixed batch size a training step is always the same calls over the same arrays. Layers write theirs here in
    the order of the notes' formulas; ``run`` replays them with no allocation, no lookup and no branch.
    """

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self.calls: list[Call] = []
        self._outputs: list[Array | None] = []
        self._callers: list[tuple[str, int]] = []  # file and line that wrote each call down
        self._costs: list[tuple[float, Array]] = []
        self._later: list[Call] = []
        self._watched: list[tuple[Array, Array]] = []
        self.temporaries: list[Array] = []  # room for intermediate results, which nobody reads after the calls
        self._filled = {value: np.empty(0, dtype) for value in (0, 1)}
        self._names: dict[tuple[int, tuple[int, ...], tuple[int, ...]], tuple[str, int | None]] = {}
        self.layer: int | None = None  # goes with the names of new arrays: Z of layer 2 is Z2

    def __reduce__(self) -> NoReturn:
        raise TypeError("a tape is neither copied nor pickled: its calls go over fixed arrays; record the step again")

    def empty(self, name: str, *shape: int, layer: int | None = None) -> Array:
        """A new array of the step, known by the notes' name for it and the number of its layer.

        It holds zeros at first: what a plugin reads of it too early is then the same in each training.
        """
        return self.register(name, np.zeros(shape, self.dtype), self.layer if layer is None else layer)

    def zeros_like(self, array: Array) -> Array:
        """An array of zeros: the maximum with it takes half the time of that with a number."""
        return self.register("0", self._full_of(0, array.shape))

    def ones(self, size: int) -> Array:
        """A vector of ones: Z @ ones sums over the batch two to six times as fast as np.sum."""
        return self.register("1", self._full_of(1, (size,)))

    def _full_of(self, value: int, shape: tuple[int, ...]) -> Array:
        """An array that holds one number and is only read: all of them share their memory, so that it stays cached."""
        size = prod(shape)
        if size > self._filled[value].size:
            self._filled[value] = np.full(size, value, self.dtype)
            self._filled[value].flags.writeable = False
        return self._filled[value][:size].reshape(shape)

    def constant(self, value: float) -> Array:
        """A number as a 0-d array of the step's type."""
        return self.register(f"{value:.6g}", constant(value, self.dtype.char))

    def register(self, name: str, array: Array, layer: int | None = None) -> Array:
        """The array itself, with its name and layer written down for ``lines`` and ``first_not_finite``."""
        self._names[_identity(array)] = name, layer
        return array

    def rename(self, name: str, array: Array) -> None:
        """Give an array the name that it has in another operation of the layer."""
        self.register(name, array, self.layer)

    def call(self, function: Callable[..., object], *args: Any, out: Array | None = None) -> None:
        """Append one call; ``out`` is the array that it writes."""
        if function in (np.maximum, np.minimum):  # NumPy 2.4 deprecates a positional out for these two
            self.calls.append((partial(function, out=out), args))
        elif function is np.dot:  # as a method it skips the dispatcher, 40 % of a small product
            self.calls.append((args[0].dot, (args[1], out)))
        else:
            self.calls.append((function, args if out is None else (*args, out)))
        self._outputs.append(out)
        self._callers.append(caller())

    @property
    def outputs(self) -> tuple[Array | None, ...]:
        """What each call writes, where that was stated."""
        return tuple(self._outputs)

    def later(self, function: Callable[..., object], *args: Any) -> None:
        """Append a call that is made only once the step has proved to be finite; it writes the last argument."""
        self._later.append((function, args))

    def watch(self, vector: Array) -> None:
        """Let a vector (n,) that ``later`` calls will use be among those that prove the step finite."""
        self._watched.append((vector, self.ones(len(vector))))

    def watched(self) -> float:
        """A number that is finite where all that is watched is, after a replay."""
        total = 0.0
        for vector, ones in self._watched:
            total += vector.dot(ones)
        return total

    def positive(self, A: Array, out: Array) -> None:
        """out = 1 where A > 0, else 0, for an A that is never negative."""
        if A.size < SIGN_PAYS_BELOW:
            self.call(np.sign, A, out=out)
        else:  # through an array of truth values: NumPy takes twice as long to compare into numbers
            positive = np.empty(A.shape, bool)
            self.rename("positive", positive)
            self.call(np.greater, A, self.constant(0), out=positive)
            self.call(np.copyto, out, positive)

    def add_cost(self, scale: float, u: Array, v: Array) -> None:
        """Count scale · Σ u·v into the cost of the step."""
        term = np.empty(1, self.dtype)
        self._costs.append((scale, self.register(f"J{len(self._costs)}", term.reshape(()))))
        self.call(np.dot, u.reshape(1, -1), v.reshape(-1), out=term)  # as a row, because two vectors take longer

    def run(self) -> None:
        """Replay every call. What overflows shows in the results; the caller decides on NumPy's warnings."""
        try:
            for function, args in self.calls:
                function(*args)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            self.blame()
            raise

    def blame(self) -> None:
        """After a call has failed: make them one by one, and say which it is, if dlx has not written it down itself.

        Raises:
            UsageError: names file and line of that.
        """
        for number, (function, args) in enumerate(self.calls):
            try:
                function(*args)
            except Exception as error:
                if not (place := self.place_of(number)):
                    return
                what = f"{self.line(number)} fails: {type(error).__name__}: {error}"
                raise UsageError(f"{place}{what}") from error

    def cost(self) -> float:
        """J of the last replay."""
        J = 0.0
        for scale, term in self._costs:
            J += scale * term.item()
        return J

    def cost_terms(self) -> tuple[tuple[float, Array], ...]:
        """What J adds up: a scale and a 0-d array for each ``add_cost``."""
        return tuple(self._costs)

    @property
    def awaited(self) -> tuple[Call, ...]:
        """The calls that wait for the step to prove finite."""
        return tuple(self._later)

    @property
    def watched_vectors(self) -> tuple[Array, ...]:
        """What proves it besides the cost and the gradient."""
        return tuple(vector for vector, _ in self._watched)

    def accept(self) -> None:
        """Make the calls that waited for the step to prove finite."""
        for function, args in self._later:
            function(*args)

    def first_not_finite(self) -> tuple[str, int | None] | None:
        """Name and layer of the first array of the last replay that holds an infinity or a NaN."""
        for output in self._outputs:
            if output is not None and not np.isfinite(output).all():
                return self.name_of(output), self._named(output)[1]
        return None

    def memory(self) -> int:
        """Bytes of the arrays that the calls write."""
        return sum({_identity(output)[0]: output.nbytes for output in self._outputs if output is not None}.values())

    def lines(self) -> Iterator[str]:
        """The step as readable lines, such as ``Z1 = dot(W1, X.T)``."""
        yield from map(self.line, range(len(self.calls)))
        for function, args in self._later:
            yield f"{self.name_of(args[-1])} = {_name(function)}({', '.join(self.name_of(arg) for arg in args[:-1])})"
        if self._costs:
            terms = [
                f"{'−' if scale < 0 else '+'} {abs(scale):.6g}·{self.name_of(term)}" for scale, term in self._costs
            ]
            yield "J = " + " ".join(terms).removeprefix("+ ")

    def line(self, number: int) -> str:
        """The call with this number as such a line."""
        (function, args), output = self.calls[number], self._outputs[number]
        inputs = args[:-1] if output is not None and args and args[-1] is output else args
        owner = getattr(function, "__self__", None)
        inputs = (owner, *inputs) if isinstance(owner, np.ndarray) else inputs
        arguments = ", ".join(self.name_of(arg) if isinstance(arg, np.ndarray) else str(arg) for arg in inputs)
        call = f"{_name(function)}({arguments})"
        return call if output is None else f"{self.name_of(output)} = {call}"

    def place_of(self, number: int) -> str:
        """``file:line: `` of the code that wrote this call down, where that is not dlx's own."""
        file, line = self._callers[number]
        return "" if is_of_dlx(file) else f"{file}:{line}: "

    def name_of(self, array: Array) -> str:
        """The name under which an array, its transpose or a reshaped view of it is known, with its layer."""
        name, layer = self._named(array)
        is_transposed = _identity(array) not in self._names and _identity(array.T) in self._names
        return f"{name}{'' if layer is None else layer}{'.T' if is_transposed else ''}"

    def _named(self, array: Array) -> tuple[str, int | None]:
        for identity in (_identity(array), _identity(array.T)):
            if identity in self._names:
                return self._names[identity]
        address = _identity(array)[0]
        return next((label for (start, _, _), label in self._names.items() if start == address), ("array", None))


def _name(function: Callable[..., object]) -> str:
    """dot, maximum, maximum.reduce, draw_mask …"""
    function = getattr(function, "func", function)
    owner = getattr(function, "__self__", None)
    name = getattr(function, "__name__", str(function))
    return f"{owner.__name__}.{name}" if isinstance(owner, np.ufunc) else name


def _identity(array: Array) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    return array.__array_interface__["data"][0], array.shape, array.strides
