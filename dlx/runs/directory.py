"""The run directory: plain files, few and flat, that hold all that came of a run; their names live here only.

NumPy is imported where arrays are read or written: listing a thousand runs takes less time than importing it.
"""

from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dlx.errors import DataError, DlxError, ReadFailure, Remark, UsageError
from dlx.files import begins_like, read, to_json, write_atomically, writing
from dlx.runs import checkpoint
from dlx.runs.lock import LATEST, ROOT, SCHEMA_VERSION, Locked, LockedDirectory, known_version
from dlx.runs.manifest import ANYTHING, MANIFEST, Manifest, refuse_links
from dlx.runs.tables import LayersTable, MetricsTable
from dlx.text import command
from dlx.training import stored

if TYPE_CHECKING:
    import numpy as np

    from dlx.training.records import EpochRecord, LayerRecord

SPECS = (".yaml", ".yml")  # what the name of a spec ends in

CONFIG = "config.yaml"
FACTS = "run.json"
METRICS = "metrics.csv"
LAYERS = "layers.csv"
CURVES = "curves.png"
BOUNDARY = "boundary.png"
TRAIL = "path.csv"
TRAIL_PICTURE = "path.png"
DIAGNOSIS = "diagnosis.json"
ERRORS = "diagnosis.png"
WORST = "worst.png"
REPORT = "report.html"
LEARNING_CURVE = "learning_curve.json"
LEARNING_CURVE_PICTURE = "learning_curve.png"
MODEL = "model.npz"
CHECKPOINT = "checkpoint"
MISTAKES = "mistakes.npz"
TRIALS = "trials"
ACT = "act.yaml"
DAMAGED = "damaged"  # below the trials, the run directories that could not be gone on with
FILES = (
    *(CONFIG, FACTS, METRICS, LAYERS, CURVES, BOUNDARY, TRAIL, TRAIL_PICTURE, DIAGNOSIS, ERRORS, WORST, REPORT),
    *(LEARNING_CURVE, LEARNING_CURVE_PICTURE, MODEL, MISTAKES, ACT),
)
ITS_CHECKPOINT = f"{CHECKPOINT}/manifest.json"


