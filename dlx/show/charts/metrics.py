"""The metrics of a run and what simple models reach beside it, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dlx.diagnose.verdict import OUT_OF_FOLD, in_words
from dlx.documents.baselines import BETTER, OPEN, WORSE, BaselineRecord, Baselines, PartBaseline, TargetBaseline
from dlx.show.numbers import error, interval
from dlx.show.words import title_of_metric as title_of
from dlx.stats.measured import LabelValue, MeasuredMetric, PartMetrics
from dlx.words import PARTS, RELATIVE, Task

Metrics = Mapping[str, MeasuredMetric]  # of a part, by name

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


def metrics_table(
    metrics: PartMetrics | None, task: str | None, target_errors: str | None = None
) -> MetricsChart | None:
    """All metrics; None in documents of an older dlx."""
    if not metrics:
        return None
    parts = [part for part in (*PARTS, OUT_OF_FOLD, DATA) if part in metrics]
    judged = judged_part(metrics)
    rows = []
    for name, metric in readable(metrics[judged], target_errors).items():
        values = [metric_text(name, _value(metrics[part].get(name)), task) for part in parts]
        rows.append((title_of(name), *values, ends_text(name, metric, task)))
    return MetricsChart(parts, judged, rows)


def class_table(metrics: PartMetrics | None) -> ClassTable | None:
    """The metrics that each class, or label, has of its own; None of a regression, and of very many classes."""
    if not metrics:
        return None
    judged = judged_part(metrics)
    by_class = {name: metric.classes for name, metric in metrics[judged].items() if metric.classes is not None}
    of_labels = "subset_error" in metrics[judged]  # any number of which an example may have
    kind, candidates = ("label", OF_LABELS) if of_labels else ("class", OF_CLASSES)
    names = [name for name in candidates if name in by_class]
    if "recall" not in names or len(by_class[names[0]]) > MOST_CLASSES:
        return None
    rows = []
    for number, entry in enumerate(by_class[names[0]]):
        values = [metric_text(name, by_class[name][number].value, None) for name in names]
        rows.append((str(entry.label), *values, f"{by_class['recall'][number].m:,}"))
    return ClassTable(kind, judged, (f"{kind}, {in_words(judged)}", *map(title_of, names), "m"), rows)


def target_table(metrics: PartMetrics | None) -> TargetTable | None:
    """What each of several targets has of its own; None of one target, of classes, and of very many targets."""
    if not metrics:
        return None
    judged = judged_part(metrics)
    by_target = {name: metric.targets for name, metric in metrics[judged].items() if metric.targets is not None}
    names = [name for name in OF_TARGETS if name in by_target]
    if "rmse" not in names or len(by_target["rmse"]) > MOST_CLASSES:
        return None
    rows = []
    for number, entry in enumerate(by_target["rmse"]):
        values = [metric_text(name, by_target[name][number].value, Task.REGRESSION) for name in names]
        rows.append((str(entry.label), *values, ends_text("rmse", entry, Task.REGRESSION)))
    return TargetTable(judged, (f"target, {in_words(judged)}", *map(title_of, names), "95 % interval of RMSE"), rows)


def baseline_tables(baselines: Baselines | None, task: str | None) -> list[BaselineTable]:
    """One for each part that simple models were measured on; none in documents of an older dlx."""
    models = list(baselines.models.values()) if baselines else []
    parts = dict.fromkeys(part for model in models for part in model.parts)
    return [
        BaselineTable(part, [row for model in models for row in _baseline_rows(model, part, task)]) for part in parts
    ]


def readable(of_part: Metrics, target_errors: str | None) -> Metrics:
    """The metrics of a part that say something; those of several targets with units of their own stand for each."""
    if target_errors != RELATIVE:
        return of_part
    return {name: metric for name, metric in of_part.items() if name not in MIXED}


def judged_part(metrics: PartMetrics) -> str:
    """The part whose metrics matter: dev, where there is one."""
    return next(part for part in JUDGED if part in metrics)


def metric_text(name: str, value: float | None, task: str | None) -> str:
    """A value as people read it: an error in percent or in the unit of the target, other shares with three digits."""
    if value is None:
        return "–"
    if name.endswith("error") and task != Task.REGRESSION:
        return error(value, None)
    return f"{value:.4g}" if task == Task.REGRESSION or value >= LARGE else f"{value:.3f}"


def ends_text(name: str, measured: MeasuredMetric | LabelValue, task: str | None) -> str:
    """The interval of a metric as people read it; empty where there is none."""
    if measured.value is None or measured.low is None:
        return ""
    high = "" if measured.high is None else metric_text(name, measured.high, task)
    low = metric_text(name, measured.low, task).removesuffix(" %")
    return f"{low} to {high}" if high else f"from {low}"


def _value(metric: MeasuredMetric | None) -> float | None:
    return None if metric is None else metric.value


def _baseline_rows(model: BaselineRecord, part: str, task: str | None) -> Iterator[tuple[str, str, str, str, str]]:
    """That of the model, and below it those of several targets, as far as they are not very many."""
    of_part = model.parts[part]
    yield _baseline_row(model.title, of_part, task)
    targets = of_part.targets or []
    for target in targets if len(targets) <= MOST_TARGETS else []:
        yield _baseline_row(f"  of {target.label}", target, task)


def _baseline_row(
    title: str, beside: PartBaseline | TargetBaseline, task: str | None
) -> tuple[str, str, str, str, str]:
    difference = beside.difference
    ends = interval(difference.low, difference.high, task).replace("inf", "∞")
    return title, error(beside.error.value, task), error(difference.value, task), ends, ANSWERS[difference.verdict]
