"""Files named in place of a run: which are tables."""

from __future__ import annotations

from dlx.data.formats.format import formats
from dlx.runs.files.stand_ins import TABLES


def test_every_format_is_known_but_those_that_a_spec_or_a_text_may_have() -> None:
    suffixes = {suffix for entry in formats() for suffix in entry.suffixes if suffix.startswith(".")}
    assert set(TABLES) == suffixes - {".json", ".txt"}
