"""What a dry run, an evaluation and averages say to people: round numbers with units, and a chart."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.show.charts.averages import average_courses
from dlx.show.terminal import averages, forecast

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call_dlx: Run) -> Path:
    """A run that learns y = 3x + 2 with some noise."""
    folder = tmp_path_factory.mktemp("regression")
    rng = np.random.default_rng(0)
    x = rng.normal(size=60)
    y = 3 * x + 2 + 0.1 * rng.normal(size=60)
    rows = "".join(f"{a:.4f},{b:.4f}\n" for a, b in zip(x, y, strict=True))
    (folder / "line.csv").write_text(f"x,y\n{rows}", encoding="utf-8")
    (folder / "line.yaml").write_text(
        "data: {source: {name: file, path: line.csv, target: y}, split: {train: 40, dev: 20}}\n"
        "optimizer: {name: adam, learning_rate: 0.1}\ntraining: {epochs: 60, batch_size: 20}\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.usefixtures("blank_pictures")
def test_a_regression_speaks_of_rmse_and_r2(folder: Path, call_dlx: Run) -> None:
    result = call_dlx("train", "line.yaml", cwd=folder)
    [header] = [line for line in result.stdout.splitlines() if "95 % interval" in line]
    assert header.split() == ["RMSE", "95", "%", "interval", "m", "R²"]
    [dev] = [line for line in result.stdout.splitlines() if line.startswith("dev ")]
    assert float(dev.split()[-1]) > 0.99
    text = call_dlx("evaluate", "line.csv", cwd=folder).stdout
    labels = [line.split()[0] for line in text.partition("\n\n")[0].splitlines()]
    assert labels == ["run", "data", "RMSE", "cost"]
    assert re.search(r"^RMSE  0\.\d+ \(95 %: 0\.\d+ to 0\.\d+\), in the unit of the target$", text, re.MULTILINE)
    assert "60 examples, 40 of them trained on" in text


@pytest.mark.usefixtures("blank_pictures")
def test_r2_of_a_network_that_grew_without_bounds_is_short(folder: Path, call_dlx: Run) -> None:
    result = call_dlx("train", "line.yaml", "optimizer={learning_rate: 1e+4}", "training.epochs=8", cwd=folder)
    table = [line for line in result.stdout.splitlines() if line.startswith(("train ", "dev "))]
    assert len(table) == 2
    assert all(line.split()[-1].startswith("-") and len(line.split()[-1]) < 8 for line in table)


def test_a_dry_run_is_in_round_numbers(folder: Path, call_dlx: Run) -> None:
    lines = call_dlx("train", "line.yaml", "--dry-run", cwd=folder).stdout.splitlines()
    words = {line[:12].strip(): line for line in lines}
    assert words["task"].split() == ["task", "regression"]
    # The sizes stand in rows of their own, under the symbols of the notes, for people and scripts that look for them.
    assert [words[symbol].split()[2:] for symbol in ("n x", "n y")] == [["1", "input"], ["1", "output"]]
    assert re.search(r"120, [\d.]+ (µs|ms|s) each$", words["steps"])
    assert re.search(r"about [\d.]+ s( |,)|about \d+ min", words["time"])
    assert re.search(r"about [\d.]+ [MG]B$", words["memory"])
    assert max(len(re.sub(r"\D", "", word)) for line in lines[4:] for word in line.split()) < 7


def test_folds_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"name": "a", "parameters": 9, "folds": 5, "steps": 10, "seconds_per_step": 2.0, "first_cost": 1.0}
    forecast({**document, "predicted_seconds": 100.0, "predicted_bytes": 1_500_000_000, "threads": 2})
    output = capsys.readouterr().out
    assert "10, of the first fold, 2.0 s each" in output
    assert output.splitlines()[-2:] == ["time        about 1 min 40 s, on 2 threads", "memory      about 1.5 GB"]


def test_averages_are_drawn_where_somebody_looks(
    tmp_path: Path, call_dlx: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    values = np.arange(365.0)
    averages(average_courses("temperature", values, {0.9: values - 5, 0.98: values - 40}))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 20
    assert max(map(len, lines)) <= 80
    ends = [(line.split()[0], line.split()[-1]) for line in lines[-3:]]
    assert ends == [("A", "359"), ("B", "324"), ("C", "364")]
    (tmp_path / "series.csv").write_text("x\n1\n2\n3\n", encoding="utf-8")
    assert call_dlx("average", "series.csv", cwd=tmp_path).stdout.startswith("t,x,average_0.9,corrected_0.9\n")
    assert call_dlx("average", "series.csv", "--csv", cwd=tmp_path).stdout.count("\n") == 4
