"""The metrics of a run and what simple models reach beside it, as tables and as the few words that matter most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlx.diagnose.verdict import BETTER, OPEN, OUT_OF_FOLD, WORSE, in_words
from dlx.show.numbers import error, interval
from dlx.show.words import title_of_metric as title_of
from dlx.stats.intervals import Estimate
from dlx.words import PARTS, Task

Document = Mapping[str, Any]

MOST_CLASSES = 20
MOST_TARGETS = 6  # of which each simple model has a row
LARGE = 1e6  # from here on three digits behind the point say nothing, and the ones before it fill the table
DATA = "data"  # the examples of a file, where there are no parts
JUDGED = (
    "dev",
    "train_dev",
    OUT_OF_FOLD,
    "test",
    "train",
    DATA,
)  # the part whose metrics matter, the first that there is
IN_BRIEF = {False: ("balanced_error", "f1", "roc_auc"), True: ("r2", "mae")}  # of a regression or not
OF_CLASSES = ("precision", "recall", "f1")  # of each class by itself, and of each label these too:
MIXED = ("rmse", "mae", "median_absolute_error", "absolute_error_90")  # over targets of other units they say nothing
OF_TARGETS = ("r2", "mae", "rmse")
OF_LABELS = (*OF_CLASSES, "roc_auc", "average_precision", "balanced_error")
ANSWERS = {BETTER: "yes", WORSE: "no", OPEN: OPEN}


@dataclass(frozen=True)
class MetricsChart:
    """A row for each metric: its title, its value on each part, and the 95 % interval on the part that is judged."""

    parts: Sequence[str]
    judged: str
    rows: Sequence[tuple[str, ...]]

    @property
    def titles(self) -> tuple[str, ...]:
        """Of the columns."""
        return ("metric", *map(in_words, self.parts), f"95 % interval, {in_words(self.judged)}")


@dataclass(frozen=True)
class ClassTable:
    """A row for each class, or each of several labels: its label, what is measured of it, and how many have it."""

    kind: str
    judged: str
    titles: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class TargetTable:
    """A row for each of several targets: its name, what is measured of it, and the interval of its RMSE."""

    judged: str
    titles: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class BaselineTable:
    """A row for each simple model: its title, its error, the network's minus that, the interval, and who is better."""

    part: str
    rows: Sequence[tuple[str, str, str, str, str]]

    @property
    def titles(self) -> tuple[str, ...]:
        """Of the columns."""
        return (f"on {in_words(self.part)}", "error", "network − it", "95 % interval", "network better")


def metrics_table(diagnosis: Document, task: str | None) -> MetricsChart | None:
    """All metrics; None in documents of an older dlx."""
    metrics = diagnosis.get("metrics")
    if not metrics:
        return None
    parts = [part for part in (*PARTS, OUT_OF_FOLD, DATA) if part in metrics]
    judged = judged_part(metrics)
    rows = []
    for name, entry in readable(metrics[judged], diagnosis).items():
        values = [metric_text(name, metrics[part].get(name, {}).get("value"), task) for part in parts]
        rows.append((title_of(name), *values, ends_text(name, entry, task)))
    return MetricsChart(parts, judged, rows)


def class_table(diagnosis: Document) -> ClassTable | None:
    """The metrics that each class, or label, has of its own; None of a regression, and of very many classes."""
    metrics = diagnosis.get("metrics")
    if not metrics:
        return None
    judged = judged_part(metrics)
    by_class = {name: entry["classes"] for name, entry in metrics[judged].items() if "classes" in entry}
    kind, candidates = ("label", OF_LABELS) if _is_of_labels(metrics[judged]) else ("class", OF_CLASSES)
    names = [name for name in candidates if name in by_class]
    if not names or len(by_class[names[0]]) > MOST_CLASSES:
        return None
    rows = []
    for number, entry in enumerate(by_class[names[0]]):
        values = [metric_text(name, by_class[name][number]["value"], None) for name in names]
        rows.append((str(entry["label"]), *values, f"{by_class['recall'][number]['m']:,}"))
    return ClassTable(kind, judged, (f"{kind}, {in_words(judged)}", *map(title_of, names), "m"), rows)


def target_table(diagnosis: Document) -> TargetTable | None:
    """What each of several targets has of its own; None of one target, of classes, and of very many targets."""
    metrics = diagnosis.get("metrics")
    if not metrics:
        return None
    judged = judged_part(metrics)
    by_target = {name: entry["targets"] for name, entry in metrics[judged].items() if "targets" in entry}
    names = [name for name in OF_TARGETS if name in by_target]
    if "rmse" not in names or len(by_target["rmse"]) > MOST_CLASSES:
        return None
    rows = []
    for number, entry in enumerate(by_target["rmse"]):
        values = [metric_text(name, by_target[name][number]["value"], Task.REGRESSION) for name in names]
        rows.append((str(entry["label"]), *values, ends_text("rmse", entry, Task.REGRESSION)))
    return TargetTable(judged, (f"target, {in_words(judged)}", *map(title_of, names), "95 % interval of RMSE"), rows)


