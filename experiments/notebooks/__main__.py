"""Executes the notebooks beside it, each in a folder of its own, and keeps them with their outputs in build/notebooks.

Exit code 1: a cell of one of them has failed, which is shown.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from experiments.notebooks.cells import NOTEBOOKS

BUILD = Path("build") / "notebooks"
MOST_SECONDS = 600  # for a cell


def execute(path: Path) -> bool:
    """Whether all cells of a notebook pass; its outputs are kept either way."""
    notebook, folder = nbformat.read(path, as_version=4), BUILD / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    client = NotebookClient(notebook, timeout=MOST_SECONDS, resources={"metadata": {"path": str(folder)}})
    start = perf_counter()
    try:
        client.execute()
    except CellExecutionError as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        return False
    finally:
        nbformat.write(notebook, BUILD / path.name)
    print(f"{BUILD / path.name}  {perf_counter() - start:.0f} s")
    return True


if __name__ == "__main__":
    passes = [execute(path) for path in NOTEBOOKS]
    sys.exit(0 if all(passes) else 1)
