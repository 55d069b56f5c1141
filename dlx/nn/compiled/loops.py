"""The inner loops of NumPy's functions: where in memory the code is that computes along one axis of plain numbers."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any, NamedTuple


class Loop(NamedTuple):
    """Machine code ``void loop(char **args, intp *dimensions, intp *steps, void *data)``, and its last argument."""

    function: int
    data: int


class _UFunc(ctypes.Structure):
    """How a ufunc begins in memory: PyUFuncObject of NumPy's C API (numpy/ufuncobject.h)."""

    _fields_ = [
        ("reference_count", ctypes.c_ssize_t),
        ("type", ctypes.c_void_p),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
    ]


@lru_cache
def loop(ufunc: Any, types: str) -> Loop | None:
    """The loop of a ufunc for these types, such as ``dd->d``; None where it has none, or is not as known."""
    if types not in ufunc.types:
        return None
    content = _UFunc.from_address(id(ufunc))
    if (content.nin, content.nout, content.ntypes) != (ufunc.nin, ufunc.nout, ufunc.ntypes) or not content.functions:
        return None
    number = ufunc.types.index(types)
    function = content.functions[number]
    return Loop(function, content.data[number] or 0 if content.data else 0) if function else None
