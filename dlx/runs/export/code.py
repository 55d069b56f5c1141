"""Generated modules: what the code for PyTorch and for Keras has in common, and the weights beside it."""

from __future__ import annotations

import io
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from dlx.nn.activations import Activation
from dlx.runs.export.frozen import Formula, Frozen
from dlx.runs.export.target import Target


class CodeTarget(Target):
    """A module of readable code, with its weights beside it in a file of plain arrays; the framework is not needed.

    ``activations`` and ``norms`` say how the framework writes each, with options, {units} and {l} in braces.
    """

    signs = (b": a network trained by dlx (", b"shift.npy")
    activations: ClassVar[Mapping[str, str]]
    norms: ClassVar[Mapping[str, str]]

    @abstractmethod
    def code(self, network: Frozen, name: str) -> str:
        """The module, whose ``load`` gives the network."""

    def files(self, network: Frozen, name: str) -> dict[str, bytes]:
        file = io.BytesIO()
        np.savez(file, **network.arrays())  # type: ignore[arg-type]  # the stub takes them for an option of NumPy 2.1
        return {".py": self.code(network, name).encode(), ".npz": file.getvalue()}

    def formula(self, formula: Formula) -> str:
        """How the framework writes an activation or a norm."""
        of_activation = isinstance(formula.component, Activation)
        templates = self.activations if of_activation else self.norms
        name = formula.component.name
        if name not in templates:
            raise self.no_counterpart(formula, [*templates, *(["identity"] if of_activation else [])])
        return templates[name].format(units=formula.units, l=formula.l, **dict(formula.component))


def heading(network: Frozen, framework: str, name: str) -> str:
    """The docstring of a generated module, and what it imports first."""
    use = f"from {name} import load\n\nnetwork = load()  # takes rows (m, {network.length}) {network.row_type}"
    # the network's name has letters, digits, '.', '_' and '-' only: it cannot end the docstring
    return (
        f'"""{network.name}: a network trained by dlx ({network.task}), for {framework}.\n\n{use}\n"""\n\n'
        f"from pathlib import Path\n\nimport numpy as np\n"
    )


def facts(network: Frozen) -> str:
    """FEATURES and CLASSES, and of several targets TARGETS, as the data have them."""
    lines = f"FEATURES = {list(network.features)!r}\nCLASSES = {list(network.classes)!r}"
    if network.targets:
        lines = f"{lines}\nTARGETS = {list(network.targets)!r}"
    return f"{lines}  # of the columns of the result\n"


def indented(lines: list[str]) -> str:
    """Lines of a list in code, three levels deep."""
    return "\n".join(f"{' ' * 12}{line}," for line in lines)
