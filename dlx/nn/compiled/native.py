"""The native loop over the rows of a table: some dozens of instructions, made by LLVM when they are first needed.

What it does, in Python, with the columns of a table as `RowLayout` names them:

    for step in range(steps):
        for row in table:
            args = row[ADDRESS] + step * row[BY_STEP]
            for _ in range(row[COUNT]):
                call(row[FUNCTION], args, row[DIMENSIONS], row[STRIDES], row[DATA])
                args += row[BY_COUNT]
            if row[CHECK] and not byte(row[CHECK]):
                return step
    return steps
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from dlx.errors import missing_extra
from dlx.nn.compiled.assembly import assembly

OWN_LOOPS = ("double_of_bool", "float_of_bool", "raw_bits")


class Native(NamedTuple):
    """Machine code.

    replay: of the address of a table, and of the numbers of its rows and of steps; returns how many steps were taken
        whole.
    loops: addresses of loops that NumPy has no like of, by name: numbers of truth values, and raw 64-bit integers out
        of the bit generator whose `next_uint64` and state stand at ``data``.
    """

    replay: Callable[[int, int, int], int]
    loops: Mapping[str, int]
    engine: object  # the code lives as long as this


@cache
def native() -> Native:
    """The code, made once in a process.

    Raises:
        EnvironmentProblem: llvmlite is not installed.
    """
    try:
        import llvmlite.binding as llvm
    except ImportError as error:
        raise missing_extra("llvmlite", "fast", "training.engine: compiled") from error

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(opt=2)
    module = llvm.parse_assembly(assembly())
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = True
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    replay = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 3)(engine.get_function_address("replay"))
    return Native(replay, {name: engine.get_function_address(name) for name in OWN_LOOPS}, engine)
