"""The files that grow while a run trains: its tables, and the checkpoint that holds their rows once more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlx.errors import DataError, remark
from dlx.files import read
from dlx.runs.files import checkpoint
from dlx.runs.files.file_names import CHECKPOINT, ITS_CHECKPOINT, LAYERS, METRICS
from dlx.runs.files.locked_directory import LockedDirectory
from dlx.runs.files.manifest import ANYTHING, Content, Manifest
from dlx.runs.files.tables import LayersTable, MetricsTable

if TYPE_CHECKING:
    import numpy as np

    from dlx.training.records import EpochRecord, LayerRecord


class TrainingFiles(LockedDirectory):
    """The files of a run from which training goes on.

    The tables ``metrics.csv`` and ``layers.csv`` grow line by line; the checkpoint is replaced as a whole.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._metrics = MetricsTable(path / METRICS)
        self._layers = LayersTable(path / LAYERS)

    @property
    def metric_columns(self) -> tuple[str, ...]:
        """The columns of ``metrics.csv`` beside those that every run has; to be set before the first row."""
        return self._metrics.metrics

    @metric_columns.setter
    def metric_columns(self, columns: tuple[str, ...]) -> None:
        self._metrics.metrics = columns

    def close(self) -> None:
        """Gives up the lock and closes what is open."""
        self._metrics.close()
        self._layers.close()
        super().close()

    def accept_files(self) -> None:
        """Take the files that dlx writes here for what it wrote, the checkpoint too, which vouches for itself."""
        super().accept_files()
        if self.has_checkpoint():
            manifest = Manifest.read(self.path) or Manifest()
            manifest.contents[ITS_CHECKPOINT] = (ANYTHING,)
            manifest.write(self.path, durable=True)

    def own_files(self) -> Iterator[Path]:
        """What dlx wrote, its checkpoint included."""
        yield from super().own_files()
        folder = self.path / CHECKPOINT
        if folder.is_dir() and not folder.is_symlink():
            yield from checkpoint.own_files(folder)

    def begin_metrics(self) -> None:
        """Makes ``metrics.csv``, still empty."""
        self.write(METRICS, self._metrics.empty, grows=True)

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
        self.vouch({table.path.name: table.content(grows) for table in tables if table.path.exists()})

    def vouch(self, contents: Mapping[str, Content | None]) -> None:
        """Notes what files hold that have grown by themselves; it must be locked."""
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
            remark(f"{error}; its rows are those of the checkpoint, which are the same")
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
