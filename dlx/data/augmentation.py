"""Augmentations of images: changes that keep the label, drawn anew for every mini-batch of train."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import numpy as np
from pydantic import Field

from dlx.component import Component
from dlx.types import Array, Rng


class Augmentation(Component):
    """A random change of a batch of images, before normalization."""

    kind = "augmentation"

    @abstractmethod
    def apply(self, images: Array, rng: Rng) -> Array:
        """Changed copies of images (m, h, w) or (m, h, w, c), which are real numbers; one draw for each image."""


class Flip(Augmentation):
    """Mirrors an image left to right with probability p."""

    name = "flip"
    p: Annotated[float, Field(gt=0, le=1, description="probability of being mirrored")] = 0.5

    def apply(self, images: Array, rng: Rng) -> Array:
        mirrored = images.copy()
        chosen = rng.random(len(images)) < self.p
        mirrored[chosen] = images[chosen, :, ::-1]
        return mirrored


class Shift(Augmentation):
    """Moves an image by whole pixels, drawn evenly from −pixels … pixels for each direction; zeros move in."""

    name = "shift"
    pixels: Annotated[int, Field(ge=1, description="the farthest move, down, up, right or left")] = 1

    def apply(self, images: Array, rng: Rng) -> Array:
        steps = np.floor(rng.random((2, len(images))) * (2 * self.pixels + 1)).astype(int)
        around = [(0, 0), (self.pixels, self.pixels), (self.pixels, self.pixels), (0, 0)][: images.ndim]
        example = np.arange(len(images))[:, None, None]
        rows = steps[0][:, None, None] + np.arange(images.shape[1])[:, None]
        columns = steps[1][:, None, None] + np.arange(images.shape[2])
        moved: Array = np.pad(images, around)[example, rows, columns]
        return moved


class Rotate(Augmentation):
    """Turns an image about its middle by an angle drawn evenly from −degrees … degrees; zeros come in.

    Each pixel takes the value found by turning its place back by the angle and interpolating bilinearly there.
    """

    name = "rotate"
    degrees: Annotated[float, Field(gt=0, le=180, description="the largest angle, either way")] = 10.0

    def apply(self, images: Array, rng: Rng) -> Array:
        angle = np.radians(self.degrees * (2 * rng.random((len(images), 1, 1)) - 1))
        h, w = images.shape[1:3]
        down, right = np.arange(h)[:, None] - (h - 1) / 2, np.arange(w) - (w - 1) / 2
        y = np.cos(angle) * down + np.sin(angle) * right + (h - 1) / 2
        x = np.cos(angle) * right - np.sin(angle) * down + (w - 1) / 2
        return _interpolated(images, y.clip(-1, h), x.clip(-1, w))


class Noise(Augmentation):
    """Adds N(0, std²) to each number of an image."""

    name = "noise"
    std: Annotated[float, Field(gt=0, description="standard deviation, in the units of the file or source")] = 0.1

    def apply(self, images: Array, rng: Rng) -> Array:
        noise = self.std * np.asarray(rng.standard_normal(images.shape))
        return np.add(images, noise, dtype=images.dtype)


def _interpolated(images: Array, y: Array, x: Array) -> Array:
    """The images' values at the places y, x (m, h, w), bilinear between pixels, zero outside."""
    padded: Array = np.pad(images, [(0, 0), (1, 2), (1, 2), (0, 0)][: images.ndim])
    example, top, left = np.arange(len(images))[:, None, None], np.floor(y).astype(int), np.floor(x).astype(int)
    values = np.zeros_like(images)
    for row, height in ((top + 1, 1 - (y - top)), (top + 2, y - top)):
        for column, width in ((left + 1, 1 - (x - left)), (left + 2, x - left)):
            weight = np.asarray(height * width, images.dtype).reshape(*y.shape, *(1 for _ in images.shape[3:]))
            values += weight * padded[example, row, column]
    return values
