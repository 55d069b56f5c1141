"""The document of a comparison, ``dlx compare --json``: runs, their groups, what differs, and the difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dlx.documents.brief import Brief, judged
from dlx.stats.intervals import Estimate, unbounded
from dlx.stats.measured import MeasuredMetric
from dlx.words import Status, Task

ESTABLISHED = "established"
DEV_ERROR, OUT_OF_FOLD_ERROR = "dev_error", "out_of_fold_error"


@dataclass(frozen=True)
class RunRow:
    """A run: what it is, the settings that differ, how far it came, and the errors of what was kept.

    Args:
        run, id, name, group: its directory, its short id, what its spec is called, and the label of its group.
        task: None where it is not known, or an objective was minimized.
        settings, absent: the values of the dotted keys that differ, None for those that it lacks, and these keys.
        status: how far it came.
        epoch, epochs: that was kept, and that were trained.
        seconds, parameters, cost, train_cost, dev_cost, test_cost: None where they are not known.
        errors: by part.
        metrics: those that were asked for, by name and part; None where none was.
    """

    run: str
    id: str
    name: str
    group: str
    task: Task | None
    settings: dict[str, Any]
    absent: list[str]
    status: Status
    epoch: int | None
    epochs: int | None
    seconds: float | None
    parameters: int | None
    cost: float | None
    train_cost: float | None
    dev_cost: float | None
    test_cost: float | None
    errors: dict[str, Estimate]
    metrics: dict[str, dict[str, MeasuredMetric]] | None = None

    def to_document(self) -> dict[str, Any]:
        """As JSON has it; metrics are there only where they were asked for."""
        return {key: value for key, value in vars(self).items() if key != "metrics" or value is not None}


@dataclass(frozen=True)
class MeanError:
    """The mean of an error over the runs of a group, the lowest and the highest."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class GroupRow:
    """A group: its label, its runs, and by part each error that all of them have."""

    label: str
    runs: list[str]
    errors: dict[str, MeanError]


@dataclass(frozen=True)
class GroupDifference:
    """The dev error of one group minus that of another, or that of all examples out of their folds.

    Args:
        measure: what is compared.
        of, against: the labels of the groups.
        value, low, high, m: the difference, below 0 where the first is better, its interval, and the examples.
        runs: how many of each group are counted.
        paired: by ``seed``, by ``example``, both or neither.
        about: ``networks`` where there is one run on each side, so that no seed but theirs is known; else ``settings``.
        verdict, better: ``established`` or not, and the label of the better group.
        settled_by: what would settle it with the given power if difference and spread are as measured; None there is
            beyond all that is reasonable, and a key that is missing is not needed.
        power: the probability of that.
    """

    measure: str
    of: str
    against: str
    value: float
    low: float
    high: float
    m: int | None
    runs: list[int]
    paired: list[str]
    about: str
    verdict: str
    better: str | None
    settled_by: dict[str, float | None] | None
    power: float

    @property
    def error_in_words(self) -> str:
        """What is compared, as it stands in a margin."""
        return "dev error" if self.measure == DEV_ERROR else "error"

    @property
    def example(self) -> str:
        """What the errors are of."""
        return "dev example" if self.measure == DEV_ERROR else "example"


@dataclass(frozen=True, repr=False)
class ComparisonDocument(Brief):
    """Runs beside each other.

    Args:
        differing: the dotted keys in which their specs are not all equal.
        runs, groups: of the runs, group by group.
        curve: the column that is drawn on the terminal.
        difference: of two groups that can be compared; else None.
        remarks: what must be known of it.
        picture: where the curves are drawn; None where they are not.
    """

    differing: list[str]
    runs: list[RunRow]
    groups: list[GroupRow]
    curve: str
    difference: GroupDifference | None
    remarks: list[str]
    picture: str | None = None

    def details(self) -> Iterator[tuple[str, str]]:
        """The mean dev error of each group, the lowest and the highest; their difference; and what must be known."""
        for group in self.groups:
            if (dev := group.errors.get("dev")) is not None:
                is_mean = len(group.runs) > 1
                error = judged(Estimate(dev.mean, dev.low, dev.high) if is_mean else unbounded(dev.mean), self.task)
                yield group.label, f"dev error {error}{f', {len(group.runs)} runs' if is_mean else ''}"
        if (change := self.difference) is not None:
            better = f": {change.better} is better" if change.better else ""
            value = judged(Estimate(change.value, change.low, change.high), self.task)
            yield "difference", f"{change.of} − {change.against}: {value}, {change.verdict}{better}"
        yield from (("remark", remark) for remark in self.remarks)

    @property
    def task(self) -> Task | None:
        """The task of the runs; None where none has one."""
        return next((run.task for run in self.runs if run.task), None)

    @property
    def is_grouped(self) -> bool:
        """Whether a group has more than one run."""
        return len(self.groups) < len(self.runs)

    @property
    def metrics(self) -> list[str]:
        """The metrics that were asked for."""
        return list(self.runs[0].metrics or ())
