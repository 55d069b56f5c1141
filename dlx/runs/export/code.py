"""Generated modules: what the code for PyTorch and for Keras has in common, and the weights beside it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from dlx.runs.export.onnx_file import no_counterpart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dlx.nn.activations import Activation
    from dlx.runs.export.frozen import Frozen


def heading(network: Frozen, framework: str, use: str) -> str:
    """The docstring of a generated module, and what it says of the data."""
    name = network.name  # letters, digits, '.', '_' and '-' only: it cannot end the docstring
    return (
        f'"""{name}: a network trained by dlx ({network.task}), for {framework}.\n\n{use}\n"""\n\n'
        f"from pathlib import Path\n\nimport numpy as np\n"
    )


def facts(network: Frozen) -> str:
    """FEATURES and CLASSES as the data have them."""
    return (
        f"FEATURES = {list(network.features)!r}\nCLASSES = {list(network.classes)!r}  # of the columns of the result\n"
    )


def activation_code(activation: Activation | None, templates: Mapping[str, str], framework: str) -> str | None:
    """How the framework writes this activation; None for none. Options stand in braces in ``known``."""
    if activation is None or activation.name == "identity":
        return None
    if activation.name not in templates:
        raise no_counterpart(framework, activation.name, [*templates, "identity"])
    return templates[activation.name].format(**activation.model_dump())


def weights(network: Frozen) -> bytes:
    """shift, scale, W1, b1, W2 … as an .npz file."""
    arrays = {"shift": network.shift, "scale": network.scale}
    for l, layer in enumerate(network.layers, start=1):
        arrays |= {f"W{l}": layer.W, f"b{l}": layer.b}
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes them for the option that NumPy 2.1 has not yet
    return file.getvalue()
