"""Plain data out as YAML and in again: nothing changes, neither here nor in PyYAML."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from dlx.errors import Place
from dlx.spec.yaml_text import writing
from dlx.spec.yaml_text.reading import parse
from dlx.spec.yaml_text.writing import dump, dump_scalar

ONE_PLACE = Place("the test")


def value_of(text: str) -> object:
    return parse(text, ONE_PLACE).plain()


texts = st.text(st.characters(codec="utf-8"))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
trees = st.recursive(scalars, lambda below: st.lists(below) | st.dictionaries(texts, below), max_leaves=20)


@example("\x85")
@example(["a\x85b\u2028"])
@given(trees)
def test_plain_data_survives_dump_and_parse(data: object) -> None:
    """Under the rules of 1.2 here, and under those of 1.1 in PyYAML's own loader."""
    text = dump(data)
    assert value_of(text) == data
    assert yaml.safe_load(text) == data


@given(st.floats())
def test_floats_survive_bit_for_bit(number: float) -> None:
    read_number = value_of(dump_scalar(number))
    assert isinstance(read_number, float)
    assert read_number.hex() == number.hex()


same_in_both = texts.filter(lambda text: text[:1] not in {*"+-.0123456789"})
plain_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | same_in_both,
    lambda below: st.lists(below) | st.dictionaries(same_in_both, below),
    max_leaves=20,
)


@given(plain_data)
def test_what_pyyaml_writes_is_read_back(data: object) -> None:
    assert value_of(yaml.safe_dump(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"a": 1},
        {"a": []},
        {"a": {}, "b": 1},
        {"a": "words " * 60, "b": {"c": "words " * 60}},
        {"a": "line\nline\n", "b": [1, [2, {"c": 3}]]},
        {"a": "\x85", "yes": "no", "1": [1, 1.0, True, "1"]},
        {1: 2, "end": {"last": 1}, "last": 3},
    ],
    ids=repr,
)
def test_sections_one_by_one_are_the_text_of_the_whole(data: dict[Any, Any]) -> None:
    for _ in range(2):  # made, and remembered
        assert writing.dump(data) == writing._text(data)


def test_equal_values_of_other_types_are_not_taken_for_each_other() -> None:
    assert [writing.dump({"a": value, "b": {}}).split()[1] for value in (1, 1.0, True)] == ["1", "1.0", "true"]
