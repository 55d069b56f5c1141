"""A calibration on the terminal: what a temperature mends, the calibration curve, and what a threshold comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlx.language import translated
from dlx.show.charts.calibration import ReliabilityPoint, calibration_chart
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import heading, labeled, paragraph, say, table
from dlx.show.words import title_of_metric

Document = Mapping[str, Any]


def calibration(document: Document, pictures: Sequence[Path | str], commands: Sequence[str]) -> None:
    """Prints what `dlx calibrate` has found."""
    measured = f"on {document['m']:,} examples of {document['part']}"
    heading(str(document["run"]), translated(measured))
    for remark in document["remarks"]:
        paragraph("", translated(remark), "yellow")
    say()
    before, after = document["before"], document["after"]
    rows = [
        (translated(title_of_metric(name)), *_cells(before[name]), *_cells(after[name]))
        for name in ("log_loss", "brier")
    ]
    rows.append(("ECE", f"{before['ece']:.4f}", "", f"{after['ece']:.4f}", ""))
    trained, fitted = translated("as trained"), translated(f"temperature {document['temperature']:.4g}")
    ends = translated("95 % interval")
    table(rows, ("", trained, ends, fitted, ends))
    say()
    chart = calibration_chart(document)
    for title, points in ((trained, chart.before), (fitted, chart.after)):
        titles = (f"{translated(chart.probability)}, {title}", translated(chart.share), ends, "m")
        table([_bin(point) for point in points], titles)
        say()
    if (aim := document["aim"]) is not None:
        _threshold(document["threshold"], aim)
    for picture in pictures:
        labeled("picture", (str(picture), "cyan"))
    for number, command in enumerate(commands):
        say_command("next" if number == 0 else "", command)


def _threshold(threshold: float, aim: Document) -> None:
    """The threshold beside ½, on the examples that it was chosen on."""
    rows = [
        ("0.5", f"{aim['at_half']:.4f}", f"{aim['named_at_half']:,}"),
        (f"{threshold:.4g}", f"{aim['at_threshold']:.4f}", f"{aim['named_at_threshold']:,}"),
    ]
    table(rows, (translated("threshold"), translated(aim["name"]), translated(f"answered {aim['class']}")))
    remark = "of the examples that it was chosen on, so that new ones come out a little worse"
    paragraph("", translated(remark), "dim", margin=0)
    say()


def _cells(estimate: Document) -> tuple[str, str]:
    low, high = (f"{estimate[end]:.4f}" if estimate[end] is not None else "∞" for end in ("low", "high"))
    return f"{estimate['value']:.4f}", translated(f"{low} to {high}")


def _bin(point: ReliabilityPoint) -> tuple[str, ...]:
    return (
        f"{point.probability:.3f}",
        f"{point.share:.3f}",
        translated(f"{point.low:.3f} to {point.high:.3f}"),
        f"{point.m:,}",
    )
