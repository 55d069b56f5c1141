"""What comes out of L linear layers without b, each with W = 1.5·I or 0.5·I, and what gradient comes back.

The output for x = 1 is held against 1.5^L and 0.5^L; db of the first layer against that of the last, of which it is
1.5^(L−1) and 0.5^(L−1) times as much.
"""

from __future__ import annotations

import numpy as np

from dlx.nn.activations import Identity
from dlx.nn.initializers import Zeros
from dlx.nn.losses import SquaredError
from dlx.nn.network import LayerPlan, Network
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

SCALES = {"one_and_a_half": 1.5, "one": 1.0, "half": 0.5}
DEPTHS = range(1, 51)
UNITS = 2


def measure(bench: Bench) -> Measured:
    """Depths from 1 to 50."""
    passes = {name: np.array([_passed(scale, L) for L in DEPTHS]) for name, scale in SCALES.items()}
    rows = {}
    for name, scale in SCALES.items():
        forward, backward = passes[name].T
        powers = scale ** np.array(DEPTHS, np.float64)
        rows[name] = {
            "y_at_10": forward[9],
            "y_at_50": forward[-1],
            "worst_of_y": np.abs(forward / powers - 1).max(),
            "gradient_at_50": backward[-1],
            "worst_of_gradient": np.abs(backward / (powers / scale) - 1).max(),
        }
    lines = {}
    for color, (name, scale) in enumerate(SCALES.items()):
        forward, backward = passes[name].T
        lines[f"{scale:g}·I: ŷ of x = 1"] = Line(DEPTHS, forward, color=color)
        lines[f"{scale:g}·I: db⁽¹⁾/db⁽ᴸ⁾"] = Line(DEPTHS, backward, dashed=True, color=color)
    chart = Chart(lines, "layers L", "factor", yscale="log")
    return Measured(rows, {"factors": charts(chart, title="Factors of 1.5 and 0.5 explode and vanish with the depth")})


def _passed(scale: float, layers: int) -> tuple[float, float]:
    """ŷ of x = 1, and db of the first layer as a share of that of the last."""
    plans = [LayerPlan(UNITS, Identity(), Zeros())] * (layers - 1) + [LayerPlan(UNITS, None, Zeros())]
    network = Network(UNITS, plans, SquaredError(), np.float64)
    network.parameters.theta[...] = 0
    for layer in range(1, layers + 1):
        network.parameters[f"W{layer}"][...] = scale * np.eye(UNITS)
    step = network.record_step(np.ones((1, UNITS)), np.zeros((UNITS, 1)))
    step.run()
    db = network.parameters.gradients
    return float(step.A[0, 0]), float(db["b1"][0, 0] / db[f"b{layers}"][0, 0])
