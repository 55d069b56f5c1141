"""Images of a page: matplotlib reads back the pixels that were written."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.image import imread

from dlx.show.page.images import is_wide, png, source_of


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 3), (1, 1)])
def test_the_pixels_come_back(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert (np.round(255 * imread(io.BytesIO(png(image / 255)), format="png")) == image).all()


def test_a_wide_image_is_known_by_its_file() -> None:
    assert is_wide(png(np.zeros((10, 20), np.uint8)))
    assert not is_wide(png(np.zeros((20, 10), np.uint8)))


def test_the_source_of_an_image_is_the_image() -> None:
    assert source_of(b"abc") == "data:image/png;base64,YWJj"
