"""A study on the terminal: a row for each variant, and what came of each claim."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from dlx.show.numbers import duration, error, interval
from dlx.show.terminal.lines import Piece, facts, paragraph, say, table, text_width

MARGIN = 10
PARTS = ("train", "train_dev", "dev", "test")

Document = Mapping[str, Any]
Column: TypeAlias = tuple[str, list[Piece]]  # its header and its cells


def study(document: Document, directory: Path, pictures: Sequence[Path] = (), stream: TextIO | None = None) -> None:
    """Prints the table, the claims and where everything lies.

    Args:
        document: ``study.json``.
        directory: of the study.
        pictures: that were drawn of it.
        stream: in place of stdout.
    """
    out = stream or sys.stdout
    variants, seeds = document["variants"], document["seeds"]
    told = f"{_each(len(variants), seeds if isinstance(seeds, int) else len(seeds))}, {duration(document['seconds'])}"
    say((document["name"], "bold"), (f"  {told}", ""), stream=out)
    _table(document, out)
    messages = [(one["name"], message) for one in variants for message in one["messages"]]
    if messages:
        say(stream=out)
    for name, message in messages:
        paragraph("", f"{name}: {message}", "red", stream=out)
    if document["claims"]:
        say(stream=out)
    for one in document["claims"]:
        _claim(one, out)
    say(stream=out)
    _line("written", str(directory), out)
    for number, path in enumerate(pictures):
        _line("" if number else "pictures", str(path), out)


def foretold(document: Document, json: bool = False, stream: TextIO | None = None) -> None:
    """Prints what a study would take: a row for each variant."""
    if json:
        facts(document, json=True, stream=stream)
        return
    out, variants = stream or sys.stdout, document["variants"]
    say((document["name"], "bold"), (f"  {_each(len(variants), document['seeds'])}", ""), stream=out)
    say(stream=out)
    headers = ["variant", "parameters", "steps", "first cost", "one training"]
    rows = [
        (one["name"], f"{one['parameters']:,}", f"{one['steps']:,}", _side(one["first_cost"]), duration(seconds))
        for one in variants
        for seconds in [one["predicted_seconds"]]
    ]
    table(rows, headers, stream=out)
    say(stream=out)
    _line("trainings", f"{document['trainings']:,}, about {duration(document['predicted_seconds'])} on one worker", out)
    _line("claims", f"{document['claims']:,}", out)


def failing(document: Document) -> str:
    """One line for each claim that fails, and by how much; empty where all hold."""
    claims = document["claims"]
    lines = [f"{one['claim']} ({_outcome(one)})" for one in claims if not one["holds"]]
    if not lines:
        return ""
    head = f"{len(lines)} of {len(claims)} claims fail:"
    return f"{head} {lines[0]}" if len(lines) == 1 else "\n".join([head, *(f"  {line}" for line in lines)])


def _each(variants: int, seeds: int) -> str:
    count = f"{variants:,} variant{'s' if variants > 1 else ''}"
    return f"{count}, {seeds:,} seed{'s' if seeds > 1 else ''} each"


def _table(document: Document, out: TextIO) -> None:
    """The variants; on a narrow terminal below each other in parts, each with their names."""
    variants = document["variants"]
    names = [(one["name"], "") for one in variants]
    for part in _folded(_groups(document), names, out):
        say(stream=out)
        columns = [("variant", names), *part]
        table(zip(*(cells for _, cells in columns), strict=True), [header for header, _ in columns], stream=out)


def _folded(groups: Iterable[list[Column]], names: Sequence[Piece], out: TextIO) -> list[list[Column]]:
    """Groups of columns, which stay together, on as few tables as the width of the terminal allows."""
    room = shutil.get_terminal_size().columns if out.isatty() else sys.maxsize
    first = max(text_width(text) for text in ("variant", *(name for name, _ in names)))
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


def _groups(document: Document) -> Iterator[list[Column]]:
    variants, task = document["variants"], document["task"]
    parts = [part for part in PARTS if any(part in one["errors"] for one in variants)]
    chief = "dev" if "dev" in parts else "train"
    for part in parts:
        found = [one["errors"].get(part) for one in variants]
        group = [(part, [(_error(one, task), "") for one in found])]
        if part == chief:
            group.append(("95 % interval", [(_interval(one, task), "") for one in found]))
        yield group
    if not parts:
        yield [("cost", [(_side(one["train_cost"]) if one["train_cost"] is not None else "", "") for one in variants])]
    if any(one["difference"] for one in variants):
        value, ends = zip(*(_difference(one["difference"], task) for one in variants), strict=True)
        yield [(f"dev − {variants[0]['name']}", list(value)), ("95 % interval", list(ends))]
    yield [
        ("epochs" if parts else "steps", [_epochs(one) for one in variants]),
        ("time", [_time(one) for one in variants]),
    ]


def _epochs(one: Document) -> Piece:
    bad = sorted({status for status in one["status"] if status not in ("completed", "early_stopped")})
    if bad:
        return ", ".join(bad), "red"
    return "" if one["epochs"] is None else f"{one['epochs']:,.0f}", ""


def _time(one: Document) -> Piece:
    return "" if one["seconds"] is None else duration(one["seconds"]), ""


def _difference(found: Document | None, task: str | None) -> tuple[Piece, Piece]:
    if found is None:
        return ("", ""), ("", "")
    sign = "+" if found["value"] >= 0 else ""
    sure = found["high"] < 0 or found["low"] > 0
    style = "" if not sure else "green" if found["high"] < 0 else "red"
    return (f"{sign}{error(found['value'], task)}", style), (_interval(found, task), "")


def _error(found: Document | None, task: str | None) -> str:
    return "" if found is None else error(inf if found["value"] is None else found["value"], task)


def _interval(found: Document | None, task: str | None) -> str:
    if found is None or found["low"] is None or found["high"] is None:
        return ""
    return interval(found["low"], found["high"], task)


def _claim(one: Document, out: TextIO) -> None:
    """Whether it holds, both sides, by how much, and in how many of the seeds."""
    style, word = ("green", "holds") if one["holds"] else ("red bold", "fails")
    paragraph(word, one["claim"], stream=out, label_style=style)
    paragraph("", _outcome(one), "dim", stream=out)
    if one["why"]:
        paragraph("", one["why"], "dim", stream=out)


def _outcome(one: Document) -> str:
    told = "; ".join(_compared(compared) for compared in one["comparisons"])
    return f"{told}; in {one['seeds_holding']} of {one['seeds']} seeds" if one["seeds"] > 1 else told


def _compared(one: Document) -> str:
    sides = f"{_side(one['left'])} {one['sign']} {_side(one['right'])}"
    return f"{sides}, by {abs(one['by']):.4g}" if isinstance(one["by"], float) else sides


def _side(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(value) + "]"
    if value is None:
        return "no number"
    if isinstance(value, float | int):
        return f"{value:.6g}"
    return value if value.endswith("infinity") else f'"{value}"'


def _line(label: str, text: str, out: TextIO) -> None:
    say((f"{label:<{MARGIN}}", "dim"), (text, "cyan"), stream=out)
