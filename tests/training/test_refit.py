"""Refitting: the second network is the one that all examples give, and the first stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import DataError, Diverged, SpecError
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised
from dlx.training.fit import fit
from dlx.training.model import Model, describe
from dlx.training.refit import Refit
from dlx.training.supervised import Supervised

SECTIONS: dict[str, Any] = {
    "data": {"source": {"name": "file", "path": "PATH", "target": "y", "impute": "mean"}},
    "architecture": {"hidden": [5], "batch_norm": True},
    "regularization": {"keep_prob": 0.8},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "schedule": {"name": "exponential", "base": 0.9},
    "training": {"epochs": 30, "batch_size": 16},
}
SPLIT = {"train": 60, "dev": 20, "test": 20, "train_dev": 5}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """130 rows, 30 of which the split leaves over, some with a missing value."""
    rng = np.random.default_rng(2)
    rows = [f"{'' if i % 9 == 0 else rng.normal():},{rng.normal() + i % 2:.3f},{i % 2}" for i in range(130)]
    (tmp_path / "rows.csv").write_text("\n".join(["a,b,y", *rows]) + "\n")
    return tmp_path / "rows.csv"


def spec_of(path: Path, split: dict[str, Any] | None = None, **training: Any) -> Spec:
    data = SECTIONS["data"] | {"source": SECTIONS["data"]["source"] | {"path": str(path)}}
    sections = SECTIONS | {
        "data": data | ({"split": split} if split else {}),
        "training": SECTIONS["training"] | training,
    }
    return Spec.model_validate(sections).complete()


def trained(spec: Spec) -> Supervised:
    experiment = build_supervised(spec)
    for _ in fit(experiment):
        pass
    return experiment


def refitted(first: Supervised) -> Refit:
    refit = Refit(first)
    for _ in refit.fit():
        pass
    return refit


def assert_same(first: Supervised, second: Supervised) -> None:
    (arrays, facts), (other_arrays, other_facts) = describe(first), describe(second)
    assert facts == other_facts
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, other_arrays[name], err_msg=name)


def test_without_early_stopping_it_is_what_the_whole_file_gives(path: Path) -> None:
    refit = refitted(trained(spec_of(path, SPLIT, refit=True)))
    assert refit.is_done
    assert refit.experiment.steps.m == 130
    assert_same(refit.experiment, trained(spec_of(path)))


def test_it_takes_the_epochs_that_were_kept_with_their_learning_rates(path: Path) -> None:
    first = trained(spec_of(path, SPLIT, refit=True, early_stopping={"patience": 3}))
    refit = refitted(first)
    assert refit.is_done
    best = first.position.best
    assert best is not None
    assert refit.epochs == best.epoch < first.position.epoch - 1
    expected = build_supervised(spec_of(path))
    for record in fit(expected):
        if getattr(record, "epoch", 0) == best.epoch and hasattr(record, "train_cost"):
            break
    assert_same(refit.experiment, expected)


def test_the_first_network_stays_as_it_was(path: Path) -> None:
    alone, first = trained(spec_of(path, SPLIT)), trained(spec_of(path, SPLIT, refit=True))
    refitted(first)
    assert_same(first, alone)


def test_its_normalization_is_that_of_all_examples(path: Path) -> None:
    first = trained(spec_of(path, SPLIT, refit=True))
    arrays, facts = describe(refitted(first).experiment)
    X = np.genfromtxt(path, delimiter=",", skip_header=1)[:, :2]
    mean = np.nanmean(X[:, 0])
    assert facts["preprocessing"]["imputation"][0] == pytest.approx(mean)
    X[np.isnan(X)] = mean
    np.testing.assert_allclose(arrays["shift"], X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(arrays["scale"], 1 / X.std(axis=0), rtol=1e-12)
    assert Model(arrays, facts).outputs(X).shape == (130, 1)


def test_parts_with_sources_of_their_own_are_joined(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    arrays = {f"{letter}_{part}": rng.normal(size=(m, 2)) if letter == "X" else np.arange(m) % 2
              for part, m in (("train", 40), ("dev", 12), ("test", 9)) for letter in "Xy"}  # fmt: skip
    np.savez(tmp_path / "parts.npz", **arrays)  # type: ignore[arg-type]
    data = {"source": {"name": "file", "path": str(tmp_path / "parts.npz")}}
    spec = Spec.model_validate(SECTIONS | {"data": data, "training": {"epochs": 2, "refit": True}}).complete()
    dataset = refitted(trained(spec)).experiment.dataset
    X = np.concatenate([arrays[f"X_{part}"] for part in ("train", "dev", "test")])
    np.testing.assert_array_equal(dataset.parts["train"].X[:], X)
    assert dataset.parts.keys() == {"train"}


def test_what_speaks_against_it_is_said(path: Path, tmp_path: Path) -> None:
    odd = spec_of(path, SPLIT, refit=True, batch_size=43)
    with pytest.raises(SpecError, match=r"training.refit: with all examples in train, 130 examples in batches of 43"):
        Refit(build_supervised(odd)).experiment  # noqa: B018
    for part, m in (("train", 30), ("dev", 10)):
        np.save(tmp_path / f"{part}.npy", np.zeros((m, 2)))
        np.save(tmp_path / f"{part}_y.npy", np.arange(m) % 2)
    files = {part: {"name": "file", "path": str(tmp_path / f"{part}.npy"), "target": str(tmp_path / f"{part}_y.npy")}
             for part in ("train", "dev")}  # fmt: skip
    spec = Spec.model_validate(SECTIONS | {"data": files, "training": {"epochs": 1, "refit": True}}).complete()
    with pytest.raises(DataError, match=r"training.refit: examples that stay in their file cannot be joined"):
        Refit(build_supervised(spec)).experiment  # noqa: B018


def test_a_refit_that_diverges_says_so(path: Path) -> None:
    first = trained(spec_of(path, SPLIT, refit=True))
    refit = Refit(first)
    refit.experiment.parameters.theta[...] = np.inf
    with pytest.raises(Diverged, match="the refit on all examples diverged in epoch 1, step 1"):
        list(refit.fit())
    assert not refit.is_done
