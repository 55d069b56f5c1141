"""Functions of a file look at it once, as long as it is the same and as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlx.data.files.once_a_file import REMEMBERED, once_a_file
from dlx.data.remembered_tables import remembering_tables
from dlx.data.sources import File
from dlx.data.tables import TableOptions
from dlx.data.text_tables import dialect
from dlx.data.text_tables.dialect import sniff

YEAR_2001 = 10**9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    path.write_text("a;y\n1;0\n2;1\n", encoding="utf-8")
    os.utime(path, (YEAR_2001, YEAR_2001))
    return path


def test_a_file_is_looked_at_once_for_the_same_options(path: Path) -> None:
    looks = []

    @once_a_file
    def length(path: Path, unit: int = 1) -> int:
        looks.append(unit)
        return path.stat().st_size // unit

    assert [length(path), length(path, 1), length(path, unit=1), length(path, 2), length(path, 2)] == [12, 12, 12, 6, 6]
    assert looks == [1, 2]
    for unit in range(3, 3 + REMEMBERED):
        length(path, unit)
    length(path)  # forgotten by now
    assert looks[-1] == 1


def test_a_file_that_has_changed_is_looked_at_again(path: Path) -> None:
    assert sniff(path, TableOptions()).delimiter == ";"
    path.write_text("a,y\n1,0\n2,1\n", encoding="utf-8")
    assert sniff(path, TableOptions()).delimiter == ","  # it was written to just now
    os.utime(path, (YEAR_2001, YEAR_2001))
    assert sniff(path, TableOptions()).delimiter == ","  # as large, of the same time, but changed since


def test_a_text_table_is_judged_once_while_it_is_loaded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    openings, first_lines = list[Path](), dialect._first_lines

    def noting(path: Path, codec: str) -> list[str]:
        openings.append(path)
        return first_lines(path, codec)

    monkeypatch.setattr(dialect, "_first_lines", noting)
    source = File(path=str(path), target="y")
    source.load()
    source.dialect()
    assert openings == [path]


def test_inside_a_search_a_table_is_read_once_and_cannot_be_changed(path: Path) -> None:
    source = File(path=str(path), target="y")
    with remembering_tables():
        first = source.load()["all"]
        assert source.load()["all"] is first
        assert not first.X.flags.writeable  # type: ignore[union-attr]
        assert File(path=str(path), target="a").load()["all"] is not first
    assert source.load()["all"] is not first
    path.write_text("a;y\n1;0\n3;1\n", encoding="utf-8")
    with remembering_tables():
        assert source.load()["all"].X.max() == 3  # type: ignore[union-attr]
