"""PyTorch: the network as a module of readable code, with its weights in a file of plain arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlx.runs.export.code import activation_code, facts, heading, weights
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.runs.export.frozen import Frozen

ACTIVATIONS = {
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU({slope!r})",
    "elu": "nn.ELU({alpha!r})",
    "softplus": "nn.Softplus()",
    "swish": "nn.SiLU()",
    "gelu": 'nn.GELU(approximate="tanh")',
}
OUTPUTS = {
    Task.BINARY: "p = torch.sigmoid(z)\n        return torch.cat([1 - p, p], dim=1)",
    Task.MULTICLASS: "return torch.softmax(z, dim=1)",
    Task.REGRESSION: "return z",
}


def pytorch_code(network: Frozen, name: str) -> dict[str, bytes]:
    """``.py`` with ``load() -> Network``, an ``nn.Module``, and ``.npz`` with what it loads; PyTorch is not needed.

    Rows go in as the data have them, float32; probabilities of the classes or values come out. ``network.layers`` is
    an ``nn.Sequential`` without the output activation, to be trained further on logits.
    """
    code = f'''{heading(network, "PyTorch", _usage(network, name))}import torch
from torch import nn

{facts(network)}

class Network(nn.Module):
    """(x - shift) * scale, the layers, and the output activation."""

    def __init__(self):
        super().__init__()
        self.register_buffer("shift", torch.zeros({len(network.features)}))
        self.register_buffer("scale", torch.ones({len(network.features)}))
        self.layers = nn.Sequential(
{_layers(network)}
        )

    def forward(self, x):
        z = self.layers((x - self.shift) * self.scale)
        {OUTPUTS[network.task]}


def load(path=Path(__file__).with_suffix(".npz")):
    """The trained network, in evaluation mode."""
    network = Network()
    with np.load(path) as arrays, torch.no_grad():
        network.shift.copy_(torch.from_numpy(arrays["shift"]))
        network.scale.copy_(torch.from_numpy(arrays["scale"]))
        linear = [layer for layer in network.layers if isinstance(layer, nn.Linear)]
        for l, layer in enumerate(linear, start=1):
            layer.weight.copy_(torch.from_numpy(arrays[f"W{{l}}"]))
            layer.bias.copy_(torch.from_numpy(arrays[f"b{{l}}"]))
    return network.eval()
'''
    return {".py": code.encode(), ".npz": weights(network)}


def _usage(network: Frozen, name: str) -> str:
    return f"from {name} import load\n\nnetwork = load()  # takes rows (m, {len(network.features)}) float32"


def _layers(network: Frozen) -> str:
    lines = []
    for layer in network.layers:
        n_out, n_in = layer.W.shape
        lines += [f"nn.Linear({n_in}, {n_out})", activation_code(layer.activation, ACTIVATIONS, "PyTorch")]
    return "\n".join(f"            {line}," for line in lines if line)
