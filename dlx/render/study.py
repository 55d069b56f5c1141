"""A study on the terminal: a row for each variant, and what came of each claim."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any, TextIO

from dlx.render.lines import Piece, paragraph, say, table
from dlx.render.numbers import duration, error, interval

MARGIN = 10
PARTS = ("train", "train_dev", "dev", "test")

Document = Mapping[str, Any]


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
    count = seeds if isinstance(seeds, int) else len(seeds)
    each = f"{count} seed{'s' if count > 1 else ''} each"
    told = f"{len(variants)} variants, {each}, after {duration(document['seconds'])}"
    say((document["name"], "bold"), (f"  {told}", ""), stream=out)
    say(stream=out)
    _table(document, out)
    if document["claims"]:
        say(stream=out)
    for one in document["claims"]:
        _claim(one, out)
    say(stream=out)
    _line("written", str(directory), out)
    for number, path in enumerate(pictures):
        _line("" if number else "pictures", str(path), out)


def _table(document: Document, out: TextIO) -> None:
    variants, task = document["variants"], document["task"]
    parts = [part for part in PARTS if any(part in one["errors"] for one in variants)]
    compared = any(one["difference"] for one in variants)
    chief = "dev" if "dev" in parts else "train"
    headers = ["variant", *parts, f"95 % of {chief}", *(["dev − first", "95 % interval"] if compared else []), "epochs"]
    rows: list[list[str | Piece]] = []
    for one in variants:
        found = one["errors"]
        cells: list[str | Piece] = [one["name"], *(_error(found.get(part), task) for part in parts)]
        cells.append(_interval(found.get(chief), task))
        if compared:
            cells += _difference(one["difference"], task)
        bad = sorted({status for status in one["status"] if status not in ("completed", "early_stopped")})
        epochs = "" if one["epochs"] is None else f"{one['epochs']:,.0f}"
        rows.append([*cells, (", ".join(bad), "red") if bad else epochs])
    table(rows, headers, stream=out)


def _difference(found: Document | None, task: str | None) -> list[str | Piece]:
    if found is None:
        return ["", ""]
    sign = "+" if found["value"] >= 0 else ""
    sure = found["high"] < 0 or found["low"] > 0
    style = "" if not sure else "green" if found["high"] < 0 else "red"
    return [(f"{sign}{error(found['value'], task)}", style), _interval(found, task)]


def _error(found: Document | None, task: str | None) -> str:
    return "" if found is None else error(inf if found["value"] is None else found["value"], task)


def _interval(found: Document | None, task: str | None) -> str:
    if found is None or found["low"] is None or found["high"] is None:
        return ""
    return interval(found["low"], found["high"], task)


def _claim(one: Document, out: TextIO) -> None:
    """Whether it holds, both sides, by how much, and in how many of the seeds."""
    style, word = ("green", "holds") if one["holds"] else ("red bold", "fails")
    say((f"{word:<{MARGIN}}", style), (one["claim"], ""), stream=out)
    told = "; ".join(_compared(compared) for compared in one["comparisons"])
    seeds = f"; in {one['seeds_holding']} of {one['seeds']} seeds" if one["seeds"] > 1 else ""
    paragraph("", f"{told}{seeds}", "dim", stream=out)
    if one["why"]:
        paragraph("", one["why"], "dim", stream=out)


def _compared(one: Document) -> str:
    sides = f"{_side(one['left'])} {one['sign']} {_side(one['right'])}"
    return sides if one["by"] is None else f"{sides}, by {abs(one['by']):.4g}"


def _side(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(value) + "]"
    if value is None:
        return "no number"
    return f"{value:.4g}" if isinstance(value, float | int) else f'"{value}"'


def _line(label: str, text: str, out: TextIO) -> None:
    say((f"{label:<{MARGIN}}", "dim"), (text, "cyan"), stream=out)
