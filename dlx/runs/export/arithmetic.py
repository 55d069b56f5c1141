"""The arithmetic of an exported network in NumPy, each operation in the type that the formats have it in."""

from __future__ import annotations

import numpy as np

from dlx.nn.activations import Activation
from dlx.nn.norms.norm import Norm, NormArrays
from dlx.nn.tape import Tape
from dlx.runs.export.frozen import Dense, Formula, Frozen
from dlx.runs.export.preparation import Preparation
from dlx.types import Array
from dlx.words import Task


def inputs_of(network: Frozen, rows: Array) -> Array:
    """What enters the first layer, (m, n_x) of its type, for rows (m, length) in the network's type of rows."""
    with np.errstate(all="ignore"):
        x = rows.astype(network.row_type)
        if network.preparation is not None:
            x = _prepared(network.preparation, x, network.imputation)
        elif network.imputation is not None:
            x = np.where(np.isnan(x), network.imputation, x)
        scaled: Array = ((x - network.shift) * network.scale).astype(network.layer_type)
        return scaled


def outputs_of(network: Frozen, A: Array) -> Array:
    """Probabilities (m, classes) or values (m, k) for what enters the first layer."""
    with np.errstate(all="ignore"):
        return _ended(network, entering(network, A, len(network.operations)))


def entering(network: Frozen, A: Array, place: int) -> Array:
    """What enters the operation at this place, in the type of A, which enters the first layer."""
    for operation in network.operations[:place]:
        A = A @ operation.W.T + operation.b if isinstance(operation, Dense) else _formula(operation, A)
    return A


def _prepared(preparation: Preparation, rows: Array, imputation: Array | None) -> Array:
    x = rows[:, preparation.source]
    missing = np.isnan(x)
    x = np.where(preparation.log, np.log(x), x)
    x = np.where(preparation.signed_log, np.sign(x) * np.log1p(np.abs(x)), x)
    if preparation.quantile.any():
        steps = np.clip(x[:, np.newaxis], preparation.low, preparation.high) - preparation.low
        x = np.where(preparation.quantile, preparation.share + (preparation.slope * steps).sum(axis=1), x)
    if imputation is not None:
        x = np.where(missing, imputation, x)
    return np.where(preparation.indicator, missing.astype(x.dtype), x)


def _formula(formula: Formula, A: Array) -> Array:
    tape, Z = Tape(A.dtype), np.ascontiguousarray(A.T)
    if isinstance(formula.component, Activation):
        out, _ = formula.component.record(tape, Z)
    else:
        assert isinstance(formula.component, Norm)
        parameters = {name: array[:, np.newaxis] for name, array in formula.arrays.items()}
        out, _ = formula.component.record(tape, Z, NormArrays(parameters, {}, {}), training=False)
    tape.run()
    return out.T


def _ended(network: Frozen, Z: Array) -> Array:
    """After the output activation that the task asks for, or in the unit of the targets."""
    if network.task is Task.MULTICLASS:
        powers = np.exp(Z - Z.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    if network.task.is_regression:
        unit = network.target_unit
        values = Z if unit is None else Z * unit.spread + unit.shift
        return np.asarray(np.exp(values) if unit is not None and unit.is_log else values)
    p = 1 / (1 + np.exp(-Z))
    return np.concatenate([1 - p, p], axis=1) if network.task is Task.BINARY else np.asarray(p)
