"""The pictures: what must be seen in them is there, in every situation a run can end in, and nothing warns."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from dlx.runs.files.tables import COLUMNS
from dlx.show.charts.curves import training_curves
from dlx.show.pictures import boundary, curves
from dlx.show.pictures.canvas import ALARM, CLASSES, DEV, TRAIN, house_style
from tests.show.pictures.pixels import pixels, share

NAN, INFINITE = float("nan"), float("inf")


def picture_of(
    columns: Mapping[str, Sequence[float]], title: str = "a", task: str = "binary", best_epoch: int | None = None
) -> bytes:
    return curves(training_curves(columns, task, best_epoch), title=title)


def metrics(rows: int, dev: bool = True) -> dict[str, list[float]]:
    epochs = np.arange(1.0, rows + 1)
    falling = np.exp(-3 * epochs / rows)
    values = dict.fromkeys(COLUMNS, np.ones(rows)) | {"epoch": epochs, "cost": 2 * falling, "train_cost": falling}
    values |= {"train_error": 0.4 * falling, "dev_cost": falling + 0.1, "dev_error": 0.4 * falling + 0.05}
    if not dev:
        values |= {"dev_cost": np.full(rows, NAN), "dev_error": np.full(rows, NAN)}
    return {name: column.tolist() for name, column in values.items()}


@pytest.mark.parametrize("rows", [1, pytest.param(3, marks=pytest.mark.thorough), 40, 15_000])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_curves_of_any_length_show_train_and_dev(rows: int, task: str) -> None:
    picture = pixels(picture_of(metrics(rows), title="digits", task=task, best_epoch=rows))
    assert picture.shape == (504, 1200, 3)
    for half in (picture[:, :600], picture[:, 600:]):
        assert share(half, TRAIN) > 1e-4
        assert share(half, DEV) > 1e-4


def test_without_a_dev_set_there_is_no_dev_curve() -> None:
    picture = pixels(picture_of(metrics(40, dev=False), title="digits", task="binary"))
    assert share(picture, TRAIN) > 1e-3
    assert share(picture, DEV) == 0


def test_the_best_epoch_is_marked() -> None:
    plain, marked = (picture_of(metrics(40), title="a", task="binary", best_epoch=best) for best in (None, 20))
    differing = (pixels(plain) != pixels(marked)).any(axis=2)
    assert differing[:, :600].sum() > 500
    assert differing[:, 600:].sum() > 500


def test_where_the_numbers_end_is_marked() -> None:
    columns = metrics(30)
    columns["cost"][20:] = [float("inf"), *[NAN] * 9]
    assert share(pixels(picture_of(columns, title="a", task="binary")), ALARM) > 1e-4
    assert share(pixels(picture_of(metrics(30), title="a", task="binary")), ALARM) == 0


@pytest.mark.parametrize(
    "value", [1e-310, 1e305, NAN, *(pytest.param(value, marks=pytest.mark.thorough) for value in (0.0, -3.0, INFINITE))]
)
def test_any_values_can_be_drawn(value: float) -> None:
    everywhere = {name: [value] * 5 for name in COLUMNS} | {"epoch": [1.0, 2.0, 3.0, 4.0, 5.0]}
    at_the_end = {name: [*column[:4], value] for name, column in metrics(5).items()} | {"epoch": everywhere["epoch"]}
    for columns in (everywhere, at_the_end):
        for task in ("binary", "regression"):
            assert picture_of(columns, title="a", task=task, best_epoch=2)


def test_a_run_without_rows_or_errors_can_be_drawn() -> None:
    assert picture_of({name: [] for name in COLUMNS}, title="a", task="binary")
    columns = metrics(20) | {name: [NAN] * 20 for name in ("train_error", "dev_error", "dev_cost")}
    picture = pixels(picture_of(columns, title="polynomial", task="regression"))
    assert share(picture[:, 600:], TRAIN) > 1e-4


def test_the_same_run_gives_the_same_bytes_whatever_the_settings() -> None:
    first = picture_of(metrics(40), title="a_$b$", task="binary", best_epoch=3)
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 30, "axes.facecolor": "black"}):
        assert picture_of(metrics(40), title="a_$b$", task="binary", best_epoch=3) == first
        assert matplotlib.rcParams["lines.linewidth"] == 9


X = np.random.default_rng(0).uniform(-1, 1, (200, 2))
LEFT, RIGHT = (slice(250, 350), slice(110, 130)), (slice(250, 350), slice(660, 680))


def toward(area: np.ndarray) -> str:
    """The class whose colour the area comes nearest to, lightened as it may be."""
    tint = 1 - np.median(area.reshape(-1, 3), axis=0)
    match = [tint @ (1 - np.array(to_rgb(color))) / np.linalg.norm(1 - np.array(to_rgb(color))) for color in CLASSES]
    return CLASSES[int(np.argmax(match))]


@pytest.mark.parametrize("columns", [0, 1, 2])
def test_the_regions_have_the_colours_of_their_classes(columns: int) -> None:
    def predict(rows: np.ndarray) -> np.ndarray:
        p = (rows[:, 0] > 0).astype(float)
        return p if columns == 0 else p[:, None] if columns == 1 else np.column_stack([1 - p, p])

    picture = pixels(boundary(predict, {"train": (X, (X[:, 0] > 0).astype(int))}, title="a", task="binary"))
    assert toward(picture[LEFT]) == CLASSES[0]
    assert toward(picture[RIGHT]) == CLASSES[1]
    assert share(picture, CLASSES[0]) > 1e-3
    assert share(picture, CLASSES[1]) > 1e-3


def test_an_undecided_network_leaves_the_plane_white() -> None:
    parts = {"train": (X, np.zeros(200, int)), "dev": (X[:5], np.ones(5, int))}
    picture = pixels(boundary(lambda rows: np.full(len(rows), 0.5), parts, title="a", task="binary"))
    assert np.median(picture[RIGHT]) == 1


@pytest.mark.parametrize("count", [3, 12])
def test_many_classes_with_names_of_any_kind(count: int) -> None:
    centers = np.random.default_rng(1).normal(size=(count, 2))

    def predict(rows: np.ndarray) -> np.ndarray:
        near = np.exp(-((rows[:, None] - centers) ** 2).sum(axis=2))
        return np.asarray(near / near.sum(axis=1, keepdims=True))

    parts = {"train": (X.astype(np.float32), np.arange(200) % count)}
    names = ["$\\frac$", "漢字", "x" * 40, *range(count - 3)]
    assert boundary(predict, parts, title="a", task="multiclass", classes=names, features=("$a$", "b_{"))


def plane(level: float, slope: float, rows: np.ndarray) -> np.ndarray:
    return level + slope * rows


@pytest.mark.parametrize("level", [0.0, 1e30, NAN])
def test_a_surface_of_any_height(level: float) -> None:
    parts = {"train": (X, X[:, 0]), "dev": (X[:1], np.array([[3.0, 4.0]]))}
    for slope in (0.0, 1.0):
        assert boundary(partial(plane, level, slope), parts, title="a", task="regression")


def test_a_single_example_and_very_many() -> None:
    for m in (1, 5000):
        rows = np.resize(X, (m, 2))
        assert boundary(lambda X: X[:, 0] * 0, {"train": (rows, np.zeros(m, int))}, title="a", task="binary")


def test_importing_the_pictures_imports_no_matplotlib_and_drawing_no_pyplot(tmp_path: Path) -> None:
    script = (
        "import sys, dlx.show.pictures; assert 'matplotlib' not in sys.modules\n"
        "from dlx.show.charts.curves import training_curves\n"
        "dlx.show.pictures.curves(training_curves({'epoch': [1.0], 'cost': [1.0]}, 'binary'), title='')\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, timeout=60)


def test_two_threads_leave_the_look_as_it_was() -> None:
    """The second may not take the look of the first for that of the user."""
    before, entered, left = dict(matplotlib.rcParams), Event(), Event()

    def draw() -> None:
        with house_style():
            entered.set()
            left.wait(5)

    other = Thread(target=draw)
    with house_style():
        other.start()
        entered.wait(0.05)
    left.set()
    other.join()
    assert dict(matplotlib.rcParams) == before
