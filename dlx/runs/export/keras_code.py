"""Keras: the network as a module of readable code, with its weights in a file of plain arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlx.runs.export.code import activation_code, facts, heading, weights
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.runs.export.frozen import Frozen

ACTIVATIONS = {
    "sigmoid": 'layers.Activation("sigmoid")',
    "tanh": 'layers.Activation("tanh")',
    "relu": "layers.ReLU()",
    "leaky_relu": "layers.LeakyReLU(negative_slope={slope!r})",
    "elu": "layers.ELU(alpha={alpha!r})",
    "softplus": 'layers.Activation("softplus")',
    "swish": 'layers.Activation("silu")',
    "gelu": "layers.Activation(gelu)",
}
GELU = '''

@keras.saving.register_keras_serializable("dlx")
def gelu(z):
    """The form with tanh, which the network was trained with."""
    return keras.activations.gelu(z, approximate=True)
'''
OUTPUTS = {
    Task.BINARY: [
        'layers.Activation("sigmoid")',
        'layers.Dense(2, activation="linear", name="both")',
    ],
    Task.MULTICLASS: ["layers.Softmax()"],
    Task.REGRESSION: [],
}
BOTH = """
    network.get_layer("both").set_weights([np.array([[-1.0, 1.0]]), np.array([1.0, 0.0])])  # p -> 1 - p, p"""


def keras_code(network: Frozen, name: str) -> dict[str, bytes]:
    """``.py`` with ``load() -> keras.Sequential`` and ``.npz`` with what it loads.

    Keras is not needed to write them. Rows go in as the data have them, float32; probabilities of the classes or
    values come out. It runs on every backend of Keras 3; ``load().save("name.keras")`` keeps it in Keras's own format.
    """
    n_x = len(network.features)
    use = f"from {name} import load\n\nnetwork = load()  # takes rows (m, {n_x}) float32"
    both = BOTH if network.task is Task.BINARY else ""
    uses_gelu = any(layer.activation is not None and layer.activation.name == "gelu" for layer in network.layers)
    code = f'''{heading(network, "Keras 3", use)}import keras
from keras import layers

{facts(network)}{GELU if uses_gelu else ""}

def load(path=Path(__file__).with_suffix(".npz")):
    """The trained network."""
    arrays = np.load(path)
    network = keras.Sequential(
        [
            keras.Input(({n_x},)),
            layers.Normalization(mean=arrays["shift"], variance=1 / arrays["scale"].astype("float64") ** 2),
{_layers(network)}
        ]
    )
    for l in range(1, {len(network.layers)} + 1):
        network.get_layer(f"layer{{l}}").set_weights([arrays[f"W{{l}}"].T, arrays[f"b{{l}}"]]){both}
    return network
'''
    return {".py": code.encode(), ".npz": weights(network)}


def _layers(network: Frozen) -> str:
    lines: list[str | None] = []
    for l, layer in enumerate(network.layers, start=1):
        lines += [
            f'layers.Dense({len(layer.b)}, name="layer{l}")',
            activation_code(layer.activation, ACTIVATIONS, "Keras"),
        ]
    return "\n".join(f"            {line}," for line in [*lines, *OUTPUTS[network.task]] if line)
