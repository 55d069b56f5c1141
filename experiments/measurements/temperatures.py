"""A year of daily temperatures (made up but for the five that the notes name), as `dlx average` averages them.

The first days are 40, 49, 45 °F, the 180th and 181st 60 and 56. What an average is over: the days after which a weight
has fallen to 1/e. How far it lags behind: the shift of the days that it fits best. How rough it is: the mean change
from day to day.
"""

from __future__ import annotations

from math import log

import numpy as np

from dlx.data.text_tables.series import read_series
from dlx.nn.averages import averages
from dlx.show.pictures import averages as picture
from experiments.reproduce.measuring import Bench, Measured
from experiments.reproduce.topics import ROOT

BETAS = (0.9, 0.98, 0.5)


def measure(bench: Bench) -> Measured:
    """The three β of the notes."""
    series = read_series(ROOT / "../configs/temperatures.csv")
    plain = {beta: averages(series.values, beta, corrected=False) for beta in BETAS}
    corrected = {beta: averages(series.values, beta) for beta in BETAS}
    rows = {}
    for beta in BETAS:
        v, started = corrected[beta], plain[beta]
        rows[f"beta_{beta:g}".replace(".", "_")] = {
            "window": 1 / (1 - beta),
            "days_to_1_e": -1 / log(beta),
            "lag": _lag(series.values, v),
            "roughness": float(np.abs(np.diff(v[60:])).mean()),
            "day_1": float(started[0]),
            "day_2": float(started[1]),
            "day_2_corrected": float(v[1]),
            "still_wrong_on_day_30": float(v[29] - started[29]),
        }
    drawn = picture(
        series.values, plain, corrected, title="A larger β gives a smoother average that lags behind", name=series.name
    )
    return Measured(rows, {"averages": drawn})


def _lag(series: np.ndarray, average: np.ndarray) -> float:
    """Days by which the average, moved back, is nearest to the series, with the first weeks left out."""
    smooth = np.convolve(series, np.ones(15) / 15, mode="same")[60:-60]
    shifts = range(60)
    distances = [np.square(smooth - average[60 + shift : len(average) - 60 + shift]).mean() for shift in shifts]
    return float(np.argmin(distances))
