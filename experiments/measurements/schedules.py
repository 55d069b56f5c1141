"""The learning rate of every schedule that dlx has, epoch by epoch, from α₀ = 0.2 as in the notes' table.

The notes' own is inverse time: α = α₀/(1 + decay_rate·epoch), decay_rate = 1.
"""

from __future__ import annotations

import numpy as np

from dlx.nn.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseSqrt,
    InverseTime,
    Manual,
    Schedule,
    Staircase,
    Stretched,
)
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

ALPHA_0, EPOCHS = 0.2, 40
SHOWN: dict[str, Schedule] = {
    "constant": Constant(),
    "inverse_time": InverseTime(decay_rate=1.0),
    "exponential": Exponential(base=0.95),
    "inverse_sqrt": InverseSqrt(),
    "staircase": Staircase(drop=0.5, every=10),
    "manual": Manual(table=((5, 0.15), (15, 0.05), (30, 0.01))),
    "cosine": Cosine(),
    "stretched": Stretched(schedule=InverseTime(decay_rate=1.0), factor=4),
}
LABELS = {
    "constant": "constant",
    "inverse_time": "inverse time: α₀/(1 + t)",
    "exponential": "exponential: 0.95ᵗ·α₀",
    "inverse_sqrt": "inverse root: α₀/√t",
    "staircase": "staircase: halved every 10",
    "manual": "manual: from a table",
    "cosine": "cosine",
    "stretched": "inverse time, 4 times as slow",
}
SHOWN_EPOCHS = (1, 2, 3, 4, 5, 10, 11, 20, 21, 40)
NOTES = {1: 0.1, 2: 0.0667, 3: 0.05, 4: 0.04}  # their .67, .5 and .4 are slips of the pen: α₀/(1 + 2) is 0.0667


def measure(bench: Bench) -> Measured:
    """α of each of 40 epochs."""
    rates = {name: [one.learning_rate(ALPHA_0, done, EPOCHS) for done in range(EPOCHS)] for name, one in SHOWN.items()}
    rows = {name: {f"epoch_{t}": found[t - 1] for t in SHOWN_EPOCHS} for name, found in rates.items()}
    rows["all"] = {"of_dlx": len(Schedule.members()), "shown": len({one.name for one in SHOWN.values()})}
    lines = {LABELS[name]: _line(name, found) for name, found in rates.items()}
    lines["the notes' table"] = Line(
        list(NOTES), list(NOTES.values()), dots=True, color=list(SHOWN).index("inverse_time")
    )
    chart = Chart(lines, "epoch t", "learning rate α", ylim=(0, 1.05 * ALPHA_0))
    return Measured(rows, {"rates": charts(chart, title="Each schedule lets α fall from 0.2 in its own way")})


def _line(name: str, rates: list[float]) -> Line:
    """α over the epochs; where it falls now and then only, a step in the middle between two epochs."""
    epochs = np.arange(1, EPOCHS + 1)
    if name not in ("staircase", "manual", "stretched"):
        return Line(epochs, rates, dashed=name == "constant")
    return Line(np.repeat(epochs, 2) + np.tile([-0.5, 0.5], EPOCHS), np.repeat(rates, 2))
