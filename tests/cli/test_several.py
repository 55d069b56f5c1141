"""``dlx train`` of several specs, and of several values of a key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.cli.several import swept
from dlx.errors import UsageError

pytestmark = pytest.mark.usefixtures("blank_pictures")
Run = Callable[..., Any]

SPEC = "data: {source: {name: moons, m: 60}, split: {train: 40, dev: 20}}\narchitecture: {hidden: [4]}\n"
SPEC += "optimizer: adam\ntraining: {epochs: 2, batch_size: 20}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("first", "second"):
        (tmp_path / f"{name}.yaml").write_text(f"name: {name}\n{SPEC}", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "sweeps"),
    [
        (["seed=1,2"], {"seed": ["1", "2"]}),
        (["optimizer.learning_rate=0.1, 0.01", "seed=3"], {"optimizer.learning_rate": ["0.1", "0.01"]}),
        (["optimizer=adam,{name: momentum, beta: 0.8}"], {"optimizer": ["adam", "{name: momentum, beta: 0.8}"]}),
        (["architecture.hidden=[8, 4],[8]"], {"architecture.hidden": ["[8, 4]", "[8]"]}),
        (["architecture.hidden=8,4"], {}),  # a list that lacks its brackets
        (["data.source.delimiter=,", "name='a,b'", 'name="a,b"'], {}),
        (["data={source: moons, split: {train: 3, dev: 4}}"], {}),
    ],
)
def test_what_is_a_sweep(words: list[str], sweeps: dict[str, list[str]]) -> None:
    assert swept(words) == sweeps


def test_a_decimal_comma_is_no_sweep() -> None:
    with pytest.raises(UsageError, match=r"as in optimizer.learning_rate=0.01$"):
        swept(["optimizer.learning_rate=0,01"])


def test_several_specs_are_trained_one_after_the_other(folder: Path, call_dlx: Run) -> None:
    result = call_dlx("train", "first.yaml", "second.yaml", "training.epochs=1", "-q", cwd=folder)
    assert result.code == 0, result.stderr
    first, second = (Path(line) for line in result.stdout.splitlines())
    assert (first.parts[:2], second.parts[:2]) == (("runs", "first"), ("runs", "second"))
    facts = [json.loads((folder / path / "run.json").read_text()) for path in (first, second)]
    assert [run["final"]["epoch"] for run in facts] == [1, 1]
    document = json.loads(call_dlx("train", "first.yaml", "second.yaml", "--json", cwd=folder).stdout)
    assert [run["name"] for run in document["runs"]] == ["first", "second"]


def test_all_specs_are_checked_before_the_first_is_trained(folder: Path, call_dlx: Run) -> None:
    (folder / "broken.yaml").write_text("sede: 1\n", encoding="utf-8")
    (folder / "table.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    result = call_dlx("train", "first.yaml", "broken.yaml", "none.yaml", "-q", cwd=folder)
    assert (result.code, result.stdout, (folder / "runs").exists()) == (2, "", False)
    assert "broken.yaml:1:1: sede: unknown key" in result.stderr
    assert "none.yaml: there is no such file" in result.stderr
    result = call_dlx("train", "first.yaml", "second.yaml", "training.epochs=foo", "optimizer=adam,adm", cwd=folder)
    assert result.stderr.count("training.epochs: expected a whole number, got 'foo'") == 2
    assert not (folder / "runs").exists()


def test_one_whose_training_fails_does_not_keep_the_others(folder: Path, call_dlx: Run) -> None:
    (folder / "lost.yaml").write_text("data: {source: {name: file, path: none.csv, target: y}}\n", encoding="utf-8")
    result = call_dlx("train", "lost.yaml", "first.yaml", "-q", cwd=folder)
    assert result.code == 5
    assert result.stdout.startswith("runs/first/")
    assert "none.csv" in result.stderr


def test_a_sweep_is_shown_as_a_study(folder: Path, call_dlx: Run) -> None:
    words = ["optimizer.learning_rate=0.1,0.01", "training.epochs=1", "seed=7"]
    document = json.loads(call_dlx("train", "first.yaml", *words, "--json", cwd=folder).stdout)
    assert [variant["name"] for variant in document["variants"]] == ["learning_rate=0.1", "learning_rate=0.01"]
    text = call_dlx("train", "first.yaml", *words, cwd=folder).stdout
    assert "2 variants, 1 seed each" in text
    assert call_dlx("train", "first.yaml", *words, "--dry-run", cwd=folder).code == 0


def test_each_value_is_trained_as_it_would_be_alone(folder: Path, call_dlx: Run) -> None:
    sweep = json.loads(call_dlx("train", "first.yaml", "optimizer.learning_rate=0.1,0.01", "--json", cwd=folder).stdout)
    for rate, variant in zip(("0.1", "0.01"), sweep["variants"], strict=True):
        words = ["train", "first.yaml", f"optimizer.learning_rate={rate}", "--json"]
        alone = json.loads(call_dlx(*words, cwd=folder).stdout)
        assert variant["errors"]["dev"]["value"] == pytest.approx(alone["final"]["dev_error"])


def test_seeds_are_repetitions(folder: Path, call_dlx: Run) -> None:
    document = json.loads(call_dlx("train", "first.yaml", "seed=1,2,5", "--json", cwd=folder).stdout)
    assert (len(document["variants"]), document["seeds"]) == (1, [1, 2, 5])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["first.yaml", "second.yaml", "--out", "x"], "--out names one directory"),
        (["first.yaml", "optimizer=adam,sgd"], "did you mean gradient_descent?"),
        (["first.yaml", "architecture.hidden=8,4"], "did you mean [8, 4]?"),
        (["first.yaml", "training.epochs=foo,2"], "command line: training.epochs=foo: training.epochs: expected"),
        (
            ["first.yaml", "optimizer.beta1=1e-2,0.01"],
            "optimizer.beta1=1e-2,0.01: sweep: beta1=0.01 is given",
        ),
        (["first.yaml", "seed=1,2", "trainin.epochs=3"], "command line: trainin.epochs=3: trainin: unknown key"),
    ],
)
def test_what_does_not_go_together(words: list[str], message: str, folder: Path, call_dlx: Run) -> None:
    result = call_dlx("train", *words, cwd=folder)
    assert (result.code, result.stdout) == (2, "")
    assert message in result.stderr
