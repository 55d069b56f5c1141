"""The picture of the orders: a curve for each method, also where an error is 0 or not a number."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from dlx.gradcheck.orders import EPSILONS, orders
from dlx.show.pictures.canvas import CLASSES, DEV, TRAIN
from dlx.show.pictures.orders import orders as draw


def share(png: bytes, color: str) -> float:
    picture = np.asarray(imread(io.BytesIO(png), format="png"))[:, :, :3]
    return float((np.abs(picture - to_rgb(color)).max(axis=2) < 0.02).mean())


def test_each_method_has_its_curve() -> None:
    convergence = orders(lambda t: (1 + t) ** 3, 3.0, complex_step=lambda h: ((1 + 1j * h) ** 3).imag / h)
    curves = {name: errors.tolist() for name, errors in convergence.errors.items()}
    for count, colors in ((3, (DEV, TRAIN, CLASSES[2])), (2, (DEV, TRAIN))):
        picture = draw(EPSILONS.tolist(), dict(list(curves.items())[:count]), "θ³")
        assert all(share(picture, color) > 1e-3 for color in colors)
    assert share(picture, CLASSES[2]) == 0


@pytest.mark.parametrize("error", [0.0, float("nan"), float("inf"), 1e-300])
def test_any_errors_can_be_drawn(error: float) -> None:
    assert draw([0.1, 0.01, 0.001], {"a": [error] * 3, "b": [1e-3, error, 1e-5]}, "t").startswith(b"\x89PNG")


def test_what_lies_beyond_a_kink_has_no_part_in_the_fit() -> None:
    """|t − 0.03| has a kink at 0.03 on top of eᵗ, whose differences have the orders 1 and 2 short of it."""
    J = lambda t: np.exp(t) + abs(t - 0.03)  # noqa: E731 - a line
    crosses = lambda epsilon: epsilon > 0.03  # noqa: E731
    fitted, misled = (orders(J, 0.0, crosses_a_kink=criterion).slopes for criterion in (crosses, lambda epsilon: False))
    assert fitted == pytest.approx({"one_sided": 1, "two_sided": 2}, abs=0.05)
    assert misled["two_sided"] != pytest.approx(2, abs=0.2)
