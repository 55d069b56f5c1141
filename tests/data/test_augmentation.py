"""Augmentations: what changes, what stays, and how much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.augmentation import Augmentation, Flip, Noise, Rotate, Shift

REFERENCE = np.load(Path(__file__).parents[1] / "reference" / "data.npz")
IMAGES = np.random.default_rng(0).random((200, 6, 5), np.float32) + 1
ALL: list[dict[str, Any]] = [{"name": name} for name in Augmentation.members()]


@pytest.mark.parametrize("options", ALL)
@pytest.mark.parametrize("rng", [np.random.default_rng, np.random.RandomState])
@pytest.mark.parametrize("shape", [(200, 6, 5), (200, 6, 5, 3)])
def test_images_keep_their_shape_and_type_and_the_given_ones_are_untouched(
    options: dict[str, Any], rng: Any, shape: tuple[int, ...]
) -> None:
    images = np.random.default_rng(1).random(shape, np.float32)
    before = images.copy()
    first, again, other = (Augmentation.parse(options).apply(images, rng(seed)) for seed in (1, 1, 2))
    assert first.shape == shape
    assert first.dtype == np.float32
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(images, before)


@pytest.mark.parametrize("options", [*ALL[:3], {"name": "rotate", "degrees": 180.0}])
def test_colours_move_together(options: dict[str, Any]) -> None:
    grey = Augmentation.parse(options).apply(IMAGES, np.random.default_rng(1))
    colour = Augmentation.parse(options).apply(np.stack([IMAGES, 2 * IMAGES], axis=-1), np.random.default_rng(1))
    assert np.array_equal(colour[..., 0], grey)
    assert np.array_equal(colour[..., 1], 2 * grey)


def test_flip_mirrors_left_and_right_with_its_probability() -> None:
    flipped = Flip(p=0.3).apply(IMAGES, np.random.default_rng(2))
    mirrored = (flipped == np.flip(IMAGES, axis=2)).all(axis=(1, 2))
    assert ((flipped == IMAGES).all(axis=(1, 2)) != mirrored).all()
    assert 40 < mirrored.sum() < 80
    assert np.array_equal(Flip(p=1.0).apply(IMAGES, np.random.default_rng(2)), np.flip(IMAGES, axis=2))


def test_shift_moves_by_up_to_its_pixels_and_zeros_move_in() -> None:
    shifted = Shift(pixels=2).apply(IMAGES, np.random.default_rng(3))
    seen = set()
    for before, after in zip(IMAGES, shifted, strict=True):
        moves = [(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3) if np.array_equal(after, moved(before, dy, dx))]
        assert len(moves) == 1
        seen.update(moves)
    assert len(seen) == 25


def moved(image: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """The image with its first pixel at (dy, dx)."""
    canvas = np.zeros((image.shape[0] + 4, image.shape[1] + 4), image.dtype)
    canvas[2 + dy : 2 + dy + image.shape[0], 2 + dx : 2 + dx + image.shape[1]] = image
    return canvas[2:-2, 2:-2]


def test_rotate_gives_scipys_images() -> None:
    turned = Rotate(degrees=30.0).apply(REFERENCE["turned/before"], np.random.RandomState(6))
    np.testing.assert_allclose(turned, REFERENCE["turned/after"], atol=1e-14)


def test_noise_has_its_standard_deviation() -> None:
    added = Noise(std=0.2).apply(IMAGES, np.random.default_rng(4)) - IMAGES
    assert added.std() == pytest.approx(0.2, rel=0.05)
    assert added.mean() == pytest.approx(0, abs=0.01)
