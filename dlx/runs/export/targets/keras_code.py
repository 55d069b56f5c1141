"""Keras: the network as a module of readable code, with its weights in a file of plain arrays."""

from __future__ import annotations

from dlx.errors import UsageError
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
PREPARE = '''

@keras.saving.register_keras_serializable("dlx")
class Prepare(layers.Layer):
    """Makes the features of a row: logarithms, shares, values in place of NaN, and 1 where a number is missing."""

    def __init__(self, source, log, signed_log, indicator, values=None, quantiles=None, **options):
        super().__init__(**options)
        self.source = [int(place) for place in source]
        self.masks = {
            name: [bool(is_on) for is_on in mask]
            for name, mask in (("log", log), ("signed_log", signed_log), ("indicator", indicator))
        }
        self.values = None if values is None else [float(value) for value in values]
        self.quantiles = quantiles and {name: np.asarray(array).tolist() for name, array in quantiles.items()}

    def call(self, x):
        ops, masks = keras.ops, {name: keras.ops.convert_to_tensor(mask) for name, mask in self.masks.items()}
        x = ops.take(x, ops.convert_to_tensor(self.source), axis=1)
        missing = ops.isnan(x)
        x = ops.where(masks["log"], ops.log(x), x)
        x = ops.where(masks["signed_log"], ops.sign(x) * ops.log1p(ops.abs(x)), x)
        if self.quantiles:
            on, share, low, high, slope = (ops.convert_to_tensor(array) for array in self.quantiles.values())
            share, low, high, slope = (ops.cast(array, x.dtype) for array in (share, low, high, slope))
            steps = ops.minimum(ops.maximum(x[:, None], low), high) - low
            x = ops.where(on, share + ops.sum(slope * steps, axis=1), x)
        if self.values is not None:
            x = ops.where(missing, ops.convert_to_tensor(self.values, x.dtype), x)
        return ops.where(masks["indicator"], ops.cast(missing, x.dtype), x)

    def get_config(self):
        return super().get_config() | {
            "source": self.source,
            **self.masks,
            "values": self.values,
            "quantiles": self.quantiles,
        }
'''
EXACT = '''

@keras.saving.register_keras_serializable("dlx")
class Exact(keras.Sequential):
    """Takes rows of float64 as they are, also in ``predict``, which would make float32 of them."""

    def predict(self, x, batch_size=4096, **options):
        x = np.asarray(x, np.float64)
        parts = [self(x[start : start + batch_size]) for start in range(0, len(x), batch_size)]
        return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])
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

    Rows go in as the data have them, float32 or float64; probabilities of the classes or values come out. It runs on
    every backend of Keras 3; ``load().save("name.keras")`` keeps it in Keras's own format.
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
        if network.layer_type == "float64":  # of which Dense on PyTorch gives the digits of float32 (3.15)
            what = "this network needs float64, in which the layers of Keras do not compute"
            raise UsageError(f"{what}: export it to ONNX or PyTorch")
        formulas = [operation for operation in network.operations if isinstance(operation, Formula)]
        gelu = GELU if any(formula.component.name == "gelu" for formula in formulas) else ""
        is_exact = network.row_type == "float64"
        last = BOTH if network.task is Task.BINARY else ""
        for formula in formulas:
            if formula.arrays:
                values = ", ".join(f'arrays["{name}{formula.l}"]' for name in formula.arrays)
                last = f'\n    network.get_layer("norm{formula.l}").set_weights([{values}]){last}'
        return f'''{heading(network, "Keras 3", name)}import keras
from keras import layers

{facts(network)}{_layer_class(network)}{gelu}{EXACT if is_exact else ""}

def load(path=Path(__file__).with_suffix(".npz")):
    """The trained network."""
    arrays = np.load(path)
    network = {"Exact" if is_exact else "keras.Sequential"}(
        [
{indented([*_inputs(network), *map(self._layer, network.operations), *_outputs(network)])}
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
    dtype = ', dtype="float64"' if network.row_type == "float64" else ""
    prepare = [] if network.imputation is None else [f'Impute(arrays["imputation"]{dtype})']
    if network.preparation is not None:
        values = "" if network.imputation is None else ', values=arrays["imputation"]'
        of_quantiles = network.preparation.of_quantiles() if network.preparation.quantile.any() else {}
        names = [name for name in network.preparation.arrays() if name not in of_quantiles]
        stated = ", ".join(f'{name}=arrays["{name}"]' for name in names)
        if of_quantiles:
            stated += f", quantiles={{name: arrays[name] for name in {tuple(of_quantiles)}}}"
        prepare = [f"Prepare({stated}{values}{dtype})"]
    normalization = f'layers.Normalization(mean=arrays["shift"], variance=np.ones({network.n_x}){dtype})'
    rescaling = f'layers.Rescaling(arrays["scale"]{dtype})'
    return [f"keras.Input(({network.length},){dtype})", *prepare, normalization, rescaling]


def _layer_class(network: Frozen) -> str:
    """The layer of its own that the network begins with, if any."""
    if network.preparation is not None:
        return PREPARE
    return "" if network.imputation is None else IMPUTE


def _outputs(network: Frozen) -> list[str]:
    """The layers that give probabilities, or the values of a regression in the unit of its targets."""
    if network.target_unit is None:
        return OUTPUTS[network.task]
    rescaling = 'layers.Rescaling(arrays["target_spread"], offset=arrays["target_shift"])'
    return [rescaling, *['layers.Activation("exponential")'] * network.target_unit.is_log]
