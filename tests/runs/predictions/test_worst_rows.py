"""The worst examples are rows of the user's file, with what was answered and how wrong it is, the worst first."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.runs.diagnosis.diagnose import examine_run
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.worst_rows import MOST_ROWS, is_ours, worst_rows
from dlx.runs.preparation import prepare
from dlx.runs.training.provenance import provenance
from dlx.runs.training.train import Session
from dlx.spec.sections import Spec

pytestmark = pytest.mark.usefixtures("blank_pictures")


def table(path: Path, regression: bool) -> list[list[str]]:
    """A file with a number and a category, and its rows."""
    rng = np.random.default_rng(2)
    colours = rng.choice(["red", "green", "blue"], size=300)
    sizes = rng.normal(size=300)
    score = sizes + (colours == "red") + rng.normal(size=300)
    labels = [f"{value:.4f}" if regression else ("big" if value > 0 else "small") for value in score]
    rows = [[f"{size:.4f}", colour, label] for size, colour, label in zip(sizes, colours, labels, strict=True)]
    path.write_text("\n".join(",".join(row) for row in [["size", "colour", "y"], *rows]) + "\n")
    return rows


def trained(folder: Path, **data: Any) -> RunDirectory:
    source = {"name": "file", "path": str(folder / "t.csv"), "target": "y"}
    sections = {
        "data": {"source": source, "split": {"train": 180, "dev": 60, "test": 60}} | data,
        "architecture": {"hidden": [4]},
        "optimizer": {"name": "adam", "learning_rate": 0.02},
        "training": {"epochs": 5},
    }
    run = RunDirectory.create("x", out=folder / "run")
    with Session(prepare(Spec.model_validate(sections).complete()), run) as session:
        session.begin([], provenance(["dlx"], folder))
        for _ in session.records():
            pass
    return run


@pytest.mark.parametrize("regression", [False, True])
@pytest.mark.parametrize("data", [{}, {"train_examples": 100}], ids=["all", "some"])
def test_rows_are_those_of_the_file_and_the_worst_come_first(
    tmp_path: Path, regression: bool, data: dict[str, int]
) -> None:
    rows = table(tmp_path / "t.csv", regression)
    content = worst_rows(trained(tmp_path, **data))
    assert is_ours(content)
    worst = list(csv.DictReader(io.StringIO(content.decode())))
    assert list(dict.fromkeys(entry["part"] for entry in worst)) == ["dev", "train"]
    assert [sum(entry["part"] == part for entry in worst) for part in ("dev", "train")] == [60, MOST_ROWS]
    for entry in worst:
        size, colour, label = rows[int(entry["row"]) - 1]
        assert float(entry["size"]) == pytest.approx(float(size))
        assert entry["colour"] == colour
        if regression:
            assert float(entry["label"]) == pytest.approx(float(label), rel=1e-5)
            squared = (float(entry["answer"]) - float(label)) ** 2
            assert float(entry["loss"]) == pytest.approx(squared, rel=1e-3, abs=1e-5)
        else:
            assert entry["label"] == label
            p = float(entry["p"]) if entry["answer"] == label else 1 - float(entry["p"])
            assert float(entry["loss"]) == pytest.approx(-np.log(p), rel=1e-4, abs=1e-6)
    losses = [float(entry["loss"]) for entry in worst if entry["part"] == "dev"]
    assert losses == sorted(losses, reverse=True)
    assert len({entry["row"] for entry in worst}) == len(worst)


def test_several_labels_have_a_loss_together_and_an_answer_each(tmp_path: Path) -> None:
    x = np.random.default_rng(3).normal(size=(300, 2)).round(4)
    lines = [f"{a},{b},{int(a > 0)},{int(a + b > 1)}" for a, b in x]
    (tmp_path / "t.csv").write_text("\n".join(["a,b,sweet,red", *lines]) + "\n")
    source = {"name": "file", "path": str(tmp_path / "t.csv"), "target": ["sweet", "red"]}
    worst = list(csv.DictReader(io.StringIO(worst_rows(trained(tmp_path, source=source)).decode())))
    for entry in worst:
        a, b = x[int(entry["row"]) - 1]
        labels = {"sweet": a > 0, "red": a + b > 1}
        p = {name: float(entry[f"p({name})"]) for name in labels}
        assert {name: entry[f"label({name})"] == "1" for name in labels} == labels
        assert {name: entry[f"answer({name})"] == "1" for name in labels} == {name: p[name] > 0.5 for name in labels}
        chance = np.prod([p[name] if labels[name] else 1 - p[name] for name in labels])
        assert float(entry["loss"]) == pytest.approx(-np.log(chance), rel=1e-5, abs=1e-6)
    assert [float(entry["loss"]) for entry in worst[:60]] == sorted(
        (float(e["loss"]) for e in worst[:60]), reverse=True
    )


def test_the_diagnosis_names_the_rows_of_a_file(tmp_path: Path) -> None:
    rows = table(tmp_path / "t.csv", regression=False)
    run = trained(tmp_path)
    assert run.diagnosis().classes is None  # it is measured by `dlx diagnose`
    classes = examine_run(run).document.classes
    assert classes is not None
    for entry in classes.worst:
        assert entry.row is not None
        assert rows[entry.row - 1][2] == entry.label
