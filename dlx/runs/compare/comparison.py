"""A comparison: the runs that were named, their groups, what differs, and the difference where there are two groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dlx.calls import instruction
from dlx.documents.comparison import ComparisonDocument
from dlx.errors import DataError, UsageError, allowed
from dlx.runs.compare.difference import Difference, difference, out_of_fold_difference
from dlx.runs.compare.groups import RunGroup, named, of_one_kind
from dlx.runs.compare.run import ComparedRun, differing
from dlx.runs.files.latest import ROOT
from dlx.runs.reading.listing import past_runs
from dlx.runs.reading.references import find_all
from dlx.show import pictures
from dlx.show.charts.groups import Group, MeanCurve, mean_curve
from dlx.spec.quantities import Metric
from dlx.text import option
from dlx.words import Status, Task

MOST_NAMES = 3  # of specs in the title of a picture
UNFIT = {  # whose errors are not those of a training that went as it was to go
    Status.RUNNING: "still running",
    Status.INTERRUPTED: "interrupted",
    Status.DIVERGED: "diverged",
    Status.FAILED: "failed",
}


@dataclass(frozen=True)
class Comparison:
    """Runs beside each other.

    differing: the dotted keys in which their specs are not all equal.
    difference: of the two groups, where there are two that can be compared.
    remarks: what must be known of it.
    metrics: names of metrics that are compared beside the error.
    """

    groups: tuple[RunGroup, ...]
    differing: tuple[str, ...]
    difference: Difference | None
    remarks: tuple[str, ...]
    metrics: tuple[str, ...] = ()

    @property
    def runs(self) -> list[ComparedRun]:
        """All runs, group by group."""
        return [run for group in self.groups for run in group.runs]

    @property
    def tasks(self) -> set[Task | None]:
        """The tasks of the runs; None of a run whose task is not known yet."""
        return {run.task for run in self.runs}

    @property
    def comparable(self) -> bool:
        """Whether the errors of all are in the same unit."""
        return len({run.is_regression for run in self.runs}) == 1

    def document(self, picture: Path | None = None) -> ComparisonDocument:
        """All of it; ``picture`` is where the curves are drawn."""
        return ComparisonDocument(
            differing=list(self.differing),
            runs=[run.row(group.label, self.differing, self.metrics) for group in self.groups for run in group.runs],
            groups=[group.row() for group in self.groups],
            curve=self.column,
            difference=self.difference.document() if self.difference else None,
            remarks=list(self.remarks),
            picture=None if picture is None else str(picture),
        )

    def picture(self) -> bytes:
        """The curves of all groups, as PNG.

        Raises:
            UsageError: their errors are not in the same unit.
        """
        if not self.comparable:
            raise UsageError("the curves of a regression and of a classification have no common axes")
        names = list(dict.fromkeys(run.name for run in self.runs))
        title = ", ".join(names) if len(names) <= MOST_NAMES else f"{len(self.runs)} runs"
        return pictures.overlay(self._curve_groups(), title=title, task=next(iter(self.tasks)) or "")

    def _curve_groups(self) -> list[Group]:
        return [Group(group.label, [run.metrics for run in group.runs]) for group in self.groups]

    @property
    def column(self) -> str:
        """What is drawn on the terminal: the dev error, or the train error, or where there is no error the cost."""
        return next((f"{part}_error" for part in ("dev", "train") if self._have(part)), "train_cost")

    def _have(self, part: str) -> bool:
        return any(part in run.errors for run in self.runs)

    def curves(self) -> list[MeanCurve | None]:
        """Of that column for each group; None where it has no value."""
        return [mean_curve(group, self.column) for group in self._curve_groups()]


def compare(references: Sequence[str], against: Sequence[str] = (), metrics: Sequence[str] = ()) -> Comparison:
    """The comparison of the runs that are named; of two groups where there are runs that others stand ``against``.

    Without ``against``, runs that differ in nothing but their random numbers are a group. ``metrics`` are compared
    beside the error.

    Raises:
        UsageError: there are fewer than two runs, or one stands on both sides, or the sides cannot be compared.
        DataError: a file of a run is damaged.
    """
    metrics = _metrics(metrics)
    sides = [_paths(names) for names in (references, against) if names]
    _check(sides)
    runs = [[ComparedRun.read(path) for path in side] for side in sides]
    typed = [" ".join(names) for names in (references, against)]
    groups = named(runs, typed) if against else of_one_kind(runs[0])
    if against:
        _check_sides(groups)
    everything = [run for group in groups for run in group.runs]
    dev_difference, remarks = _difference(groups)
    keys = differing(everything)
    remarks = [*_remarks(everything, keys), *remarks, *_unmeasured(everything, metrics)]
    return Comparison(tuple(groups), tuple(keys), dev_difference, tuple(remarks), tuple(metrics))


def _metrics(names: Sequence[str]) -> list[str]:
    """Each metric once; a name that is none is refused."""
    members = list(Metric.members())
    for name in names:
        if name not in members:
            raise UsageError(
                f"{option('metric', python='metrics')}: there is no metric named {name!r} {allowed(name, members)}"
            )
    return list(dict.fromkeys(names))


def _unmeasured(runs: Sequence[ComparedRun], metrics: Sequence[str]) -> list[str]:
    """Which runs lack the metrics that are asked for."""
    lacking = {name: [run.id for run in runs if not run.metric(name)] for name in metrics}
    measures = instruction("diagnose")
    return [f"{name} is not in {', '.join(ids)}: {measures} measures it" for name, ids in lacking.items() if ids]


def _paths(references: Sequence[str]) -> list[Path]:
    """Each run once, in the order of the references."""
    paths = [path for reference in references for path in find_all(reference)]
    return list({path.resolve(): path for path in paths}.values())


def _check(sides: Sequence[Sequence[Path]]) -> None:
    if sum(map(len, sides)) < 2:
        look = instruction("diagnose", sides[0][0])
        raise UsageError(f"{sides[0][0]}: is one run; a comparison takes two or more ({look} looks at one)")
    if len(sides) == 2 and (both := [path for path in sides[0] if path.resolve() in {at.resolve() for at in sides[1]}]):
        raise UsageError(f"{both[0]}: stands on both sides of {option('against')}")


def _check_sides(groups: Sequence[RunGroup]) -> None:
    """What two groups need that are to be compared explicitly."""
    if len({run.is_regression for group in groups for run in group.runs}) > 1:
        raise UsageError("the errors of a regression and of a classification cannot be compared")


def _difference(groups: Sequence[RunGroup]) -> tuple[Difference | None, list[str]]:
    """The difference of two groups, of those of their runs that have a dev error; and why there is none."""
    if len(groups) != 2:
        return None, []
    if len({run.is_regression for group in groups for run in group.runs}) > 1:
        return None, ["no difference: one is a regression, the other is none"]
    if len({run.error_unit for group in groups for run in group.runs}) > 1:
        return None, ["no difference: the errors of one are relative to the spread of each target, the others' are not"]
    if other := _of_other_data(groups):
        return None, [other]
    try:
        if (in_folds := out_of_fold_difference(*groups)) is not None:
            return in_folds, []
    except DataError as error:
        return None, [f"no difference: {error}"]
    usable = [RunGroup(group.label, tuple(run for run in group.runs if run.dev_error is not None)) for group in groups]
    without = [group.label for group in usable if not group.runs]
    if without:
        return None, [f"no difference: {' and '.join(without)} has no dev error yet, or no dev set at all"]
    left = [run.id for group in groups for run in group.runs if run.dev_error is None]
    dev_difference = difference(*usable)
    remarks = [f"not counted in the difference, for want of a dev error: {', '.join(left)}"] if left else []
    return dev_difference, [*remarks, *dev_difference.remarks]


def _of_other_data(groups: Sequence[RunGroup]) -> str | None:
    """Why the errors of two groups say nothing of each other: they are of other data."""
    runs = [run for group in groups for run in group.runs]
    if len({run.measured_on for run in runs}) == 1 or len({run.fingerprint for run in runs}) == 1:
        return None
    names = list(dict.fromkeys(run.data_in_words for run in runs))
    of = ", ".join(names) if len(names) > 1 else f"{names[0]} with other options"
    return f"no verdict: the errors are of different data ({of}), where one may simply be harder"


def newest_pair(root: Path = ROOT) -> tuple[str, str]:
    """The newest run and the newest before it of the same data, the older one first.

    Raises:
        UsageError: there are no two such runs.
    """
    paths = [run.path for run in past_runs(root)]
    if not paths:
        raise UsageError("there are no runs to compare (dlx train SPEC makes one)")
    newest = ComparedRun.read(paths[-1])
    for path in reversed(paths[:-1]):
        if ComparedRun.read(path).measured_on == newest.measured_on:
            return str(path), str(paths[-1])
    what = f"there is no other run of the same data ({newest.data_in_words}): name the runs"
    raise UsageError(f"{paths[-1]}: {what}")


def _remarks(runs: Sequence[ComparedRun], keys: Sequence[str]) -> list[str]:
    """What of the runs must be known to read the table."""
    remarks = [] if keys else ["nothing differs in the specs"]
    for status, words in UNFIT.items():
        if ids := [run.id for run in runs if run.status == status]:
            remarks.append(f"{words}: {', '.join(ids)}")
    return [*remarks, *(f"{run.id}: {run.refit_note}" for run in runs if run.refit_note)]
