"""The pictures of a diagnosis: errors, gaps and levels as the document says, and images as they were."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from dlx.diagnose.verdict import diagnose
from dlx.documents.classes import WorstExample
from dlx.show.charts.waterfall import waterfall
from dlx.show.pictures import diagnosis, worst
from dlx.show.pictures.canvas import ALARM, TRAIN
from dlx.show.pictures.diagnosis import COLORS
from dlx.stats.intervals import Estimate, error_rate, exact
from dlx.words import Task
from tests.show.pictures.pixels import pixels, share

LOW, HIGH, OPEN = TRAIN, ALARM, COLORS["unsettled"]


def picture_of(
    errors: dict[str, Estimate], optimal: float = 0.0, tolerance: float = 0.02, task: Task | None = None
) -> Any:
    return pixels(diagnosis(waterfall(diagnose(errors, optimal, tolerance, task), task), title="a_$b$"))


@pytest.mark.parametrize(
    ("train", "dev", "high", "low"),
    [(0.01, 0.11, 1, 1), (0.15, 0.16, 1, 1), (0.15, 0.30, 2, 0), (0.005, 0.01, 0, 2)],
)
def test_the_notes_columns_are_in_the_colours_of_their_levels(train: float, dev: float, high: int, low: int) -> None:
    picture = picture_of({"train": exact(train), "dev": exact(dev)})
    assert (share(picture, HIGH, 0.35) > 1e-3) == (high > 0)
    assert (share(picture, LOW, 0.35) > 1e-3) == (low > 0)
    assert share(picture, OPEN, 0.35) == 0


def test_a_bar_is_as_high_as_its_gap() -> None:
    """Bias 0.15 and variance 0.10, both high: their bars are apart, and as high as 3 to 2."""
    picture = picture_of({"train": exact(0.15), "dev": exact(0.25)})
    red = 1 - 0.35 * (1 - np.array(to_rgb(HIGH)))
    columns = (np.abs(picture - red).max(axis=2) < 0.02).sum(axis=0)
    heights = columns[columns > 20]
    bias, variance = (int(np.median(half)) for half in np.array_split(heights, 2))
    assert bias / variance == pytest.approx(1.5, rel=0.08)


def test_every_part_makes_it_wider_and_an_open_gap_is_amber() -> None:
    errors = {"train": error_rate(0.01, 1000), "dev": error_rate(0.02, 100)}
    two = picture_of(errors)
    four = picture_of({**errors, "train_dev": error_rate(0.015, 100), "test": error_rate(0.03, 100)})
    assert four.shape[1] > two.shape[1] + 300
    assert share(two, OPEN, 0.35) > 1e-3


@pytest.mark.parametrize(
    ("errors", "task"),
    [
        ({"train": exact(0.0)}, None),
        ({"dev": error_rate(1.0, 3)}, Task.BINARY),
        ({"train": exact(0.0), "test": exact(0.0)}, Task.MULTICLASS),
        ({"train": exact(3e5), "dev": Estimate(2e5, 0.0, inf, 1)}, Task.REGRESSION),
        ({"train": exact(1e-9), "dev": exact(2e-9)}, Task.REGRESSION),
    ],
)
def test_strange_errors_are_drawn_without_a_warning(errors: dict[str, Estimate], task: Task | None) -> None:
    assert picture_of(errors, task=task).std() > 0.01


def answers(count: int) -> list[WorstExample]:
    return [WorstExample(i, i % 3, 0, 0.9, 9.0 - i) for i in range(count)]


def test_the_images_are_seen_as_they_are() -> None:
    dark, light = np.zeros((4, 4)), np.full((4, 4), 255)
    picture = pixels(worst(np.stack([dark, light]).astype(np.uint8), answers(2), title="digits"))
    half = picture[60:150, :, :]
    assert (half[:, 25:130] == 0).mean() > 0.8
    assert (half[:, 170:260] == 1).mean() > 0.8


@pytest.mark.parametrize("shape", [(24, 8, 8), (3, 5, 7, 3), (9, 4, 4, 1), (5, 4, 4, 2), (1, 2, 2, 4)])
def test_sheets_of_any_number_and_kind_of_images(shape: tuple[int, ...]) -> None:
    images = np.random.RandomState(0).uniform(-3, 3, shape)
    picture = pixels(worst(images, answers(len(images)), title="x"))
    assert share(picture, TRAIN) > 0  # the first is right
    assert (share(picture, ALARM) > 0) == (len(images) > 1)


def test_long_labels_and_probabilities_that_are_none_are_drawn() -> None:
    answers = [
        WorstExample(number, "a_very$long$label", "ß" * 40, p, None) for number, p in enumerate([None, float("nan")])
    ]
    assert pixels(worst(np.zeros((2, 3, 3)), answers, title="x")).std() > 0
