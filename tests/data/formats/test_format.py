"""Formats: one class is all that it takes, and what is said of formats is put together from all of them."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from dlx.data.examples import Column
from dlx.data.formats.format import Format, TableFormat, description, endings, format_of, formats
from dlx.data.opening import UNPACKERS, open_binary, readable
from dlx.data.sources import Source
from dlx.data.tables import Roles, Table, TableOptions, roles
from dlx.errors import EnvironmentProblem


@pytest.fixture
def json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format of one's own: an object in each line, whose keys name the columns."""
    monkeypatch.setattr(Format, "members", dict(Format.members))

    class JsonLines(TableFormat):
        name, title, suffixes = "jsonl", "JSON lines", (".jsonl",)
        is_packable = True

        def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
            with readable(path), open_binary(path) as file:
                rows = [json.loads(line) for line in file]
            of = roles(list(rows[0]), options, like, path)
            return Table(path, {name: np.array([row[name] for row in rows]) for name in of.used}, len(rows)), of


@pytest.mark.usefixtures("json_lines")
def test_one_class_is_read_packed_or_not_and_listed_everywhere(tmp_path: Path) -> None:
    text = b'{"y": 1, "a": 0.5, "key": 7}\n{"y": 0, "a": 2.5, "key": 8}\n'
    (tmp_path / "x.jsonl").write_bytes(text)
    (tmp_path / "x.JSONL.gz").write_bytes(gzip.compress(text))
    for name in ("x.jsonl", "x.JSONL.gz"):
        source = {"name": "file", "path": str(tmp_path / name), "target": "y", "ignore": ["key"]}
        examples = Source.parse(source).load()["all"]
        assert examples.y is not None
        assert (examples.X[:].tolist(), examples.y.tolist()) == ([[0.5], [2.5]], [1, 0])
    assert endings()[:6] == [".csv", ".tsv", ".txt", ".data", ".parquet", ".jsonl"]
    assert endings()[-1] == "and .gz behind those of CSV, JSON lines and IDX"
    assert "Parquet and JSON lines (also .gz): named columns" in description()
    with pytest.raises(ValidationError, match="header does not apply to jsonl files"):
        Source.parse({"name": "file", "path": "x.jsonl", "target": "y", "header": False})


@pytest.mark.usefixtures("json_lines")
def test_without_its_package_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    class Avro(TableFormat):
        name, title, suffixes, article = "avro", "Avro", (".avro",), "an"
        package, extra = "no_such_package_of_avro", "avro"

        def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
            return (Table(path, {}, 0), import_module("no_such_package_of_avro").roles)

    with pytest.raises(EnvironmentProblem, match=r"reading an Avro file needs no_such_.* pip install 'dlx\[avro\]'"):
        Source.parse({"name": "file", "path": str(tmp_path / "x.avro"), "target": "y"}).load()


def test_another_way_of_packing_is_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UNPACKERS, ".bz2", bz2.BZ2File)
    (tmp_path / "x.tsv.bz2").write_bytes(bz2.compress(b"a\ty\n0.5\t1\n2.5\t0\n"))
    examples = Source.parse({"name": "file", "path": str(tmp_path / "x.tsv.bz2"), "target": "y"}).load()["all"]
    assert examples.y is not None
    assert (examples.X[:].tolist(), examples.y.tolist()) == ([[0.5], [2.5]], [1, 0])
    assert endings()[-1] == "and .gz .bz2 behind those of CSV and IDX"


def test_every_format_has_endings_of_its_own() -> None:
    for entry in formats():
        for suffix in entry.suffixes:
            assert isinstance(format_of(f"x{suffix}"), type(entry))
            assert isinstance(format_of(f"X{suffix.upper()}.GZ"), type(entry)) == entry.is_packable
