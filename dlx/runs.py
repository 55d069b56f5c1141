"""The run directory: plain files, few and flat, that hold all that came of a run; their names live here only."""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from dlx import checkpoint
from dlx.errors import DataError, DlxError, EnvironmentProblem, UsageError
from dlx.files import read, read_json, to_json, write_atomically, writing
from dlx.metrics import LayersTable, MetricsTable

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from dlx.records import EpochRecord, LayerRecord

ROOT = Path("runs")
LATEST = "latest"
SPECS = (".yaml", ".yml")  # what the name of a spec ends in
SCHEMA_VERSION = 1

CONFIG = "config.yaml"
FACTS = "run.json"
METRICS = "metrics.csv"
LAYERS = "layers.csv"
CURVES = "curves.png"
BOUNDARY = "boundary.png"
DIAGNOSIS = "diagnosis.json"
ERRORS = "diagnosis.png"
WORST = "worst.png"
LEARNING_CURVE = "learning_curve.json"
LEARNING_CURVE_PICTURE = "learning_curve.png"
MODEL = "model.npz"
CHECKPOINT = "checkpoint"
MISTAKES = "mistakes.npz"
TRIALS = "trials"
ACT = "act.yaml"


class Locked(EnvironmentProblem):
    """Another process writes to the run directory."""


