"""Marks of missing values: which words are, among numbers and among texts."""

from __future__ import annotations

import pytest

from dlx.data.profile.marks import SAYS_MISSING, marks_in

# What pandas 2.2 takes for missing where nothing is stated (pandas._libs.parsers.STR_NA_VALUES), and marks of
# PostgreSQL's COPY, MySQL's dumps, SQL Server, Excel and others.
OF_PANDAS = (
    *("#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"),
    *("NULL", "NaN", "None", "n/a", "nan", "null"),
)
OTHERS = ("\\N", "(null)", "[NULL]", "(blank)", "#DIV/0!", "-", "--", "n.a.", "<missing>", "NaT", ".", "0000-00-00")
USUAL = ("NA", "N/A", "NULL", "NaN", "nan", "null")  # without a word


@pytest.mark.parametrize("text", OF_PANDAS + OTHERS)
def test_common_marks(text: str) -> None:
    assert SAYS_MISSING.fullmatch(text) or text in USUAL
    assert marks_in(["red", text, "blue"]) == ([] if text in USUAL else [text])


@pytest.mark.parametrize("texts", [["red", "none"], ["unknown", "single"], ["+", "-"], ["Na", "K"], ["no", "yes"]])
def test_words_that_are_values(texts: list[str]) -> None:
    assert marks_in(texts) == []
