"""The rows of a comparison: of each run what differs and its errors, and of each group the means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from dlx.diagnose.verdict import in_words
from dlx.show.charts.metrics import metric_text
from dlx.show.numbers import duration, error, interval
from dlx.show.terminal.text_plot import letter
from dlx.show.words import title_of_metric
from dlx.words import PARTS, Status

ABSENT = "absent"

Document = Mapping[str, Any]
Row = Mapping[str, str]


def task_of(document: Document) -> str | None:
    """The task of the runs; None where none has one."""
    return next((run["task"] for run in document["runs"] if run["task"]), None)


def is_grouped(document: Document) -> bool:
    """Whether a group has more than one run."""
    return len(document["groups"]) < len(document["runs"])


def short_keys(keys: Sequence[str]) -> dict[str, str]:
    """The keys without the section that they stand in, where that leaves them apart."""
    short = {key: key.removesuffix(".name").partition(".")[2] or key.partition(".")[0] for key in keys}
    taken = [*short.values(), *PARTS, "run", "status", "parameters", "epochs", "time"]
    return {key: name if taken.count(name) == 1 and not name.isdigit() else key for key, name in short.items()}


def run_rows(document: Document, parts: Sequence[str], timed: bool = True) -> Iterator[dict[str, str]]:
    """A row for each run: its letter and id, the settings that differ, how it ended, and its errors.

    The errors of ``parts`` have their intervals with them.
    """
    groups = [group["label"] for group in document["groups"]]
    keys = short_keys(document["differing"])
    ended = {run["status"] for run in document["runs"]}
    sizes = {run["parameters"] for run in document["runs"]}
    for run in document["runs"]:
        row = {"run": f"{letter(groups.index(run['group']))} {run['id']}"}
        row |= {keys[key]: _setting(run, key) for key in document["differing"]}
        row |= {"status": run["status"].replace("_", " ")} if ended != {Status.COMPLETED} else {}
        row |= {"parameters": _count(run["parameters"])} if len(sizes) > 1 else {}
        row |= {"epochs": _count(run["epochs"])} | ({"time": _time(run["seconds"])} if timed else {})
        names = {part: f"{in_words(part)}{' (95 %)' * (part in parts)}" for part in measured_parts(document)}
        yield row | {name: _error(run, part, part in parts) for part, name in names.items()}


def measured_parts(document: Document) -> list[str]:
    """The parts of the data on which a run has errors."""
    return [part for part in PARTS if any(part in run["errors"] for run in document["runs"])]


def _setting(run: Document, key: str) -> str:
    value = run["settings"][key]
    if key in run["absent"]:
        return ABSENT
    return f"{value:.6g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _time(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)


def _error(run: Document, part: str, ends: bool) -> str:
    """Such as ``2.22 % (0.87 to 5.57)``."""
    estimate = run["errors"].get(part)
    if estimate is None or estimate["value"] is None or not isfinite(estimate["value"]):
        return "" if estimate is None else "not finite"
    value = error(estimate["value"], run["task"])
    if not ends or estimate["low"] is None or estimate["high"] is None or not isfinite(estimate["high"]):
        return value
    return f"{value} {_ends(estimate, run['task'])}"


def _ends(statistics: Document, task: str | None) -> str:
    return f"({interval(statistics['low'], statistics['high'], task).removesuffix(' %')})"


def group_rows(document: Document, parts: Sequence[str]) -> Iterator[dict[str, str]]:
    """A row for each group: the means of its runs' errors; of ``parts`` also the lowest and the highest."""
    tasks = {run["group"]: run["task"] for run in document["runs"]}
    for number, group in enumerate(document["groups"]):
        row = {"group": f"{letter(number)} {group['label']}", "runs": str(len(group["runs"]))}
        for part in measured_parts(document):
            name = f"{in_words(part)}, mean{' (range)' * (part in parts)}"
            row[name] = _mean(group["errors"].get(part), tasks[group["label"]], part in parts)
        yield row


def metric_rows(document: Document) -> Iterator[dict[str, str]]:
    """A row for each run and each metric that was asked for: its value on each part, and the interval on dev."""
    groups = [group["label"] for group in document["groups"]]
    names = list(document["runs"][0].get("metrics", ()))
    for name in names:
        parts = [part for part in PARTS if any(part in run["metrics"][name] for run in document["runs"])]
        for run in document["runs"]:
            row = {"run": f"{letter(groups.index(run['group']))} {run['id']}", "metric": title_of_metric(name)}
            estimates = run["metrics"][name]
            row |= {in_words(part): _metric(name, estimates.get(part), run["task"], part == "dev") for part in parts}
            yield row


def _metric(name: str, estimate: Document | None, task: str | None, ends: bool) -> str:
    if estimate is None:
        return ""
    value = metric_text(name, estimate["value"], task)
    if not ends or estimate["low"] is None or estimate["high"] is None:
        return value
    low, high = (metric_text(name, estimate[end], task).removesuffix(" %") for end in ("low", "high"))
    return f"{value} ({low} to {high})"


def _mean(statistics: Document | None, task: str | None, spread: bool) -> str:
    if statistics is None:
        return ""
    return f"{error(statistics['mean'], task)}{f' {_ends(statistics, task)}' * spread}"


def settings_of_groups(document: Document) -> list[Row]:
    """For each group, by its letter, the settings that differ between groups and not within them; none without any."""
    names, groups = short_keys(document["differing"]), []
    for number, group in enumerate(document["groups"]):
        runs = [run for run in document["runs"] if run["group"] == group["label"]]
        cells = {key: {_setting(run, key) for run in runs} for key in names}
        groups.append((letter(number), {key: values.pop() for key, values in cells.items() if len(values) == 1}))
    common = [key for key in names if all(key in settings for _, settings in groups)]
    if not common or not is_grouped(document):
        return []
    return [{"group": name} | {names[key]: settings[key] for key in common} for name, settings in groups]
