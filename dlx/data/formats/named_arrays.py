"""What formats have in common in which arrays stand under names: X and y, or those of the parts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from dlx.data.columns import Column
from dlx.data.examples import Examples
from dlx.data.formats.format import Format
from dlx.data.tables import TableOptions
from dlx.errors import DataError
from dlx.types import Array
from dlx.words import PARTS

Load = Callable[[], Array]


class NamedArrays(Format):
    """Arrays under names, in which capitals make no difference; y may be missing."""

    holds = "X and y, or X_train, y_train, X_dev, …, y_test"

    @abstractmethod
    def arrays(self, path: Path, is_used: Callable[[str], bool]) -> AbstractContextManager[Mapping[str, Load]]:
        """All arrays by name, to be loaded one by one; the sizes of those that are used are checked first."""

    def read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> dict[str, Examples]:
        used = {f"{letter}{ending}" for letter in "xy" for ending in ("", *(f"_{part}" for part in PARTS))}
        with self.arrays(path, lambda name: name.lower() in used) as arrays:
            names = {name.lower(): name for name in arrays}
            endings = {part: f"_{part}" for part in PARTS if f"x_{part}" in names}
            endings |= {"all": ""} if "x" in names else {}
            if not endings or ("all" in endings and len(endings) > 1):
                what = "it must hold either X and y, or X_train, y_train, X_dev, y_dev, X_test, y_test"
                raise DataError(f"{path}: {what}; it holds {', '.join(arrays) or 'nothing'}")
            return dict(_examples(path, arrays, names, endings))


def _examples(
    path: Path, arrays: Mapping[str, Load], names: Mapping[str, str], endings: Mapping[str, str]
) -> Iterator[tuple[str, Examples]]:
    for part, ending in endings.items():
        y = arrays[names[f"y{ending}"]]() if f"y{ending}" in names else None
        X = names[f"x{ending}"]
        rows = arrays[X]()
        if y is not None and y.ndim == 2 and y.shape[0] == 1 and y.shape[1] == len(rows) > 1:
            y = y[0]  # a row of labels, as MATLAB has them
        yield part, Examples(rows, y, origin=f"{path}: {X}" if ending else str(path))
