"""Fused calls against NumPy itself: the same bits, whatever the operations, the types and the place in memory."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.nn.compiled.fusion import translated
from dlx.nn.compiled.program import CompiledTape, Program
from dlx.nn.optimizers import Optimizer
from dlx.nn.params import Parameters
from dlx.nn.tape import Call, Tape, constant
from dlx.nn.update import Update
from dlx.types import Array

pytest.importorskip("llvmlite")

UNARY = [np.sqrt, np.negative, np.absolute]
BINARY = [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum]
COMPARISONS = [np.greater, np.greater_equal, np.less, np.less_equal]
SHAPES = [(16384,), (16500,), (129, 131), (256, 64), (300, 70)]
CHARS = st.sampled_from(["f", "d"])


def call_of(function: Any, inputs: tuple[Array, ...], out: Array) -> Call:
    return (partial(function, out=out), inputs) if function in (np.maximum, np.minimum) else (function, (*inputs, out))


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[Call], list[Array]]:
    """Calls on arrays of one shape, columns, rows and numbers; and all arrays."""
    shape, char = draw(st.sampled_from(SHAPES)), draw(CHARS)
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    whole = [rng.normal(size=shape).astype(char) for _ in range(4)]
    whole[0][..., :5] = [np.nan, np.inf, -np.inf, 0, -0.0]
    columns = [np.array(rng.normal(), char)]
    if len(shape) == 2:
        columns += [rng.normal(size=(shape[0], 1)).astype(char), rng.normal(size=(1, shape[1])).astype(char)]
    truths = np.empty(shape, bool)
    calls = list[Call]()
    for _ in range(draw(st.integers(2, 7))):
        out, first = draw(st.sampled_from(whole)), draw(st.sampled_from([*whole, *columns]))
        kind = draw(st.sampled_from(["unary", "binary", "comparison"]))
        if kind == "unary":
            calls.append(call_of(draw(st.sampled_from(UNARY)), (first,), out))
            continue
        second = draw(st.sampled_from([*whole, *columns]))
        if kind == "binary":
            calls.append(call_of(draw(st.sampled_from(BINARY)), (first, second), out))
        else:
            calls.append((draw(st.sampled_from(COMPARISONS)), (first, second, truths)))
            calls.append((np.copyto, (out, truths)))
    return calls, [*whole, truths]


def results(calls: list[Call], arrays: list[Array], compiled: bool) -> list[Array]:
    """What the arrays hold afterwards; they are put back."""
    before = [array.copy() for array in arrays]
    with np.errstate(all="ignore"):
        if compiled:
            Program(calls).run()
        else:
            for function, arguments in calls:
                function(*arguments)
    after = [array.copy() for array in arrays]
    for array, content in zip(arrays, before, strict=True):
        array[...] = content
    return after


@settings(max_examples=60)
@given(chains())
def test_a_chain_of_calls_gives_numpys_bits(chain: tuple[list[Call], list[Array]]) -> None:
    calls, arrays = chain
    assert len(list(translated(calls))) == 1
    pairs = zip(results(calls, arrays, compiled=False), results(calls, arrays, compiled=True), strict=True)
    for expected, result in pairs:
        np.testing.assert_array_equal(result, expected)


def test_what_only_others_read_is_written_and_temporaries_are_not() -> None:
    x, scratch, out = np.ones(20000), np.zeros(20000), np.zeros(20000)
    calls: list[Call] = [(np.multiply, (x, constant(3, "d"), scratch)), (np.add, (scratch, x, out))]
    Program(calls, temporaries=[scratch]).run()
    assert (out == 4).all()
    assert (scratch == 0).all()
    total = np.zeros(1)
    product: Call = (scratch.reshape(1, -1).dot, (x, total))
    Program([*calls, product], temporaries=[scratch]).run()
    assert total[0] == 60000


def test_arrays_that_overlap_are_not_fused() -> None:
    memory = np.arange(40000.0)
    x, y, out = memory[:20000], memory[1:20001], np.zeros(20000)
    calls: list[Call] = [(np.multiply, (x, constant(2, "d"), x)), (np.add, (y, constant(1, "d"), out))]
    assert len(list(translated(calls))) == 2
    pairs = [results(calls, [memory, out], compiled) for compiled in (False, True)]
    for expected, result in zip(*pairs, strict=True):
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(
    "out",
    [np.zeros(100), np.zeros((20000, 2)), np.zeros(40000)[::2], np.zeros(20000, "f"), np.zeros((200, 100), order="F")],
    ids=["small", "narrow", "with gaps", "of two types", "by columns"],
)
def test_what_is_small_or_lies_badly_is_not_fused(out: Array) -> None:
    x = np.ones_like(out, dtype="d")
    calls: list[Call] = [(np.add, (x, x, x)), (np.add, (x, x, out))]
    assert [len(group) for group, _ in translated(calls)] == [1, 1]


def test_numbers_of_truth_values_that_come_from_elsewhere_are_not_fused() -> None:
    truths, out = np.ones(20000, bool), np.zeros(20000)
    calls: list[Call] = [(np.copyto, (out, truths)), (np.add, (out, out, out))]
    assert len(list(translated(calls))) == 2
    Program(calls).run()
    assert (out == 2).all()


@pytest.mark.parametrize("char", ["f", "d"])
@pytest.mark.parametrize("name", sorted(Optimizer.members()))
def test_every_optimizer_fused_gives_numpys_bits(name: str, char: str) -> None:
    """θ has two blocks, the second of them shorter."""
    thetas = []
    for tape_type in (Tape, CompiledTape):
        rng = np.random.default_rng(1)
        parameters = Parameters({"W1": (300, 220), "b1": (300, 1)}, char)
        parameters.theta[...] = rng.normal(size=parameters.theta.size)
        update = Update(Optimizer.members()[name](learning_rate=0.01), parameters, tape_type)
        for _ in range(3):
            parameters.d_theta[...] = rng.normal(size=parameters.theta.size)
            update(0.01, parameters.gradient_norm())
        thetas.append([parameters.theta, *update.vectors.values()])
    for expected, result in zip(*thetas, strict=True):
        np.testing.assert_array_equal(result, expected)


def test_the_whole_rule_of_adam_is_one_loop_a_block() -> None:
    parameters = Parameters({"W1": (300, 220)}, "f")
    update = Update(Optimizer.members()["adam"](learning_rate=0.01), parameters)
    groups = [[len(calls) for calls, _ in translated(tape.calls)] for tape in update.recorded(np.zeros(2, "f"))]
    assert groups == [[len(tape.calls)] for tape in update.recorded(np.zeros(2, "f"))]
    assert len(groups) == 2


def test_neighbours_of_another_shape_are_loops_of_their_own() -> None:
    arrays = [np.ones(shape) for shape in ((100, 200), (200, 100), (100, 200))]
    calls: list[Call] = [(np.add, (array, array, array)) for array in arrays for _ in range(2)]
    assert [len(group) for group, _ in translated(calls)] == [2, 2, 2]
