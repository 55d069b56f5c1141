"""PyTorch: the network as a module of readable code, with its weights in a file of plain arrays."""

from __future__ import annotations

from dlx.runs.export.code import CodeTarget, facts, heading, indented
from dlx.runs.export.frozen import Dense, Formula, Frozen, Operation
from dlx.types import Array
from dlx.words import Task

OUTPUTS = {
    Task.BINARY: "p = torch.sigmoid(z)\n        return torch.cat([1 - p, p], dim=1)",
    Task.MULTILABEL: "return torch.sigmoid(z)",
    Task.MULTICLASS: "return torch.softmax(z, dim=1)",
    Task.REGRESSION: "return z",
}

BUFFER = '        self.register_buffer("{name}", torch.zeros({type}))\n'
COPY = '        network.{name}.copy_(torch.from_numpy(arrays["{name}"]))\n'
IMPUTE = "        x = torch.where(torch.isnan(x), self.imputation, x)\n"
FEATURES = "        x = x[:, self.source]\n        missing = torch.isnan(x)\n"
LOG = "        x = torch.where(self.log, torch.log(x), x)\n"
SIGNED_LOG = "        x = torch.where(self.signed_log, torch.sign(x) * torch.log1p(torch.abs(x)), x)\n"
QUANTILE = """        steps = torch.clamp(x[:, None], self.low, self.high) - self.low
        x = torch.where(self.quantile, self.share + (self.slope * steps).sum(1), x)
"""
IMPUTE_MISSING = "        x = torch.where(missing, self.imputation, x)\n"
INDICATE = "        x = torch.where(self.indicator, missing.to(x.dtype), x)\n"
NORMALIZED = {  # by the types of rows and of layers
    ("float32", "float32"): "(x - self.shift) * self.scale",
    ("float64", "float32"): "((x - self.shift) * self.scale).float()",
    ("float64", "float64"): "(x - self.shift) * self.scale",
}
DTYPES = {"bool": "torch.bool", "int64": "torch.int64", "float64": "torch.float64"}


class PyTorch(CodeTarget):
    """``.py`` with ``load() -> Network``, an ``nn.Module``, and ``.npz`` with what it loads.

    Rows go in as the data have them, float32 or float64; probabilities of the classes or values come out.
    ``network.layers`` is an ``nn.Sequential`` without the output activation, to be trained further on logits.
    """

    name = "pytorch"
    title = "PyTorch"
    rank = 1
    activations = {
        "sigmoid": "nn.Sigmoid()",
        "tanh": "nn.Tanh()",
        "relu": "nn.ReLU()",
        "leaky_relu": "nn.LeakyReLU({slope!r})",
        "elu": "nn.ELU({alpha!r})",
        "softplus": "nn.Softplus()",
        "swish": "nn.SiLU()",
        "gelu": 'nn.GELU(approximate="tanh")',
    }
    norms = {
        "layer_norm": "nn.LayerNorm({units}, eps={epsilon!r})"
    }  # their parameters are called weight and bias, in the order of ours

    def code(self, network: Frozen, name: str) -> str:
        further = _further(network)
        buffers = "".join(BUFFER.format(name=name, type=_type_of(array)) for name, array in further.items())
        normalized = NORMALIZED[network.row_type, network.layer_type]
        copies = "".join(COPY.format(name=name) for name in further)
        return f'''{heading(network, "PyTorch", name)}import torch
from torch import nn

{facts(network)}

class Network(nn.Module):
    """{_description(network)}."""

    def __init__(self):
        super().__init__()
        self.register_buffer("shift", torch.zeros({_type_of(network.shift)}))
        self.register_buffer("scale", torch.ones({_type_of(network.scale)}))
{buffers}        self.layers = nn.Sequential(
{indented([self._layer(operation) for operation in network.operations])}
        )

    def forward(self, x):
{_prepare(network)}        z = self.layers({normalized})
        {_output(network)}


def load(path=Path(__file__).with_suffix(".npz")):
    """The trained network, in evaluation mode."""
    network = Network(){".double()" if network.layer_type == "float64" else ""}
    with np.load(path) as arrays, torch.no_grad():
        network.shift.copy_(torch.from_numpy(arrays["shift"]))
        network.scale.copy_(torch.from_numpy(arrays["scale"]))
{copies}        linear = [layer for layer in network.layers if isinstance(layer, nn.Linear)]
        for l, layer in enumerate(linear, start=1):
            layer.weight.copy_(torch.from_numpy(arrays[f"W{{l}}"]))
            layer.bias.copy_(torch.from_numpy(arrays[f"b{{l}}"]))
{self._norms(network)}    return network.eval()
'''

    def _layer(self, operation: Operation) -> str:
        if isinstance(operation, Dense):
            n_out, n_in = operation.W.shape
            return f"nn.Linear({n_in}, {n_out})"
        return self.formula(operation)

    def _norms(self, network: Frozen) -> str:
        """The lines that load the parameters of norms."""
        return "".join(
            f'        network.layers[{i}].{attribute}.copy_(torch.from_numpy(arrays["{name}{operation.l}"]))\n'
            for i, operation in enumerate(network.operations)
            if isinstance(operation, Formula)
            for attribute, name in zip(("weight", "bias"), operation.arrays, strict=False)
        )


def _further(network: Frozen) -> dict[str, Array]:
    """The arrays that not every network has, beside those of its layers."""
    prepared = network.preparation.arrays() if network.preparation is not None else {}
    names = "imputation", "target_shift", "target_spread", *prepared
    return {name: array for name, array in network.arrays().items() if name in names}


def _type_of(array: Array) -> str:
    """The shape of a buffer, and its type where that is not the usual one."""
    dtype = f", dtype={DTYPES[array.dtype.name]}" if array.dtype.name in DTYPES else ""
    return f"{', '.join(map(str, array.shape))}{dtype}"


def _prepare(network: Frozen) -> str:
    """The lines of ``forward`` before the scaling."""
    preparation = network.preparation
    double = "        x = x.double()\n" if network.row_type == "float64" else ""
    if preparation is None:
        return double + ("" if network.imputation is None else IMPUTE)
    lines = {
        LOG: preparation.log.any(),
        SIGNED_LOG: preparation.signed_log.any(),
        QUANTILE: preparation.quantile.any(),
        IMPUTE_MISSING: network.imputation is not None,
        INDICATE: preparation.indicator.any(),
    }
    return double + FEATURES + "".join(line for line, is_needed in lines.items() if is_needed)


def _description(network: Frozen) -> str:
    """What a row passes through."""
    impute = "" if network.imputation is None else "What stands in for NaN, "
    if network.preparation is not None:
        impute = f"The features of a row, {impute[:1].lower()}{impute[1:]}"
    unit = "" if network.target_unit is None else ", in the unit of the targets"
    return f"{impute}(x - shift) * scale, the layers, and the output activation{unit}"


def _output(network: Frozen) -> str:
    """The lines that end ``forward``."""
    if network.target_unit is None:
        return OUTPUTS[network.task]
    values = "z * self.target_spread + self.target_shift"
    return f"return torch.exp({values})" if network.target_unit.is_log else f"return {values}"
