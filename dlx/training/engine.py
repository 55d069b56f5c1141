"""The engine of a training: whether its recorded steps are replayed by NumPy or natively, with the same bits."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from dlx.nn.compiled.program import CompiledTape
from dlx.nn.tape import Tape

Engine = Literal["numpy", "compiled", "auto"]


def chosen(engine: Engine) -> Engine:
    """What auto stands for here: compiled where that is installed."""
    if engine != "auto":
        return engine
    return "compiled" if find_spec("llvmlite") else "numpy"


def tape_type(engine: Engine) -> type[Tape]:
    """What steps are recorded on."""
    return CompiledTape if chosen(engine) == "compiled" else Tape
