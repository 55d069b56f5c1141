"""The proof of an export: its arithmetic on rows of train gives what `dlx predict` gives, or it is refused."""

from __future__ import annotations

import numpy as np

from dlx.data.rows.stored_rows import StoredRows
from dlx.data.values.columns import Column
from dlx.errors import UsageError
from dlx.nn.norms.norm import Norm
from dlx.runs.export.arithmetic import entering, inputs_of, outputs_of
from dlx.runs.export.frozen import Formula, Frozen
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.seen_examples import train_of
from dlx.training.model import Model
from dlx.types import Array
from dlx.words import Task

ROWS = 512
FEW, PAIRS, STEPS, NARROWINGS = 4, 64, 33, 5  # units; pairs of rows, places on the line between two, and how often
LARGEST = 1e-4  # in a probability, or of the standard deviation of the values
DIGITS = 2.0**-21  # of a value, which float32 has whatever is done


def proven(candidates: list[Frozen], model: Model, run: RunDirectory) -> Frozen:
    """The first of these networks that gives what the model gives.

    Raises:
        UsageError: none does; the column is named whose numbers lose most.
    """
    X = _examples(model, run)
    expected = _predicted(model, X)
    answered = np.isfinite(expected).all(axis=1)
    X, expected = X[answered], expected[answered]
    refusals = list[str]()
    for network in candidates:
        refusal = _difference(network, model, X, expected) or _between(network, model, X, expected)
        if not refusal:
            return network
        refusals.append(refusal)
    raise UsageError(f"the exported network does not give what dlx predict gives: {refusals[-1]}")


def _difference(network: Frozen, model: Model, X: Array, expected: Array) -> str:
    """Why rows of train do not give what they should, if they do not."""
    rows = _rows(network, X, model)
    excess = _excess(network, outputs_of(network, inputs_of(network, rows)), expected)
    if not len(excess) or excess.max() <= 1:
        return ""
    worst = int(excess.argmax())
    return _refusal(network, X[worst], rows[worst], model)


def _between(network: Frozen, model: Model, X: Array, expected: Array) -> str:
    """Why rows between those of train do not give what they should, at which a norm over few units divides by least.

    Over two units it is nearly a step there: what float32 rounds before it comes out 150 times as large, in ``dlx
    predict`` as in the export, and few rows of train lie so near. In float64 that is nothing.
    """
    for place, operation in enumerate(network.operations):
        if not isinstance(operation, Formula) or not isinstance(operation.component, Norm) or operation.units > FEW:
            continue
        between = rows_of_least_spread(network, model, X, place)
        outputs = outputs_of(network, inputs_of(network, _rows(network, between, model)))
        excess = _excess(network, outputs, _predicted(model, between), expected)
        if len(excess) and excess.max() > 1:
            title = f"{operation.component.title} {operation.l}"
            why = f"over {operation.units} units divides by almost 0 between rows of train, where float32 is too coarse"
            mend = "give that layer more units, or the norm a larger epsilon, or train with dtype=float64"
            return f"{title} {why}; {mend}"
    return ""


def rows_of_least_spread(network: Frozen, model: Model, X: Array, place: int) -> Array:
    """Rows on the lines between pairs of these, where what enters an operation differs least from unit to unit."""
    if network.preparation is not None:  # what is missing has no place on a line
        X = X[~(X[:, network.preparation.indicator] > 0.5).any(axis=1)]
    half = min(len(X) // 2, PAIRS)
    start, way = X[:half], X[len(X) - half :] - X[:half]
    t, width = np.full((half, 1), 0.5), 0.5
    for _ in range(NARROWINGS):
        places = np.clip(t + np.linspace(-width, width, STEPS), 0, 1)
        rows = start[:, np.newaxis] + places[..., np.newaxis] * way[:, np.newaxis]
        A = (rows.reshape(-1, X.shape[1]) - model.shift) * model.scale
        spread = entering(network, A, place).std(axis=1).reshape(half, STEPS)
        t = np.take_along_axis(places, spread.argmin(axis=1)[:, np.newaxis], axis=1)
        width *= 2 / (STEPS - 1)
    nearest: Array = start + t * way
    return nearest


def _examples(model: Model, run: RunDirectory) -> Array:
    """Some of train, float64 (m, n_x); where that is not to be had, numbers that are like those it had."""
    train = train_of(run)
    if train is None or not len(train.X):
        scale = np.where(model.scale == 0, 1, model.scale)
        drawn_rows: Array = model.shift + np.random.default_rng(0).standard_normal((ROWS, len(model.shift))) / scale
        return drawn_rows
    index = np.unique(np.linspace(0, len(train.X) - 1, ROWS).astype(np.int64))
    X = train.X.take(index) if isinstance(train.X, StoredRows) else train.X[index]
    return np.asarray(X, np.float64)


def _predicted(model: Model, X: Array) -> Array:
    A = np.asarray(model.outputs(X), np.float64)
    return np.column_stack([1 - A, A]) if model.facts["task"] == Task.BINARY else A


def _excess(network: Frozen, outputs: Array, expected: Array, usual: Array | None = None) -> Array:
    """The largest difference of each row, in units of the largest one that there may be.

    ``usual`` are values whose standard deviation counts, those expected themselves unless given.
    """
    allowed: float | Array = LARGEST
    if network.task.is_regression:
        allowed = LARGEST * (expected if usual is None else usual).std(axis=0) + DIGITS * np.abs(expected)
        allowed = np.maximum(allowed, np.finfo(np.float32).tiny)
    excess = np.abs(outputs - expected) / allowed
    largest: Array = np.nan_to_num(excess, nan=np.inf).max(axis=1)
    return largest


def _rows(network: Frozen, X: Array, model: Model) -> Array:
    """The rows as the data have them: transforms undone, NaN where an indicator says so."""
    preparation = network.preparation
    if preparation is None:
        return X
    rows = np.zeros((len(X), network.length))
    with np.errstate(all="ignore"):
        raw = np.where(preparation.log, np.exp(X), X)
        raw = np.where(preparation.signed_log, np.sign(raw) * np.expm1(np.abs(raw)), raw)
    columns = [Column.from_data(column) for column in model.facts["preprocessing"]["columns"]]
    details = [column.details for column in columns for _ in column.values()]
    for feature in np.flatnonzero(preparation.quantile & ~preparation.indicator):
        of_column = details[preparation.source[feature]]
        raw[:, feature] = np.interp(X[:, feature], of_column.shares, of_column.quantiles)
    numbers = ~preparation.indicator
    rows[:, preparation.source[numbers]] = raw[:, numbers]
    for feature in np.flatnonzero(preparation.indicator):
        rows[X[:, feature] > 0.5, preparation.source[feature]] = np.nan
    return rows


def _refusal(network: Frozen, x: Array, row: Array, model: Model) -> str:
    exact = (x - model.shift) * model.scale
    lost = np.abs(inputs_of(network, row[np.newaxis])[0] - exact)
    worst = int(np.nan_to_num(lost, nan=np.inf).argmax())
    place = worst if network.preparation is None else int(network.preparation.source[worst])
    if not lost[worst] > LARGEST:
        return f"{network.layer_type} is too coarse for its W; train with dtype=float64, and its export has that too"
    name = network.features[place] if network.features else f"feature {place + 1}"
    return f"the numbers of {name} lose their digits in {network.row_type}; normalize that column, or scale it"
