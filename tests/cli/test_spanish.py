"""What commands show in Spanish where the guide has no example: forecasts, and what is followed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.events import RaceStart, RaceState, TrialEnd, WatchedWork
from dlx.gradcheck.rules.rule import RuleCase
from dlx.language import translated
from dlx.show.terminal import gradcheck
from dlx.show.terminal.lines import paragraph_lines, text_width
from dlx.show.terminal.repair_progress import RepairProgress
from dlx.show.terminal.watching import line_of
from dlx.words import Status
from tests.english import in_english

Call = Callable[..., Any]

SPEC = "data: {source: {name: moons, m: 60}, split: {dev: 20}}\n"
SEARCH = "base: spec.yaml\nsearch: {trials: 4, space: {optimizer.learning_rate: {log_uniform: [1.0e-3, 1]}}}\n"
STUDY = "base: spec.yaml\nvariants: {more: {training.epochs: 20}, fewer: {training.epochs: 5}}\nseeds: 1\n"


@pytest.fixture(autouse=True)
def _spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLX_LANG", "es")


@pytest.mark.parametrize(("command", "plan"), [("tune", SEARCH), ("study", STUDY)])
def test_a_forecast_is_shown_in_spanish_and_printed_in_english(
    command: str, plan: str, tmp_path: Path, call_dlx: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "plan.yaml").write_text(plan)
    shown = call_dlx(command, "plan.yaml", "--dry-run", cwd=tmp_path).stdout
    assert in_english(shown.splitlines(), ["more", "fewer"]) == []
    documents = [call_dlx(command, "plan.yaml", "--dry-run", "--json", cwd=tmp_path).stdout]
    monkeypatch.setenv("DLX_LANG", "en")
    documents.append(call_dlx(command, "plan.yaml", "--dry-run", "--json", cwd=tmp_path).stdout)
    keys = [[line.partition(":")[0] for line in document.splitlines()] for document in documents]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("status", Status)
def test_what_is_followed_is_said_in_spanish(status: Status) -> None:
    epochs = {"epoch": [1.0, 2.0], "cost": [0.5, 0.25], "train_error": [0.2, 0.1], "dev_error": [0.3, 0.2]}
    for work in (
        WatchedWork(Path("run"), "run", status, "binary", epochs=40, metrics=epochs),
        WatchedWork(Path("run"), "run", status, "binary"),
        WatchedWork(Path("search"), "search", status, "binary", counts={status: 3}, best=[("beta 0.9", 0.2)]),
        WatchedWork(Path("search"), "search", status, "binary", counts={}),
    ):
        assert in_english([line_of(work)]) == []


def test_a_label_that_is_wider_than_the_margin_stands_apart_from_its_text() -> None:
    text = " ".join(["evidence"] * 30)
    for label in ("trainings", "dev error", "note"):
        lines = ["".join(piece for piece, _ in line) for line in paragraph_lines(label, text, 60)]
        assert max(map(text_width, lines)) <= 60
        assert " ".join(lines).split() == [*translated(label).split(), *text.split()]


# Mistakes that a newcomer makes, a line each, in a spec and behind a command.
MISTAKES = (
    "optimiser: adam",
    "training: {epocs: 5}",
    "training: {epochs: ten}",
    "training: {epochs: -1}",
    "training: {batch_size: half}",
    "optimizer: {name: sgd}",
    "optimizer: {name: adam, lr: 0.1}",
    "optimizer: [adam]",
    "architecture: {hidden: 64,32}",
    "architecture: {hidden: [0]}",
    "architecture: {activation: Relu, dropout: 0.5}",
    "regularization: {keep_prob: 1.5}",
    "regularization: {keep_prob: [0.5, 0.5, 0.5]}",
    "loss: poisson",
    "dtype: float16",
    "schedule: step",
    "data: {source: iris}",
    "data: {source: {name: file}}",
    "data: {source: moons, split: {train: 0.8, dev: 10}}",
    "data: {source: moons, split: {train: 0.8, dev: 0.5}}",
    "data: {source: moons, split: {train: 1.0}}\ntraining: {early_stopping: true}",
    "data: {source: [}",
    "data: {source: moons\ntraining: {}",
    "seed: 1\nseed: 2",
    "a: b: c",
    "\tname: x",
    "",
)


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: text[:24])
def test_mistakes_in_a_spec_are_named_in_spanish(text: str, tmp_path: Path, call_dlx: Call) -> None:
    (tmp_path / "spec.yaml").write_text(text)
    result = call_dlx("config", "check", "spec.yaml", cwd=tmp_path)
    assert_in_spanish(result)


@pytest.mark.parametrize(
    "words",
    [
        "trian spec.yaml",
        "train",
        "train nowhere.yaml",
        "train spec.yaml --lr 0.1",
        "train spec.yaml epochs",
        "train spec.yaml training.epochs=5 training.epochs=6",
        "diagnose nothing",
        "diagnose --errors train=2",
        "diagnose --errors trian=.1,dev=.2",
        "compare",
        "gradcheck spec.yaml --epsilon 5",
        "tune spec.yaml",
        "study spec.yaml",
        "explain nothing-like-it",
        "list optimizer sgd",
        "export --to tf",
        "runs remove ~7 --yes",
        "guide nothing",
        "data nowhere.csv",
        "config check nowhere.yaml",
    ],
)
def test_mistakes_behind_a_command_are_named_in_spanish(words: str, tmp_path: Path, call_dlx: Call) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    assert_in_spanish(call_dlx(*words.split(), cwd=tmp_path))


def assert_in_spanish(result: Any) -> None:
    """What is allowed, and was typed, stays as it is."""
    shown = re.sub(r"permitido: (?:[^\s;()]+(?:, |(?=[;)])))+|uso: .*", "", result.stderr)
    assert result.code
    assert result.stderr
    assert (
        in_english(
            shown.splitlines(),
            ["error:", "data:", "no ", "train", "epochs", "seed", "nothing-like-it", "search:", "variants:"],
        )
        == []
    )


def test_a_race_is_followed_in_spanish() -> None:
    """With one trial as one, and durations in a sentence of its own."""
    progress = RepairProgress("multiclass")
    progress.take(RaceStart("variance", 12))
    progress.take(TrialEnd("", "completed", "trial"))
    progress.take(
        RaceState(training=("", "narrower"), replicate=1, elapsed=0.4, budget=600.0, leader=None, change=None)
    )
    line = progress.standing()
    assert in_english([line], ["narrower"]) == []
    assert line.endswith("  1 ensayo")
    assert " s de 10 min 0 s  12 remedios contra la varianza" in line


def test_the_check_of_rules_is_shown_in_spanish(capsys: pytest.CaptureFixture[str]) -> None:
    gradcheck.plugin([], (), [RuleCase("optimizer", "adam", "", 13, None, None)])
    lines = capsys.readouterr().out.splitlines()
    assert any("verificado" in line for line in lines)
    assert any("13 propiedades" in line for line in lines)


@pytest.mark.parametrize(("text", "spanish"), [("0.40 s of 1 min 0 s", "0.40 s de 1 min 0 s"), ("a of b", "a of b")])
def test_durations_are_numbers_and_names_are_not(text: str, spanish: str) -> None:
    assert translated(text) == spanish


def test_bounds_of_options_are_shown_in_spanish(call_dlx: Call) -> None:
    lines = call_dlx("list", "source", "file").stdout.splitlines()
    assert in_english([line for line in lines if line.startswith("  rare") or line.startswith("  skip_lines")]) == []
