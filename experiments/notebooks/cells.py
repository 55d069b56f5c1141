"""The notebooks and their cells, read without what executes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOTEBOOKS = sorted(Path(__file__).parent.glob("*.ipynb"))
PARAMETERS = "parameters"  # the tag of the cell that says how much is done


def cells(path: Path) -> Iterator[tuple[str, Any]]:
    """The code of each cell, and the cell."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            yield "".join(cell["source"]), cell


def run_cells(path: Path, parameters: str) -> dict[str, Any]:
    """What the names of a notebook stand for once its cells have run here, with other parameters."""
    names: dict[str, Any] = {}
    for code, cell in cells(path):
        exec(compile(parameters if PARAMETERS in cell["metadata"].get("tags", ()) else code, path.name, "exec"), names)
    return names
