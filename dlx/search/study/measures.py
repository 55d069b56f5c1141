"""What claims may speak of: the measures of a run, read from its directory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf, isfinite, nan
from typing import Any

from dlx.runs.reading.result import Result
from dlx.search.study.claims import COMPARE, Quantity, Reaching, Value, term_of
from dlx.stats.intervals import Estimate
from dlx.training.records import COLUMNS
from dlx.words import PARTS, Status

ROWS = ("final", "best", "first", "min", "max")  # of metrics.csv; min and max are over all rows
FACTS = ("epochs", "steps", "kept_epoch", "parameters")
GAPS = ("bias", "variance", "mismatch")
ENDS = tuple(f"{part}_{end}" for part in PARTS for end in ("low", "high"))  # of the 95 % interval of each error
FINDINGS = "findings"
STATUSES = (Status.COMPLETED, Status.EARLY_STOPPED, Status.DIVERGED, Status.FAILED)
VERDICTS = ("high bias", "high variance", "high bias and high variance", "low bias and low variance", "unsettled")
TEXTS = ("status", "verdict")
PLAIN = (*COLUMNS, "test_error", "test_cost", "train_dev_error", *FACTS, *GAPS, *TEXTS, *ENDS, FINDINGS)
LAYER, VARIABLE = re.compile(r"layer[0-9]{1,9}"), re.compile(r"w[1-9][0-9]{0,8}")

# The parts of the data that a measure is of; without them there is none.
NEEDED: dict[str, tuple[str, ...]] = {
    "dev_cost": ("dev",),
    "dev_error": ("dev",),
    "test_cost": ("test",),
    "test_error": ("test",),
    "train_dev_error": ("train_dev",),
    "train_error": ("train",),
    "variance": ("dev",),
    "mismatch": ("train_dev", "dev"),
    **{end: (end.rpartition("_")[0],) for end in ENDS},
}
LAST = {"epochs": "epoch", "steps": "step", "seconds": "seconds"}  # how far training went: of the last row
WITHOUT_END = (*TEXTS, FINDINGS, *FACTS, "seconds")  # what a run that diverged tells too
OF_DIAGNOSIS = ("bias", "verdict", FINDINGS)  # which that of an objective, too, has not


class Measures:
    """The measures of one run."""

    def __init__(self, path: str) -> None:
        self.result = Result.read(path)

    def value(self, quantity: Quantity) -> Value:
        """What a claim asks for; NaN where the run has no such number.

        Where training diverged, there is nothing at its end: neither parameters that are kept nor a last row.
        """
        if isinstance(quantity, Reaching):
            return self._reached(quantity)
        head, column = quantity.path[0], quantity.path[-1]
        if LAYER.fullmatch(head):
            return self._of_layer(int(head[5:]), column, quantity.epoch)
        if head in ROWS:
            return self._of_row(head, column)
        if quantity.epoch is not None:
            return self._at(self.result.metrics, column, quantity.epoch)
        return nan if self._diverged and head not in WITHOUT_END else self._plain(head)

    @property
    def _diverged(self) -> bool:
        return self.result.status is Status.DIVERGED

    def _plain(self, name: str) -> Value:
        result, facts = self.result, self.result.facts
        if name in TEXTS:
            return str(facts.get(name) or result.diagnosis.verdict)
        if VARIABLE.fullmatch(name):
            return _number(facts["objective"]["w"][int(name[1:]) - 1])
        if name == FINDINGS:
            return frozenset(finding.name for finding in result.diagnosis.findings)
        if name in GAPS:
            return _finite(result.diagnosis.gaps[name])
        if name in ENDS:
            part, _, end = name.rpartition("_")
            return _finite(result.diagnosis.errors.get(part), end)
        if name == "train_dev_error":
            return _finite(result.diagnosis.errors.get("train_dev"))
        if name.startswith("test_"):
            return _number(result.test.get(name.removeprefix("test_")))
        if name in ("kept_epoch", "parameters"):
            return _number(facts.get(name))
        if name in LAST:
            return _number((facts.get("final") or {}).get(LAST[name]))
        return _number(result.kept_row.get(name))

    def _of_row(self, which: str, column: str) -> float:
        values = self.result.metrics[column]
        if which == "final" and self._diverged:
            return nan
        if which == "best":
            return _number((self.result.facts.get("best") or {}).get(column))
        if which in ("min", "max"):
            finite = [value for value in values if value == value]
            return (min if which == "min" else max)(finite) if finite else nan
        return values[0 if which == "first" else -1] if values else nan

    def _of_layer(self, layer: int, column: str, epoch: int | None) -> float:
        table = self.result.layers
        mine = [k for k, number in enumerate(table["layer"]) if number == layer]
        rows = {name: [values[k] for k in mine] for name, values in table.items()}
        return self._at(rows, column, inf if epoch is None else epoch)

    def _at(self, rows: Mapping[str, list[float]], column: str, epoch: float) -> float:
        """At an epoch; after the last row, that row, if training had ended."""
        indices = [k for k, number in enumerate(rows["epoch"]) if number <= epoch]
        if not indices:
            return nan
        row = indices[-1]
        exact = rows["epoch"][row] == epoch or (row == len(rows["epoch"]) - 1 and not self._diverged)
        return rows[column][row] if exact else nan

    def _reached(self, quantity: Reaching) -> float:
        values = self.result.metrics[quantity.term.path[-1]]
        compare = COMPARE[quantity.sign]
        row = next((k for k, value in enumerate(values) if compare(value, quantity.bound)), None)
        column = {"epochs_to": "epoch", "steps_to": "step", "seconds_to": "seconds"}[quantity.what]
        return inf if row is None else self.result.metrics[column][row]


def failed(quantity: Quantity) -> Value:
    """What a claim asks for of a training that failed: its status; no text, finding or number besides."""
    name = term_of(quantity).path[0]
    if name == FINDINGS:
        return frozenset()
    return Status.FAILED if name in TEXTS else nan


def _finite(estimate: Estimate | None, end: str = "value") -> float:
    """One of its numbers; NaN where there is none, or that is infinite."""
    number: float = nan if estimate is None else getattr(estimate, end)
    return number if isfinite(number) else nan


def _number(value: Any) -> float:
    return nan if value is None else float(value)
