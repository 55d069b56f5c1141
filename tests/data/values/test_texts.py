"""Texts are worked on once for each different one, with what a plain list of them would give."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.values.texts import Texts, as_array, as_texts

COLUMNS = st.lists(st.sampled_from(["a", "bb", "", "ä", "1", None]), min_size=1, max_size=12)


@given(COLUMNS)
def test_texts_are_those_of_the_list(column: list[str | None]) -> None:
    texts = Texts.of(column)
    assert (len(texts), texts.tolist(), texts.objects().tolist()) == (len(column), column, column)
    assert [texts[row] for row in range(len(column))] == column
    assert texts.is_missing.tolist() == [text is None for text in column]
    assert set(texts.present) == set(column) - {None}
    assert dict(zip(texts.different, texts.counts.tolist(), strict=True)) == {
        text: column.count(text) for text in texts.different
    }
    assert as_texts(as_array(texts)).tolist() == column


@given(COLUMNS, st.lists(st.integers(0, 11), min_size=1, max_size=8))
def test_rows_are_selected_as_from_a_list(column: list[str | None], rows: list[int]) -> None:
    chosen = [row % len(column) for row in rows]
    texts = Texts.of(column)[np.array(chosen)]
    expected = [column[row] for row in chosen]
    assert texts.tolist() == expected
    assert set(texts.present) == set(expected) - {None}
    assert texts.are(["a", "ä"]).tolist() == [text in ("a", "ä") for text in expected]
    assert texts.without(["a", ""]).tolist() == [None if text in ("a", "") else text for text in expected]
    if None not in expected:
        strings = np.array(expected)
        assert texts.strings().tolist() == strings.tolist()
        assert texts.strings().dtype == strings.dtype
