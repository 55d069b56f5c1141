"""The notebooks: their cells run, small, and no outputs are kept in them."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from dlx.errors import Remark
from experiments.notebooks.cells import NOTEBOOKS, cells, run_cells

SMALL = {
    "optimizers": "epochs, seeds, trials, source = 1, 2, 2, {'name': 'blobs', 'm': 60}",
    "own_data": "epochs, budget = 3, '0.1s'",
    "regularization": "iterations = 100",
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank_pictures: None) -> None:
    pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        assert "dlx" in run_cells(path, SMALL[path.stem])


def test_outputs_are_not_kept() -> None:
    assert [path.stem for path in NOTEBOOKS] == sorted(SMALL)
    for path in NOTEBOOKS:
        assert all(cell["outputs"] == [] and cell["execution_count"] is None for _, cell in cells(path)), path
