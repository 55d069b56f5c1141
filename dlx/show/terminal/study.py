"""A study on the terminal: a row for each variant, and the result of each claim."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from dlx.language import translated
from dlx.show.charts.study import VariantRow, variant_table
from dlx.show.numbers import duration, error, interval, signed
from dlx.show.terminal.lines import Piece, columns_of, facts, heading, labeled, paragraph, say, table, text_width

if TYPE_CHECKING:
    from dlx.documents.study import ClaimRecord, ComparisonRecord, Side, StudyDocument
    from dlx.stats.intervals import Estimate

COLORS = {"better": "green", "worse": "red", "": ""}
Column: TypeAlias = tuple[str, list[Piece]]  # its header and its cells


def study(document: StudyDocument, directory: Path, pictures: Sequence[Path] = ()) -> None:
    """Prints the table, the claims and where everything lies.

    Args:
        document: what the study has come to.
        directory: of the study.
        pictures: that were drawn of it.
    """
    variants, seeds = document.variants, document.seeds
    count = seeds if isinstance(seeds, int) else len(seeds)
    headline = f"{_each(len(variants), count)}, {duration(document.seconds)}"
    heading(document.name, headline)
    _table(document)
    messages = [(variant.name, message) for variant in variants for message in variant.messages]
    if messages:
        say()
    for name, message in messages:
        paragraph("", f"{name}: {message}", "red")
    if document.claims:
        say()
    for claim in document.claims:
        _claim(claim)
    say()
    labeled("written", (str(directory), "cyan"))
    for number, path in enumerate(pictures):
        labeled("" if number else "pictures", (str(path), "cyan"))


def foretold(document: Mapping[str, Any], json: bool = False) -> None:
    """Prints what a study would take: a row for each variant."""
    if json:
        facts(document, json=True)
        return
    variants = document["variants"]
    heading(document["name"], _each(len(variants), document["seeds"]))
    say()
    headers = [*map(translated, ("variant", "parameters", "steps", "first cost", "one training"))]
    rows = [
        (
            variant["name"],
            f"{variant['parameters']:,}",
            f"{variant['steps']:,}",
            _side(variant["first_cost"]),
            duration(variant["predicted_seconds"]),
        )
        for variant in variants
    ]
    table(rows, headers)
    say()
    time = translated(f"about {duration(document['predicted_seconds'])} on one worker")
    labeled("trainings", (f"{document['trainings']:,}, {time}", "cyan"))
    labeled("claims", (f"{document['claims']:,}", "cyan"))


def failing(document: StudyDocument) -> str:
    """One line for each claim that fails, and by how much; empty where all hold."""
    claims = document.claims
    lines = [f"{claim.claim} ({_outcome(claim)})" for claim in claims if not claim.holds]
    if not lines:
        return ""
    head = translated(f"{len(lines)} of {len(claims)} claims fail")
    return f"{head}: {lines[0]}" if len(lines) == 1 else "\n".join([f"{head}:", *(f"  {line}" for line in lines)])


def _each(variants: int, seeds: int) -> str:
    count = f"{variants:,} variant{'s' if variants > 1 else ''}"
    return translated(f"{count}, {seeds:,} seed{'s' if seeds > 1 else ''} each")


def _table(document: StudyDocument) -> None:
    """The variants; on a narrow terminal below each other in parts, each with their names."""
    names = [(variant.name, "") for variant in document.variants]
    for part in _folded(_groups(document), names):
        say()
        columns = [(translated("variant"), names), *part]
        table(zip(*(cells for _, cells in columns), strict=True), [header for header, _ in columns])


def _folded(groups: Iterable[list[Column]], names: Sequence[Piece]) -> list[list[Column]]:
    """Groups of columns, which stay together, on as few tables as the width of the terminal allows."""
    room = columns_of(sys.stdout)
    first = max(text_width(text) for text in (translated("variant"), *(name for name, _ in names)))
    parts: list[list[Column]] = []
    width = room
    for group in groups:
        needed = sum(
            2 + max(text_width(text) for text in (head, *(cell for cell, _ in cells))) for head, cells in group
        )
        if width + needed > room:
            parts.append([])
            width = first
        parts[-1].extend(group)
        width += needed
    return parts


def _groups(document: StudyDocument) -> Iterator[list[Column]]:
    chart, task = variant_table(document), document.task
    variants = document.variants
    for part in chart.parts:
        estimates = [variant.errors.get(part) for variant in variants]
        group = [(part, [(error(estimate.value, task) if estimate else "", "") for estimate in estimates])]
        if part == chart.chief:
            group.append((translated("95 % interval"), [(_interval(estimate, task), "") for estimate in estimates]))
        yield group
    if not chart.parts:
        costs = [variant.train_cost for variant in variants]
        yield [(translated("cost"), [(_side(cost) if cost is not None else "", "") for cost in costs])]
    if chart.differs:
        value, ends = zip(*(_difference(row, task) for row in chart.rows), strict=True)
        yield [(f"dev − {chart.first}", list(value)), (translated("95 % interval"), list(ends))]
    yield [
        (translated("epochs" if chart.parts else "steps"), [_epochs(row) for row in chart.rows]),
        (translated("time"), [("" if each.seconds is None else duration(each.seconds), "") for each in variants]),
    ]


def _epochs(row: VariantRow) -> Piece:
    if row.endings:
        return ", ".join(map(translated, row.endings)), "red"
    return "" if row.record.epochs is None else f"{row.record.epochs:,.0f}", ""


def _difference(row: VariantRow, task: str | None) -> tuple[Piece, Piece]:
    difference = row.record.difference
    if difference is None:
        return ("", ""), ("", "")
    return (signed(difference.value, task), COLORS[row.direction]), (_interval(difference, task), "")


def _interval(estimate: Estimate | None, task: str | None) -> str:
    if estimate is None or not (isfinite(estimate.low) and isfinite(estimate.high)):
        return ""
    return translated(interval(estimate.low, estimate.high, task))


def _claim(claim: ClaimRecord) -> None:
    """Whether it holds, both sides, by how much, and in how many of the seeds."""
    style, word = ("green", "holds") if claim.holds else ("bold red", "fails")
    paragraph(word, claim.claim, label_style=style)
    paragraph("", _outcome(claim), "dim")
    if claim.why:
        paragraph("", claim.why, "dim")


def _outcome(claim: ClaimRecord) -> str:
    comparisons = "; ".join(_compared(comparison) for comparison in claim.comparisons)
    agreeing = translated(f"in {claim.seeds_holding} of {claim.seeds} seeds") if claim.seeds > 1 else ""
    return "; ".join(filter(None, (comparisons, agreeing)))


def _compared(comparison: ComparisonRecord) -> str:
    sides = f"{_side(comparison.left)} {comparison.sign} {_side(comparison.right)}"
    return f"{sides}, {translated(f'by {abs(comparison.by):.4g}')}" if isinstance(comparison.by, float) else sides


def _side(value: Side) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(value) + "]"
    if value is None:
        return translated("no number")
    if isinstance(value, float | int):
        return f"{value:.6g}"
    return translated(value) if value.endswith("infinity") else f'"{value}"'
