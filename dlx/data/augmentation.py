"""Augmentations of images: changes that keep the label, drawn anew for every mini-batch of train."""

from __future__ import annotations

from dlx.component import Component


class Augmentation(Component):
    """A random change of a batch of images."""

    kind = "augmentation"
