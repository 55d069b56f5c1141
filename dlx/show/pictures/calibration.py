"""The picture of a calibration: the share that is true over what the probability says, before and after."""

from __future__ import annotations

from dlx.show.charts.calibration import CalibrationChart
from dlx.show.pictures.canvas import DEV, GREY, TRAIN, house_style, new_figure, png

SIZE = 5.2


def calibration(chart: CalibrationChart, title: str) -> bytes:
    """Both curves with the 95 % intervals of the second one, as a PNG; on the diagonal nothing is to be mended."""
    with house_style():
        figure = new_figure(SIZE, SIZE, title)
        axes = figure.add_axes((0.13, 0.11, 0.83, 0.79))
        axes.plot([0, 1], [0, 1], "--", color=GREY, linewidth=1)
        for points, color, label in ((chart.before, TRAIN, "as trained"), (chart.after, DEV, "with the temperature")):
            x, y = [point.probability for point in points], [point.share for point in points]
            axes.plot(x, y, "o-", color=color, markersize=4, linewidth=1.5, label=label)
        for point in chart.after:
            axes.plot([point.probability] * 2, [point.low, point.high], color=DEV, linewidth=1, alpha=0.5)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlabel(chart.probability, color=GREY, parse_math=False)
        axes.set_ylabel(chart.share, color=GREY, parse_math=False)
        axes.grid(True)
        axes.legend(fontsize=9, loc="upper left")
        return png(figure)
