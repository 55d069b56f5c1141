"""The picture of a learning-rate range test: the cost over α, and the rates that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlx.show.charts.quantities import COST
from dlx.show.charts.range_test import range_chart
from dlx.show.pictures.axes import scale_values
from dlx.show.pictures.canvas import ALARM, DEV, GREY, TRAIN, house_style, new_figure, png
from dlx.show.rates import rate_in_words

if TYPE_CHECKING:
    from dlx.documents.range_test import RangeTest

WIDTH, HEIGHT = 8.0, 4.2
COLORS = {"falls": GREY, "suggested": DEV, "grows": ALARM}
WORDS = {"falls": "falls from {} on", "suggested": "suggested: {}", "grows": "grows from {} on"}


@house_style()
def range_test(document: RangeTest, title: str) -> bytes:
    """The median of the averaged costs on a logarithmic scale of rates, as PNG.

    Args:
        document: of the test.
        title: stands above the picture.
    """
    chart, tested = range_chart(document), document.tested
    how = f"{document.optimizer}: {tested.probes} sweeps of growing rates, {tested.steps:,} steps"
    figure = new_figure(WIDTH, HEIGHT, title, how)
    axes = figure.add_axes((0.1, 0.14, 0.87, 0.7))
    axes.plot(10.0**chart.places, chart.costs, color=TRAIN, linewidth=1.8)
    axes.set_xscale("log")
    if len(chart.costs):
        scale_values(axes, chart.range)
    for name, rate in chart.marks.items():
        width = 1.8 if name == "suggested" else 1.0
        label = WORDS[name].format(rate_in_words(rate))
        axes.axvline(rate, color=COLORS[name], linewidth=width, linestyle="--", label=label)
    axes.set_xlabel("learning rate α", color=GREY)
    axes.set_ylabel(COST.name, color=GREY)
    axes.grid(True)
    if chart.marks:
        axes.legend(fontsize=9)
    return png(figure)
