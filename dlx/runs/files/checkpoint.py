"""A training state on disk: arrays, plain values, tables, each file verified by its SHA-256, replaced all at once."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlx import files
from dlx.errors import DataError
from dlx.runs.files.manifest import refuse_links
from dlx.training.stored import check

if TYPE_CHECKING:
    import numpy as np

MANIFEST = "manifest.json"
ENTRY = {"file": str, "sha256": str, "*": object}
SHAPE = {"arrays": {"*": ENTRY}, "tables?": {"*": ENTRY}, "state": ENTRY, "*": object}  # of the manifest
NAME = re.compile(r"\w+-(?P<digest>[0-9a-f]{12})\.(npy|json|csv)")  # of a file that belongs to a checkpoint


def save(
    directory: Path,
    arrays: Mapping[str, np.ndarray],
    meta: Mapping[str, Any],
    tables: Mapping[str, bytes] | None = None,
) -> None:
    """Replaces the checkpoint in ``directory`` by this one.

    Every array is a ``.npy`` file, every table a ``.csv`` file, ``meta`` is ``state-….json`` (infinity and NaN as
    Python spells them). A file's name carries its checksum, so a new checkpoint never touches the files of the old one;
    the manifest says which files count and is replaced last. So a crash before that leaves the old checkpoint, a crash
    after it the new one. What an old checkpoint left is removed, by name and checksum; other files stay.

    Raises:
        EnvironmentProblem: the files cannot be written.
        UsageError: there are links in the directory, or it is one.
        TypeError, ValueError: ``meta`` is not plain data, or an array holds objects.
    """
    state = json.dumps(meta).encode()
    refuse_links(directory)
    with files.writing(directory):
        directory.mkdir(exist_ok=True)
    document = {
        "arrays": {key: _write(directory, key, ".npy", _npy(array)) for key, array in arrays.items()},
        "tables": {key: _write(directory, key, ".csv", table) for key, table in (tables or {}).items()},
        "state": _write(directory, "state", ".json", state),
    }
    files.write_atomically(directory / MANIFEST, files.to_signed_json(files.versioned(document)))
    with files.writing(directory):
        for leftovers in (_temporaries(directory), _old_files(directory, _files(document))):
            for path in leftovers:  # one by one, so that a crash does not leave all of the work to the next time
                path.unlink()


def exists(directory: Path) -> bool:
    """Whether a checkpoint was ever completed there."""
    return (directory / MANIFEST).exists()


def load(directory: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays and the plain values that ``save`` was given, bit for bit.

    Raises:
        DataError: there is no checkpoint, or a file is missing, cut short or changed in a single bit; names the file.
        UsageError: there are links in the directory, or it is one.
    """
    document = _manifest(directory)
    arrays = {key: _array(_verified(directory, entry)) for key, entry in document["arrays"].items()}
    return arrays, json.loads(_verified(directory, document["state"]))


def load_tables(directory: Path) -> dict[str, bytes]:
    """The tables that ``save`` was given; those of an older dlx hold none. Raises as ``load``."""
    return {key: _verified(directory, entry) for key, entry in _manifest(directory).get("tables", {}).items()}


def faults(directory: Path) -> Iterator[DataError]:
    """What is wrong with the checkpoint, file by file."""
    try:
        document = _manifest(directory)
    except DataError as error:
        yield error
        return
    for entry in _entries(document):
        try:
            _verified(directory, entry)
        except DataError as error:
            yield error


def own_files(directory: Path) -> list[Path]:
    """Those that dlx wrote, known by name and checksum."""
    manifest = directory / MANIFEST
    intact = manifest.is_file() and files.from_signed_json(files.read(manifest)) is not None
    return [*_old_files(directory, set()), *_temporaries(directory), *([manifest] if intact else [])]


def _npy(array: np.ndarray) -> memoryview:
    import numpy as np  # listing runs does without it

    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getbuffer()


def _array(content: bytes) -> np.ndarray:
    import numpy as np

    array: np.ndarray = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    return array


def _write(directory: Path, key: str, suffix: str, content: bytes | memoryview) -> dict[str, str]:
    digest = sha256(content).hexdigest()
    path = directory / f"{key}-{digest[:12]}{suffix}"
    files.write_atomically(path, content)
    return {"file": path.name, "sha256": digest}


def _manifest(directory: Path) -> dict[str, Any]:
    refuse_links(directory)
    path = directory / MANIFEST
    document = files.from_signed_json(files.read(path))
    if document is None:
        raise DataError(f"{path}: is damaged: its own SHA-256 does not fit")
    files.of_this_version(path, document)
    check(path, document, SHAPE)
    return document


def _verified(directory: Path, entry: Mapping[str, str]) -> bytes:
    path = directory / entry["file"]
    content = files.read(path)
    if sha256(content).hexdigest() != entry["sha256"]:
        raise DataError(f"{path}: is damaged: its SHA-256 is not the one in {MANIFEST}")
    return content


def _entries(document: Mapping[str, Any]) -> list[dict[str, str]]:
    return [document["state"], *document["arrays"].values(), *document.get("tables", {}).values()]


def _files(document: Mapping[str, Any]) -> set[str]:
    return {entry["file"] for entry in _entries(document)}


def _old_files(directory: Path, current: set[str]) -> Iterator[Path]:
    """The files of checkpoints that are not ``current``: each carries the beginning of its checksum in its name."""
    for path in list(directory.iterdir()):
        match = NAME.fullmatch(path.name)
        if not match or path.name in current or path.is_symlink() or not path.is_file():
            continue
        if sha256(files.read(path)).hexdigest().startswith(match["digest"]):
            yield path


def _temporaries(directory: Path) -> Iterator[Path]:
    return files.temporaries(directory, lambda name: name == MANIFEST or NAME.fullmatch(name) is not None)
