"""Rows of a table against NumPy itself: every loop, on arrays that lie in memory in every way that tapes have."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.nn.compiled.loops import loop
from dlx.nn.compiled.program import CompiledTape, Program, Stretch
from dlx.nn.compiled.rows import checked, elementwise, rows_of
from dlx.nn.compiled.table import Moving
from dlx.nn.dropout import mask_from
from dlx.nn.tape import Tape
from dlx.types import Array

pytest.importorskip("llvmlite")

ONE = [np.negative, np.exp, np.expm1, np.log1p, np.sqrt, np.tanh, np.sign, np.absolute, np.positive]
TWO = [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.copysign, np.greater, np.less_equal]
DTYPES = st.sampled_from(["f", "d"])
SIZES = st.integers(1, 9)


def array(draw: st.DrawFn, shape: tuple[int, ...], dtype: str) -> Array:
    """Numbers, in memory by rows, by columns, or as a part of something larger."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    n, m = shape
    kind = draw(st.sampled_from(["rows", "columns", "part", "transposed part"]))
    if kind == "columns":
        result = rng.normal(size=(m, n)).astype(dtype).T
    elif kind == "part":
        result = rng.normal(size=(n, m + 3)).astype(dtype)[:, 1 : m + 1]
    elif kind == "transposed part":
        result = rng.normal(size=(m, n + 2)).astype(dtype)[:, :n].T
    else:
        result = rng.normal(size=shape).astype(dtype)
    return result


@st.composite
def calls(draw: st.DrawFn) -> tuple[Callable[..., object], tuple[Array, ...]]:
    """An elementwise function with operands that are broadcast to its output."""
    shape, dtype = (draw(SIZES), draw(SIZES)), draw(DTYPES)
    function: Any = draw(st.sampled_from([*ONE, *TWO]))
    operands = []
    for _ in range(function.nin):
        n, m = (size if draw(st.booleans()) else 1 for size in shape)
        operands.append(array(draw, (n, m), dtype))
    return function, (*operands, array(draw, shape, dtype))


@given(calls())
def test_elementwise_calls_give_numpys_bits(call: tuple[Any, tuple[Array, ...]]) -> None:
    function, (*operands, out) = call
    expected = np.empty_like(out)
    with np.errstate(all="ignore"):
        function(*operands, out=expected, casting="unsafe")
    program = Program([(function, (*operands, out))])
    program.run()
    np.testing.assert_array_equal(out, expected)


@given(SIZES, SIZES, SIZES, DTYPES, st.data())
def test_products_are_numpys(n: int, k: int, m: int, dtype: str, data: st.DataObject) -> None:
    rng = np.random.default_rng(n * 100 + k * 10 + m)
    a, b = rng.normal(size=(n, k)).astype(dtype), rng.normal(size=(k, m)).astype(dtype)
    if data.draw(st.booleans()):
        a = np.asfortranarray(a)
    if data.draw(st.booleans()):
        b = np.asfortranarray(b)
    for left, right in ((a, b), (a, b[:, 0].copy()), (a[0].copy(), b)):
        out = np.empty(np.dot(left, right).shape, dtype)
        assert rows_of((left.dot, (right, out))) is not None
        Program([(left.dot, (right, out))]).run()
        np.testing.assert_allclose(out, np.dot(left, right), rtol=1e-4 if dtype == "f" else 1e-12, atol=1e-5)


@given(SIZES, SIZES, DTYPES)
def test_the_largest_of_each_column(n: int, m: int, dtype: str) -> None:
    Z, out = np.random.default_rng(n * 10 + m).normal(size=(n, m)).astype(dtype), np.empty(m, dtype)
    program = Program([(np.maximum.reduce, (Z, 0, None, out))])
    program.run()
    np.testing.assert_array_equal(out, Z.max(axis=0))
    assert all(isinstance(part, Stretch) for part in program.parts)


@pytest.mark.parametrize("keep_prob", [0.1, 0.5, 0.7, 1 - 1e-9])
@pytest.mark.parametrize("dtype", ["f", "d"])
def test_dropout_masks_are_those_of_numpy_and_leave_the_stream_where_it_leaves_it(keep_prob: float, dtype: str) -> None:
    drawn, streams = [], [np.random.default_rng(3), np.random.default_rng(3)]
    for rng, tape in zip(streams, (Tape(dtype), CompiledTape(dtype)), strict=True):
        D = tape.empty("D", 5, 7)
        tape.call(mask_from(rng, keep_prob), out=D)
        tape.run()
        tape.run()
        drawn.append(D)
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert streams[0].bit_generator.state == streams[1].bit_generator.state


