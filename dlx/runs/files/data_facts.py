"""The facts that ``run.json`` holds of the data, by which it is noticed that they have changed."""

from __future__ import annotations

from typing import Any

from dlx.errors import DataError
from dlx.runs.files.directory import RunDirectory
from dlx.training.supervised import Supervised


def data_facts(experiment: Supervised) -> dict[str, Any]:
    """What run.json says of the data: their fingerprint, the task and the sizes."""
    dataset = experiment.dataset
    return {
        "fingerprint": dataset.fingerprint,
        "task": dataset.task,
        "n_x": dataset.n_x,
        "n_y": dataset.n_y,
        "examples": {name: part.m for name, part in dataset.parts.items()},
        **({"files": dataset.files} if dataset.files else {}),
    }


def refuse_other_data(run: RunDirectory, now: dict[str, Any]) -> None:
    """Raise `DataError` where the data, of which these are the facts now, are not those that a run began with.

    A run of an older dlx knows of a mapped file only a sample of its rows.
    """
    before = run.facts()["data"]
    files, files_now = before.get("files"), now.get("files", [])
    if before | {"files": None} != now | {"files": None}:
        raise DataError(f"{run.path}: the data have changed since the run began")
    for old, new in zip(files or (), files_now, strict=False):
        if old.get("bytes") != new["bytes"] or old.get("sha256") != new.get("sha256"):
            raise DataError(f"{run.path}: the data have changed since the run began: a file has other rows")
        if old.get("modified") != new.get("modified"):
            what = f"was written again since the run began ({old.get('modified')}), and is too large to be compared"
            raise DataError(
                f"{run.path}: a file of {new['bytes']:,} bytes {what} whole; if it is the same file, give it that time "
                f"back: touch -d {old.get('modified')} FILE"
            )
