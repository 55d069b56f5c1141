"""Formats: one class is all that it takes, and what is said of formats is put together from all of them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from pydantic import ValidationError

from dlx.data.examples import Column
from dlx.data.files.opening import open_binary, readable
from dlx.data.files.packing import UNPACKERS
from dlx.data.formats.format import Format, TableFormat, description, endings, format_of, formats
from dlx.data.roles import Roles
from dlx.data.sources import Source
from dlx.data.table import Table
from dlx.data.tables import TableOptions, roles
from dlx.errors import EnvironmentProblem


@pytest.fixture
def labelled_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format of one's own: values between tabs, each behind the name of its column."""
    monkeypatch.setattr(Format, "members", dict(Format.members))

    class LabelledValues(TableFormat):
        name, title, suffixes, article = "ltsv", "LTSV", (".ltsv",), "an"
        is_packable = True

        def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
            with readable(path), open_binary(path) as file:
                rows = [dict(pair.split(":") for pair in line.decode().split()) for line in file]
            of = roles(list(rows[0]), options, like, path)
            return Table(path, {name: np.array([float(row[name]) for row in rows]) for name in of.used}, len(rows)), of


@pytest.mark.usefixtures("labelled_values")
def test_one_class_is_read_packed_or_not_and_listed_everywhere(tmp_path: Path) -> None:
    text = b"y:1\ta:0.5\tkey:7\ny:0\ta:2.5\tkey:8\n"
    (tmp_path / "x.ltsv").write_bytes(text)
    (tmp_path / "x.LTSV.gz").write_bytes(gzip.compress(text))
    for name in ("x.ltsv", "x.LTSV.gz"):
        source = {"name": "file", "path": str(tmp_path / name), "target": "y", "ignore": ["key"]}
        examples = Source.parse(source).load()["all"]
        assert examples.y is not None
        assert (examples.X[:].tolist(), examples.y.tolist()) == ([[0.5], [2.5]], [1, 0])
    assert ".ltsv" in endings()
    assert "LTSV" in endings()[-1]
    assert "LTSV" in " ".join(description().split()).partition(" may be packed (.gz")[0].rpartition(". ")[2]
    with pytest.raises(ValidationError, match="header does not apply to ltsv files"):
        Source.parse({"name": "file", "path": "x.ltsv", "target": "y", "header": False})


@pytest.mark.usefixtures("labelled_values")
def test_without_its_package_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    class Avro(TableFormat):
        name, title, suffixes, article = "avro", "Avro", (".avro",), "an"
        package, extra = "no_such_package_of_avro", "avro"

        def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
            return (Table(path, {}, 0), import_module("no_such_package_of_avro").roles)

    with pytest.raises(EnvironmentProblem, match=r"reading an Avro file needs no_such_.* pip install no_such_"):
        Source.parse({"name": "file", "path": str(tmp_path / "x.avro"), "target": "y"}).load()


def test_another_way_of_packing_is_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unpacker(path: Path, packed: BinaryIO) -> BytesIO:
        return BytesIO(zlib.decompress(packed.read()))

    monkeypatch.setitem(UNPACKERS, ".zz", unpacker)
    (tmp_path / "x.tsv.zz").write_bytes(zlib.compress(b"a\ty\n0.5\t1\n2.5\t0\n"))
    examples = Source.parse({"name": "file", "path": str(tmp_path / "x.tsv.zz"), "target": "y"}).load()["all"]
    assert examples.y is not None
    assert (examples.X[:].tolist(), examples.y.tolist()) == ([[0.5], [2.5]], [1, 0])
    assert " .zz behind those of CSV" in endings()[-1]


def test_every_format_has_endings_of_its_own() -> None:
    for entry in formats():
        for suffix in entry.suffixes:
            assert isinstance(format_of(f"x{suffix}"), type(entry))
            assert isinstance(format_of(f"X{suffix.upper()}.GZ"), type(entry)) == entry.is_packable
