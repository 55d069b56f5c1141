"""Files that are named where a run belongs, and what to type instead."""

from __future__ import annotations

from pathlib import Path

from dlx.calls import instruction
from dlx.runs.files.file_names import CONFIG, SPECS

# The ends of the names of data files, but for those that a spec may have too; a run is listed without the formats.
TABLES = (
    *(".arrow", ".arrows", ".bmp", ".csv", ".dat", ".data", ".feather", ".gif", ".h5"),
    *(".hdf", ".hdf5", ".idx", ".jpeg", ".jpg", ".jsonl", ".mat", ".ndjson", ".npy"),
    *(".npz", ".parquet", ".png", ".psv", ".tab", ".tsv", ".xlsm", ".xlsx"),
)


def instead_of_run(path: Path) -> str | None:
    """What a file is that is named as a run, and what to type; None where that is not known."""
    if not path.is_file():
        return None
    if (path.parent / CONFIG).is_file():
        return f"is a file of a run: the run is {path.parent}"
    if path.suffix in SPECS:
        return f"is a spec, not a run: {instruction('train', path)} trains it, and latest is the newest run"
    if is_table(path):
        return "is a table, not a run: the run stands in front of it, as latest for the newest one"
    return None


def is_table(path: Path) -> bool:
    """Whether the name tells data; JSON may be a spec."""
    return path.suffix.lower() in TABLES
