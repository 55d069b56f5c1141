"""Rows of bytes, such as pixels, that a native loop gathers in any order and normalizes on the way.

The bytes are a quarter of the numbers that they become, or an eighth, so that less memory is read.
"""

from __future__ import annotations

import ctypes

import numpy as np

from dlx.nn.compiled.kernel_body import KernelCall, KernelOperand
from dlx.nn.compiled.kernels import Kernel
from dlx.nn.compiled.native import kernel_loop
from dlx.nn.compiled.table import address_of
from dlx.types import Array

BYTES, SHIFT, SCALE, DIFFERENCE, OUT = range(5)
_call = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 4)


def _kernel(char: str) -> Kernel:
    """out = (bytes − shift)·scale, row by row."""
    operands = [KernelOperand() for _ in range(OUT + 1)]
    operands[BYTES], operands[OUT] = KernelOperand(is_indexed=True), KernelOperand(is_stored=True)
    difference = KernelCall("subtract", (BYTES, SHIFT), DIFFERENCE)
    return Kernel(char, tuple(operands), (difference, KernelCall("multiply", (DIFFERENCE, SCALE), OUT)))


class ByteRows:
    """The rows (x − shift)·scale of an array of bytes, with the bits that NumPy gives them.

    Args:
        X: (m, n_x), uint8, each row without gaps.
        shift, scale: (n_x,), in the type of the numbers.

    Raises:
        EnvironmentProblem: llvmlite is not installed.
    """

    def __init__(self, X: Array, shift: Array, scale: Array) -> None:
        if X.dtype != np.uint8 or X.ndim != 2 or X.strides[1] != 1 or shift.dtype != scale.dtype:
            raise TypeError(f"expected rows of bytes without gaps, not {X.dtype} with strides {X.strides}")
        self._X, self._shift, self._scale = X, np.ascontiguousarray(shift), np.ascontiguousarray(scale)
        self._loop = _call(kernel_loop(_kernel(scale.dtype.char)).function)

    def write(self, index: Array, out: Array) -> None:
        """Write the rows with these numbers into ``out``, (len(index), n_x), whose rows have no gaps.

        Raises:
            IndexError: there is no row of one of these numbers.
            TypeError: ``out`` has another type or shape.
        """
        if out.dtype != self._scale.dtype or out.shape != (len(index), self._X.shape[1]):
            raise TypeError(f"expected {self._scale.dtype} for {len(index)} rows, not {out.dtype} {out.shape}")
        if not len(index):
            return
        if index.min() < 0 or index.max() >= len(self._X):
            raise IndexError(f"there are {len(self._X)} rows")
        if out.strides[1] != out.itemsize:
            raise TypeError("expected rows without gaps")
        index = np.ascontiguousarray(index, np.int64)
        arguments, dimensions = np.array([0, address_of(index)]), np.array(out.shape)
        table = np.zeros((OUT + 1, 2), np.int64)
        table[BYTES], table[OUT] = (address_of(self._X), self._X.strides[0]), (address_of(out), out.strides[0])
        table[[SHIFT, SCALE], 0] = address_of(self._shift), address_of(self._scale)
        self._loop(address_of(arguments), address_of(dimensions), 0, address_of(table))
