"""What of a directory has to be the same, bit for bit, however often the commands that filled it were interrupted."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from dlx.runs.files.directory import RunDirectory

CHECKPOINT = "checkpoint"
# What says when, where and by which program, rather than what came of it.
CIRCUMSTANCES = re.compile(
    r".*seconds.*|started|ended|resumed|command|overrides|tags|versions|blas|git|run|directory|created|sha256|sizes|files|.*_sha256"
)

OF_TRIAL = re.compile(r"(.*/)?trials/.*checkpoint")

Bits = dict[str, str]


def bits(folder: Path) -> Bits:
    """A digest of each file in a folder and below, by its path; of a checkpoint one for all of it."""
    digests: Bits = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_dir() or any(part.startswith(".") for part in place.parts):
            continue
        if CHECKPOINT in place.parts[:-1]:
            owner = place.parts[: place.parts.index(CHECKPOINT)]
            if RunDirectory(folder.joinpath(*owner)).has_checkpoint():
                digests.setdefault("/".join((*owner, CHECKPOINT)), _checkpoint(folder.joinpath(*owner)))
        else:
            digests[str(place)] = _digest(path)
    return digests


def differences(expected: Bits, actual: Bits) -> list[str]:
    """The paths of what is missing or has other bits.

    A trial of a search that has ended may have a checkpoint or not: short ones have one only if they were interrupted.
    """
    return [
        f"{path} {'differs' if path in actual else 'is missing'}"
        for path, digest in expected.items()
        if actual.get(path) != digest and not (path not in actual and OF_TRIAL.fullmatch(path))
    ]


def document_bits(text: str) -> str:
    """A digest of a JSON document, without its circumstances."""
    return _of_document(json.loads(text))


def _digest(path: Path) -> str:
    content = path.read_bytes()
    try:
        if path.suffix == ".json":
            return _of_document(json.loads(content))
        if path.suffix == ".csv":
            return _of_table(content.decode())
        if path.suffix == ".npz":
            return _of_arrays(dict(np.load(io.BytesIO(content), allow_pickle=False)))
    except Exception as error:
        return f"damaged: {error}"
    return sha256(content).hexdigest()


def _checkpoint(run: Path) -> str:
    try:
        arrays, state = RunDirectory(run).load_checkpoint()
    except Exception as error:
        return f"damaged: {error}"
    return f"{_of_arrays(arrays)} {_of_document(state)}"


def _of_arrays(arrays: Mapping[str, np.ndarray[Any, Any]]) -> str:
    digest = sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _of_document(document: Any) -> str:
    return sha256(json.dumps(_without_circumstances(document), sort_keys=True).encode()).hexdigest()


def _without_circumstances(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_circumstances(item) for key, item in value.items() if not CIRCUMSTANCES.fullmatch(key)}
    return [_without_circumstances(item) for item in value] if isinstance(value, list) else value


def _of_table(text: str) -> str:
    header, *rows = csv.reader(io.StringIO(text))
    columns = [number for number, name in enumerate(header) if not CIRCUMSTANCES.fullmatch(name)]
    cells = [[header[number] for number in columns], *([row[number] for number in columns] for row in rows)]
    return sha256(json.dumps(cells).encode()).hexdigest()
