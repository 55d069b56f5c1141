"""Categories that train lacks: a remark at predict time says which, and how many rows have them, once."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from dlx.data.loading import read_like
from dlx.errors import Remark
from tests.data.values.test_units import trained

ROWS = [f"{('red', 'blue')[number % 2]},{number},{number % 2}" for number in range(60)]


def remarks(tmp_path: Path, train: list[str], other: list[str], rare: int = 1) -> list[str]:
    preprocessing = trained(tmp_path, "\n".join(["colour,x,y", *train]), target="y", rare=rare)
    path = tmp_path / "other.csv"
    path.write_text("\n".join(["colour,x", *other]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", Remark)
        read_like(preprocessing, path, labelled=False)
    return [str(warning.message).removeprefix(f"{path}: ") for warning in caught]


def test_new_categories_are_told_once(tmp_path: Path) -> None:
    other = ["violet,1", "mauve,2", "red,3", "violet,4", "teal,5", "ochre,6", "puce,7"]
    assert remarks(tmp_path, ROWS, other) == [
        "categories that train lacks count as `other`: column 'colour': 'violet' in 2 rows, 'mauve' in 1 row, "
        "'ochre' in 1 row and 2 more in 2 rows"
    ]


@pytest.mark.parametrize("rare", [1, 40])
def test_categories_of_train_are_not_new_though_rare(tmp_path: Path, rare: int) -> None:
    assert remarks(tmp_path, ROWS, ["red,1", "blue,2"], rare) == []
