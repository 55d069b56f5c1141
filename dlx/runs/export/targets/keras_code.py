"""Keras: the network as a module of readable code, with its weights in a file of plain arrays."""

from __future__ import annotations

from dlx.runs.export.code import CodeTarget, facts, heading, indented
from dlx.runs.export.frozen import Dense, Formula, Frozen, Operation
from dlx.words import Task

GELU = '''

@keras.saving.register_keras_serializable("dlx")
def gelu(z):
    """The form with tanh, which the network was trained with."""
    return keras.activations.gelu(z, approximate=True)
'''
IMPUTE = '''

@keras.saving.register_keras_serializable("dlx")
class Impute(layers.Layer):
    """Puts these values, one for each feature, in place of NaN."""

    def __init__(self, values, **options):
        super().__init__(**options)
        self.values = [float(value) for value in values]

    def call(self, x):
        values = keras.ops.convert_to_tensor(self.values, x.dtype)
        return keras.ops.where(keras.ops.isnan(x), values, x)

    def get_config(self):
        return super().get_config() | {"values": self.values}
'''
OUTPUTS = {
    Task.BINARY: [
        'layers.Activation("sigmoid")',
        'layers.Dense(2, activation="linear", name="both")',
    ],
    Task.MULTILABEL: ['layers.Activation("sigmoid")'],
    Task.MULTICLASS: ["layers.Softmax()"],
    Task.REGRESSION: [],
}
BOTH = """
    network.get_layer("both").set_weights([np.array([[-1.0, 1.0]]), np.array([1.0, 0.0])])  # p -> 1 - p, p"""


class Keras(CodeTarget):
    """``.py`` with ``load() -> keras.Sequential`` and ``.npz`` with what it loads.

    Rows go in as the data have them, float32; probabilities of the classes or values come out. It runs on every
    backend of Keras 3; ``load().save("name.keras")`` keeps it in Keras's own format.
    """

    name = "keras"
    title = "Keras"
    rank = 2
    activations = {
        "sigmoid": 'layers.Activation("sigmoid")',
        "tanh": 'layers.Activation("tanh")',
        "relu": "layers.ReLU()",
        "leaky_relu": "layers.LeakyReLU(negative_slope={slope!r})",
        "elu": "layers.ELU(alpha={alpha!r})",
        "softplus": 'layers.Activation("softplus")',
        "swish": 'layers.Activation("silu")',
        "gelu": "layers.Activation(gelu)",
    }
    norms = {"layer_norm": 'layers.LayerNormalization(epsilon={epsilon!r}, name="norm{l}")'}

    def code(self, network: Frozen, name: str) -> str:
        formulas = [operation for operation in network.operations if isinstance(operation, Formula)]
        gelu = GELU if any(formula.component.name == "gelu" for formula in formulas) else ""
        last = BOTH if network.task is Task.BINARY else ""
        for formula in formulas:
            if formula.arrays:
                values = ", ".join(f'arrays["{name}{formula.l}"]' for name in formula.arrays)
                last = f'\n    network.get_layer("norm{formula.l}").set_weights([{values}]){last}'
        return f'''{heading(network, "Keras 3", name)}import keras
from keras import layers

{facts(network)}{"" if network.imputation is None else IMPUTE}{gelu}

def load(path=Path(__file__).with_suffix(".npz")):
    """The trained network."""
    arrays = np.load(path)
    network = keras.Sequential(
        [
{indented([*_inputs(network), *map(self._layer, network.operations), *_outputs(network)], 12)}
        ]
    )
    for l in range(1, {len(network.dense)} + 1):
        network.get_layer(f"layer{{l}}").set_weights([arrays[f"W{{l}}"].T, arrays[f"b{{l}}"]]){last}
    return network
'''

    def _layer(self, operation: Operation) -> str:
        if isinstance(operation, Dense):
            return f'layers.Dense({len(operation.b)}, name="layer{operation.l}")'
        return self.formula(operation)


def _inputs(network: Frozen) -> list[str]:
    """The layers that take rows as the data have them."""
    impute = [] if network.imputation is None else ['Impute(arrays["imputation"])']
    normalization = f'layers.Normalization(mean=arrays["shift"], variance=np.ones({network.n_x}))'
    return [f"keras.Input(({network.n_x},))", *impute, normalization, 'layers.Rescaling(arrays["scale"])']


def _outputs(network: Frozen) -> list[str]:
    """The layers that give probabilities, or the values of a regression in the unit of its targets."""
    if network.target_unit is None:
        return OUTPUTS[network.task]
    rescaling = 'layers.Rescaling(arrays["target_spread"], offset=arrays["target_shift"])'
    return [rescaling, *['layers.Activation("exponential")'] * network.target_unit.is_log]
