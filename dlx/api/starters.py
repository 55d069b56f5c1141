"""A spec to start from in Python: what ``dlx new`` decides for a table, of data in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from dlx.api.memory import FilesOfData, has_parts
from dlx.api.signatures import Data, Target, public
from dlx.api.specs import DATA, plain, resolved_spec
from dlx.errors import Place, UsageError, allowed, naming
from dlx.runs.before.starter_rate import with_tested_rate
from dlx.runs.files.latest import ROOT
from dlx.spec.starter.decisions import Wishes
from dlx.spec.starter.sources import source_of
from dlx.spec.starter.writing import starter_for
from dlx.spec.yaml_text.reading import parse
from dlx.spec.yaml_text.writing import dump, dump_scalar
from dlx.text import command
from dlx.training.build import dataset_of
from dlx.words import Task

SPEC = Path("spec.yaml")  # where the text would lie
KEY = "optimizer.learning_rate"
CALLS = {  # what its head says, in Python
    f"{command('train', SPEC)} {KEY}=0.01": f'dlx.train(spec, data, **{{"{KEY}": 0.01}})',
    command("train", SPEC): "dlx.train(spec, data)",
    command("config", "show", SPEC): "dlx.train(spec, data).spec",
}


class StarterSpec(dict[str, Any]):
    """A spec as a mapping; ``text`` is it in YAML as it was decided, with a reason beside each decision.

    Printed is that text, or once something was changed the YAML of what it is now.
    """

    def __init__(self, text: str) -> None:
        super().__init__(parse(text, Place("spec")).plain())
        self.text = text
        for option in ("name", "path"):  # the data are handed to `train`
            self["data"]["source"].pop(option)
        self._decided = deepcopy(dict(self))

    def __str__(self) -> str:
        return self.text if self == self._decided else dump(plain(self))


@public
def new(
    data: Data,
    *,
    target: Target = None,
    task: str | None = None,
    ignore: Sequence[str] = (),
    keep: Sequence[str] = (),
    categorical: Sequence[str] = (),
    impute: str | None = None,
) -> StarterSpec:
    """A spec that suits the data, for ``dlx.train(spec, data)``; ``print`` it to see what was decided, and why.

    Decided are the columns that are left out, since they number rows or give the target away, what takes the place of
    missing values, the split, the network, and a learning rate that was tried. Change it like any mapping.

    Args:
        data: ``(X, y)``, or a table that holds the target, or these by parts, of which train decides; see `dlx.train`.
        target: the column or columns that are to be predicted.
        task: ``binary``, ``multiclass``, ``multilabel`` or ``regression``, where it does not follow from the target.
        ignore, keep: columns that are left out, and columns that are not.
        categorical: columns whose numbers are names.
        impute: what takes the place of missing numbers: ``mean``, ``median`` or ``most_frequent``.

    Raises:
        UsageError, DataError: there is no such column, or no target; the data cannot be read; the parts do not fit.
    """
    files = FilesOfData(ROOT / DATA)
    sources = files.sources(data, target)
    if not sources.keys() & {"source", "train"}:
        raise UsageError("data: the examples of train are missing, which the spec is for")
    parts = tuple(sources if "train" in sources else ())
    wishes = Wishes(_task(task), _several(ignore), _several(keep), _several(categorical), impute, parts)
    with naming(files.names):
        source = sources.get("source") or sources["train"]
        text, path = _decided(source, wishes)
        if has_parts(data):
            _check_parts(text, data, target)
        return _in_python(with_tested_rate(text, SPEC, path), path, "target" in source, files.names)


def _task(task: str | None) -> Task | None:
    if task is not None and task not in list(Task):
        raise UsageError(f"task: {task} is none {allowed(task, list(Task))}")
    return None if task is None else Task(task)


def _several(names: Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _decided(source: Mapping[str, Any], wishes: Wishes) -> tuple[str, Path]:
    """The text of a spec for a source, and the file of that."""
    path, typed = Path(source["path"]), [dump_scalar(name) for name in _several(source.get("target", ()))]
    return starter_for(source_of(path, typed), wishes, SPEC), path


def _check_parts(text: str, data: Data, target: Target) -> None:
    """Raises `DataError` where `train` would: a part lacks a column that train has, or has no examples …"""
    with resolved_spec(StarterSpec(text), data, target, {}) as stated:
        dataset_of(stated.resolved.spec)


def _in_python(text: str, path: Path, is_table: bool, names: Mapping[str, str]) -> StarterSpec:
    """A spec whose data at ``path`` are in memory, and whose head says what to call."""
    text = re.sub(r"^name: .*$", f"name: {'table' if is_table else 'arrays'}", text, count=1, flags=re.MULTILINE)
    text = text.replace(path.name, names[str(path)], 1)
    for typed_command, call in CALLS.items():
        text = text.replace(typed_command, call)
    return StarterSpec(text)
