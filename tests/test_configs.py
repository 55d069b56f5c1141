"""Every shipped spec is valid, says what it shows in its header, and keeps what the header promises."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from dlx.runs.preparation import prepare
from dlx.search.plan import kind_of
from dlx.spec.loader import load_spec
from dlx.training.fit import fit
from dlx.training.records import EpochRecord
from dlx.training.supervised import Supervised
from tests.conftest import examples

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"
SHIPPED = sorted(CONFIGS.glob("**/*.yaml"))
SPECS = [path for path in SHIPPED if kind_of(path) is None]
HEADER = re.compile(
    r"#\n# Shows:    .+\n(#           .+\n)*# Command:  dlx (train|tune|study) (?P<path>\S+).*\n"
    r"# Takes:    \d+ seconds?\.\n# Expect:   .+\n(#           .+\n)*\n"
)

LIKE_DEV = " ".join(f"data.{part}.centers=[[-0.2,0.6],[1.8,0.6]]" for part in ("train", "train_dev"))

# Spec, overrides, a figure, and the bounds that the header implies for its mean over the seeds.
CLAIMS: list[tuple[str, str, str, float, float]] = [
    ("logistic_regression", "", "dev", 0.11, 0.15),
    ("logistic_regression", "architecture.hidden=[16]", "dev", 0.02, 0.06),
    ("overfitting", "", "train", 0, 0.01),
    ("overfitting", "", "dev", 0.14, 0.18),
    ("overfitting", "", "test", 0.14, 0.18),
    ("memorized", "", "train", 0, 0.01),
    ("memorized", "", "dev", 0.08, 0.14),
    ("memorized", "data.train_examples=null", "dev", 0.015, 0.035),
    ("l2", "", "dev", 0.083, 0.13),
    ("l2", "", "test", 0.083, 0.12),
    ("l2", "regularization.l2=7", "train", 0.13, 0.2),
    ("dropout", "", "test", 0.083, 0.135),
    ("early_stopping", "", "test", 0.083, 0.135),
    ("early_stopping", "", "epochs", 60, 250),
    ("augmentation", "", "dev", 0.015, 0.028),
    ("augmentation", "data.augment=[]", "dev", 0.029, 0.04),
    ("batch_norm", "", "dev", 0.01, 0.04),
    ("batch_norm", "architecture.batch_norm=false", "dev", 0.88, 0.92),
    ("layer_norm", "", "dev", 0.02, 0.07),
    ("layer_norm", "architecture.layer_norm=false architecture.batch_norm=true", "dev", 0.2, 0.8),
    ("softmax", "", "dev", 0.02, 0.06),
    ("softmax", "architecture.hidden=[]", "dev", 0.55, 0.75),
    ("stochastic", "", "worst", 0.1, 0.5),
    ("stochastic", "training.batch_size=64", "worst", 0.05, 0.09),
    ("decay", "", "worst", 0.03, 0.06),
    ("decay", "", "dev", 0.02, 0.04),
    ("mismatch", "", "train", 0, 0.01),
    ("mismatch", "", "train_dev", 0, 0.015),
    ("mismatch", "", "dev", 0.15, 0.25),
    ("mismatch", LIKE_DEV, "dev", 0, 0.015),
    ("regression", "", "dev", 380, 480),
    ("regression", "architecture.hidden=[] optimizer.learning_rate=20", "dev", 550, 620),
    ("from_csv", "", "dev", 0, 0.02),
    ("from_csv", "data.normalize=none", "dev", 0.2, 0.7),
]
SEEDS = (1, 2, 3)[: examples(3, share=2 / 3)]


def train(name: str, overrides: str, seed: int) -> dict[str, float]:
    """The errors of the kept network, the worst dev error among the last ten rows, and the number of epochs."""
    experiment = prepare(load_spec(CONFIGS / f"{name}.yaml", [*overrides.split(), f"seed={seed}"]).spec)
    assert isinstance(experiment, Supervised)
    rows = [record for record in fit(experiment) if isinstance(record, EpochRecord)]
    experiment.restore_best()
    errors = {part: experiment.evaluate(part)[1] for part in experiment.dataset.parts}
    worst = max(row.dev_error for row in rows[-10:] if row.dev_error is not None)
    return {**errors, "worst": worst, "epochs": rows[-1].epoch}


@pytest.fixture(scope="module")
def results() -> dict[tuple[str, str], list[dict[str, float]]]:
    """What has been trained already, so that no two claims train the same network."""
    return {}


@pytest.mark.parametrize(("name", "overrides", "figure", "low", "high"), CLAIMS)
def test_what_a_header_promises(
    name: str, overrides: str, figure: str, low: float, high: float, results: dict[tuple[str, str], Any]
) -> None:
    if (name, overrides) not in results:
        results[name, overrides] = [train(name, overrides, seed) for seed in SEEDS]
    assert low <= mean(result[figure] for result in results[name, overrides]) <= high


def test_digits_are_read_well() -> None:
    assert mean(train("digits", "", seed)["dev"] for seed in SEEDS[: examples(3, share=1 / 3)]) <= 0.025


def test_every_lesson_has_a_claim() -> None:
    assert {path.stem for path in CONFIGS.glob("*.yaml")} == {name for name, *_ in CLAIMS} | {"digits"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_spec_is_sound_and_says_what_it_shows(path: Path, call_dlx: Callable[..., Any]) -> None:
    checked = call_dlx("config", "check", path)
    assert checked.code == 0, checked.stderr
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    assert (path.parent / first.removeprefix("# yaml-language-server: $schema=")).is_file()
    header = HEADER.match(rest)
    assert header, "no header with Shows, Command, Takes and Expect"
    assert ROOT / header["path"] == path
    if path in SPECS:
        assert load_spec(path).spec.name == path.stem
