"""The rows of a comparison: of each run what differs and its errors, and of each group the means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from dlx.diagnose.verdict import in_words
from dlx.documents.comparison import ComparisonDocument, MeanError, RunRow
from dlx.language import translated
from dlx.show.charts.metrics import metric_text
from dlx.show.numbers import duration, error, interval
from dlx.show.terminal.text_plot import letter
from dlx.show.words import title_of_metric
from dlx.stats.intervals import Estimate
from dlx.stats.measured import MeasuredMetric
from dlx.words import PARTS, Status

ABSENT = "absent"

Row = Mapping[str, str]


def short_keys(keys: Sequence[str]) -> dict[str, str]:
    """The keys without the section that they stand in, where that leaves them apart."""
    short = {key: key.removesuffix(".name").partition(".")[2] or key.partition(".")[0] for key in keys}
    taken = [*short.values(), *PARTS, "run", "status", "parameters", "epochs", "time"]
    return {key: name if taken.count(name) == 1 and not name.isdigit() else key for key, name in short.items()}


def run_rows(document: ComparisonDocument, parts: Sequence[str], timed: bool = True) -> Iterator[dict[str, str]]:
    """A row for each run: its letter and id, the settings that differ, how it ended, and its errors.

    The errors of ``parts`` have their intervals with them.
    """
    groups = [group.label for group in document.groups]
    keys = short_keys(document.differing)
    ended = {run.status for run in document.runs}
    sizes = {run.parameters for run in document.runs}
    for run in document.runs:
        row = {translated("run"): f"{letter(groups.index(run.group))} {run.id}"}
        row |= {keys[key]: _setting(run, key) for key in document.differing}
        row |= {translated("status"): translated(run.status.replace("_", " "))} if ended != {Status.COMPLETED} else {}
        row |= {translated("parameters"): _count(run.parameters)} if len(sizes) > 1 else {}
        row |= {translated("epochs"): _count(run.epochs)}
        row |= {translated("time"): "" if run.seconds is None else duration(run.seconds)} if timed else {}
        names = {part: f"{in_words(part)}{' (95 %)' * (part in parts)}" for part in measured_parts(document)}
        yield row | {name: _error(run, part, part in parts) for part, name in names.items()}


def measured_parts(document: ComparisonDocument) -> list[str]:
    """The parts of the data on which a run has errors."""
    return [part for part in PARTS if any(part in run.errors for run in document.runs)]


def _setting(run: RunRow, key: str) -> str:
    value = run.settings[key]
    if key in run.absent:
        return translated(ABSENT)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _error(run: RunRow, part: str, ends: bool) -> str:
    """Such as ``2.22 % (0.87 to 5.57)``."""
    estimate = run.errors.get(part)
    if estimate is None:
        return ""
    if not isfinite(estimate.value):
        return translated("not finite")
    value = error(estimate.value, run.task)
    if not ends or not isfinite(estimate.low) or not isfinite(estimate.high):
        return value
    return f"{value} {_ends(estimate, run.task)}"


def _ends(spread: Estimate | MeanError, task: str | None) -> str:
    return f"({translated(interval(spread.low, spread.high, task)).removesuffix(' %')})"


def group_rows(document: ComparisonDocument, parts: Sequence[str]) -> Iterator[dict[str, str]]:
    """A row for each group: the means of its runs' errors; of ``parts`` also the lowest and the highest."""
    tasks = {run.group: run.task for run in document.runs}
    for number, group in enumerate(document.groups):
        row = {
            translated("group"): f"{letter(number)} {translated(group.label)}",
            translated("runs"): str(len(group.runs)),
        }
        for part in measured_parts(document):
            name = translated(f"{in_words(part)}, mean{' (range)' * (part in parts)}")
            row[name] = _mean(group.errors.get(part), tasks[group.label], part in parts)
        yield row


def metric_rows(document: ComparisonDocument) -> Iterator[dict[str, str]]:
    """A row for each run and each metric that was asked for: its value on each part, and the interval on dev."""
    groups = [group.label for group in document.groups]
    for name in document.metrics:
        by_run = [(run, (run.metrics or {})[name]) for run in document.runs]
        parts = [part for part in PARTS if any(part in metrics for _, metrics in by_run)]
        for run, metrics in by_run:
            row = {
                translated("run"): f"{letter(groups.index(run.group))} {run.id}",
                translated("metric"): translated(title_of_metric(name)),
            }
            row |= {in_words(part): _metric(name, metrics.get(part), run.task, part == "dev") for part in parts}
            yield row


def _metric(name: str, metric: MeasuredMetric | None, task: str | None, ends: bool) -> str:
    if metric is None:
        return ""
    value = metric_text(name, metric.value, task)
    if not ends or metric.low is None or metric.high is None:
        return value
    low, high = (metric_text(name, end, task).removesuffix(" %") for end in (metric.low, metric.high))
    return f"{value} ({translated(f'{low} to {high}')})"


def _mean(errors: MeanError | None, task: str | None, spread: bool) -> str:
    if errors is None:
        return ""
    return f"{error(errors.mean, task)}{f' {_ends(errors, task)}' * spread}"


def settings_of_groups(document: ComparisonDocument) -> list[Row]:
    """For each group, by its letter, the settings that differ between groups and not within them; none without any."""
    names, groups = short_keys(document.differing), []
    for number, group in enumerate(document.groups):
        runs = [run for run in document.runs if run.group == group.label]
        cells = {key: {_setting(run, key) for run in runs} for key in names}
        groups.append((letter(number), {key: values.pop() for key, values in cells.items() if len(values) == 1}))
    common = [key for key in names if all(key in settings for _, settings in groups)]
    if not common or not document.is_grouped:
        return []
    return [{translated("group"): name} | {names[key]: settings[key] for key in common} for name, settings in groups]
