"""Files that the bench writes: tables made from formulas, and the examples of a spec with something wrong in them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.loading import load_dataset
from dlx.data.normalization import Normalization
from dlx.data.section import Data
from dlx.data.sources import Source
from dlx.spec.sections import Spec
from dlx.training.streams import Streams

Array = np.ndarray[Any, np.dtype[Any]]
Parts = dict[str, tuple[Array, Array]]  # X (m, n_x) and y of each part
FRESH = 10_000  # examples that no training and no diagnosis sees, which advice is judged by


@dataclass(frozen=True)
class Workshop:
    """A folder for the files, each named by what is in it."""

    folder: Path

    def written(self, **arrays: Array) -> Path:
        """The path of an .npz file with these arrays."""
        digest = sha256()
        for name, array in arrays.items():
            digest.update(name.encode() + str(array.dtype).encode() + np.ascontiguousarray(array).tobytes())
        path = self.folder / f"{digest.hexdigest()[:16]}.npz"
        _write(path, arrays)
        return path

    def written_with_fresh(self, train: int, examples: tuple[Array, Array], fresh: tuple[Array, Array]) -> Path:
        """The path of a file with these examples as train and dev; beside it lie fresh ones, for `fresh_beside`."""
        X, y = examples
        path = self.written(X_train=X[:train], y_train=y[:train], X_dev=X[train:], y_dev=y[train:])
        _write(_beside(path), dict(zip("Xy", fresh, strict=True)))
        return path

    def with_parts(self, spec: Spec, parts: Parts, normalize: str | None = None) -> Spec:
        """The spec with these examples in place of its own; normalize: another normalization."""
        arrays = {
            f"{letter}_{part}": array for part, pair in parts.items() for letter, array in zip("Xy", pair, strict=True)
        }
        source: dict[str, Any] = {"name": "file", "path": str(self.written(**arrays))}
        shape = load(spec).image_shape
        if shape is not None and np.prod(shape) == parts["train"][0].shape[1]:
            source["image_shape"] = [*shape]
        data = Data(
            source=Source.parse(source),
            normalize=Normalization.parse(normalize) if normalize else spec.data.normalize,
            augment=spec.data.augment,
            train_examples=spec.data.train_examples,
        )
        return spec.model_copy(update={"data": data, "task": load(spec).task})


def _write(path: Path, arrays: dict[str, Array]) -> None:
    """Whole or not at all, whoever else writes it."""
    if not path.is_file():
        with path.with_suffix(f".{np.random.default_rng().integers(2**62)}").open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        Path(file.name).replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}.fresh.npz")


def fresh_beside(path: Path) -> tuple[Array, Array] | None:
    """X and y of the fresh examples of a file that `Workshop.written_with_fresh` has written, else None."""
    if not _beside(path).is_file():
        return None
    with np.load(_beside(path)) as arrays:
        return arrays["X"], arrays["y"]


def load(spec: Spec) -> Dataset:
    """The data set of a spec, split as its training splits it."""
    streams = Streams(spec.seed, spec.randomness)
    return load_dataset(spec.data, spec.task, streams["split"], streams["subset"])


def parts_of(spec: Spec) -> Parts:
    """Its examples in float64, before normalization, with the labels as numbers from 0."""
    parts = load(spec).parts
    return {name: (np.asarray(part.X[:], np.float64), np.asarray(part.y)) for name, part in parts.items()}


def features_of(spec: Spec) -> list[str]:
    """The names of the features of its examples."""
    return list(load(spec).features)


def friedman(m: int, features: int, noise: float, seed: int) -> tuple[Array, Array]:
    """Friedman's first function of five of the features, to mean 0 and variance 1, and noise of that deviation.

    x ~ U([0, 1]ⁿ), f = 10·sin(π·x₁·x₂) + 20·(x₃ − ½)² + 10·x₄ + 5·x₅ (J. Friedman, "Multivariate adaptive regression
    splines", Annals of Statistics 19, 1991), whose mean is 14.41 and standard deviation 4.89.
    """
    rng = np.random.default_rng(seed)
    X = rng.uniform(size=(m, features))
    f = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]
    return X, (f - 14.41) / 4.89 + noise * rng.standard_normal(m)


def applications(m: int, noise: float, seed: int) -> tuple[Array, Array, Array]:
    """A table as offices have them, with two classes: X (m, 9), y (m,) and the rule that y follows but for noise.

    Income, age, debt, years and share, each in its unit, and one of four words as one-hot columns. The rule is the sign
    of a score of them that is neither linear nor monotone; y is the sign of that score with N(0, noise²) added.
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((m, 5))
    word = rng.integers(4, size=m)
    income, age = 30_000 * np.exp(0.6 * z[:, 0]), 45 + 12 * z[:, 1]
    score = 1.5 * z[:, 0] - 0.8 * z[:, 1] ** 2 + z[:, 2] * z[:, 3] + np.array([1.0, 0.3, -0.3, 0.8])[word]
    X = np.column_stack([income, age, 5000 + 2000 * z[:, 2], 10 + 3 * z[:, 3], 0.5 + 0.1 * z[:, 4], np.eye(4)[word]])
    return X, (score + noise * rng.standard_normal(m) > 0).astype(np.int64), (score > 0).astype(np.int64)
