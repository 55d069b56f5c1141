"""Runs and tables that are named where a spec belongs."""

from __future__ import annotations

from pathlib import Path

from dlx.calls import instruction
from dlx.errors import DataError, UsageError
from dlx.runs.files.file_names import CONFIG, SPECS
from dlx.runs.files.latest import followed
from dlx.runs.files.stand_ins import is_table
from dlx.runs.reading import references
from dlx.text import quoted

# What files of other endings are, and what to do with them.
OTHERS = {
    ".py": "is a program, not a spec: what it defines is named by plugins=[{path}] behind a spec, and checked by "
    "dlx gradcheck --plugin {path}",
    ".toml": "is TOML, and a spec is YAML: dlx new --out spec.yaml writes one to start from",
    ".ini": "is no YAML, and a spec is: dlx new --out spec.yaml writes one to start from",
    ".ipynb": "is a notebook, not a spec: dlx guide python says how dlx is used there",
}
PLANNED = {("tune",): "search", ("study",): "variants"}


def refuse_as_spec(path: Path, *words: str) -> None:
    """Raise UsageError where what is named as a spec is a run, by its directory or a short name, or a table.

    ``words`` are those of the command that takes the spec, such as ``config show``.
    """
    if path.suffix in SPECS and path.is_file():
        return
    if path.is_file() and (path.parent / CONFIG).is_file():
        raise UsageError(f"{path}: is a file of a run, not a spec: {_ways_on(path.parent, words)}")
    if path.is_file() and is_table(path):
        new = instruction("new", path, "--target", "COLUMN", "--out", path.with_suffix(".yaml"))
        raise UsageError(f"{path}: is a table, not a spec: {new} writes the spec that trains on it")
    if (what := OTHERS.get(path.suffix.lower())) and path.is_file():
        raise UsageError(f"{path}: {what.format(path=quoted(path))}")
    run = _run_of(path)
    if run is not None:
        raise UsageError(f"{path}: is a run, not a spec: {_ways_on(run, words)}")


def _run_of(path: Path) -> Path | None:
    if path.is_dir():
        return path if (followed(path) / CONFIG).is_file() else None
    if path.exists() or path.suffix in SPECS:
        return None
    try:
        return references.locate(str(path))
    except (UsageError, DataError):  # it means no run either
        return None


def _ways_on(run: Path, words: tuple[str, ...]) -> str:
    if words == ("train",):
        return (
            f"{instruction('train', '--resume', run)} goes on with it, {instruction('train', run / CONFIG)} repeats it"
        )
    if words in PLANNED:
        return f"{instruction(*words)} takes a plan, with `base: {run / CONFIG}` and `{PLANNED[words]}:`"
    return f"{instruction(*words, run / CONFIG)} takes its spec"
