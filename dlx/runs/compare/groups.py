"""Groups of runs: those that differ in nothing but their random numbers, or those that were named together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from dlx.documents.comparison import GroupRow, MeanError
from dlx.runs.compare.out_of_fold import trainings_in_folds
from dlx.runs.compare.run import ASIDE, FOLD, ComparedRun, differing, is_of
from dlx.words import PARTS

MOST_SAID = 2  # settings in a group's label


@dataclass(frozen=True)
class RunGroup:
    """Runs of one kind, and what they are called."""

    label: str
    runs: tuple[ComparedRun, ...]

    def row(self) -> GroupRow:
        """The group in a comparison."""
        parts = [part for part in PARTS if all(part in run.errors for run in self.runs)]
        values = {part: [run.errors[part].value for run in self.runs] for part in parts}
        errors = {part: MeanError(fmean(each), min(each), max(each)) for part, each in values.items()}
        return GroupRow(self.label, [str(run.run.path) for run in self.runs], errors)


def of_one_kind(runs: Sequence[ComparedRun]) -> list[RunGroup]:
    """Runs whose specs are equal but for the random numbers, in the order in which their first one was named.

    Where all are of one kind, each is a group of its own, or each training in folds where there are several.
    """
    kinds: list[list[ComparedRun]] = []
    for run in runs:
        same = next((kind for kind in kinds if kind[0].kind == run.kind), None)
        kinds.append([run]) if same is None else same.append(run)
    if len(kinds) > 1:
        return named(kinds)
    in_folds = trainings_in_folds(runs) or []
    return named(in_folds if len(in_folds) > 1 else [[run] for run in runs])


def named(groups: Sequence[Sequence[ComparedRun]], typed: Sequence[str] = ()) -> list[RunGroup]:
    """The groups with what tells them apart as labels: their settings, else what was typed, else names and ids."""
    settings = [_label(common) for common in _telling([_common(group) for group in groups])]
    ways = (settings, typed, _within_names(groups), [_names(group) for group in groups])
    labels = next((way for way in ways if len(set(way)) == len(groups) and all(way)), ways[-1])
    labels = [label if labels.count(label) == 1 else f"{label} {number}" for number, label in enumerate(labels, 1)]
    return [RunGroup(label, tuple(group)) for label, group in zip(labels, groups, strict=True)]


def _common(group: Sequence[ComparedRun]) -> dict[str, Any]:
    """The settings that all runs of a group have alike; seeds too where it is one run."""
    varying = set(differing(group))
    return {key: value for key, value in group[0].settings.items() if key not in varying}


def _telling(groups: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the common settings those in which the groups differ; of seeds and names only where nothing else does.

    Where a component is another one (``optimizer.name``), those of its options that not all have say nothing more.
    What a group does not have is None, as in its spec: without it the label would fit the others too.
    """
    keys = list(dict.fromkeys(key for group in groups for key in group))
    keys = [key for key in keys if any(group.get(key, KeyError) != groups[0].get(key, KeyError) for group in groups)]
    renamed = [key.removesuffix(".name") for key in keys if key.endswith(".name")]
    keys = [key for key in keys if all(key in group for group in groups) or not is_of(key, renamed)]
    keys = [key for key in keys if not is_of(key, ASIDE)] or [key for key in keys if key in ("seed", FOLD)]
    return [{key: group.get(key) for key in keys} for group in groups]


def _label(settings: dict[str, Any]) -> str:
    """Such as ``optimizer adam, learning_rate 0.01``; empty where there is too much to say."""
    if len(settings) > MOST_SAID:
        return ""
    return ", ".join(f"{short(key)} {_value_text(value)}" for key, value in settings.items())


def short(key: str) -> str:
    """A dotted key without the section that it stands in: ``initializer``, ``learning_rate``, ``hidden.0.units``."""
    section, _, rest = key.removesuffix(".name").partition(".")
    return rest or section


def _within_names(groups: Sequence[Sequence[ComparedRun]]) -> list[str]:
    """The name of the spec, and what tells a group from the others of that name."""
    labels = []
    for group in groups:
        alike = [other for other in groups if other[0].name == group[0].name]
        common = _telling([_common(other) for other in alike])[alike.index(group)]
        labels.append(f"{group[0].name} {_label(common)}".strip())
    return labels


def _value_text(value: object) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _names(group: Sequence[ComparedRun]) -> str:
    first = group[0]
    return f"{first.name} {first.id}" if len(group) == 1 else f"{first.name} ({len(group)} runs)"
