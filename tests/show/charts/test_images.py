"""Images as they are shown: one scale for all, and colours only where there are any."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.show.charts.images import brightness


def test_all_images_share_one_scale() -> None:
    scaled = brightness(np.array([[[-1.0, 0.0]], [[1.0, 1.0]]]))
    assert scaled.tolist() == [[[0, 0.5]], [[1, 1]]]


@pytest.mark.parametrize(("channels", "shape"), [(1, (2, 2)), (2, (2, 2)), (3, (2, 2, 3)), (4, (2, 2, 3))])
def test_channels_that_are_no_colours_become_their_mean(channels: int, shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(1).random((5, 2, 2, channels))
    assert brightness(images).shape == (5, *shape)


def test_constant_and_infinite_values_are_no_trouble() -> None:
    assert brightness(np.full((1, 2, 2), 7.0)).max() == 0
    assert brightness(np.array([[[np.nan, np.inf, 0.0, 1.0]]])).tolist() == [[[0, 0, 0, 1]]]
