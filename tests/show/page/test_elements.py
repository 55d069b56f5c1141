"""Elements: every text comes back as it was, and nothing in it is read as HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.show.page.elements import REPLACEMENT, UNWRITABLE, columns, element, name_of, table

Reader = Callable[[str], Any]


@given(text=st.text(), value=st.text())
def test_text_and_attributes_come_back_as_they_were(read_page: Reader, text: str, value: str) -> None:
    page = read_page(str(element("p", text, element("b", text), title=value)))
    assert [tag.name for tag in page.tags] == ["p", "b"]
    assert page.tags[0].text == 2 * UNWRITABLE.sub(REPLACEMENT, text)
    assert page.tags[0].attributes == {"title": UNWRITABLE.sub(REPLACEMENT, value)}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "a & b", "\"'>", "</p>", "<!--", "]]>", "&lt;"])
def test_what_looks_like_html_is_text(read_page: Reader, text: str) -> None:
    written = str(name_of(text))
    assert read_page(written).texts == [text]
    assert "<script" not in written


@pytest.mark.parametrize("text", ["\0", "\x1b[31m", "\ud800", "\ufffe", "\x85"])
def test_what_html_cannot_hold_is_replaced(text: str) -> None:
    written = str(element("p", text))
    assert REPLACEMENT in written
    assert text not in written
    written.encode()


def test_lists_are_taken_apart_and_nothing_is_left_out_but_none() -> None:
    assert str(element("p", "a", [None, ["b", element("i")], []], "0")) == "<p>ab<i></i>0</p>"


def test_names_of_attributes() -> None:
    written = str(element("td", class_="x", aria_label="y", open=True, hidden=False, title=None, x=1 / 3, y=-0.001))
    assert written == '<td class="x" aria-label="y" open x="0.33" y="0"></td>'


def test_void_elements_have_no_end_and_shapes_have_one() -> None:
    assert str(element("img", alt="")) == '<img alt="">'
    assert str(element("path", d="M0 0")) == '<path d="M0 0"></path>'  # HTML would nest what follows it


def test_a_style_sheet_stands_as_it_is_and_cannot_end_itself() -> None:
    assert str(element("style", "a > b { content: '&' }")) == "<style>a > b { content: '&' }</style>"
    with pytest.raises(ValueError, match="cannot hold <"):
        str(element("style", "</style>"))


def test_a_table_says_which_cells_are_heads(read_page: Reader) -> None:
    page = read_page(str(element("div", table("note", columns(None, "a", "b", numbers=1), element("tr")))))
    assert [tag.attributes for tag in page.named("th")] == [{"scope": "col"}, {"scope": "col", "class": "number"}]
    assert len(page.named("td")) == 1
    assert page.named("table")[0].attributes["aria-label"] == "note"
