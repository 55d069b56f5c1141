"""The update of θ: its gradient clipped, W decayed, and the rule of the optimizer replayed block by block."""

from __future__ import annotations

import numpy as np

from dlx.errors import UsageError
from dlx.nn.optimizers import Optimizer, State
from dlx.nn.params import Parameters
from dlx.nn.tape import Tape
from dlx.types import Array

# Entries of θ updated at a time, so that one block's θ, dθ and state stay in the cache between the calls.
BLOCK = 49152


class Update:
    """One update of a network's θ: clip dθ, decay W, then the optimizer's rule, ``block`` entries at a time."""

    def __init__(
        self, optimizer: Optimizer, parameters: Parameters, tape_type: type[Tape] = Tape, block: int = BLOCK
    ) -> None:
        self.optimizer, self.parameters, self._tape_type, self._block = optimizer, parameters, tape_type, block
        self._prepares = bool(optimizer.clip_norm or optimizer.clip_value or optimizer.weight_decay)
        self._values = optimizer.values
        n_values, n_names = len(self._values(optimizer.learning_rate, 1)), len(optimizer.numbers)
        if n_values != n_names:
            raise UsageError(
                f"optimizer {optimizer.name}: values gives {n_values} numbers, and numbers names {n_names}"
            )
        self.t = 0
        theta = parameters.theta
        self.vectors = {slot: np.zeros_like(theta) for slot in optimizer.slots}
        self._numbers = np.zeros(n_names, theta.dtype)
        self._scratch = np.empty_like(theta[:block])
        self._tapes = self.recorded(self._numbers)

    def recorded(self, numbers: Array) -> list[Tape]:
        """The rule, written down for θ block by block, with the optimizer's numbers in this vector."""
        starts = range(0, self.parameters.theta.size, self._block)
        return [self._recorded(slice(start, start + self._block), numbers) for start in starts]

    def _recorded(self, part: slice, numbers: Array) -> Tape:
        theta, d_theta = self.parameters.theta[part], self.parameters.d_theta[part]
        arrays = {slot: vector[part] for slot, vector in self.vectors.items()}
        arrays |= {name: numbers[i, ...] for i, name in enumerate(self.optimizer.numbers)}
        scratch = self._scratch[: theta.size]
        tape = self._tape_type(theta.dtype)
        for name, array in ({"theta": theta, "dtheta": d_theta, "scratch": scratch} | arrays).items():
            tape.register(name, array)
        tape.temporaries.append(scratch)
        self.optimizer.record(tape, theta, d_theta, State(arrays, scratch))
        return tape

    def lines(self) -> list[str]:
        """The rule as readable calls, such as ``theta = subtract(theta, scratch)``."""
        return list(self._tapes[0].lines())

    def __call__(self, learning_rate: float, gradient_norm: float) -> None:
        """Change θ; ``gradient_norm`` is ‖dθ‖ as the caller has measured it."""
        self.t += 1
        if self._prepares:
            self._prepare(learning_rate, gradient_norm)
        numbers = self._numbers
        for i, value in enumerate(self._values(learning_rate, self.t)):
            numbers[i] = value
        for tape in self._tapes:
            tape.run()

    def _prepare(self, learning_rate: float, gradient_norm: float) -> None:
        """Clip dθ and decay W."""
        optimizer, d_theta = self.optimizer, self.parameters.d_theta
        if optimizer.clip_norm is not None and gradient_norm > optimizer.clip_norm:
            d_theta *= optimizer.clip_norm / gradient_norm
        if optimizer.clip_value is not None:
            np.clip(d_theta, -optimizer.clip_value, optimizer.clip_value, d_theta)
        if optimizer.weight_decay:
            self.parameters.weights *= 1 - learning_rate * optimizer.weight_decay
