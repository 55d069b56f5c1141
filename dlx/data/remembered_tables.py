"""Tables of files that a search reads many times: remembered while the file is as it was, and where they are small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlx.data.examples import Examples
from dlx.data.tables import TableOptions
from dlx.data.values.columns import Column
from dlx.files import identity

REMEMBERED = 4  # tables at a time
MOST_BYTES = 2**24  # of the features of one

_is_wanted: ContextVar[bool] = ContextVar("_is_wanted", default=False)
_tables: dict[tuple[object, ...], Examples] = {}  # by the file and all that is asked of it; the newest last


@contextmanager
def remembering_tables() -> Iterator[None]:
    """Inside, a table that was read inside before is not read again; its arrays cannot be written to."""
    before = _is_wanted.set(True)
    try:
        yield
    finally:
        _is_wanted.reset(before)


def once_a_search(
    read: Callable[[Path, TableOptions, Sequence[Column]], Examples],
    path: Path,
    options: TableOptions,
    like: Sequence[Column],
) -> Examples:
    """What ``read`` makes of a file by these options, in the columns of train where ``like`` are these."""
    file = identity(path) if _is_wanted.get() else None
    if file is None:
        return read(path, options, like)
    key = (path, file, repr(options), repr(like))
    examples = _tables.get(key)
    if examples is not None:
        return examples
    examples = read(path, options, like)
    if not isinstance(examples.X, np.ndarray) or examples.X.nbytes > MOST_BYTES:
        return examples
    examples = _tables[key] = replace(examples, X=_read_only(examples.X))
    for oldest in list(_tables)[:-REMEMBERED]:
        _tables.pop(oldest, None)  # another thread may have been first
    return examples


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view
