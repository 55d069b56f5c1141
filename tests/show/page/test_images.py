"""Images of a page: matplotlib reads back the pixels that were written."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.image import imread

from dlx.show.page.images import in_range, is_wide, png, source_of


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 3), (1, 1)])
def test_the_pixels_come_back(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert (np.round(255 * imread(io.BytesIO(png(image)), format="png")) == image).all()


def test_all_images_share_one_scale() -> None:
    scaled = in_range(np.array([[[-1.0, 0.0]], [[1.0, 1.0]]]))
    assert scaled.tolist() == [[[0, 128]], [[255, 255]]]


@pytest.mark.parametrize(("channels", "shape"), [(1, (2, 2)), (2, (2, 2)), (3, (2, 2, 3)), (4, (2, 2, 3))])
def test_channels_that_are_no_colours_become_their_mean(channels: int, shape: tuple[int, ...]) -> None:
    images = np.random.default_rng(1).random((5, 2, 2, channels))
    assert in_range(images).shape == (5, *shape)


def test_constant_and_infinite_values_are_no_trouble() -> None:
    assert in_range(np.full((1, 2, 2), 7.0)).max() == 0
    assert in_range(np.array([[[np.nan, np.inf, 0.0, 1.0]]])).tolist() == [[[0, 0, 0, 255]]]


def test_a_wide_image_is_known_by_its_file() -> None:
    assert is_wide(png(np.zeros((10, 20), np.uint8)))
    assert not is_wide(png(np.zeros((20, 10), np.uint8)))


def test_the_source_of_an_image_is_the_image() -> None:
    assert source_of(b"abc") == "data:image/png;base64,YWJj"