def baseline_tables(diagnosis: Document, task: str | None) -> list[BaselineTable]:
    """One for each part that simple models were measured on; none in documents of an older dlx."""
    baselines = diagnosis.get("baselines") or {}
    models = [model for model in baselines.values() if isinstance(model, Mapping)]
    parts = dict.fromkeys(part for model in models for part in model["parts"])
    return [
        BaselineTable(part, [row for model in models for row in _baseline_rows(model, part, task)]) for part in parts
    ]


def in_brief(diagnosis: Document, task: str | None) -> str:
    """The metrics that matter where the error alone misleads; empty where it does not: of balanced classes."""
    metrics = diagnosis.get("metrics")
    if not metrics:
        return ""
    judged, regression = judged_part(metrics), task == Task.REGRESSION
    of_part = readable(metrics[judged], diagnosis)
    if not regression and not _is_unbalanced(of_part):
        return ""
    texts = [
        f"{title_of(name)} {metric_text(name, of_part[name]['value'], task)}"
        for name in IN_BRIEF[regression]
        if name in of_part and of_part[name]["value"] is not None
    ]
    return f"{', '.join(texts)} ({in_words(judged)})" if texts else ""


def beside_baselines(diagnosis: Document, task: str | None) -> str:
    """Such as `than always no (1.00 %): not established; than a linear model (1.25 %): yes`; empty where unknown."""
    baselines = diagnosis.get("baselines") or {}
    if "skipped" in baselines:
        return f"than simple models: not measured, because {baselines['skipped']}"
    return "; ".join(_beside(baselines, task))


def _beside(baselines: Document, task: str | None) -> Iterator[str]:
    for model in baselines.values():
        compared = next(iter(model["parts"].values()))
        value = error(Estimate.from_document(compared["error"]).value, task)
        yield f"than {model['title']} ({value}): {ANSWERS[compared['difference']['verdict']]}"


def readable(of_part: Document, document: Document) -> Document:
    """The metrics of a part that say something; those of several targets with units of their own stand for each."""
    if document.get("target_errors") != "relative":
        return of_part
    return {name: entry for name, entry in of_part.items() if name not in MIXED}


def tail_sentences(diagnosis: Document) -> Iterator[str]:
    """Such as `the interval of dev cannot be trusted: 1 of 40 residuals carries 60 % of the squared error`."""
    for part, tail in (diagnosis.get("tails") or {}).items():
        carry = "carries" if tail["residuals"] == 1 else "carry"
        few = f"{tail['residuals']} of {tail['m']:,} residuals {carry} {100 * tail['share']:.0f} % of the squared error"
        yield f"the interval of {in_words(part)} cannot be trusted: {few}"


def judged_part(metrics: Document) -> str:
    """The part whose metrics matter: dev, where there is one."""
    return next(part for part in JUDGED if part in metrics)


def metric_text(name: str, value: float | None, task: str | None) -> str:
    """A value as people read it: an error in percent or in the unit of the target, other shares with three digits."""
    if value is None:
        return "–"
    if name.endswith("error") and task != Task.REGRESSION:
        return error(value, None)
    return f"{value:.4g}" if task == Task.REGRESSION or value >= LARGE else f"{value:.3f}"


def ends_text(name: str, entry: Document, task: str | None) -> str:
    """The interval of a metric as people read it; empty where there is none."""
    if entry["value"] is None or entry["low"] is None:
        return ""
    high = "" if entry["high"] is None else metric_text(name, entry["high"], task)
    low = metric_text(name, entry["low"], task).removesuffix(" %")
    return f"{low} to {high}" if high else f"from {low}"


def _baseline_rows(model: Document, part: str, task: str | None) -> Iterator[tuple[str, str, str, str, str]]:
    """That of the model, and below it those of several targets, as far as they are not very many."""
    of_part = model["parts"][part]
    yield _baseline_row(model["title"], of_part, task)
    targets = of_part.get("targets", ())
    for target in targets if len(targets) <= MOST_TARGETS else ():
        yield _baseline_row(f"  of {target['label']}", target, task)


def _baseline_row(title: str, compared: Document, task: str | None) -> tuple[str, str, str, str, str]:
    difference = Estimate.from_document(compared["difference"])
    value = error(Estimate.from_document(compared["error"]).value, task)
    ends = interval(difference.low, difference.high, task).replace("inf", "∞")
    return title, value, error(difference.value, task), ends, ANSWERS[compared["difference"]["verdict"]]


def _is_of_labels(metrics: Document) -> bool:
    """Whether these are metrics of several labels, any number of which an example may have."""
    return "subset_error" in metrics


def _is_unbalanced(metrics: Document) -> bool:
    """Whether always answering the most frequent class errs less than half as often as by equal classes.

    Of several labels nothing is balanced: most examples may lack most of them.
    """
    if _is_of_labels(metrics):
        return True
    sizes = [entry["m"] for entry in metrics.get("recall", {}).get("classes", ())]
    return bool(sizes) and 1 - max(sizes) / max(sum(sizes), 1) < 0.5 * (1 - 1 / len(sizes))
