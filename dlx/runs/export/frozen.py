"""The frozen network as other programs know it: a list of operations on rows, A·Wᵀ + b or a formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from dlx.component import Component
from dlx.data.targets.target_names import names_of_targets
from dlx.data.targets.target_scaling import TargetScaling
from dlx.data.values.columns import Column
from dlx.errors import UsageError
from dlx.nn.activations import Identity
from dlx.nn.layers import Activate, Linear, Normalize
from dlx.nn.network import Network
from dlx.runs.export.answer import answer_of
from dlx.runs.export.preparation import Preparation, inputs, preparation
from dlx.training.model import Model
from dlx.types import Array
from dlx.words import Task


@dataclass(frozen=True)
class Dense:
    """A·Wᵀ + b of layer l: W (n_out, n_in), b (n_out,)."""

    l: int
    W: Array
    b: Array

    def scaled(self, scale: Array, shift: Array) -> Dense:
        """With what scale·Z + shift (n_out, 1) makes of its result."""
        return Dense(self.l, scale * self.W, scale[:, 0] * self.b + shift[:, 0])

    def of_type(self, dtype: str) -> Dense:
        """As the formats hold it."""
        return Dense(self.l, _cast(self.W, dtype), _cast(self.b, dtype))


@dataclass(frozen=True)
class Formula:
    """An activation, or a norm that no other layer can take in, with its parameters (units,) by name."""

    l: int
    component: Component
    units: int
    arrays: Mapping[str, Array]


Operation = Dense | Formula
# Numbers that lie so many of train's deviations from 0 lose 2⁻¹⁶ of a deviation in float32, as time stamps do.
FARTHEST = 256.0


@dataclass(frozen=True)
class TargetUnit:
    """What turns the outputs of a regression into the unit of its targets: z·spread + shift, of a logarithm its exp."""

    shift: Array
    spread: Array
    is_log: bool


@dataclass(frozen=True)
class Frozen:
    """A network on raw rows: (x − shift)·scale, the operations, then sigmoid, softmax or nothing as the task asks.

    The preparation of the features comes first, where they are not the numbers of the row, then what stands in for NaN,
    where there may be any; the unit of scaled targets comes last. Up to the scaling all is in ``row_type``: float64
    where the numbers lie so far from 0 that float32 would blur them. Layers and units are in ``layer_type``.
    """

    name: str
    task: Task
    classes: tuple[str | int | float, ...]
    features: tuple[str, ...]
    operations: tuple[Operation, ...]
    shift: Array
    scale: Array
    imputation: Array | None = None
    target_unit: TargetUnit | None = None
    preparation: Preparation | None = None
    targets: tuple[str, ...] = ()  # names of several, in the order of the columns of the result
    measured: Mapping[str, float] = field(default_factory=dict)  # its costs, errors and metrics, as ``dev_error``

    @property
    def n_x(self) -> int:
        """The number of features."""
        return len(self.shift)

    @property
    def length(self) -> int:
        """The length of a row."""
        return self.n_x if self.preparation is None else int(self.preparation.source.max()) + 1

    @property
    def row_type(self) -> str:
        """The type of a row's numbers."""
        return self.shift.dtype.name

    @property
    def layer_type(self) -> str:
        """The type of the numbers from the first layer on."""
        return self.dense[0].W.dtype.name

    @property
    def dense(self) -> list[Dense]:
        """The A·Wᵀ + b, first layer first."""
        return [operation for operation in self.operations if isinstance(operation, Dense)]

    def arrays(self) -> dict[str, Array]:
        """All its numbers by name: shift, scale, imputation, target_shift, W1, b1, gamma1 …"""
        arrays = {"shift": self.shift, "scale": self.scale}
        if self.preparation is not None:
            arrays |= self.preparation.arrays()
        if self.imputation is not None:
            arrays["imputation"] = self.imputation
        if self.target_unit is not None:
            arrays |= {"target_shift": self.target_unit.shift, "target_spread": self.target_unit.spread}
        for operation in self.operations:
            own = {"W": operation.W, "b": operation.b} if isinstance(operation, Dense) else operation.arrays
            arrays |= {f"{name}{operation.l}": array for name, array in own.items()}
        return arrays


