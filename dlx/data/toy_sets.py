"""Toy sets, and the digits that ship with dlx: sources of examples that need no file of the user."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from dlx.data.examples import Examples
from dlx.data.source import Source
from dlx.types import Array

Count = Annotated[int, Field(ge=2, description="number of examples")]
Deviation = Annotated[float, Field(ge=0, description="standard deviation of what is added to each coordinate")]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="of numpy.random.RandomState")]


class NoisyPoints(Source):
    """A toy set of m points, to which noise is added."""

    m: Count = 100
    noise: Deviation = 0.0
    seed: Seed = 0


class Circles(NoisyPoints):
    """A circle around a smaller one: class 0 at radius 1, class 1 at radius `factor`.

    Angles are spread evenly over each circle; then all points are shuffled, then noise is added. The arrays of
    scikit-learn's make_circles(n_samples=m, noise=noise, factor=factor, random_state=seed), bit for bit.
    """

    name = "circles"
    factor: Annotated[float, Field(ge=0, lt=1, description="radius of the inner circle")] = 0.8

    def load(self) -> dict[str, Examples]:
        angles = [np.linspace(0, 2 * np.pi, n, endpoint=False) for n in (self.m // 2, self.m - self.m // 2)]
        outer, inner = (np.column_stack([np.cos(angle), np.sin(angle)]) for angle in angles)
        return _shuffled([outer, inner * self.factor], self.noise, np.random.RandomState(self.seed))


class Moons(NoisyPoints):
    """Two interleaving half circles: (cos t, sin t) for class 0 and (1 − cos t, ½ − sin t) for class 1, 0 ≤ t ≤ π.

    t is spread evenly; then all points are shuffled, then noise is added. The arrays of scikit-learn's
    make_moons(n_samples=m, noise=noise, random_state=seed), bit for bit.
    """

    name = "moons"

    def load(self) -> dict[str, Examples]:
        t0, t1 = (np.linspace(0, np.pi, n) for n in (self.m // 2, self.m - self.m // 2))
        outer = np.column_stack([np.cos(t0), np.sin(t0)])
        inner = np.column_stack([1 - np.cos(t1), 1 - np.sin(t1) - 0.5])  # not ½ − sin t: the last bit would differ
        return _shuffled([outer, inner], self.noise, np.random.RandomState(self.seed))


class Blobs(Source):
    """Round normal clouds, one for each class: x ~ N(center, noise²·I).

    Centers that are not given are drawn evenly from [−10, 10]². The arrays of scikit-learn's make_blobs(n_samples=m,
    centers=centers, cluster_std=noise, random_state=seed), bit for bit.
    """

    name = "blobs"
    m: Count = 100
    noise: Annotated[
        Annotated[float, Field(ge=0)] | Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(strict=False)],
        Field(description="standard deviation of the clouds: one number, or one for each center"),
    ] = 1.0
    seed: Seed = 0
    centers: Annotated[
        Annotated[int, Field(ge=2)]
        | Annotated[tuple[Annotated[tuple[float, ...], Field(strict=False)], ...], Field(strict=False, min_length=2)],
        Field(description="how many, or where: a list of points"),
    ] = 3

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        count = self.centers if isinstance(self.centers, int) else len(self.centers)
        if isinstance(self.noise, tuple) and len(self.noise) != count:
            raise ValueError(f"noise has {len(self.noise)} numbers for {count} centers")
        if not isinstance(self.centers, int) and len({len(center) for center in self.centers}) > 1:
            raise ValueError("every center needs the same number of coordinates")
        if self.m < count:
            raise ValueError(f"m = {self.m} is too few for {count} centers")
        return self

    def load(self) -> dict[str, Examples]:
        rng = np.random.RandomState(self.seed)
        option = self.centers
        centers = rng.uniform(-10, 10, (option, 2)) if isinstance(option, int) else np.array(option, np.float64)
        sizes = [(self.m + len(centers) - 1 - i) // len(centers) for i in range(len(centers))]
        noise = np.broadcast_to(self.noise, len(centers))
        clouds = [rng.normal(centers[i], noise[i], (n, centers.shape[1])) for i, n in enumerate(sizes)]
        return _shuffled(clouds, 0.0, rng)


class Spirals(NoisyPoints):
    """Arms of a spiral, one for each class: class c of C has the points r·(cos φ, sin φ), φ = 2π(turns·r + c/C).

    r = 1/n, 2/n, …, 1 over the class's n examples; then all points are shuffled, then noise is added.
    """

    name = "spirals"
    classes: Annotated[int, Field(ge=2, description="number of arms")] = 2
    turns: Annotated[float, Field(gt=0, description="turns of each arm around the middle")] = 1.0

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.m < self.classes:
            raise ValueError(f"m = {self.m} is too few for {self.classes} classes")
        return self

    def load(self) -> dict[str, Examples]:
        arms = [self._arm(c, (self.m + self.classes - 1 - c) // self.classes) for c in range(self.classes)]
        return _shuffled(arms, self.noise, np.random.RandomState(self.seed))

    def _arm(self, c: int, n: int) -> Array:
        r = np.arange(1, n + 1) / n
        angle = 2 * np.pi * (self.turns * r + c / self.classes)
        return np.column_stack([r * np.cos(angle), r * np.sin(angle)])


class Xor(NoisyPoints):
    """The square [−1, 1]² with class 1 where the signs of the two coordinates differ: no line separates it.

    x ~ U([−1, 1]²), y = [x₁·x₂ < 0]; then noise is added.
    """

    name = "xor"

    def load(self) -> dict[str, Examples]:
        rng = np.random.RandomState(self.seed)
        X = rng.uniform(-1, 1, (self.m, 2))
        y = (X[:, 0] * X[:, 1] < 0).astype(np.int64)
        return {"all": Examples(X + rng.normal(scale=self.noise, size=X.shape), y)}


class Digits(Source):
    """1,797 handwritten digits, images of 8×8 pixels with values 0 … 16, ten classes.

    The test set of E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository 1998, doi 10.24432/C50P49, licence CC BY 4.0: the same as scikit-learn's load_digits.
    """

    name = "digits"

    def load(self) -> dict[str, Examples]:
        with np.load(Path(__file__).with_name("digits.npz")) as file:
            return {"all": Examples(file["X"], file["y"], image_shape=(8, 8), origin="digits")}


def _shuffled(classes: Sequence[Array], noise: float, rng: np.random.RandomState) -> dict[str, Examples]:
    """The points of all classes in one random order, then with noise added."""
    y = np.repeat(np.arange(len(classes)), [len(points) for points in classes])
    order = np.arange(len(y))
    rng.shuffle(order)
    X = np.vstack(classes)[order]
    return {"all": Examples(X + rng.normal(scale=noise, size=X.shape), y[order])}
