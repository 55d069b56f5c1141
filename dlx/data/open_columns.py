"""Open columns: what train alone decides of a table's columns: rare categories, which lack values, quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dlx.data.examples import Examples, column_chunks
from dlx.data.rows.compact_rows import CompactRows
from dlx.data.rows.mapped import MappedRows
from dlx.data.values.columns import OTHER, Column
from dlx.data.values.features import Binary, Features, Numbers, WithIndicator, code_type
from dlx.data.values.quantiles import fitted, transformed
from dlx.types import Array


def decided(train: Examples) -> tuple[Column, ...]:
    """The columns as train decides them.

    A category with fewer than ``rare`` examples, and one that is called so itself, is `other`, where there are any. A
    column has an indicator where it lacks values. The quantiles of a column are those of its values that are there.
    """
    X, columns, start = train.X, list[Column](), 0
    if isinstance(X, MappedRows):
        return train.columns
    for number, column in enumerate(train.columns):
        width = len(column.features())
        if column.details.is_open:
            pieces = column_chunks(X, number, slice(start, start + width))
            column = _decided(column, np.concatenate([piece[:, 0].copy() for piece in pieces]))
        columns.append(column)
        start += width
    return tuple(columns)


def _decided(column: Column, first_feature: Array) -> Column:
    is_missing = np.isnan(first_feature)
    details = replace(column.details, is_open=False, indicator=column.details.indicator and bool(is_missing.any()))
    if column.details.transform == "quantile" and not is_missing.all():
        quantiles, shares = fitted(first_feature[~is_missing])
        details = replace(details, quantiles=quantiles, shares=shares)
    if not column.is_coded or column.categories is None:
        return column._replace(details=details)
    codes = first_feature[~is_missing].astype(np.int64)
    counts = np.bincount(codes, minlength=len(column.categories) + 1)
    frequent = [
        category
        for category, count in zip(column.categories, counts, strict=False)
        if count >= details.rare and category != OTHER
    ]
    seldom = zip(column.categories, counts, strict=False)
    merged = tuple(category for category, count in seldom if 0 < count < details.rare and category != OTHER)
    details = replace(details, merged=merged)
    others = [OTHER] if counts.sum() > sum(counts[column.categories.index(category)] for category in frequent) else []
    return column._replace(categories=(*frequent, *others), details=details)


def with_columns(examples: Examples, columns: Sequence[Column]) -> Examples:
    """The examples with their open columns as train has decided them."""
    if isinstance(examples.X, MappedRows) or not any(column.details.is_open for column in examples.columns):
        return examples
    if isinstance(examples.X, CompactRows):
        return replace(examples, X=_compact(examples.X, examples.columns, columns), columns=tuple(columns))
    assert isinstance(examples.X, np.ndarray), "there are no other rows"
    X, start, place = np.empty((len(examples.X), sum(len(column.features()) for column in columns))), 0, 0
    for before, after in zip(examples.columns, columns, strict=True):
        features = examples.X[:, start : start + len(before.features())]
        start += features.shape[1]
        is_missing = np.isnan(features[:, 0])
        if before.is_coded:
            features = _one_hot(features[:, 0], is_missing, before, after)
        elif after.details.quantiles:
            details = after.details
            features = transformed(features[:, 0], details.quantiles, details.shares)[:, np.newaxis]
        X[:, place : place + features.shape[1]] = features
        place += features.shape[1]
        if after.details.indicator:
            X[:, place] = is_missing
            place += 1
    return replace(examples, X=X, columns=tuple(columns))


def _compact(X: CompactRows, before: Sequence[Column], after: Sequence[Column]) -> CompactRows:
    """The same of rows that are stored compactly: their columns change in all rows, which the parts share."""
    whole, columns = replace(X, rows=None), list[Features]()
    for number, (earlier, later) in enumerate(zip(before, after, strict=True)):
        features = X.columns[number]
        if earlier.is_coded or later.details.quantiles or later.details.indicator:
            features = _features(features, whole.first_feature(number), earlier, later)
        columns.append(features)
    return replace(X, columns=tuple(columns))


def _features(features: Features, first_feature: Array, before: Column, after: Column) -> Features:
    """Those of one column, as train has decided it."""
    is_missing = np.isnan(first_feature)
    if before.is_coded:
        codes = np.where(is_missing, -1, first_feature).astype(code_type(len(before.categories or ())))
        ones, width = _places(before, after), len(after.categories or ())
        features = Binary(codes, np.where(ones < width, ones, -1)[:, np.newaxis], width, 0.0)
    elif after.details.quantiles:
        details = after.details
        features = Numbers(transformed(first_feature, details.quantiles, details.shares)[:, np.newaxis])
    return WithIndicator(features, is_missing) if after.details.indicator else features


def _one_hot(codes: Array, is_missing: Array, before: Column, after: Column) -> Array:
    """A 0/1 feature for each category that is not rare and for all others; all 0 for those where there is no such."""
    categories = after.categories or ()
    one_hot = np.vstack([np.eye(len(categories)), np.zeros((1, len(categories)))])
    features: Array = one_hot[_places(before, after)[np.where(is_missing, 0, codes).astype(np.int64)]]
    features[is_missing] = np.nan
    return features


def _places(before: Column, after: Column) -> Array:
    """The place of the 1 for each of the earlier categories and for those that train lacks; beyond all for none."""
    categories = after.categories or ()
    other = len(categories) - 1 if OTHER in categories else len(categories)
    numbers = {category: number for number, category in enumerate(categories) if category != OTHER}
    return np.array([numbers.get(category, other) for category in before.categories or ()] + [other])