def test_what_numpy_has_no_loop_for_is_called_between_stretches() -> None:
    def squared(A: Array, out: Array) -> None:
        out[...] = A**2

    A, B, C = np.array([1.0, 2.0]), np.empty(2), np.empty(2)
    program = Program([(np.add, (A, A, B)), (squared, (B, C)), (np.negative, (C, C))])
    program.run()
    assert C.tolist() == [-4.0, -16.0]
    assert [isinstance(part, Stretch) for part in program.parts] == [True, False, True]


def test_each_step_uses_the_next_piece_and_a_check_that_fails_ends_the_stretch() -> None:
    table, total, seen = np.array([[1.0], [2.0], [np.inf], [4.0]]), np.zeros(1), np.zeros((4, 1))
    moving = [Moving(table, table.strides[0]), Moving(seen, seen.strides[0])]
    number = np.zeros(1)
    copied = elementwise(np.positive, (table[0], number), moving)
    looked = checked(number, 10.0)
    assert copied is not None
    assert looked is not None
    added = elementwise(np.add, (total, number, total))
    kept = elementwise(np.positive, (total, seen[0]), moving)
    assert added is not None
    assert kept is not None
    assert Stretch([*copied, *looked, *added, *kept])(4) == 2
    assert seen.ravel().tolist() == [1.0, 3.0, 0.0, 0.0]


def test_functions_without_a_loop_for_a_type_have_none() -> None:
    assert loop(np.exp, "ii->i") is None
    assert loop(np.add, "dd->d") is not None
    assert rows_of((np.add, (np.zeros(2, complex), np.zeros(2, complex), np.zeros(2, complex)))) is not None
    assert rows_of((np.exp, (np.zeros(2, int), np.zeros(2)))) is None


@pytest.mark.parametrize(
    "call",
    [
        (np.zeros((2, 3)).dot, (np.zeros((4, 2)), np.zeros((2, 2)))),
        (np.zeros((2, 3)).dot, (np.zeros((3, 2)), np.zeros((2, 3)))),
        (np.add, (np.zeros((2, 3)), np.zeros((2, 4)), np.zeros((2, 3)))),
        (np.vecdot, (np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(3))),
        (np.negative, (np.zeros(3), np.broadcast_to(np.zeros(1), 3))),
    ],
    ids=["product", "result", "sum", "rows", "read-only"],
)
def test_what_numpy_refuses_is_left_to_numpy_which_says_why(call: tuple[Any, tuple[Array, ...]]) -> None:
    with pytest.raises(ValueError, match=r"shape|broadcast|acceptable|dimension|read-only"):
        Program([call]).run()


def test_numbers_in_the_order_of_another_machine_are_left_to_numpy() -> None:
    A, out = np.array([1.0, 2.0], ">f8"), np.empty(2)
    program = Program([(np.negative, (A, out))])
    program.run()
    assert out.tolist() == [-1.0, -2.0]
    assert not isinstance(program.parts[0], Stretch)


def test_what_numpy_would_copy_before_it_is_overwritten_is_left_to_numpy() -> None:
    x, A = np.arange(1.0, 6.0), np.arange(4.0).reshape(2, 2)
    Program([(np.add, (x[1:], x[:-1], x[1:])), (A.dot, (A.T, A))]).run()
    assert x.tolist() == [1.0, 3.0, 5.0, 7.0, 9.0]
    assert A.tolist() == [[1.0, 3.0], [3.0, 13.0]]


def test_functions_without_arrays_or_with_other_options_are_called() -> None:
    called, A, mask, out = list[str](), np.array([1.0, 2.0]), np.array([True, False]), np.zeros(2)
    program = Program([(partial(called.append, "once"), ()), (partial(np.negative, out=out, where=mask), (A,))])
    program.run()
    assert called == ["once"]
    assert out.tolist() == [-1.0, 0.0]
    assert not any(isinstance(part, Stretch) for part in program.parts)
