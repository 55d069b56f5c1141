"""CSV: a table of runs with their settings and final figures, and one of all that was measured in their epochs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from dlx.files import to_csv
from dlx.runs.export.history import RunHistory
from dlx.runs.export.tracker import Tracker
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.manifest import write_output

RUNS, EPOCHS = "_runs.csv", "_epochs.csv"
OF_RUNS = ("run", "name", "status", "started", "ended", "parameters", "kept_epoch")
OF_EPOCHS = ("run", "epoch", "step")


class CsvTables(Tracker):
    """``PATH_runs.csv``, one row a run: `OF_RUNS`, the final figures, such as ``dev_error`` and ``test_error``, and the
    spec by dotted key. ``PATH_epochs.csv``, one row for each row of a ``metrics.csv``, with its columns behind ``run``.

    ``run`` is the path of the directory. What a run does not have is empty. PATH is ``export`` in the directory that
    was named.
    """

    name = "csv"

    def write(self, runs: Sequence[RunHistory], source: Path, out: Path | None) -> list[str]:
        base = out or source / "export"
        tables = {RUNS: table(OF_RUNS, map(_facts, runs)), EPOCHS: table(OF_EPOCHS, _epochs(runs))}
        paths = {base.with_name(f"{base.name}{ending}"): content for ending, content in tables.items()}
        is_run = RunDirectory(source).config.is_file()
        for path, content in paths.items():
            if out is None and is_run:
                runs[0].run.write_unlocked(path.name, content)
            else:
                write_output("out", path, content, is_ours)
        return [str(path) for path in paths]


def table(first: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows as CSV, whose columns are these and then the others in the order in which they first come."""
    every = list(rows)
    columns = dict.fromkeys([*first, *(name for row in every for name in row)])
    return to_csv([columns, *([row.get(name, "") for name in columns] for row in every)])


def is_ours(content: bytes) -> bool:
    """Whether a file is such a table."""
    return content.startswith((",".join(OF_RUNS).encode(), ",".join(OF_EPOCHS).encode()))


def _facts(run: RunHistory) -> dict[str, object]:
    facts = {name: run.facts.get(name) for name in OF_RUNS[1:]}
    settings = {name: value for name, value in run.settings.items() if name not in OF_RUNS}
    return {"run": str(run.path)} | facts | dict(run.final_figures) | settings


def _epochs(runs: Sequence[RunHistory]) -> Iterator[dict[str, object]]:
    for run in runs:
        names = list(run.metrics)
        for values in zip(*run.metrics.values(), strict=True):
            cells = ("" if value != value else value for value in values)  # NaN stands for an empty cell
            yield {"run": str(run.path)} | dict(zip(names, cells, strict=True))
