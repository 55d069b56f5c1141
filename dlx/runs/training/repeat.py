"""A repeat: whether a run that was trained from another run's spec came out the same, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dlx.errors import DlxError
from dlx.files import unless_damaged
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import CONFIG, FACTS
from dlx.runs.reading.result import Result

TIMES = ("seconds",)  # columns that differ from run to run
VERSIONS = ("dlx", "python", "numpy", "platform")


@dataclass(frozen=True)
class Repeat:
    """What came of comparing: ``same`` is None where the other run cannot be compared."""

    run: str
    same: bool | None
    what: str

    @property
    def sentence(self) -> str:
        """In words."""
        relation = {True: "repeats", False: "does not repeat", None: "cannot be compared with"}[self.same]
        return f"{relation} {self.run}: {self.what}"


def original_of(spec: Path) -> Path | None:
    """The directory of the run whose own spec this file is; None where it is another one."""
    return spec.parent if spec.name == CONFIG and (spec.parent / FACTS).is_file() else None


def compare(original: Path, repeated: RunDirectory) -> Repeat:
    """Whether rows and parameters of two runs of the same spec are the same."""
    try:
        return Repeat(str(original), *_compared(Result.read(original), Result.of(repeated)))
    except DlxError as error:
        return Repeat(str(original), None, str(error))


def _compared(before: Result, after: Result) -> tuple[bool | None, str]:
    if before.status is not after.status:
        return None, f"that is {before.status}, this is {after.status}"
    if before.data != after.data:
        return False, "the data have changed"
    difference = (
        _in_table(before.metrics, after.metrics)
        or _in_table(before.layers, after.layers)
        or _in_arrays(_arrays(before.run), _arrays(after.run))
    )
    if difference is None:
        return True, "every row and every parameter is the same, bit for bit"
    return False, f"{difference}{_why(before.facts, after.facts)}"


def _arrays(run: RunDirectory) -> dict[str, np.ndarray]:
    return unless_damaged(lambda: run.model()[0], {})


def _in_table(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]]) -> str | None:
    epochs, epochs_now = before["epoch"], after["epoch"]
    for row, epoch in enumerate(epochs[: len(epochs_now)]):
        for name, values in before.items():
            if name not in TIMES and repr(values[row]) != repr(after[name][row]):
                return f"first in epoch {epoch:g}, where {name} is {after[name][row]!r} and was {values[row]!r}"
    return None if len(epochs) == len(epochs_now) else f"it has {len(epochs_now)} rows and had {len(epochs)}"


def _in_arrays(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> str | None:
    if before.keys() != after.keys():
        return f"the parameters are {', '.join(after)} and were {', '.join(before)}"
    names = [name for name in before if before[name].tobytes() != after[name].tobytes()]
    return f"{names[0]} differs" if names else None


def _why(facts: Mapping[str, Any], facts_now: Mapping[str, Any]) -> str:
    """What differs between the two machines, by which results may differ in their last digits."""
    pairs = {name: (facts["versions"].get(name), facts_now["versions"].get(name)) for name in VERSIONS}
    for name in ("name", "version", "architecture", "threads"):
        pairs[f"BLAS {name}"] = ((facts.get("blas") or {}).get(name), (facts_now.get("blas") or {}).get(name))
    changed = [f"{name} was {then}, is {now}" for name, (then, now) in pairs.items() if then != now]
    return f" ({'; '.join(changed)})" if changed else " (on the same versions and kind of processor)"
