"""Plain data: its text is that of the module json, whatever documents are made of."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.files import from_signed_json, to_json, to_signed_json
from dlx.plain_data import in_lines, is_deeper, is_surely_shallow, plain
from dlx.words import Status
from tests.conftest import examples


@dataclass(frozen=True)
class Row:
    epoch: int
    cost: float


@dataclass(frozen=True)
class Share:
    value: float

    def to_document(self) -> dict[str, Any]:
        return {"share": Row(1, self.value)}


VALUES: tuple[Any, ...] = (
    {},
    [],
    {"a": {}, "b": [], "c": ()},
    {"rows": [Row(1, 0.5), Row(2, math.nan)], "share": Share(math.inf)},
    {"path": Path("a") / "b", "status": Status.RUNNING, Status.FAILED: True, 3: None},
    MappingProxyType({"numbers": np.arange(3), "one": np.float32(0.1), "yes": np.True_, "none": np.nan}),
    {"text": 'ä "quoted" \\ \n\t\x00 \u2028 😀', "numbers": [1, -1, 10**20, 1.0, -0.0, 1e-300, 1e22]},
)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_the_text_is_that_of_json(value: object) -> None:
    assert in_lines(value, 2) == json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    assert in_lines(value, 1, ascii_only=True) == json.dumps(plain(value), indent=1, allow_nan=False)


@given(DATA)
@settings(max_examples=examples(50))
def test_the_text_of_any_data_is_that_of_json(value: object) -> None:
    assert in_lines(value, 2) == json.dumps(value, indent=2, ensure_ascii=False)


def test_what_json_does_not_know_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        to_json({"a": object()})


def test_a_signed_document_comes_back_as_long_as_nothing_is_changed() -> None:
    document = {"files": {"ä": [None, {"bytes": 3}]}}
    assert from_signed_json(to_signed_json(document)) == document
    assert from_signed_json(to_signed_json(document).replace(b"3", b"4")) is None


@settings(max_examples=examples(100))
@given(DATA, st.integers(0, 6))
def test_what_is_surely_shallow_is_not_deep(value: Any, most: int) -> None:
    is_shallow = is_surely_shallow(json.dumps(value, ensure_ascii=False).encode(errors="replace"), most)
    assert not (is_shallow and is_deeper(value, most))


def test_documents_of_dlx_are_surely_shallow() -> None:
    assert is_surely_shallow(to_json({"rows": [{"a": [[1]]}] * 3}), 20)
    assert not is_surely_shallow(b"[" * 200 + b"]" * 200, 100)
    assert is_deeper(json.loads(b"[" * 200 + b"]" * 200), 100)
