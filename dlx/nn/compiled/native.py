"""The native loop over the rows of a table: some dozens of instructions, made by LLVM when they are first needed.

What it does, in Python, with the columns of a table as `RowLayout` names them:

    for step in range(first, end):
        for row in table:
            args = row[ADDRESS] + step * row[BY_STEP]
            for _ in range(row[COUNT]):
                call(row[FUNCTION], args, row[DIMENSIONS], row[STRIDES], row[DATA])
                args += row[BY_COUNT]
            if row[CHECK] and not byte(row[CHECK]):
                return step
    return end
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from threading import Lock
from typing import Any, NamedTuple

from dlx.extras import missing_extra
from dlx.nn.compiled.assembly import OWN_LOOPS, assembly
from dlx.nn.compiled.kernels import Kernel
from dlx.nn.compiled.loops import Loop

_numbers = count()
_making = Lock()  # code that is made twice is freed once, while the other thread runs it


class Native(NamedTuple):
    """Machine code.

    replay: of the address of a table, the number of its rows, the first step and the one behind the last; returns
        the first step that was not taken whole.
    loops: addresses of loops that NumPy has no like of, by name: numbers of truth values, what scales a vector to a
        length, and raw 64-bit integers out of the bit generator whose `next_uint64` and state stand at ``data``.
    """

    replay: Callable[[int, int, int, int], int]
    loops: Mapping[str, int]
    compiler: Any  # the code lives as long as this


def native() -> Native:
    """The code, made once in a process, whichever of its threads asks first.

    Raises:
        EnvironmentProblem: llvmlite is not installed.
    """
    with _making:
        return _native()


@cache
def _native() -> Native:
    try:
        import llvmlite.binding as llvm
    except ImportError as error:
        raise missing_extra("llvmlite", "fast", "training.engine: compiled") from error

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    processor, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    machine = llvm.Target.from_default_triple().create_target_machine(cpu=processor, features=features, opt=2)
    module = llvm.parse_assembly(assembly())
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = True
    passes = llvm.create_pass_builder(machine, options)
    passes.getModulePassManager().run(module, passes)
    compiler = llvm.create_mcjit_compiler(module, machine)
    compiler.finalize_object()
    replay = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_int64] * 4)(compiler.get_function_address("replay"))
    return Native(replay, {name: compiler.get_function_address(name) for name in OWN_LOOPS}, compiler)


def kernel_loop(kernel: Kernel) -> Loop:
    """The machine code of a kernel, made once in a process; its last argument is to be filled in."""
    with _making:
        return _kernel_loop(kernel)


@cache
def _kernel_loop(kernel: Kernel) -> Loop:
    import llvmlite.binding as llvm

    compiler, name = _native().compiler, f"kernel_{next(_numbers)}"
    module = llvm.parse_assembly(kernel.assembly(name))
    module.verify()
    compiler.add_module(module)
    compiler.finalize_object()
    return Loop(compiler.get_function_address(name), 0)