def freeze(model: Model, is_exact: bool = False, layer_type: str = "float32") -> Frozen:
    """The network of a model in a type, and what comes before it in float32, or float64 where numbers need it.

    ``is_exact`` takes float64 in any case, as layers of float64 do.

    What a norm does to each unit by itself goes into the layer before it.

    Raises:
        UsageError: the type cannot hold one of its numbers, or no format what its loss answers with.
    """
    facts = model.facts
    imputation = facts["preprocessing"].get("imputation")
    columns = [Column.from_data(column) for column in facts["preprocessing"]["columns"]]
    is_far = np.abs(model.shift * model.scale).max(initial=0) > FARTHEST
    prepared = preparation(columns)
    is_steep = prepared is not None and bool(prepared.quantile.any())  # shares may rise very steeply
    row_type = "float64" if is_exact or is_far or is_steep or layer_type == "float64" else "float32"
    answer, unit = _answer(model, layer_type)
    frozen = Frozen(
        name=facts["name"],
        task=Task(facts["task"]),
        classes=tuple(facts["classes"]),
        features=tuple(inputs(columns)),
        operations=(*_tempered(_operations(model.network, layer_type), model.temperature), *answer),
        shift=_cast(model.shift, row_type),
        scale=_cast(model.scale, row_type),
        imputation=None if imputation is None else _cast(np.array(imputation, np.float64), row_type),
        target_unit=unit,
        preparation=prepared,
        targets=names_of_targets(facts["preprocessing"]),
    )
    for name, array in frozen.arrays().items():
        if np.isinf(array).any() or (name != "imputation" and np.isnan(array).any()):
            raise UsageError(f"{name} of the trained network has numbers that {layer_type} cannot hold")
    return frozen


def _tempered(operations: list[Operation], temperature: float) -> list[Operation]:
    """The operations with the last logits divided by a temperature."""
    last = operations[-1]
    if temperature == 1 or not isinstance(last, Dense):
        return operations
    scale = np.full((len(last.b), 1), 1 / temperature)
    return [*operations[:-1], last.scaled(scale, np.zeros_like(scale)).of_type(last.W.dtype.name)]


def _answer(model: Model, dtype: str) -> tuple[tuple[Formula, ...], TargetUnit | None]:
    """What stands after the last logits: an activation, if the loss has one, and the unit of the targets."""
    network, scaling = model.network, model.target_scaling
    answer = answer_of(network, Task(model.facts["task"]))
    if isinstance(answer, str):
        if scaling.name != "none":
            raise UsageError(f"the loss {network.loss.name} answers with exp, which no format has below scaled targets")
        return (), _target_unit(scaling, dtype, is_log=True)
    of_layer = () if answer is None else (Formula(len(network.plans), answer, network.sizes[-1], {}),)
    return of_layer, _target_unit(scaling, dtype, is_log=False)


def _target_unit(scaling: TargetScaling, dtype: str, is_log: bool) -> TargetUnit | None:
    if is_log:
        return TargetUnit(np.zeros(1, dtype), np.ones(1, dtype), is_log=True)
    if scaling.name == "none":
        return None
    return TargetUnit(_cast(scaling.shift, dtype), _cast(1 / scaling.scale, dtype), scaling.name == "log")


def _operations(network: Network, dtype: str) -> list[Operation]:
    operations: list[Operation] = []
    for layer in network.layers:
        if isinstance(layer, Linear):
            b = np.zeros(len(layer.W)) if layer.b is None else layer.b[:, 0]
            dense = Dense(layer.l, layer.W.astype(np.float64), b)
            operations.append(dense.of_type(dtype))
        elif isinstance(layer, Normalize):
            affine = layer.norm.affine(layer.arrays)
            if affine is not None:
                operations[-1] = dense.scaled(*affine).of_type(dtype)
            else:
                arrays = {name: _cast(array[:, 0], dtype) for name, array in layer.arrays.parameters.items()}
                operations.append(Formula(layer.l, layer.norm, len(dense.b), arrays))
        elif isinstance(layer, Activate) and not isinstance(layer.activation, Identity):
            operations.append(Formula(layer.l, layer.activation, len(dense.b), {}))
    return operations


def _cast(array: Array, dtype: str) -> Array:
    with np.errstate(over="ignore"):
        return np.asarray(array).astype(dtype)