class RunDirectory:
    """One run's directory. Who writes holds a lock on it until ``close``; reading needs none.

    Every file but the tables ``metrics.csv`` and ``layers.csv``, which grow line by line, is written whole or not at
    all. What cannot be written raises EnvironmentProblem, what cannot be read DataError; both name the file. As long as
    it is ``durable``, a file that has been written outlasts a power cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.durable = True
        self._lock: int | None = None
        self._metrics = MetricsTable(path / METRICS)
        self._layers = LayersTable(path / LAYERS)

    @classmethod
    def create(cls, name: str, root: Path = ROOT, out: Path | None = None) -> Self:
        """A new directory, locked: ``root/name/<UTC time>-<short id>`` or ``out``; ``root/latest`` points to it.

        Raises:
            UsageError: ``out`` is a file or not empty, or ``name`` is `latest`.
            EnvironmentProblem: it cannot be made, or another process writes there.
        """
        run = cls(_new_directory(root, name) if out is None else _empty_directory(out))
        run._acquire()
        try:
            run._settle(root)
        except DlxError:
            run.close()
            raise
        return run

    def _settle(self, root: Path) -> None:
        if any(self.path.iterdir()):
            raise UsageError(f"{self.path}: is not empty: a run needs a new or an empty directory")
        if root.is_dir():
            _point(root / LATEST, self.path)

    @classmethod
    def claim(cls, path: Path) -> Self | None:
        """The directory at ``path``, made where there is none, and locked; None while another process writes there.

        What a start left behind that never became a run is cleared away.
        """
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        run = cls(path)
        try:
            run._acquire()
        except Locked:
            return None
        if not run.config.is_file():
            run.clear()
        return run

    def clear(self) -> None:
        """Removes all that is in the directory."""
        with writing(self.path):
            for path in self.path.iterdir():
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    @classmethod
    def open(cls, path: Path | str, root: Path = ROOT, *, writing: bool = False) -> Self:
        """An existing run: its directory, or what `past_runs.find` takes; locked when ``writing``.

        Raises:
            UsageError: there is no run directory of that name.
            EnvironmentProblem: another process writes there.
        """
        run = cls(_found(path, root))
        if not run.config.is_file():
            fault = f"it holds no {CONFIG}" if run.path.exists() else "it does not exist"
            raise UsageError(f"{path}: is no run directory: {fault} (allowed: a directory that dlx train made, latest)")
        if writing:
            run._acquire()
        return run

    @staticmethod
    def point_to_latest(runs: Sequence[Path], root: Path = ROOT) -> None:
        """Let ``root/latest`` point to the last of these, or be gone where there is none."""
        if runs:
            _point(root / LATEST, runs[-1])
        else:
            (root / LATEST).unlink(missing_ok=True)

    def close(self) -> None:
        """Gives up the lock and closes what is open."""
        self._metrics.close()
        self._layers.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _acquire(self) -> None:
        if sys.platform == "win32":
            return
        with writing(self.path):
            self._lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise Locked(f"{self.path}: is locked: another process is writing to it") from None
        except OSError:
            pass  # a file system without locks: the exclusive name has to do

    def _write(self, name: str, content: bytes | memoryview) -> None:
        write_atomically(self.path / name, content, self.durable)

    def sizes(self) -> dict[str, int]:
        """The bytes of the arrays that are kept, by which it can be told later whether they are still whole."""
        files = (self.path / name for name in (MODEL, MISTAKES))
        return {file.name: file.stat().st_size for file in files if file.exists()}

    @property
    def trials(self) -> Path:
        """The folder of the trainings that were made to learn something of this run."""
        return self.path / TRIALS

    @property
    def config(self) -> Path:
        """The file with the complete resolved spec."""
        return self.path / CONFIG

    def write_config(self, text: str) -> None:
        """Keeps the complete resolved spec, the first file of a run; the second is the table, still empty."""
        self._write(CONFIG, text.encode())
        self._metrics.create(self.durable)

    def facts(self) -> dict[str, Any]:
        """The document ``run.json``."""
        return self._document(FACTS)

    def write_facts(self, **facts: Any) -> None:
        """Puts facts into ``run.json``, beside those that stand there already."""
        known = self.facts() if (self.path / FACTS).exists() else {"schema_version": SCHEMA_VERSION}
        self._write(FACTS, to_json(known | facts))

    def diagnosis(self) -> dict[str, Any]:
        """The document ``diagnosis.json``."""
        return self._document(DIAGNOSIS)

    def has_diagnosis(self) -> bool:
        """Whether there is a ``diagnosis.json``."""
        return (self.path / DIAGNOSIS).exists()

    def write_diagnosis(self, document: Mapping[str, Any]) -> None:
        """Keeps ``diagnosis.json``."""
        self._write(DIAGNOSIS, to_json(document))

    def _document(self, name: str) -> dict[str, Any]:
        path = self.path / name
        return _known_version(path, read_json(path))

    def append_metrics(self, record: EpochRecord) -> None:
        """Adds a row to ``metrics.csv``."""
        self._layers.flush()
        self._metrics.append(record)

    def append_layer(self, record: LayerRecord) -> None:
        """Adds a row to ``layers.csv``, which the first one makes; it is written with the next of ``metrics.csv``."""
        self._layers.append(record)

    def truncate_tables(self, epoch: int) -> None:
        """Drops the rows after ``epoch`` from both: those that training again from the checkpoint will write again."""
        self._metrics.truncate(epoch)
        self._layers.truncate(epoch)

    def metrics(self) -> dict[str, list[float]]:
        """The columns of ``metrics.csv``, NaN where a cell is empty."""
        return self._metrics.columns()

    def layers(self) -> dict[str, list[float]]:
        """The columns of ``layers.csv``, NaN where a cell is empty; no rows where there is no such file."""
        return self._layers.columns() if self._layers.path.exists() else {name: [] for name in self._layers.names}

    def save_checkpoint(self, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
        """Replaces the checkpoint, after the rows of the tables that belong to it are on the disk."""
        self._metrics.sync()
        self._layers.sync()
        checkpoint.save(self.path / CHECKPOINT, arrays, meta)

    def has_checkpoint(self) -> bool:
        """Whether there is one to go on from."""
        return checkpoint.exists(self.path / CHECKPOINT)

    def load_checkpoint(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """The arrays and plain values of the last checkpoint."""
        return checkpoint.load(self.path / CHECKPOINT)

    @property
    def act(self) -> Path:
        """The file with the spec that the basic recipe has come to."""
        return self.path / ACT

    def write_act(self, text: str | None) -> None:
        """Keeps that spec; None where there is no better one than the run's own."""
        if text is not None:
            write_atomically(self.act, text.encode())
        else:
            with writing(self.act):
                self.act.unlink(missing_ok=True)

    def write_mistakes(self, parts: Mapping[str, np.ndarray]) -> None:
        """Keeps what each example of a part adds to its error."""
        self._write(MISTAKES, _npz(parts))

    def mistakes(self) -> dict[str, np.ndarray]:
        """What ``write_mistakes`` was given."""
        return self._arrays(MISTAKES)

    def write_learning_curve(self, document: Mapping[str, Any], png: bytes) -> list[Path]:
        """Keeps what training on fewer examples told, and its picture; returns where."""
        files = {LEARNING_CURVE: to_json(document), LEARNING_CURVE_PICTURE: png}
        for name, content in files.items():
            self._write(name, content)
        return [self.path / name for name in files]

    def write_model(self, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
        """Keeps ``model.npz``: the arrays under their names, and ``meta`` as the text of a JSON document."""
        meta_text = np.array(json.dumps({"schema_version": SCHEMA_VERSION, **meta}))
        self._write(MODEL, _npz({"meta": meta_text, **arrays}))

    def model(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """The arrays and the plain values that ``write_model`` was given."""
        path = self.path / MODEL
        if not path.exists():
            raise DataError(f"{self.path}: has no {MODEL} yet: training goes on, or was killed before its end")
        arrays = self._arrays(MODEL)
        try:
            meta = json.loads(str(arrays.pop("meta")))
        except (KeyError, ValueError) as error:
            raise DataError(f"{path}: is damaged: {error}") from error
        return arrays, _known_version(path, meta)

    def _arrays(self, name: str) -> dict[str, np.ndarray]:
        path = self.path / name
        content = io.BytesIO(read(path))
        try:
            return dict(np.load(content, allow_pickle=False))
        except Exception as error:  # the file's checksums find every damage, but many kinds of exception tell of it
            raise DataError(f"{path}: is damaged: {error}") from error

    def write_curves(self, png: bytes) -> None:
        """Keeps the picture of costs and errors."""
        self._write(CURVES, png)

    def write_boundary(self, png: bytes) -> None:
        """Keeps the picture of the decision regions."""
        self._write(BOUNDARY, png)

    def write_errors(self, png: bytes) -> Path:
        """Keeps the picture of the errors and the gaps between them."""
        return self._picture(ERRORS, png)

    def write_worst(self, png: bytes) -> Path:
        """Keeps the picture of the examples that the network is most wrong about."""
        return self._picture(WORST, png)

    def _picture(self, name: str, png: bytes) -> Path:
        self._write(name, png)
        return self.path / name


def _npz(arrays: Mapping[str, np.ndarray]) -> memoryview:
    file = io.BytesIO()
    members: dict[str, Any] = dict(arrays)
    np.savez(file, **members)
    return file.getbuffer()


def means_run(given: Path | str) -> bool:
    """Whether a command that takes a run or a spec is given a run: a directory, or what is no file and not named so."""
    path = Path(given)
    return path.is_dir() or not (path.exists() or path.suffix in SPECS)


def _found(path: Path | str, root: Path) -> Path:
    """The directory itself, or the one that a reference means."""
    if str(path) == LATEST and (root / LATEST).exists():
        return _followed(root / LATEST)
    if Path(path).exists() or not root.is_dir() or isinstance(path, Path):
        return _followed(Path(path))
    from dlx.past_runs import find

    return find(path, root)


def _known_version(path: Path, document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise DataError(f"{path}: is damaged: it holds no mapping")
    if (version := document.get("schema_version")) != SCHEMA_VERSION:
        raise DataError(f"{path}: has schema_version {version}, this dlx reads {SCHEMA_VERSION}")
    return document


def _new_directory(root: Path, name: str) -> Path:
    if name == LATEST:
        raise UsageError(f"name: {LATEST} is taken: {root / LATEST} points to the newest run")
    with writing(root / name):
        (root / name).mkdir(parents=True, exist_ok=True)
        while True:
            path = root / name / f"{_now()}-{secrets.token_hex(3)}"
            try:
                path.mkdir()
            except FileExistsError:
                continue
            return path


def _now() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _empty_directory(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path}: is a file: a run needs a new or an empty directory")
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def _point(link: Path, target: Path) -> None:
    """Makes ``link`` point to ``target``, all at once: a symbolic link, or its text in a file where links fail."""
    place = os.path.relpath(target.resolve(), link.parent.resolve())
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    try:
        temporary.symlink_to(place, target_is_directory=True)
        temporary.replace(link)
    except OSError:
        write_atomically(link, place.encode())


def _followed(path: Path) -> Path:
    """The directory that a link to the newest run stands for; every other path as it is."""
    if path.is_symlink():
        return Path(os.path.normpath(path.parent / path.readlink()))
    if path.name == LATEST and path.is_file():
        return Path(os.path.normpath(path.parent / read(path).decode(errors="replace")))
    return path
