"""Sections: every topic that is cited has a heading, which the notes have on that page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.remedies.against_bias import AGAINST_BIAS
from dlx.diagnose.remedies.against_variance import AGAINST_VARIANCE
from dlx.diagnose.sections import SECTIONS, place_in_notes

NOTES = Path(os.environ.get("DLX_NOTES", Path(__file__).parents[2] / "notes.txt"))


def test_every_topic_that_is_cited_has_a_section() -> None:
    changes = [*AGAINST_BIAS, *AGAINST_VARIANCE, *(change for cause in CAUSES.values() for change in cause.changes)]
    topics = {change.notes for change in changes} | {cause.notes for cause in CAUSES.values()}
    assert topics <= SECTIONS.keys()


def test_a_section_has_its_page_and_another_topic_stands_for_itself() -> None:
    assert place_in_notes("Mini-batch gradient descent") == "Mini-batch gradiente descendiente, p. 15"
    assert place_in_notes("a plugin's own") == "a plugin's own"


@pytest.mark.skipif(not NOTES.exists(), reason="the notes are not part of the checkout; DLX_NOTES may name them")
@pytest.mark.parametrize(("heading", "page"), sorted(set(SECTIONS.values())))
def test_the_notes_have_the_heading_on_that_page(heading: str, page: int) -> None:
    lines = [line.strip() for line in NOTES.read_text(encoding="utf-8").splitlines()]
    assert f"{heading}\t{page}" in lines  # the table of contents
