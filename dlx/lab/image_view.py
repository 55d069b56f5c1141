"""The view of images: some of the examples as they look, and what the network says of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlx.data.batches import Reader
from dlx.lab.answers import AnswerView, encoded
from dlx.training.supervised import Supervised
from dlx.words import Task

MOST_IMAGES = 60  # evenly spread examples
MOST_PIXELS = 64 * 64  # of an image


class ImageView(AnswerView):
    """Images of dev, or of train where there is no dev set, and the frozen network's answers to them."""

    def __init__(self, experiment: Supervised) -> None:
        self.experiment, dataset = experiment, experiment.dataset
        self.part = "dev" if "dev" in dataset.parts else "train"
        reader = Reader(dataset, self.part, experiment.spec.dtype)
        index = np.linspace(0, reader.m - 1, min(reader.m, MOST_IMAGES)).astype(np.intp)
        X, Y = reader.buffers(len(index))
        reader.fill(index, X, Y)
        self.labels = np.asarray(dataset.parts[self.part].y[index]).reshape(len(index), -1)[:, 0]
        self.images = X.astype(np.float64) / dataset.scale + dataset.shift  # as they were before normalization
        self.step = experiment.network.record_evaluation(X, Y)

    @staticmethod
    def is_possible(experiment: Supervised) -> bool:
        """Whether the examples are small images with a class each."""
        shape, task = experiment.dataset.image_shape, experiment.dataset.task
        if shape is None or task.is_regression or task is Task.MULTILABEL:
            return False
        return shape[0] * shape[1] <= MOST_PIXELS and shape[2:] in ((), (1,), (3,))

    def document(self) -> dict[str, Any]:
        """What stays as it is: the images, a byte a pixel and colour, and their labels."""
        dataset = self.experiment.dataset
        low, high = float(self.images.min()), float(self.images.max())
        return {
            "kind": "images",
            "part": self.part,
            "shape": list(dataset.image_shape or ()),
            "pixels": encoded(np.round(255 * (self.images - low) / ((high - low) or 1.0))),
            "labels": self.labels.astype(int).tolist(),
            "classes": [str(label) for label in dataset.classes],
        }
