"""Cost and error of several groups of runs over the epochs, laid over each other, each with its spread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dlx.language import translated
from dlx.show.charts.curves import COSTS, ERRORS
from dlx.show.charts.groups import ENOUGH, Group, MeanCurve, mean_curve
from dlx.show.charts.quantities import COST, Quantity, error_quantity
from dlx.show.charts.scales import FEW, apart, fitting
from dlx.show.pictures.axes import LABEL_GAP, count_epochs, height, scale_values
from dlx.show.pictures.canvas import ALARM, CLASSES, house_style, new_figure, png, readable
from dlx.text import visible_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_AT_ENDS = 6  # groups whose names stand at the ends of their lines; those of more are listed by their values
LONGEST = 34  # characters of a name
PANEL, ALONE, LEFT, BETWEEN, LETTER = 2.75, 4.6, 0.75, 1.4, 0.079  # inches
SHORTEST, BOTTOM, ABOVE, LINE = 4.2, 0.55, 0.75, 0.19
# Of groups that share a colour; the longer strokes are of dev, the short ones of train are taken.
STROKES: tuple[object, ...] = ("-", (0, (7, 1.5, 1, 1.5)), (0, (7, 1.5, 1, 1.5, 1, 1.5)), (0, (1, 1)))
DASHED = (0, (3.5, 1.8))


class _Line(NamedTuple):
    """How a group is drawings."""

    name: str
    color: str
    strokes: object


@house_style()
def overlay(groups: Sequence[Group], *, title: str, task: str) -> bytes:
    """Cost, and error where there is one, of all groups, as PNG: dev solid, train dashed, a colour for each group.

    A line is the mean of the group's runs, as `mean_curve` takes it. The band is the 95 % interval of that mean,
    mean ± t·s/√k of k runs, for five runs or more, and from the lowest to the highest for fewer. A cross marks where
    a run of the group came to an end of its numbers at last.

    Args:
        groups: each with the metrics of its runs, of any lengths; NaN where there is no value.
        title: stands above the picture.
        task: ``regression`` has its error in the units of the target, the others in percent.
    """
    lines = [_Line(_short(group.label), *_look(number)) for number, group in enumerate(groups)]
    costs = _Panel(COST, _mean_curves(groups, COST, COSTS), lines)
    errors = _Panel(error_quantity(task), _mean_curves(groups, error_quantity(task), ERRORS), lines)
    panels = [costs, errors] if errors.curves else [costs]
    longest = max((len(line.name) for line in lines), default=0)
    wide = PANEL if len(panels) > 1 else ALONE
    width = LEFT + len(panels) * wide + (len(panels) - 1) * BETWEEN + 1.2 + LETTER * longest
    tall = max(SHORTEST, BOTTOM + ABOVE + LINE * len(groups))
    figure = new_figure(width, tall, title, "   ".join(map(translated, _legend(groups, panels))))
    for number, panel in enumerate(panels):
        left = LEFT + number * (wide + BETWEEN)
        axes = figure.add_axes((left / width, BOTTOM / tall, wide / width, 1 - (BOTTOM + ABOVE) / tall))
        panel.draw(axes)
        panel.label(axes, LINE / (tall - BOTTOM - ABOVE), named=panel is panels[-1])
    return png(figure)


def _look(number: int) -> tuple[str, object]:
    again, color = divmod(number, len(CLASSES))
    return CLASSES[color], STROKES[again % len(STROKES)]


def _short(label: str) -> str:
    """At most so many characters that can be drawings, from both ends: names of variants often begin alike."""
    label = visible_line(label).encode("utf-8", "replace").decode()
    half = (LONGEST - 1) // 2
    return label if len(label) <= LONGEST else f"{label[:half]}…{label[-half:]}"


def _legend(groups: Sequence[Group], panels: Sequence[_Panel]) -> Iterator[str]:
    """What is solid, dashed, shaded and crossed."""
    drawings = [parts for panel in panels for parts in panel.curves.values()]
    if any("dev" in parts for parts in drawings):
        yield (
            "solid: dev" if all("dev" in parts for parts in drawings) else "solid: dev, or train where there is no dev"
        )
        yield "dashed: train"
    elif drawings:
        yield "train"
    counts = [len(group.metrics) for group in groups if len(group.metrics) > 1]
    few, many = (any((count < ENOUGH) == is_few for count in counts) for is_few in (True, False))
    if many:
        yield f"band: 95 % interval of the mean{f' of {ENOUGH} runs or more' * few}"
    if few:
        yield f"band: lowest to highest{f' of fewer than {ENOUGH}' * many}"
    if any(curve.lost for parts in drawings for curve in parts.values()):
        yield "cross: no longer finite"


def _mean_curves(
    groups: Sequence[Group], quantity: Quantity, columns: Mapping[str, str]
) -> dict[int, dict[str, MeanCurve]]:
    """For each group that has values, by its number, the curves of its parts."""
    curves: dict[int, dict[str, MeanCurve]] = {}
    for number, group in enumerate(groups):
        for part in ("train", "dev"):
            if curve := mean_curve(group, columns[part], quantity.factor):
                curves.setdefault(number, {})[part] = curve
    return curves


class _Panel(NamedTuple):
    """What one pair of axes shows: the curves of each group, by its number and their part, and how groups look."""

    quantity: Quantity
    curves: Mapping[int, Mapping[str, MeanCurve]]
    lines: Sequence[_Line]

    def draw(self, axes: Axes) -> None:
        """All lines with their bands, those of dev on top."""
        axes.set(xlabel="epoch", ylabel=self.quantity.name)
        axes.grid(axis="y")
        every = [curve for parts in self.curves.values() for curve in parts.values()]
        if not every:
            return
        count_epochs(axes, min(curve.epochs[0] for curve in every), max(curve.epochs[-1] for curve in every))
        scale_values(axes, fitting([curve.mean for curve in every], self.quantity.may_be_logarithmic))
        for number, parts in self.curves.items():
            for part, curve in parts.items():
                self._draw(axes, curve, self.lines[number], faint=part == "train" and "dev" in parts)

    def _draw(self, axes: Axes, curve: MeanCurve, line: _Line, faint: bool) -> None:
        crowded = len(self.curves) > MOST_AT_ENDS
        strokes, alpha = (DASHED, 0.35 if crowded else 0.75) if faint else (line.strokes, 1)
        options: dict[str, Any] = {
            "linestyle": strokes,
            "linewidth": 0.9 if faint else 1.8,
            "zorder": 2 if faint else 3,
        }
        options |= {"marker": "o", "markersize": 3.5} if len(curve.epochs) <= FEW and not faint else {}
        axes.plot(curve.epochs, curve.mean, color=line.color, alpha=alpha, **options)
        if not faint and np.nanmax(curve.high - curve.low, initial=0) > 0:
            low = np.maximum(curve.low, axes.get_ylim()[0])
            axes.fill_between(curve.epochs, low, curve.high, color=line.color, alpha=0.15, linewidth=0, zorder=1)
        if curve.lost:
            axes.plot(*curve.last, "X", color=ALARM, markersize=7, zorder=4, clip_on=False)

    def label(self, axes: Axes, gap: float, named: bool) -> None:
        """Beside the axes each group's last value, and its name where it is ``named``; of many values no other list."""
        ends = {number: parts.get("dev") or parts["train"] for number, parts in self.curves.items()}
        last = {number: curve.last[1] for number, curve in ends.items()}
        missing = [number for number in range(len(self.lines)) if named and number not in last]
        if len(self.lines) > MOST_AT_ENDS:
            order = [*sorted(last, key=lambda number: -last[number]), *missing] if named else []
            places = {number: 1 - gap * (place + 0.5) for place, number in enumerate(order)}
        else:
            heights = [height(axes, ends[number].epochs[-1], value) for number, value in last.items()]
            order = [*last, *missing]
            places = dict(
                zip(order, apart([*heights, *(0.0 for _ in missing)], max(gap, LABEL_GAP), end=1), strict=True)
            )
        for number in order:
            value = self.quantity.written(last[number]) if number in last else translated("no values")
            self._label(axes, places[number], self.lines[number], value, named)

    def _label(self, axes: Axes, place: float, line: _Line, value: str, named: bool) -> None:
        """The text, behind a piece of the line where it does not stand at the line's end."""
        sampled = len(self.lines) > MOST_AT_ENDS
        options: dict[str, Any] = {"transform": axes.transAxes}
        if sampled:
            ends = [1.02, 1.09], [place, place]
            axes.plot(*ends, linestyle=line.strokes, linewidth=1.8, clip_on=False, color=line.color, **options)
        text = f"{line.name}  {value}" if named else value
        x, color = 1.11 if sampled else 1.03, readable(line.color)
        axes.text(x, place, text, va="center", parse_math=False, color=color, **options)
