"""What becomes of the variance of Z forward and of dZ backward through 50 layers of 128 units, for each initializer.

Over units and examples; in powers of ten of that in the first layer, or going back in the last; the mean over 6
networks. Theory: a ReLU layer multiplies both by n·Var(W)/2 (He et al. 2015). For tanh q = Var(Z) goes to
n·Var(W)·E[tanh²(√q·ξ)] and Var(dZ) to n·Var(W)·E[tanh′²(√q·ξ)]·Var(dZ), ξ ~ N(0, 1) (Poole et al. 2016).
"""

from __future__ import annotations

import numpy as np

from dlx.diagnose.before.propagation import propagate
from dlx.nn.activations import Activation
from dlx.nn.initializers import He, Initializer, LeCun, Normal, Xavier, Zeros
from dlx.nn.losses import SquaredError
from dlx.nn.network import LayerPlan, Network
from dlx.training import threads
from dlx.types import Array
from experiments.reproduce.drawing import Map, maps
from experiments.reproduce.measuring import Bench, Measured, Row

LAYERS, UNITS, EXAMPLES, NETWORKS = 51, 128, 64, 6
FAR = 1e50  # so far are the targets that dZ = 2(Z − Y)/m of the last layer is noise which knows nothing of W
AFTER = (2, 5, 10, 20, 50)
MESSAGES = {
    "relu": "Through ReLU layers only the variance 2/n keeps a signal",
    "tanh": "Through tanh layers 1/n and 2/n keep a signal, small weights lose it",
}
INITIALIZERS: dict[str, tuple[str, Initializer, float]] = {  # with the n·Var(W) of theory
    "zeros": ("zeros", Zeros(), 0.0),
    "small": ("normal, 0.01", Normal(scale=0.01), UNITS * 0.01**2),
    "lecun": ("1/n (lecun)", LeCun(), 1.0),
    "xavier": ("xavier", Xavier(), 1.0),
    "he": ("2/n (he)", He(), 2.0),
    "large": ("normal, 0.5", Normal(scale=0.5), UNITS * 0.5**2),
}


@threads.limited(1)  # its products are so small that two threads would wait for each other
def measure(bench: Bench) -> Measured:
    """ReLU and tanh."""
    rows: dict[str, Row] = {}
    pictures = {}
    for activation in ("relu", "tanh"):
        found = {name: _measured(activation, one) for name, (_, one, _) in INITIALIZERS.items()}
        for name, (_, _, gain) in INITIALIZERS.items():
            theory = _relu(gain) if activation == "relu" else _tanh(gain)
            rows[f"{activation}_{name}"] = {
                "forward_10": found[name][0, 10],
                "forward_50": found[name][0, 50],
                "in_theory": theory[0],
                "backward_10": found[name][1, 10],
                "backward_50": found[name][1, 50],
                "in_theory_back": theory[1],
            }
        pictures[activation] = _drawn(activation, np.array(list(found.values())))
    return Measured(rows, pictures)


def _measured(activation: str, initializer: Initializer) -> Array:
    """log₁₀ of the variance (2, LAYERS) of Z after so many layers, and of dZ so many layers back."""
    plan = LayerPlan(UNITS, Activation.parse(activation), initializer)
    plans = [plan] * (LAYERS - 1) + [LayerPlan(UNITS, None, initializer)]
    logarithms = np.zeros((2, LAYERS))
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        network = Network(UNITS, plans, SquaredError(), np.float64)
        network.initialize(rng)
        X, Y = rng.standard_normal((EXAMPLES, UNITS)), FAR * rng.standard_normal((UNITS, EXAMPLES))
        signals = propagate(network, X, Y).signals
        logarithms[0] += _logarithms([one.Z.var() for one in signals])
        logarithms[1] += _logarithms([one.dZ.var() for one in reversed(signals)])
    return logarithms / NETWORKS


def _logarithms(variances: list[float]) -> Array:
    """log₁₀ of each as a share of the first, −∞ where there is no signal."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log10(np.array(variances) / (variances[0] or 1.0)))


def _relu(gain: float) -> tuple[float, float]:
    """log₁₀ of what 50 ReLU layers do to both variances."""
    factor = 50 * float(np.log10(gain / 2)) if gain else -np.inf
    return factor, factor


def _tanh(gain: float) -> tuple[float, float]:
    """The same for tanh, by quadrature; the first layer's Z has the variance n·Var(W) of its inputs."""
    if not gain:
        return -np.inf, -np.inf
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    weights = weights / weights.sum()
    q, back = [gain], 0.0
    for _ in range(LAYERS - 1):
        A = np.tanh(np.sqrt(q[-1]) * nodes)
        back += float(np.log10(gain * weights @ (1 - A * A) ** 2))
        q.append(float(gain * weights @ (A * A)))
    return float(np.log10(q[-1] / q[0])), back


def _drawn(activation: str, found: Array) -> bytes:
    """Two maps: initializers by layers."""
    rows, columns = [label for label, _, _ in INITIALIZERS.values()], [str(k) for k in AFTER]
    shown = [
        Map(found[:, 0, list(AFTER)], rows, columns, "after so many layers", "forward: variance of Z, powers of ten"),
        Map(
            found[:, 1, list(AFTER)],
            rows,
            columns,
            "back through so many layers",
            "backward: variance of dZ, powers of ten",
        ),
    ]
    return maps(*shown, title=MESSAGES[activation], limits=(-10, 10), form="{:z.1f}")
