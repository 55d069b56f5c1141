"""The pictures of sweeps, activations and measurements: numbers in one size, texts beside what is drawn, no margin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from dlx.show.pictures import activations, paths, sweep
from dlx.show.pictures.canvas import SMALLEST
from dlx.show.pictures.paths import DescentPath
from dlx.stats.intervals import Estimate
from experiments.reproduce.drawing import Chart, Line, charts

pytestmark = pytest.mark.draws


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Every figure that is saved."""
    saved: list[Figure] = []
    save = Figure.savefig

    def savefig(figure: Figure, *arguments: Any, **options: Any) -> None:
        saved.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", savefig)
    return saved


def written(axis: Any) -> list[str]:
    return [label.get_text() for label in axis.get_ticklabels(which="both") if label.get_text()]


def test_a_sweep_is_numbered_by_its_values(figures: list[Figure]) -> None:
    values = [1, 0.8, 0.6, 0.4, 0.1]
    errors = [{"dev": Estimate(0.1, 0.05, 0.2, 100)}] * 5
    sweep(values, errors, key="keep_prob", title="", task="binary")
    sweep([0.001, 0.01, 1], errors[:3], key="rate", title="", task="binary")
    few, many = (written(figure.axes[0].xaxis) for figure in figures)
    assert few == ["0.1", "0.4", "0.6", "0.8", "1"]
    assert many == ["0.001", "0.01", "1"]


def test_no_number_of_a_chart_has_a_small_exponent(figures: list[Figure]) -> None:
    for x in (np.geomspace(1e-12, 1, 13), np.geomspace(1e3, 1e6, 4)):
        charts(Chart({"a": Line(x, x), "": Line(x, 2 * x)}, "x", "y", xscale="log", yscale="log"), title="a")
    small, large = ({*written(figure.axes[0].xaxis), *written(figure.axes[0].yaxis)} for figure in figures)
    assert "1e-12" in small
    assert {"1,000", "10,000", "1,000,000", "1e6"} <= large  # of a vertical axis there is less room
    assert not [text for text in small | large if "$" in text]


def test_the_names_beside_charts_end_where_the_picture_does(figures: list[Figure]) -> None:
    for name in ("one", "mean ± standard deviation of what is drawn"):
        charts(Chart({name: Line([0, 1], [0, 1]), "b": Line([0, 1], [1, 0])}, "x", "y"), title="")
    for figure in figures:
        box = figure.legends[0].get_window_extent()
        assert 0 <= figure.bbox.width - box.x1 < 0.5 * figure.dpi


def test_the_spread_of_activations_stands_above_the_bars(figures: list[Figure]) -> None:
    activations({"net": [np.random.default_rng(0).uniform(size=(4, 500))]}, title="")
    [axes] = figures[0].axes
    figures[0].canvas.draw()
    [text] = [text for text in axes.texts if text.get_text().startswith("sd ")]
    top = max(bar.get_window_extent().y1 for bar in axes.patches)
    assert text.get_window_extent().y0 >= top
    assert float(text.get_fontsize()) >= SMALLEST


def test_the_labels_of_paths_lie_within_the_picture(figures: list[Figure]) -> None:
    points = np.linspace([-0.2, -0.2], [1.4, 1.4], 9)
    way = DescentPath("way", range(9), points, lambda w: (w**2).sum(axis=1))
    paths([way] * 5, title="")
    figures[0].canvas.draw()
    for axes in figures[0].axes:
        box = axes.yaxis.label.get_window_extent()
        assert box.x0 > 0
        assert box.x1 < figures[0].bbox.width
