"""Conditions: with batches of which sizes a fault shows, and with which it does not."""

from __future__ import annotations

from collections.abc import Sequence


def sizes_in_words(right: Sequence[int], wrong: Sequence[int]) -> str:
    """What the sizes of batches tell of a fault; nothing where they do not part right from wrong.

    >>> sizes_in_words([3, 16, 33], [1024, 157])
    'right up to 33 examples, wrong from 157 on'
    >>> sizes_in_words([33], [3, 16])
    'wrong up to 16 examples, right from 33 on'
    >>> sizes_in_words([10, 1024], [3, 33])
    'right with 10 and 1,024 examples, wrong with 3 and 33'
    """
    if not right or not wrong or set(right) & set(wrong):
        return ""
    if max(right) < min(wrong):
        return f"right up to {_examples(max(right))}, wrong from {min(wrong):,} on"
    if max(wrong) < min(right):
        return f"wrong up to {_examples(max(wrong))}, right from {min(right):,} on"
    return f"right with {listed(right)} examples, wrong with {listed(wrong)}"


def _examples(count: int) -> str:
    return f"{count:,} example{'s' * (count != 1)}"


def listed(sizes: Sequence[int]) -> str:
    """Such as `3, 16 and 33`."""
    *others, last = [f"{size:,}" for size in sorted(set(sizes))]
    return f"{', '.join(others)} and {last}" if others else last