class RunDirectory(LockedDirectory):
    """One run's directory.

    Every file but the tables ``metrics.csv`` and ``layers.csv``, which grow line by line, is written whole or not at
    all.
    """

    marker, document_name, files = CONFIG, FACTS, frozenset(FILES)

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._metrics = MetricsTable(path / METRICS)
        self._layers = LayersTable(path / LAYERS)

    def settle(self, root: Path) -> None:
        """``root/latest`` points to the newest run."""
        super().settle(root)
        if root.is_dir():
            _point(root / LATEST, self.path)

    @classmethod
    def claim(cls, path: Path) -> Self | None:
        """The directory at ``path``, made where there is none, and locked; None while another process writes there.

        What a start left behind that never became a run is removed; a directory whose manifest is damaged or lost is
        set aside.

        Raises:
            UsageError: it is a link, or there are files in it that dlx did not write.
        """
        for directory in (path.parent, path):
            if directory.is_symlink():
                refuse_links(directory)
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        run = cls(path)
        try:
            run.acquire()
        except Locked:
            return None
        except ReadFailure:
            raise
        except DataError:
            run.set_aside()
            return cls.claim(path)
        if not run.has_begun():
            if run.is_remnant():
                run.set_aside()
                return cls.claim(path)
            run.refuse_foreign()
            run.remove_own()
        return run

    def is_remnant(self) -> bool:
        """Whether there are files whose names dlx gives, but that nothing vouches for, as after a power cut."""
        foreign = self.foreign()
        return bool(foreign) and all(
            path.relative_to(self.path).parts[0] in {*FILES, CHECKPOINT} and begins_like(path, path.name)
            for path in foreign
        )

    def has_begun(self) -> bool:
        """Whether there is a spec, or dlx wrote one: without it a start died before there was anything to lose."""
        return self.holds(CONFIG)

    def verify(self) -> None:
        """Raise DataError where a file is not as it was written."""
        for name in self.manifest.contents:
            if name != ITS_CHECKPOINT and self.holds(name):
                self.read(name)
        if self.sizes() != self.facts().get("sizes", self.sizes()):
            raise DataError(f"{self.path}: {MODEL} or {MISTAKES} is not whole")
        for fault in self.checkpoint_faults() if self.has_checkpoint() else ():
            raise fault

    def way_on(self) -> str:
        """The command that goes on with a run that has not ended."""
        with suppress(DlxError):
            if self.facts()["status"] in ("running", "interrupted", "failed"):
                return f" ({command('train', '--resume', self.path)} goes on with the run that is there)"
        return ""

    def accept_files(self) -> None:
        """The same, and that of a checkpoint, which vouches for itself."""
        super().accept_files()
        if self.has_checkpoint():
            manifest = Manifest.read(self.path) or Manifest()
            manifest.contents[ITS_CHECKPOINT] = (ANYTHING,)
            manifest.write(self.path, durable=True)

    def refuse_foreign(self) -> None:
        """Raise UsageError where there is anything in the directory that dlx did not write."""
        if foreign := self.foreign():
            self.close()
            names = ", ".join(path.relative_to(self.path).as_posix() for path in foreign)
            raise UsageError(f"{self.path}: is no run, and holds what dlx did not write ({names}): move that away")

    def set_aside(self) -> None:
        """Move the directory into the folder ``damaged`` beside it, where nothing is lost."""
        self.close()
        folder = self.path.with_name(DAMAGED)
        if folder.is_symlink():
            refuse_links(folder)
        with writing(folder):
            folder.mkdir(exist_ok=True)
            number = 1 + sum(1 for _ in folder.iterdir())
            while (target := folder / f"{self.path.name}-{number}").exists():
                number += 1
            self.path.rename(target)

    def own_files(self) -> Iterator[Path]:
        """What dlx wrote, its checkpoint and its trials included."""
        yield from super().own_files()
        if _is_folder(self.path / CHECKPOINT):
            yield from checkpoint.own_files(self.path / CHECKPOINT)
        for trial in self.trials.iterdir() if _is_folder(self.trials) else ():
            if _is_folder(trial):
                yield from RunDirectory(trial).own_files()

    @classmethod
    def open(cls, path: Path | str, *, writing: bool = False) -> Self:
        """An existing run; locked when ``writing``.

        Raises:
            UsageError: there is no run directory, or there are links in it.
            DataError: its spec or its manifest is damaged, or was edited.
            EnvironmentProblem: another process writes there.
        """
        run = cls(existing(path, path))
        refuse_links(run.path)
        if writing:
            run.acquire()
        try:
            run.read(CONFIG)
        except DataError:
            run.close()
            raise
        return run

    @staticmethod
    def point_to_latest(runs: Sequence[Path], root: Path = ROOT) -> None:
        """Let ``root/latest`` point to the last of these, or be gone where there is none."""
        if runs:
            _point(root / LATEST, runs[-1])
        else:
            (root / LATEST).unlink(missing_ok=True)

    def sizes(self) -> dict[str, int]:
        """The bytes of the arrays that are kept, by which it can be told later whether they are still whole."""
        files = (self.path / name for name in (MODEL, MISTAKES))
        return {file.name: file.stat().st_size for file in files if file.exists()}

    def close(self) -> None:
        """Gives up the lock and closes what is open."""
        self._metrics.close()
        self._layers.close()
        super().close()

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
        self.write(CONFIG, text.encode())
        self.write(METRICS, self._metrics.empty, grows=True)

    def facts(self) -> dict[str, Any]:
        """The document ``run.json``."""
        return self._checked(FACTS, stored.RUN)

    def write_facts(self, **facts: Any) -> None:
        """Puts facts into ``run.json``, beside those that stand there already."""
        start = {"schema_version": SCHEMA_VERSION, "manifest": MANIFEST}
        before = self.document(FACTS) if self.holds(FACTS) else start
        self.write(FACTS, to_json(before | facts))

    def diagnosis(self) -> dict[str, Any]:
        """The document ``diagnosis.json``."""
        return self._checked(DIAGNOSIS, stored.DIAGNOSIS)

    def _checked(self, name: str, shape: stored.Shape) -> dict[str, Any]:
        document = self.document(name)
        stored.check(self.path / name, document, shape)
        return document

    def has_diagnosis(self) -> bool:
        """Whether there is a ``diagnosis.json``, or must be one."""
        return self.holds(DIAGNOSIS)

    def write_diagnosis(self, document: Mapping[str, Any]) -> None:
        """Keeps ``diagnosis.json``."""
        self.write(DIAGNOSIS, to_json(document))

    def append_metrics(self, record: EpochRecord) -> None:
        """Adds a row to ``metrics.csv``."""
        self._layers.flush()
        self._metrics.append(record)

    def append_layer(self, record: LayerRecord) -> None:
        """Adds a row to ``layers.csv``, which the first one makes; it is written with the next of ``metrics.csv``."""
        if not self._layers.path.exists():
            self.write(LAYERS, self._layers.empty, grows=True)
        self._layers.append(record)

    def rewind_tables(self, epoch: int | None) -> None:
        """Puts the tables back to where the checkpoint was made, after ``epoch``; without one they hold no rows.

        Raises:
            DataError: the checkpoint is of an older dlx, which kept no tables in it, and a table is damaged.
        """
        tables = checkpoint.load_tables(self.path / CHECKPOINT) if self.has_checkpoint() else {}
        for table in (self._metrics, self._layers):
            name = table.path.name
            table.close()
            content = tables.get(table.path.stem, table.empty)
            if epoch is not None and not tables and table.path.exists():
                content = table.rows_to(epoch, self.read(name))
            if content != table.empty or table.path.exists() or name == METRICS:
                self.write(name, content, grows=True)

    def seal_tables(self) -> None:
        """Notes what the tables hold now that no row follows."""
        self._note_tables(grows=False)

    def _note_tables(self, grows: bool) -> None:
        tables = (self._metrics, self._layers)
        contents = {table.path.name: table.content(grows) for table in tables if table.path.exists()}
        manifest = self._announce(contents)
        for name in contents:
            manifest.confirm(name)

    def metrics(self) -> dict[str, list[float]]:
        """The columns of ``metrics.csv``, NaN where a cell is empty."""
        return self._metrics.columns(self._rows(METRICS))

    def layers(self) -> dict[str, list[float]]:
        """The columns of ``layers.csv``, NaN where a cell is empty; no rows where there is no such file."""
        return self._layers.columns(self._rows(LAYERS) if self.holds(LAYERS) else b"")

    def _rows(self, name: str) -> bytes:
        """A table as it was written; where it is damaged, as the checkpoint has it, which a remark says."""
        for table in (self._metrics, self._layers):
            table.flush()
        try:
            return self.read(name)
        except DataError as error:
            content = self._rows_in_checkpoint(name)
            if content is None:
                raise
            warnings.warn(Remark(f"{error}; its rows are those of the checkpoint, which are the same"), stacklevel=2)
            return content

    def _rows_in_checkpoint(self, name: str) -> bytes | None:
        try:
            content = checkpoint.load_tables(self.path / CHECKPOINT).get(Path(name).stem)
        except DataError:
            return None
        return content if content is not None and self.manifest.knows(name, content) else None

    def save_checkpoint(self, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
        """Replaces the checkpoint, which holds the rows of the tables that belong to it."""
        tables = (self._metrics, self._layers)
        for table in tables:
            table.sync()
        rows = {table.path.stem: read(table.path) for table in tables if table.path.exists()}
        checkpoint.save(self.path / CHECKPOINT, arrays, meta, rows)
        self.manifest.contents[ITS_CHECKPOINT] = (ANYTHING,)
        self._note_tables(grows=True)

    def checkpoint_faults(self) -> Iterator[DataError]:
        """What is wrong with its files, one by one."""
        return checkpoint.faults(self.path / CHECKPOINT)

    def has_lost_checkpoint(self) -> bool:
        """Whether there was one that is gone."""
        return ITS_CHECKPOINT in self.manifest.contents and not self.has_checkpoint()

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
            self.write(ACT, text.encode())
        else:
            self.remove(ACT)

    def write_mistakes(self, parts: Mapping[str, np.ndarray]) -> None:
        """Keeps what each example of a part adds to its error."""
        self.write(MISTAKES, _npz(parts))

    def mistakes(self) -> dict[str, np.ndarray]:
        """What ``write_mistakes`` was given."""
        return self._arrays(MISTAKES)

    def write_learning_curve(self, document: Mapping[str, Any], png: bytes) -> list[Path]:
        """Keeps what training on fewer examples told, and its picture; returns where."""
        files = {LEARNING_CURVE: to_json(document), LEARNING_CURVE_PICTURE: png}
        return [self.write(name, content) for name, content in files.items()]

    def write_model(self, arrays: Mapping[str, np.ndarray], meta: Mapping[str, Any]) -> None:
        """Keeps ``model.npz``: the arrays under their names, and ``meta`` as the text of a JSON document."""
        import numpy as np

        meta_text = np.array(json.dumps({"schema_version": SCHEMA_VERSION, **meta}))
        self.write(MODEL, _npz({"meta": meta_text, **arrays}))

    def model(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """The arrays and the plain values that ``write_model`` was given."""
        path = self.path / MODEL
        if not self.holds(MODEL):
            raise DataError(f"{self.path}: has no {MODEL} yet: training goes on, or was killed before its end")
        arrays = self._arrays(MODEL)
        try:
            meta = json.loads(str(arrays.pop("meta")))
        except (KeyError, ValueError) as error:
            raise DataError(f"{path}: is damaged: {error}") from error
        stored.check(path, known_version(path, meta), stored.MODEL)
        return arrays, meta

    def _arrays(self, name: str) -> dict[str, np.ndarray]:
        import numpy as np

        path = self.path / name
        content = io.BytesIO(self.read(name))
        try:
            return dict(np.load(content, allow_pickle=False))
        except Exception as error:  # the file's checksums find every damage, but many kinds of exception tell of it
            raise DataError(f"{path}: is damaged: {error}") from error

    def write_curves(self, png: bytes) -> None:
        """Keeps the picture of costs and errors."""
        self.write(CURVES, png)

    def write_boundary(self, png: bytes) -> None:
        """Keeps the picture of the decision regions."""
        self.write(BOUNDARY, png)

    def pictures(self) -> dict[str, bytes]:
        """Those of its pictures that show what no table can, by their names without ``.png``."""
        names = (BOUNDARY, TRAIL_PICTURE, LEARNING_CURVE_PICTURE)
        return {Path(name).stem: self.read(name) for name in names if self.holds(name)}

    def write_trail(self, text: str) -> None:
        """Keeps where the variables of an objective have been, a row for each point."""
        self.write(TRAIL, text.encode())

    def trail(self) -> tuple[list[int], np.ndarray]:
        """The steps and w after each of them, (points, n); raises `DataError` where the file is missing or damaged."""
        import numpy as np

        path = self.path / TRAIL
        try:
            rows = np.array([line.split(",") for line in self.read(TRAIL).decode().splitlines()[1:]], dtype=float)
            return rows[:, 0].astype(int).tolist(), rows[:, 1:]
        except (ValueError, IndexError) as error:
            raise DataError(f"{path}: is damaged: {error}") from error

    def write_trail_picture(self, png: bytes) -> None:
        """Keeps the picture of that."""
        self.write(TRAIL_PICTURE, png)

    def write_errors(self, png: bytes) -> Path:
        """Keeps the picture of the errors and the gaps between them."""
        return self.write(ERRORS, png)

    def write_worst(self, png: bytes) -> Path:
        """Keeps the picture of the examples that the network is most wrong about."""
        return self.write(WORST, png)


def existing(path: Path | str, name: Path | str) -> Path:
    """The directory of an existing run; in messages it has the name that the user knows it by.

    Raises:
        UsageError: there is no run.
        DataError: there is one whose spec is gone.
    """
    path = followed(Path(path))
    if not (path / CONFIG).is_file():
        _refuse_lost_config(path)
        fault = f"it holds no {CONFIG}" if path.exists() else "it does not exist"
        what = "allowed: a directory that dlx train made, latest"
        if (path / FACTS).is_file():
            what = f"its start died; {command('train', 'SPEC', '--out', path)} begins it anew"
        raise UsageError(f"{name}: is no run directory: {fault} ({what})")
    return path


def _refuse_lost_config(path: Path) -> None:
    """Raise DataError where dlx wrote the spec of a run that is gone."""
    run = RunDirectory(path)
    if path.is_dir() and not path.is_symlink() and run.has_begun():
        run.read(CONFIG)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _npz(arrays: Mapping[str, np.ndarray]) -> memoryview:
    import numpy as np

    file = io.BytesIO()
    members: dict[str, Any] = dict(arrays)
    np.savez(file, **members)
    return file.getbuffer()


def _point(link: Path, target: Path) -> None:
    """Makes ``link`` point to ``target``, all at once: a symbolic link, or its text in a file where links fail."""
    place = os.path.relpath(target.resolve(), link.parent.resolve())
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    try:
        temporary.symlink_to(place, target_is_directory=True)
        temporary.replace(link)
    except OSError:
        write_atomically(link, place.encode())


def followed(path: Path) -> Path:
    """The directory that a link to the newest run stands for; every other path as it is."""
    if path.is_symlink():
        return Path(os.path.normpath(path.parent / path.readlink()))
    if path.name == LATEST and path.is_file():
        return Path(os.path.normpath(path.parent / read(path).decode(errors="replace")))
    return path
