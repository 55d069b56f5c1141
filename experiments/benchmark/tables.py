"""The tables of the results: Markdown, figures, and ratios against targets."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

HOLDS = {"≥": operator.ge, "≤": operator.le, ">": operator.gt}


class Target(NamedTuple):
    """The median of above / below within the rounds, and the bound that it must keep; none where it only informs."""

    subject: str
    above: str
    below: str
    sign: str = ""
    bound: float | None = None


RATIO_COLUMNS = ["", "ratio", "median", "quartiles", "target", "met"]


def ratio_row(target: Target, samples: Mapping[str, Sequence[float]]) -> list[str]:
    """Samples stand in the order of the rounds; who has fewer of them took part in the first."""
    subject, above, below, sign, bound = target
    label, limit = [subject, f"{above} / {below}"], f"{sign} {bound:g}" if bound is not None else "–"
    if above not in samples or below not in samples:
        return [*label, "–", "–", limit, "not measured"]
    ratios = sorted(a / b for a, b in zip(samples[above], samples[below], strict=False))
    met = "–" if bound is None else "yes" if HOLDS[sign](median(ratios), bound) else "**no**"
    return [*label, f"{median(ratios):.2f}", quartiles(ratios, "{:.2f}"), limit, met]


def quartiles(values: Sequence[float], form: str) -> str:
    ordered = sorted(values)
    low, high = ordered[len(ordered) // 4], ordered[-1 - len(ordered) // 4]
    return f"{form.format(low)}–{form.format(high)}"


def figures(value: float) -> str:
    """At least three significant figures, none of them in an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
