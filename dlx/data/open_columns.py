"""Open columns: what train alone decides of a table's columns: rare categories, which lack values, quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dlx.data.columns import OTHER, Column
from dlx.data.examples import Examples
from dlx.data.mapped import MappedRows
from dlx.data.quantiles import fitted, transformed
from dlx.types import Array


def decided(train: Examples) -> tuple[Column, ...]:
    """The columns as train decides them.

    A category with fewer than ``rare`` examples, and one that is called so itself, is `other`, where there are any. A
    column has an indicator where it lacks values. The quantiles of a column are those of its values that are there.
    """
    X, columns, start = train.X, list[Column](), 0
    if isinstance(X, MappedRows):
        return train.columns
    for column in train.columns:
        width = len(column.features())
        columns.append(_decided(column, X[:, start : start + width]) if column.details.is_open else column)
        start += width
    return tuple(columns)


def _decided(column: Column, features: Array) -> Column:
    is_missing = np.isnan(features[:, 0])
    details = replace(column.details, is_open=False, indicator=column.details.indicator and bool(is_missing.any()))
    if column.details.transform == "quantile" and not is_missing.all():
        quantiles, shares = fitted(features[~is_missing, 0])
        details = replace(details, quantiles=quantiles, shares=shares)
    if not column.is_coded or column.categories is None:
        return column._replace(details=details)
    codes = features[~is_missing, 0].astype(np.int64)
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


def _one_hot(codes: Array, is_missing: Array, before: Column, after: Column) -> Array:
    """A 0/1 feature for each category that is not rare and for all others; all 0 for those where there is no such."""
    categories = after.categories or ()
    other = len(categories) - 1 if OTHER in categories else len(categories)
    numbers = {category: number for number, category in enumerate(categories) if category != OTHER}
    rows = [numbers.get(category, other) for category in before.categories or ()] + [other]
    one_hot = np.vstack([np.eye(len(categories)), np.zeros((1, len(categories)))])
    features: Array = one_hot[np.array(rows)[np.where(is_missing, 0, codes).astype(np.int64)]]
    features[is_missing] = np.nan
    return features
