"""A training state on disk: arrays and plain values, each file verified by its SHA-256, replaced all at once."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from dlx.errors import DataError
from dlx.files import read, write_atomically, writing

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1
OURS = (".npy", ".json", ".tmp")


def save(directory: Path, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
    """Replaces the checkpoint in ``directory`` by this one.

    Every array is a ``.npy`` file, ``meta`` is ``state-….json`` (infinity and NaN as Python spells them). A file's
    name carries its checksum, so a new checkpoint never touches the files of the old one; the manifest says which
    files count and is replaced last. So a crash before that leaves the old checkpoint, a crash after it the new one.

    Raises:
        EnvironmentProblem: the files cannot be written.
        TypeError, ValueError: ``meta`` is not plain data, or an array holds objects.
    """
    state = json.dumps(meta).encode()
    with writing(directory):
        directory.mkdir(exist_ok=True)
    document = {
        "schema_version": SCHEMA_VERSION,
        "arrays": {key: _write(directory, key, ".npy", _npy(array)) for key, array in arrays.items()},
        "state": _write(directory, "state", ".json", state),
    }
    signed = document | {"sha256": _digest(document)}
    write_atomically(directory / MANIFEST, json.dumps(signed, indent=1).encode() + b"\n")
    with writing(directory):
        _remove_all_but(directory, {MANIFEST, *(entry["file"] for entry in _entries(document))})


def exists(directory: Path) -> bool:
    """Whether a checkpoint was ever completed there."""
    return (directory / MANIFEST).exists()


def load(directory: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and the plain values that ``save`` was given, bit for bit.

    Raises:
        DataError: there is no checkpoint, or a file is missing, cut short or changed in a single bit; names the file.
    """
    document = _manifest(directory)
    arrays = {key: _array(_verified(directory, entry)) for key, entry in document["arrays"].items()}
    return arrays, json.loads(_verified(directory, document["state"]))


def _npy(array: np.ndarray) -> memoryview:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getbuffer()


def _array(content: bytes) -> np.ndarray:
    array: np.ndarray = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return array


def _write(directory: Path, key: str, suffix: str, content: bytes | memoryview) -> dict[str, str]:
    digest = sha256(content).hexdigest()
    path = directory / f"{key}-{digest[:12]}{suffix}"
    write_atomically(path, content)
    return {"file": path.name, "sha256": digest}


def _manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
    try:
        document: dict[str, Any] = json.loads(read(path))
        intact = document.pop("sha256") == _digest(document)
    except (ValueError, KeyError, TypeError, AttributeError):
        intact = False
    if not intact:
        raise DataError(f"{path}: is damaged: its own SHA-256 does not fit")
    if document["schema_version"] != SCHEMA_VERSION:
        raise DataError(f"{path}: has schema_version {document['schema_version']}, this dlx reads {SCHEMA_VERSION}")
    return document


def _verified(directory: Path, entry: Mapping[str, str]) -> bytes:
    path = directory / entry["file"]
    content = read(path)
    if sha256(content).hexdigest() != entry["sha256"]:
        raise DataError(f"{path}: is damaged: its SHA-256 is not the one in {MANIFEST}")
    return content


def _digest(document: Mapping[str, Any]) -> str:
    """Of the manifest without its own checksum, in one canonical spelling."""
    return sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _entries(document: Mapping[str, Any]) -> list[dict[str, str]]:
    return [document["state"], *document["arrays"].values()]


def _remove_all_but(directory: Path, kept: set[str]) -> None:
    for path in directory.iterdir():
        if path.suffix in OURS and path.name not in kept:
            path.unlink()
