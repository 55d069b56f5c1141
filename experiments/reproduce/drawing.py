"""Drawing: the pictures of measurements, in the look of all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dlx.show.pictures.canvas import CLASSES, GREY, INK, house_style, new_figure, png
from dlx.show.pictures.scales import spelled

HEIGHT, ABOVE, BELOW, LEFT, BETWEEN, RIGHT = 4.2, 0.75, 0.6, 0.8, 0.85, 0.2  # inches
PANELS = (5.2, 3.5, 2.3)  # of one chart, of two, of more
NAMES = 9  # points of the names on the right
MANY = {"x": 1e7, "y": 1e5}  # from there on a number is written by its power of ten
FEW = 16  # points of a line that each have a marker
DASHED = (0, (3, 2))
MARKERS = "os^Dv*PX"  # of lines with few points, beside their colours
STROKES = ("-", (0, (7, 1.5)), (0, (1, 1)), (0, (7, 1.5, 1, 1.5)))  # of lines with many


class Line(NamedTuple):
    """y over x; ``dots`` in place of a line, ``dashed`` for what it is compared with, on its own or of ``like``."""

    x: Sequence[float] | np.ndarray
    y: Sequence[float] | np.ndarray
    dots: bool = False
    dashed: bool = False
    color: int | None = None  # its number among the colours; the next one by itself


class Chart(NamedTuple):
    """One pair of axes: its lines by name, and its scales, ``linear`` or ``log``, or ``symlog``."""

    lines: Mapping[str, Line]
    x: str
    y: str
    title: str = ""
    xscale: str = "linear"
    yscale: str = "linear"
    xlim: tuple[float | None, float | None] | None = None
    ylim: tuple[float | None, float | None] | None = None
    xticks: Sequence[str] = ()  # names of x = 0, 1, 2 …


@house_style()
def charts(*panels: Chart, title: str) -> bytes:
    """Charts side by side, as PNG; lines of one name have one colour, and the names stand once on the right."""
    listed = {name for chart in panels for name in chart.lines}
    names = 0.6 + max(map(_width, listed)) if len(listed) > 1 else 0.0
    panel_width = PANELS[min(len(panels), len(PANELS)) - 1]
    width = LEFT + len(panels) * panel_width + (len(panels) - 1) * BETWEEN + names + RIGHT
    figure = new_figure(width, HEIGHT, title)
    looks: dict[str, int] = {}
    for number, chart in enumerate(panels):
        left = LEFT + number * (panel_width + BETWEEN)
        axes = figure.add_axes((left / width, BELOW / HEIGHT, panel_width / width, 1 - (BELOW + ABOVE) / HEIGHT))
        for name, line in chart.lines.items():
            look = looks.setdefault(name, (len(looks) if line.color is None else line.color) % len(CLASSES))
            _draw(axes, name, line, look)
        axes.set_xscale(chart.xscale)
        axes.set_yscale(chart.yscale)
        for axis in (axes.xaxis, axes.yaxis):
            if axis.get_scale() == "log":
                _write_plainly(axis, between=axis is axes.yaxis)
        if chart.xticks:
            axes.set_xticks(range(len(chart.xticks)), chart.xticks)
        axes.set_xlabel(chart.x, color=GREY)
        axes.set_ylabel(chart.y, color=GREY)
        axes.set_title(chart.title, size=9.5, loc="left", color=GREY)
        axes.set(**{key: value for key in ("xlim", "ylim") if (value := getattr(chart, key)) is not None})
        axes.grid(True)
    handles: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, name in zip(*axes.get_legend_handles_labels(), strict=True):
            handles.setdefault(name, handle)
    if len(handles) > 1:
        place = (1 - (names + RIGHT - 0.1) / width, 1 - (ABOVE - 0.1) / HEIGHT)
        figure.legend(handles.values(), handles, loc="upper left", bbox_to_anchor=place, fontsize=NAMES, labelcolor=INK)
    return png(figure)


def _draw(axes: Any, name: str, line: Line, look: int) -> None:
    color = CLASSES[look]
    if line.dots:
        axes.plot(line.x, line.y, MARKERS[look], color=color, markersize=4, alpha=0.7, label=name)
        return
    has_few = len(line.x) <= FEW and not line.dashed
    stroke = DASHED if line.dashed else "-" if has_few else STROKES[look % len(STROKES)]
    width, marker = 1.0 if line.dashed else 1.7, MARKERS[look] if has_few else ""
    axes.plot(line.x, line.y, linestyle=stroke, color=color, linewidth=width, marker=marker, markersize=4, label=name)


def _width(name: str) -> float:
    """How wide a name on the right is, in inches."""
    from matplotlib.textpath import TextPath

    return float(TextPath((0, 0), name, size=NAMES).get_extents().width) / 72 if name else 0.0


def _write_plainly(axis: Any, between: bool) -> None:
    """The numbers of a logarithmic axis in one size, none as a small exponent; also 2 and 5 where there is room."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    if between and high < 1000 * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _spelled(float(value), MANY[axis.axis_name])))
    axis.set_minor_formatter(NullFormatter())


def _spelled(value: float, many: float) -> str:
    return f"{value:,.0f}" if 1 <= value < many else spelled(value)


class Map(NamedTuple):
    """Numbers over rows and columns, as colours with the numbers on them."""

    values: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]
    x: str
    title: str


@house_style()
def maps(*panels: Map, title: str, limits: tuple[float, float], form: str = "{:z.0f}") -> bytes:
    """Maps side by side on one scale of colours, blue below its middle and red above, as PNG."""
    cell, high = 0.62, 0.36
    panel_width = max(len(heat_map.columns) for heat_map in panels) * cell
    width = 1.5 + len(panels) * panel_width + (len(panels) - 1) * 0.4 + RIGHT
    height = ABOVE + 0.25 + max(len(heat_map.rows) for heat_map in panels) * high + BELOW
    figure = new_figure(max(width, 5), height, title)
    for number, heat_map in enumerate(panels):
        tall = len(heat_map.rows) * high
        place = (1.5 + number * (panel_width + 0.4), BELOW, panel_width, tall)
        axes = figure.add_axes((place[0] / width, place[1] / height, place[2] / width, place[3] / height))
        axes.imshow(np.clip(heat_map.values, *limits), cmap="RdBu_r", vmin=limits[0], vmax=limits[1], aspect="auto")
        axes.set_xticks(range(len(heat_map.columns)), heat_map.columns)
        axes.set_yticks(range(len(heat_map.rows)), heat_map.rows if number == 0 else [""] * len(heat_map.rows))
        axes.set_xlabel(heat_map.x, color=GREY)
        axes.set_title(heat_map.title, size=9.5, loc="left", color=GREY)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        middle, span = sum(limits) / 2, (limits[1] - limits[0]) / 2
        for (i, j), value in np.ndenumerate(heat_map.values):
            strong = abs(np.clip(value, *limits) - middle) > 0.6 * span
            text = form.format(value) if np.isfinite(value) else "–"
            axes.text(j, i, text, ha="center", va="center", size=9, color="white" if strong else INK)
    return png(figure)
