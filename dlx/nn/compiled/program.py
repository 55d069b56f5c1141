"""A program: the calls of a tape, natively replayed where NumPy has loops for them, and called where it has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from dlx.nn.compiled.fusion import translated
from dlx.nn.compiled.native import native
from dlx.nn.compiled.rows import rows_of
from dlx.nn.compiled.table import Rows
from dlx.nn.tape import Call, Tape
from dlx.types import Array


class CompiledTape(Tape):
    """A tape that is replayed natively; what it comes to are the same arrays."""

    _program: Program | None = None

    def run(self) -> None:
        if self._program is None:
            self._program = Program(self.calls, self.temporaries)
        try:
            self._program.run()
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            self.blame()
            raise

    def lines(self) -> Iterator[str]:
        for number, line in enumerate(super().lines()):
            is_called = number < len(self.calls) and rows_of(self.calls[number]) is None
            yield f"{line}  # called by Python, between native stretches" if is_called else line


class Program:
    """Calls in their order, as stretches of native code and as what NumPy has no loop for."""

    def __init__(self, calls: Sequence[Call], temporaries: Sequence[Array] = ()) -> None:
        self.calls = [*calls]  # of whose arrays the rows have but the addresses
        self.parts = list[Callable[[], object]]()
        rows = Rows()
        for group, of_group in translated(self.calls, temporaries=temporaries):
            if of_group is None:
                self._end(rows)
                rows = Rows()
                self.parts += [partial(function, *arguments) for function, arguments in group]
            else:
                rows += of_group
        self._end(rows)

    def _end(self, rows: Rows) -> None:
        if rows:
            self.parts.append(Stretch(rows))

    def run(self) -> None:
        """Make all calls once."""
        for part in self.parts:
            part()


class Stretch:
    """Rows that are replayed without a break, step after step."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = np.array([row.numbers for row in rows], np.int64)
        self._replay, self._address = native().replay, self._table.ctypes.data

    def __call__(self, steps: int = 1, first: int = 0) -> int:
        """Take so many steps from the first on, or as many as there are before a check fails; returns how many."""
        return self._replay(self._address, len(self._rows), first, first + steps) - first
