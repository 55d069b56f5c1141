"""A run as one of several that are compared: its settings by dotted key, and the measures of what it kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any, Self

from dlx.documents.comparison import RunRow
from dlx.errors import DataError
from dlx.runs.reading.result import Result
from dlx.spec.tree import dotted, leaves
from dlx.spec.yaml_text.reading import load
from dlx.stats.intervals import Estimate, unbounded
from dlx.stats.measured import MeasuredMetric
from dlx.words import PARTS

FOLD = "data.fold"  # which of the trainings of one spec in folds it is
OWN_NAME = re.compile(r"\d{8}T\d{6}Z-([0-9a-f]{6})")  # when, and the id
CHANCE = ("seed", "randomness", FOLD)  # the sections that only decide which random numbers are drawn
ASIDE = (*CHANCE, "name", "diagnosis", "training.threads", "training.engine")  # what does not change what a training is
OF_FILE = ("name", "path", "target")
UNIT = "diagnosis.target_errors"  # but errors in different units cannot be compared


@dataclass(frozen=True)
class ComparedRun(Result):
    """One run; errors of one that goes on are those of its last row, whose interval is not known."""

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """The run in a directory; all that is compared is read here, so that damage is named before it begins."""
        run = super().read(path)
        run.settings, run.metrics, run.errors  # noqa: B018 - these are kept
        return run

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """The leaves of its spec by dotted key."""
        spec = load(self.run.config).plain()
        if not isinstance(spec, dict):
            raise DataError(f"{self.run.config}: is damaged: it holds no mapping")
        return {dotted(key): value for key, value in leaves(spec)}

    @cached_property
    def errors(self) -> Mapping[str, Estimate]:
        """Of the parameters that were kept, or where there is no diagnosis yet, of those there are."""
        if self.has_recorded_end and self.run.has_diagnosis():
            return super().errors
        last = self.last
        return {part: unbounded(last[f"{part}_error"]) for part in PARTS if f"{part}_error" in last}

    def metric(self, name: str) -> dict[str, MeasuredMetric]:
        """A metric of the parameters that were kept, by part; empty where it was not measured."""
        measured = (self.diagnosis.metrics if self.run.has_diagnosis() else None) or {}
        of_parts = {part: measured[part][name] for part in PARTS if name in measured.get(part, {})}
        return {part: replace(metric, classes=None, targets=None) for part, metric in of_parts.items()}

    @property
    def id(self) -> str:
        """The short id at the end of a name that dlx gave to the directory, or all of a name that the user gave it."""
        name = self.run.path.resolve().name
        named = OWN_NAME.fullmatch(name)
        return named[1] if named else name

    @property
    def fingerprint(self) -> str | None:
        """Of its data, all parts."""
        return self.data.get("fingerprint")

    @property
    def measured_on(self) -> tuple[tuple[str, Any], ...]:
        """What says which examples its dev error is of, before they are split: the source of dev, or of all parts.

        Of a file only which file and what is to be predicted: a run that leaves out columns is of the same examples.
        """
        prefix = "data.dev." if any(key.startswith("data.dev.") for key in self.settings) else "data.source."
        options = {key.removeprefix(prefix): value for key, value in self.settings.items() if key.startswith(prefix)}
        if options.get("name") == "file":
            options = {key: value for key, value in options.items() if key.partition(".")[0] in OF_FILE}
        return tuple(sorted((key, value) for key, value in options.items()))

    @property
    def data_in_words(self) -> str:
        """Such as ``digits``, or the file."""
        options = dict(self.measured_on)
        return str(options.get("path") or options.get("name") or "no data")

    @property
    def chance(self) -> tuple[tuple[str, Any], ...]:
        """What decides its random numbers: runs in which it is equal are paired."""
        return tuple(sorted((key, value) for key, value in self.settings.items() if is_of(key, CHANCE)))

    @cached_property
    def kind(self) -> dict[str, Any]:
        """Its settings without those that only decide about chance or about words."""
        return {key: value for key, value in self.settings.items() if key == UNIT or not is_of(key, ASIDE)}

    @property
    def error_unit(self) -> str | None:
        """How errors of several targets are counted, where that is stated."""
        unit: str | None = self.settings.get(UNIT)
        return unit

    def row(self, group: str, keys: Sequence[str], metrics: Sequence[str] = ()) -> RunRow:
        """The run in a comparison; of the kept parameters, which are the last ones while training goes on.

        Args:
            group: its label.
            keys: of the settings that differ.
            metrics: that are compared.
        """
        final = self.facts.get("final") or self.last
        values = self.kept_row or self.last
        return RunRow(
            run=str(self.run.path),
            id=self.id,
            name=self.name,
            group=group,
            task=self.task,
            settings={key: self.settings.get(key) for key in keys},
            absent=[key for key in keys if key not in self.settings],
            status=self.status,
            epoch=values.get("epoch"),
            epochs=final.get("epoch"),
            seconds=final.get("seconds"),
            parameters=self.facts.get("parameters"),
            cost=values.get("cost"),
            train_cost=values.get("train_cost"),
            dev_cost=values.get("dev_cost"),
            test_cost=self.test.get("cost"),
            errors={part: self.errors[part] for part in PARTS if part in self.errors},
            metrics={name: self.metric(name) for name in metrics} or None,
        )

    @property
    def last(self) -> dict[str, Any]:
        """The last row of ``metrics.csv``, what is not a number left out; empty where there is none."""
        return {name: values[-1] for name, values in self.metrics.items() if values and isfinite(values[-1])}

    @property
    def dev_error(self) -> float | None:
        """That of the kept parameters, where it is a number and training has ended."""
        error = self.errors.get("dev")
        return error.value if error is not None and self.has_result and isfinite(error.value) else None


def is_of(key: str, sections: Sequence[str]) -> bool:
    """Whether a dotted key is one of these or lies below one."""
    return any(key == section or key.startswith(f"{section}.") for section in sections)


def differing(runs: Sequence[ComparedRun]) -> list[str]:
    """The dotted keys in which the runs' specs are not all equal, in the order of the spec."""
    keys = list(dict.fromkeys(key for run in runs for key in run.settings))
    sections = list(dict.fromkeys(key.partition(".")[0] for key in keys))
    keys.sort(key=lambda key: sections.index(key.partition(".")[0]))
    return [key for key in keys if not _same([run.settings.get(key, KeyError) for run in runs])]


def _same(values: Sequence[object]) -> bool:
    return all(value == values[0] and type(value) is type(values[0]) for value in values)
