"""Training in Python: the same run directories, bit for bit, as those of ``dlx train``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dlx.api.memory import Data, written
from dlx.api.run import Run
from dlx.errors import Place, SpecError, UsageError
from dlx.runs.latest import ROOT
from dlx.runs.train import Session
from dlx.spec.loader import Resolved, load_spec, resolve
from dlx.spec.overrides import overrides_tree
from dlx.spec.tree import merge, tree_of
from dlx.spec.trust import NamedBy
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.training.records import EpochRecord, Progress

SpecLike = str | os.PathLike[str] | Mapping[str, Any]
DATA = "data"  # the folder below that of the runs which holds what was in memory


def train(
    spec: SpecLike,
    data: Data = None,
    *,
    target: str | int | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    on_record: Callable[[EpochRecord | Progress], object] | None = None,
    **settings: Any,
) -> Run:
    """Train the network of a spec, or minimize its objective; returns the run.

    Args:
        spec: the path of a YAML file, or what would stand in it, as a mapping.
        data: ``(X, y)``, a table of pandas, polars or Arrow, or a mapping from train, dev and test to these; in place
            of what the spec names. It is written to ``runs/data``, so that the run can be repeated.
        target: the column of a table that is to be predicted.
        out: the run directory, in place of ``runs/NAME/TIME-ID``.
        on_record: is given each row of metrics.csv and, about ten times a second, the progress.
        settings: other values of keys, such as ``**{"optimizer.learning_rate": 0.01}``.

    Raises:
        SpecError: the spec has faults; the error names all of them.
        DataError: the data cannot be read or learned from.
        Diverged: a number is not finite; the run keeps the last finite state.
        Interrupted: Ctrl-C; the run can be resumed.
    """
    with _session(spec, data, target, out, settings) as session:
        for record in session.records():
            if on_record is not None:
                on_record(record)
    return Run(session.run.path)


def fit(
    spec: SpecLike,
    data: Data = None,
    *,
    target: str | int | Sequence[str] | None = None,
    out: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> Iterator[EpochRecord | Progress]:
    """The same as a loop: yields each row of metrics.csv and, about ten times a second, the progress.

    Who leaves the loop leaves a run that can be resumed, as after Ctrl-C; with a Ctrl-C inside the loop it is resumed
    from its last checkpoint.
    """
    with _session(spec, data, target, out, settings) as session:
        yield from session.records(heeds_signals=False)


def _session(
    spec: SpecLike,
    data: Data,
    target: str | int | Sequence[str] | None,
    out: str | os.PathLike[str] | None,
    settings: Mapping[str, Any],
) -> Session:
    overrides = [f"{key}={dump_scalar(_plain(value))}" for key, value in settings.items()]
    if data is not None:
        overrides += [f"data.{key}={dump_scalar(value)}" for key, value in written(data, target, ROOT / DATA).items()]
    resolved = _resolved(spec, overrides)
    folder = Path.cwd() if isinstance(spec, Mapping) else Path(spec).parent
    return Session.start(resolved, overrides, None if out is None else Path(out), folder)


def _resolved(spec: SpecLike, overrides: Sequence[str]) -> Resolved:
    if not isinstance(spec, str | os.PathLike | Mapping):
        raise UsageError(f"the spec must be a path or a mapping, not {type(spec).__name__}")
    if not isinstance(spec, Mapping):
        return load_spec(Path(spec), overrides, named_by=NamedBy.USER)
    place = Place("spec")
    if "extends" in spec:
        raise SpecError.of(place, "extends", "stands in a spec file, not in a mapping")
    changes, problems = overrides_tree(overrides)
    return resolve(merge(tree_of(_plain(spec), place), changes), problems, named_by=NamedBy.USER)


def _plain(value: Any) -> Any:
    """The same in what YAML can hold; raises `UsageError` for any other object."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise UsageError(f"a spec holds mappings, lists, texts and numbers, not {type(value).__name__} ({value!r:.60})")
