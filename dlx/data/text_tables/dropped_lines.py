"""The lines of a table that were left out, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

PLACES = 3  # lines that are named


def in_words(dropped: Mapping[str, Sequence[int]]) -> str:
    """Such as `lines 3 and 52 name the columns or their units, line 104 is a total`."""
    return ", ".join(_kinds_in_words(dropped))


def _kinds_in_words(dropped: Mapping[str, Sequence[int]]) -> Iterator[str]:
    for kind, singular, plural in (
        ("headers", "names the columns or their units", "name the columns or their units"),
        ("totals", "is a total or the like", "are totals or the like"),
        ("ragged", "has another number of fields", "have another number of fields"),
    ):
        lines = dropped.get(kind, ())
        if len(lines) == 1:
            yield f"line {lines[0]:,} {singular}"
        elif lines:
            listed = ", ".join(f"{line:,}" for line in lines[:PLACES])
            more = f" and {len(lines) - PLACES:,} more" if len(lines) > PLACES else ""
            yield f"lines {listed}{more} {plural}"
