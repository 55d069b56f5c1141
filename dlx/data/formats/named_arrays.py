"""What formats have in common in which arrays stand under names: X and y, or those of the parts."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

from dlx.data.examples import Examples
from dlx.data.formats.format import Format
from dlx.data.splitting.split_columns import split_values
from dlx.data.splitting.split_options import SplitTableOptions
from dlx.data.tables import TableOptions
from dlx.data.values.columns import Column
from dlx.errors import DataError, allowed, remark
from dlx.types import Array
from dlx.words import PARTS

Load = Callable[[], Array]
PART = "(?P<part>train|dev|val|valid|validation|test)"
# As others call them: train_set_x of the course's files, x_val, test_images.
OTHER_NAMES = re.compile(
    rf"(?:{PART}(?:_set)?_(?P<letter>x|y|images|labels)|(?P<first>[xy])_(?P<of>val|valid|validation))"
)
LETTERS = {"images": "x", "labels": "y"}


class NamedArrays(Format):
    """Arrays under names, in which capitals make no difference; y may be missing."""

    holds = "X and y, or X_train, y_train, X_dev, …, y_test"
    options = frozenset(("sample_weight",))

    @abstractmethod
    def arrays(self, path: Path, is_used: Callable[[str], bool]) -> AbstractContextManager[Mapping[str, Load]]:
        """All arrays by name, to be loaded one by one; the sizes of those that are used are checked first."""

    def read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> dict[str, Examples]:
        letters = ("x", "y", *([] if options.sample_weight is None else [options.sample_weight.lower()]))
        used = {f"{letter}{ending}" for letter in letters for ending in ("", *(f"_{part}" for part in PARTS))}
        by = options.split_columns if isinstance(options, SplitTableOptions) else {}
        used |= {str(column).lower() for column in by.values()}
        with self.arrays(path, lambda name: usual_name(name) in used) as arrays:
            names = {usual_name(name): name for name in arrays}
            endings = {part: f"_{part}" for part in PARTS if f"x_{part}" in names}
            endings |= {"all": ""} if "x" in names else {}
            if not endings or ("all" in endings and len(endings) > 1):
                what = "it must hold either X and y, or X_train, y_train, X_dev, y_dev, X_test, y_test"
                raise DataError(f"{path}: {what}; it holds {', '.join(arrays) or 'nothing'}")
            parts = dict(_examples(path, arrays, names, endings, options.sample_weight))
            further = sorted(name for usual, name in names.items() if usual not in used)
            if further and any(len(part.X.shape) == 1 for part in parts.values()):  # as in a file of columns
                what = f"X is a single feature, and {', '.join(further)} not read"
                remark(f"{path}: {what}; an X of shape (m, n) holds n features")
            if by and "all" in parts:
                columns = _split_columns(path, arrays, names, by, len(parts["all"].X))
                parts = {"all": replace(parts["all"], split_columns=columns)}
            return parts


def usual_name(name: str) -> str:
    """The name that dlx has for an array.

    >>> [usual_name(name) for name in ("X_train", "test_set_y", "x_val", "validation_images", "list_classes")]
    ['x_train', 'y_test', 'x_dev', 'x_dev', 'list_classes']
    """
    match = OTHER_NAMES.fullmatch(name.lower())
    if match is None:
        return name.lower()
    letter, part = match["letter"] or match["first"], match["part"] or match["of"]
    return f"{LETTERS.get(letter, letter)}_{'dev' if part.startswith('val') else part}"


def _examples(
    path: Path, arrays: Mapping[str, Load], names: Mapping[str, str], endings: Mapping[str, str], weight: str | None
) -> Iterator[tuple[str, Examples]]:
    for part, ending in endings.items():
        y = arrays[names[f"y{ending}"]]() if f"y{ending}" in names else None
        X = names[f"x{ending}"]
        rows = arrays[X]()
        if y is not None and y.ndim == 2 and y.shape[0] == 1 and y.shape[1] == len(rows) > 1:
            y = y[0]  # a row of labels, as MATLAB has them
        weights = None if weight is None else _weights(path, arrays, names, f"{weight}{ending}")
        yield part, Examples(rows, y, origin=f"{path}: {X}" if ending else str(path), weights=weights)


def _weights(path: Path, arrays: Mapping[str, Load], names: Mapping[str, str], name: str) -> Array:
    if name.lower() not in names:
        raise DataError(f"{path}: sample_weight: there is no array {name!r} {allowed(name, list(arrays))}")
    weights = arrays[names[name.lower()]]()
    return weights.reshape(-1) if weights.ndim == 2 and 1 in weights.shape else weights


def _split_columns(
    path: Path, arrays: Mapping[str, Load], names: Mapping[str, str], by: Mapping[str, str | int], m: int
) -> dict[str, Array]:
    """The arrays that a split goes by, a value for each example."""
    columns = {}
    for role, column in by.items():
        name = names.get(str(column).lower())
        if name is None:
            what = f"data.split.{role}: there is no array {column!r} {allowed(column, list(arrays))}"
            raise DataError(f"{path}: {what}")
        values = arrays[name]()
        if values.size != m or values.shape not in ((m,), (m, 1), (1, m)):
            what = f"array {name!r} has shape {values.shape}"
            raise DataError(f"{path}: {what}, and data.split.{role} needs one value for each of {m} examples")
        columns[role] = split_values(values.reshape(m), role, name, partial(_fault, path))
    return columns


def _fault(path: Path, row: int, name: str, what: str) -> DataError:
    return DataError(f"{path}: array {name!r}, row {row} (counted from 0): {what}")
