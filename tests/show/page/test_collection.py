"""The page of a search or a study: any document has one, claims and pictures are on it, and no text changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.show.page import CollectionMaterial, many_page
from dlx.show.page.cells import cell, flat
from dlx.show.page.elements import REPLACEMENT, UNWRITABLE, element
from dlx.show.page.images import png, source_of

Reader = Callable[[str], Any]

PNG = png(np.zeros((2, 3), np.uint8))
ESTIMATE = {"value": 0.0328, "low": 0.0166, "high": 0.058, "m": 360}
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
anything = st.recursive(
    scalars | st.just(ESTIMATE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def study(word: str) -> dict[str, Any]:
    compared = {"left": 0.04, "sign": "<", "right": 0.05, "holds": True, "by": 0.01}
    claim = {"claim": word, "why": word, "holds": True, "comparisons": [compared], "seeds": 3, "seeds_holding": 2}
    variant = {
        "name": word,
        "changes": {"a.b": word},
        "status": [word],
        "errors": {"dev": ESTIMATE},
        "difference": None,
    }
    return {
        "schema_version": 1,
        "name": word,
        "status": "completed",
        "task": "binary",
        "seconds": 75.0,
        "test": ESTIMATE,
        "variants": [variant],
        "claims": [claim, claim | {"holds": False}],
    }


@settings(max_examples=50)
@given(document=st.dictionaries(st.text(max_size=8), anything, max_size=6))
def test_any_document_has_a_page(read_page: Reader, document: dict[str, Any]) -> None:
    name = str(document.get("name", "many runs"))
    assert read_page(many_page(CollectionMaterial(document))).named("h1")[0].text == UNWRITABLE.sub(REPLACEMENT, name)


@settings(max_examples=25)
@given(word=st.text().map("<{}&'>".format))
def test_no_text_changes_the_page(read_page: Reader, word: str) -> None:
    tested, plain = (
        read_page(many_page(CollectionMaterial(study(text), text, {text: PNG}, text))) for text in (word, "<plain>")
    )
    assert tested.structure() == plain.structure()
    visible = UNWRITABLE.sub(REPLACEMENT, word)
    assert "".join(tested.texts).count(visible) >= "".join(plain.texts).count("<plain>") > 10


def test_claims_come_first_and_say_whether_they_hold(read_page: Reader) -> None:
    page = read_page(many_page(CollectionMaterial(study("he.dev_error < 0.05"), "plan: 1", {"overlay": PNG})))
    assert page.sections() == ["claims", "variants", "pictures", "plan"]
    assert "1 of 2 claims hold" in page.texts
    assert [text for text in page.texts if text in ("holds", "fails")] == [
        "holds",
        "holds",
        "fails",
    ]  # the first a head
    assert any(tag.text == "0.04 < 0.05" for tag in page.named("td"))
    assert [tag.attributes["src"] for tag in page.named("img")] == [source_of(PNG)]


def test_numbers_with_intervals_are_shown_in_percent_or_in_the_unit_of_the_target(read_page: Reader) -> None:
    rate, cost = ("".join(read_page(str(element("p", cell(ESTIMATE, task)))).texts) for task in (None, "regression"))
    assert rate == "3.28 % 1.66 to 5.80 %"
    assert cost == "0.0328 0.0166 to 0.058"


def test_the_objective_decides_what_its_estimates_are() -> None:
    assert CollectionMaterial({"objective": "dev_cost", "task": "binary"}).task == "regression"
    assert CollectionMaterial({"objective": "dev_error", "task": "binary"}).task == "binary"


def test_numbers_in_a_list_are_one_tile(read_page: Reader) -> None:
    page = read_page(many_page(CollectionMaterial({"name": "a", "seeds": [1, 2, 3], "epochs": 15_000.0})))
    assert page.sections() == []
    assert [tag.text for tag in page.named("dd")] == ["1, 2, 3", "15,000"]


def test_long_tables_are_folded(read_page: Reader) -> None:
    page = read_page(many_page(CollectionMaterial({"name": "a", "trials": [{"index": i, "x": i} for i in range(60)]})))
    assert [tag.text for tag in page.named("summary")] == ["35 more"]
    assert len([tag for tag in page.named("th") if tag.attributes["scope"] == "row"]) == 60


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ({"errors": {"dev": ESTIMATE}}, ["errors dev"]),
        ({"settings": {"optimizer.learning_rate": 1}}, ["optimizer.learning_rate"]),
        ({"a": [1], "b": {}}, ["a", "b"]),
        ({"settings": {"a.b": 1}, "at": {"a.b": 2}}, ["a.b", "at a.b"]),
    ],
)
def test_values_within_values_have_columns_of_their_own(document: dict[str, Any], keys: list[str]) -> None:
    assert list(flat(document)) == keys
