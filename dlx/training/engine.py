"""The engine of a training: whether its recorded steps are replayed by NumPy or natively, with the same bits."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from dlx.extras import missing_extra
from dlx.nn.compiled.program import CompiledTape
from dlx.nn.tape import Tape

Engine = Literal["numpy", "compiled", "auto"]


def chosen(engine: Engine) -> Engine:
    """What auto stands for here: compiled where that is installed.

    Raises:
        EnvironmentProblem: compiled is stated, and llvmlite is not installed.
    """
    is_installed = find_spec("llvmlite") is not None
    if engine == "compiled" and not is_installed:
        raise missing_extra("llvmlite", "fast", "training.engine: compiled")
    return engine if engine != "auto" else "compiled" if is_installed else "numpy"


def tape_type(engine: Engine) -> type[Tape]:
    """What steps are recorded on; raises as `chosen`."""
    return CompiledTape if chosen(engine) == "compiled" else Tape
