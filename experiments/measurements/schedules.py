"""The learning rate over the epochs under every schedule, and the notes' table of α₀ = 0.2 with decay rate 1."""

from __future__ import annotations

from drawing import Chart, Line, charts
from measuring import Bench, Measured

from dlx.nn.schedules import Schedule

EPOCHS, ALPHA = 60, 0.2
SCHEDULES = {
    "inverse_time": {"name": "inverse_time", "decay_rate": 1.0},
    "exponential": {"name": "exponential", "base": 0.95},
    "inverse_sqrt": {"name": "inverse_sqrt", "k": 1.0},
    "staircase": {"name": "staircase", "drop": 0.5, "every": 10},
    "manual": {"name": "manual", "table": [[20, 0.08], [40, 0.02]]},
    "cosine": "cosine",
    "warm-up, cosine": {"name": "cosine", "warmup": 6},
    "stretched inverse_time": {"name": "stretched", "factor": 4.0, "schedule": {"name": "inverse_time", "first": 0}},
    "constant": "constant",
}
FORMULAS = ("constant", "inverse_time", "exponential", "inverse_sqrt")


def measure(bench: Bench) -> Measured:
    """α in the first epochs and in the last."""
    found = {name: _rates(given) for name, given in SCHEDULES.items()}
    rows = {
        name.replace("-", "_").replace(", ", "_").replace(" ", "_"): {
            f"epoch_{k}": rates[k - 1] for k in (1, 2, 3, 4, 10, 30, EPOCHS)
        }
        for name, rates in found.items()
    }
    lines = {name: Line(range(1, EPOCHS + 1), rates, dashed=name == "constant") for name, rates in found.items()}
    shown = [
        Chart(
            {name: line for name, line in lines.items() if (name in FORMULAS) is wanted}, "epoch", "α", ylim=(0, 0.21)
        )
        for wanted in (True, False)
    ]
    return Measured(rows, {"rates": charts(*shown, title="Schedules, from α₀ = 0.2")})


def _rates(given: object) -> list[float]:
    schedule = Schedule.parse(given)
    return [schedule.learning_rate(ALPHA, done, EPOCHS) for done in range(EPOCHS)]
