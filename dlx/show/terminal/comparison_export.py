"""A comparison of runs for other programs: as Markdown and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from dlx.documents.comparison import ComparisonDocument
from dlx.language import translated
from dlx.show.terminal.comparison_rows import group_rows, measured_parts, metric_rows, run_rows
from dlx.show.terminal.difference import sentences


def markdown(document: ComparisonDocument) -> str:
    """The table of the runs, that of the groups, and the sentences, as Markdown."""
    parts = measured_parts(document)
    tables = [list(run_rows(document, parts)), *([list(group_rows(document, parts))] if document.is_grouped else [])]
    if metrics := list(metric_rows(document)):
        tables.append(metrics)
    lines = [[f"**{translated(label)}**: {text}" for label, text in sentences(document)]]
    blocks = ["\n".join(_markdown(rows)) for rows in tables] + ["  \n".join(texts) for texts in lines if texts]
    return "\n\n".join(blocks) + "\n"


def _markdown(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield f"| {' | '.join(map(_cell, rows[0]))} |"
    yield f"|{' --- |' * len(rows[0])}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row.values()))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def csv_rows(document: ComparisonDocument) -> list[list[object]]:
    """A header and a row for each run, settings under their dotted keys, numbers in full; empty where there is none."""
    ends = [(part, end) for part in measured_parts(document) for end in ("value", "low", "high", "m")]
    names = [f"{part}_{'error' if end == 'value' else end}" for part, end in ends]
    facts = ("run", "id", "name", "group")
    measures = ("status", "epoch", "epochs", "seconds", "parameters", "cost", "train_cost", "dev_cost", "test_cost")
    of_metrics = [(name, part) for name in document.metrics for part in measured_parts(document)]
    names += [f"{part}_{name}" for name, part in of_metrics]
    rows: list[list[object]] = [[*facts, *document.differing, *measures, *names]]
    for run in document.runs:
        errors = [getattr(run.errors.get(part), end, None) for part, end in ends]
        settings = [run.settings[key] for key in document.differing]
        cells = [*(getattr(run, key) for key in facts), *settings, *(getattr(run, key) for key in measures), *errors]
        cells += [getattr((run.metrics or {})[name].get(part), "value", None) for name, part in of_metrics]
        rows.append(
            ["" if cell is None or (isinstance(cell, float) and not isfinite(cell)) else cell for cell in cells]
        )
    return rows
