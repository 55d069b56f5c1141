"""A learning curve on the terminal: the errors of each size, and what the fitted law says of more examples."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.charts.learning_curve import sentences
from dlx.show.numbers import error, interval
from dlx.show.terminal.lines import MARGIN, heading, labeled, say, table

if TYPE_CHECKING:
    from dlx.documents.learning_curve import Interval, LearningCurve

WIDTH = 80


def learning_curve(document: LearningCurve, written: Sequence[Path] = ()) -> None:
    """Prints the table of sizes and the sentences, and where the document and the picture lie."""
    heading(document.name, translated(f"learning curve on {document.m_dev:,} dev examples"))
    say()
    titles = ("examples", "epochs", "train", "95 % interval", "dev", "95 % interval", "n")
    table(_rows(document), [*map(translated, titles)])
    say()
    for label, text in sentences(document):
        lines = textwrap.wrap(translated(text), WIDTH - MARGIN) or [""]
        for place, line in zip((label, *[""] * len(lines)), lines, strict=False):
            labeled(place, (line, "bold" if label == "verdict" else ""))
    for number, path in enumerate(written):
        labeled("" if number else "written", (str(path), "cyan"))


def _rows(document: LearningCurve) -> Iterator[tuple[str, ...]]:
    for point in document.points:
        train, dev = (_cells(estimate, document.task) for estimate in (point.train, point.dev))
        yield f"{point.m:,}", f"{point.epochs:,}", *train, *dev, str(len(point.trainings))


def _cells(estimate: Interval, task: str) -> tuple[str, str]:
    return error(estimate.value, task), translated(interval(estimate.low, estimate.high, task))
