"""Colours that stand for different things in one picture are told apart, also without the green cones of the eye."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import dlx.show.page
from dlx.show.pictures.canvas import ALARM, CLASSES, DEV, GREY, TRAIN, readable
from dlx.show.pictures.curves import COLORS as OF_CURVES
from dlx.show.pictures.diagnosis import COLORS as OF_LEVELS
from dlx.show.pictures.orders import COLORS as OF_METHODS
from dlx.show.pictures.sweep import COLORS as OF_PARTS
from dlx.types import Array

CSS = Path(dlx.show.page.__file__).with_name("page.css").read_text(encoding="utf-8")
# G. M. Machado, M. M. Oliveira & L. A. F. Fernandes (2009), table 1, severity 1.0; of linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
APART = 20.0  # ΔE of CIE 1976: what is told apart at a glance, ten times what is just noticed


def lab(color: str, seen: Array) -> Array:
    """CIE L*a*b* of a colour of sRGB, as an eye that mixes its parts like that sees it."""
    rgb = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    t = TO_XYZ @ np.clip(seen @ linear, 0, 1) / TO_XYZ.sum(axis=1)
    x, y, z = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(a: str, b: str) -> float:
    """The smaller of the two distances, to eyes with three kinds of cones and to those with two."""
    return min(float(np.linalg.norm(lab(a, seen) - lab(b, seen))) for seen in (np.eye(3), DEUTERANOPIA))


def scheme(name: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    return dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", light if name == "light" else light + dark))


PICTURES = {
    "groups and classes": CLASSES,
    "curves": tuple({OF_CURVES[label] for label in ("cost", "train", "dev")}),
    "marks on curves": (ALARM, TRAIN, GREY),
    "diagnosis": tuple(OF_LEVELS.values()),
    "orders": OF_METHODS,
    "sweep": tuple(OF_PARTS.values()),
    "search": (DEV, ALARM, GREY),
}
ON_PAGES = (
    ("train", "dev", "cost"),
    ("high", "low", "unsettled"),
    ("ended", "again", "best"),
    tuple(f"group{number}" for number in range(1, 9)),
)
NAMES = {"ended": "train", "again": "ink", "best": "dev"}  # of trials


@pytest.mark.parametrize("name", PICTURES)
def test_the_colours_of_a_picture_are_told_apart(name: str) -> None:
    assert min((distance(a, b), a, b) for a, b in combinations(PICTURES[name], 2)) > (APART,)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("kinds", ON_PAGES, ids=lambda kinds: kinds[0])
def test_the_colours_of_a_page_are_told_apart(name: str, kinds: tuple[str, ...]) -> None:
    palette = scheme(name)
    colors = [palette[NAMES.get(kind, kind)] for kind in kinds]
    assert min((distance(a, b), a, b) for a, b in combinations(colors, 2)) > (APART,)


def test_green_and_pink_would_be_noticed() -> None:
    """The third and the fourth colour of Okabe & Ito turn nearly the same grey."""
    assert distance("#009E73", "#CC79A7") < APART < distance(TRAIN, DEV)


def test_distances_are_those_of_the_standard() -> None:
    assert np.linalg.norm(lab("#ffffff", np.eye(3)) - lab("#000000", np.eye(3))) == pytest.approx(100)
    red, green = (lab(color, np.eye(3)) for color in ("#ff0000", "#00ff00"))
    assert red == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert green == pytest.approx([87.73, -86.18, 83.18], abs=0.05)


@pytest.mark.parametrize("color", CLASSES)
def test_names_in_the_colour_of_a_line_can_be_read(color: str) -> None:
    y = 1.05 / 4.5 - 0.05  # the luminance that has a contrast of 4.5 to white (WCAG 2.1)
    rgb = np.array([int(readable(color)[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    assert TO_XYZ[1] @ linear <= y + 0.002
