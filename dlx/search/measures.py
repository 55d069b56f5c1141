"""What claims may speak of: the measures of a run, read from its directory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import inf, nan
from typing import Any

from dlx.errors import allowed
from dlx.metrics import COLUMNS, LAYER_COLUMNS
from dlx.runs import RunDirectory
from dlx.search.claims import COMPARE, Reaching, Term, Value

ROWS = ("final", "best", "first", "min", "max")  # of metrics.csv; min and max are over all rows
TESTED = ("test_error", "test_cost", "train_dev_error")
FACTS = ("epochs", "steps", "kept_epoch", "parameters")
GAPS = ("bias", "variance", "mismatch")
TEXTS = ("status", "verdict")
PARTS = ("train", "train_dev", "dev", "test")
ENDS = tuple(f"{part}_{end}" for part in PARTS for end in ("low", "high"))  # of the 95 % interval of each error
PLAIN = (*COLUMNS[1:], *TESTED, *FACTS, *GAPS, *TEXTS, *ENDS, "findings")


def fault(asked: Term | Reaching, layers: int) -> str | None:
    """What is wrong with what is asked of a variant of so many layers, the output layer included; None for nothing."""
    if isinstance(asked, Reaching):
        plain = asked.term.epoch is None and len(asked.term.path) == 1 and asked.term.path[0] in COLUMNS
        return None if plain else _unknown(asked.term.path, COLUMNS)
    return _fault_of_term(asked, layers)


def _fault_of_term(term: Term, layers: int) -> str | None:
    head, rest = term.path[0], term.path[1:]
    if head.startswith("layer") and head[5:].isdecimal():
        if not 1 <= int(head[5:]) <= layers:
            return f"there is no {head}: the layers are layer1 to layer{layers}, the last one the output"
        return None if len(rest) == 1 and rest[0] in LAYER_COLUMNS[2:] else _unknown(rest, LAYER_COLUMNS[2:])
    if head in ROWS:
        if term.epoch is not None:
            return f"{head} is a row of its own: leave @{term.epoch} out"
        return None if len(rest) == 1 and rest[0] in COLUMNS else _unknown(rest, COLUMNS)
    if rest or head not in PLAIN:
        names = (*PLAIN, *ROWS, "layer1")
        return f"there is no measure {'.'.join(term.path)!r} {allowed(head, names)}"
    if term.epoch is not None and head not in COLUMNS:
        return f"{head} is no column of metrics.csv, of which there is one for each epoch"
    return None


def _unknown(path: tuple[str, ...], names: tuple[str, ...]) -> str:
    given = ".".join(path)
    return f"there is no column {given!r} {allowed(given, names)}"


class Measures:
    """The measures of one run."""

    def __init__(self, path: str) -> None:
        self._run = RunDirectory.open(path)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Of ``run.json``."""
        return self._run.facts()

    @cached_property
    def rows(self) -> dict[str, list[float]]:
        """The columns of ``metrics.csv``."""
        return self._run.metrics()

    @cached_property
    def diagnosis(self) -> dict[str, Any]:
        """The document ``diagnosis.json``."""
        return self._run.diagnosis()

    def value(self, asked: Term | Reaching) -> Value:
        """What a claim asks for; NaN where the run has no such number."""
        if isinstance(asked, Reaching):
            return self._reached(asked)
        head, column = asked.path[0], asked.path[-1]
        if head.startswith("layer") and len(asked.path) == 2:
            return self._of_layer(int(head[5:]), column, asked.epoch)
        if head in ROWS:
            return self._of_row(head, column)
        if asked.epoch is not None:
            return self._at(self.rows, column, asked.epoch)
        return self._plain(head)

    def _plain(self, name: str) -> Value:
        facts = self.facts
        if name in TEXTS:
            return str(facts.get(name) or self.diagnosis.get(name))
        if name == "findings":
            return frozenset(one["name"] for one in self.diagnosis["findings"])
        if name in GAPS:
            return _number((self.diagnosis.get(name) or {}).get("value"))
        if name in ENDS:
            part, _, end = name.rpartition("_")
            return _number((self.diagnosis["errors"].get(part) or {}).get(end))
        if name == "train_dev_error":
            return _number((self.diagnosis["errors"].get("train_dev") or {}).get("value"))
        if name.startswith("test_"):
            return _number((facts.get("test") or {}).get(name.removeprefix("test_")))
        if name in ("kept_epoch", "parameters"):
            return _number(facts.get(name))
        if name in ("epochs", "steps", "seconds"):
            return _number((facts.get("final") or {}).get(name.rstrip("s") if name != "seconds" else name))
        return _number(self._kept().get(name))

    def _kept(self) -> Mapping[str, Any]:
        """The row of the parameters that were kept."""
        final, best = self.facts.get("final") or {}, self.facts.get("best") or {}
        return best if best.get("epoch") == self.facts.get("kept_epoch") else final

    def _of_row(self, which: str, column: str) -> float:
        values = self.rows[column]
        if which == "best":
            return _number((self.facts.get("best") or {}).get(column))
        if which in ("min", "max"):
            finite = [value for value in values if value == value]
            return (min if which == "min" else max)(finite) if finite else nan
        return values[0 if which == "first" else -1] if values else nan

    def _of_layer(self, layer: int, column: str, epoch: int | None) -> float:
        table = self._run.layers()
        mine = [k for k, number in enumerate(table["layer"]) if number == layer]
        rows = {name: [values[k] for k in mine] for name, values in table.items()}
        if epoch is None:
            return rows[column][-1] if rows[column] else nan
        return self._at(rows, column, epoch)

    @staticmethod
    def _at(rows: Mapping[str, list[float]], column: str, epoch: int) -> float:
        """At an epoch; after the last row, that row, as training had ended."""
        known = [k for k, number in enumerate(rows["epoch"]) if number <= epoch]
        if not known:
            return nan
        row = known[-1]
        exact = rows["epoch"][row] == epoch or row == len(rows["epoch"]) - 1
        return rows[column][row] if exact else nan

    def _reached(self, asked: Reaching) -> float:
        values = self.rows[asked.term.path[-1]]
        compare = COMPARE[asked.sign]
        row = next((k for k, value in enumerate(values) if compare(value, asked.bound)), None)
        column = {"epochs_to": "epoch", "steps_to": "step", "seconds_to": "seconds"}[asked.what]
        return inf if row is None else self.rows[column][row]


def _number(value: Any) -> float:
    return nan if value is None else float(value)
