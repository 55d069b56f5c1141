"""Compact rows: bit for bit those of a matrix, whatever the columns are, in far less memory."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.data.examples import Examples, feature_chunks
from dlx.data.imputation import fit_imputation
from dlx.data.loading import load_dataset, read_like
from dlx.data.row_hashes import hashes
from dlx.data.rows import compact_rows
from dlx.data.rows.compact_rows import CompactRows
from dlx.data.rows.normalized_rows import NormalizedRows
from dlx.data.section import Data
from dlx.data.values import column_store, pieces
from dlx.errors import DlxError

SIZES = {"matrix": (10**15, 2**15, 2**10), "compact": (0, 1, 1)}
M = 30
VALUES: dict[str, st.SearchStrategy[str]] = {
    "whole": st.integers(-3, 300).map(str),
    "decimal": st.decimals(-9, 9, places=3).map(str),
    "real": st.floats(-1e9, 1e9).map(repr),
    "word": st.sampled_from(["red", "green", "blue", "grey", "other"]),
    "name": st.text("abcdef", min_size=2, max_size=5),
    "day": st.dates().filter(lambda day: day.year > 1900).map(str),
}
COLUMNS: dict[str, list[dict[str, Any]]] = {
    "whole": [{}, {"transform": "quantile"}, {"kind": "category"}],
    "decimal": [{}, {"transform": "signed_log"}, {"transform": "quantile"}],
    "real": [{}],
    "word": [{}, {"kind": "hashed", "features": 5}],
    "name": [{"kind": "hashed", "features": 3}, {"kind": "category"}],
    "day": [{}, {"kind": "time", "parts": ["weekday", "yearday"]}],
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]], dict[str, Any]]:
    """Kinds of columns, rows of three files, of which some values are missing, and a section ``data``."""
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=5))
    lacks = draw(st.booleans())
    value = {kind: st.one_of(VALUES[kind], *[st.just("")] * lacks) for kind in VALUES}
    rows = draw(st.lists(st.tuples(*(value[kind] for kind in kinds)), min_size=M, max_size=M))
    options = {f"c{j}": draw(st.sampled_from(COLUMNS[kind])) for j, kind in enumerate(kinds)}
    impute = draw(st.sampled_from(["mean", "median", "most_frequent"])) if lacks else None
    source: dict[str, Any] = {"name": "file", "target": "y", "columns": {key: of for key, of in options.items() if of}}
    source |= {"impute": impute, "missing_indicators": lacks and draw(st.booleans())}
    source |= {"rare": draw(st.sampled_from([1, 3]))}
    normalize = draw(st.sampled_from(["none", "minmax", "robust", {"name": "standard", "one_hot": True}, "standard"]))
    data = {"source": source, "normalize": normalize, "split": draw(st.sampled_from(SPLITS))}
    return kinds, [list(row) for row in rows], data


SPLITS: list[dict[str, Any]] = [
    {"train": 0.5, "dev": 0.3, "test": 0.2},
    {"train": 16, "dev": 8},
    {"train": 0.8, "dev": 0.2, "duplicates": "together"},
]


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*(f"c{j}" for j in range(len(rows[0]))), "y"])
        writer.writerows([*row, ("yes", "no")[number % 2]] for number, row in enumerate(rows))


def stored(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    least, of_columns, of_pieces = SIZES[how]
    monkeypatch.setattr(compact_rows, "LEAST_BYTES", least)
    monkeypatch.setattr(column_store, "LARGE", of_columns)
    monkeypatch.setattr(pieces, "LARGE", of_pieces)


def loaded(data: dict[str, Any], together: bool) -> Dataset | str:
    try:
        return load_dataset(Data.model_validate(data), None, np.random.default_rng(1), together=together)
    except DlxError as error:
        return str(error)


def facts(dataset: Dataset) -> list[Any]:
    """What training and diagnosis take from a data set, as bytes and plain data."""
    result: list[Any] = [dataset.fingerprint, dataset.features, dataset.preprocessing]
    result += [dataset.shift.tobytes(), dataset.scale.tobytes()]
    for name, part in dataset.parts.items():
        X, index = part.X, np.random.default_rng(2).permutation(part.m)
        result += [X.shape, X.dtype, X[:].tobytes(), X[1:7].tobytes(), X[::3].tobytes(), X[5:2].shape]
        if isinstance(X, CompactRows):
            result += [X.take(index).tobytes(), X.select(index[:4]).select(np.array([2, 0]))[:].tobytes()]
        else:
            assert isinstance(X, np.ndarray)
            result += [X[index].tobytes(), X[index[:4]][[2, 0]].tobytes()]
        for start, stop in [(0, X.shape[1]), *((n, min(n + 3, X.shape[1])) for n in range(X.shape[1]))]:
            result += [np.concatenate(list(feature_chunks(X, start, stop))).tobytes()]
        result.append(hashes(X).tobytes())
        for dtype in ("float32", "float64"):
            reader = Reader(dataset, name, dtype)
            for size in (part.m, 3):
                batch, Y = reader.buffers(size)
                reader.fill(index[:size], batch, Y)
                result += [batch.tobytes(), batch.flags.c_contiguous, Y.tobytes()]
    return result


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
@settings(max_examples=25)
@given(table=tables(), has_more=st.booleans(), together=st.booleans())
def test_compact_rows_are_those_of_a_matrix(
    tmp_path_factory: pytest.TempPathFactory,
    table: tuple[list[str], list[list[str]], dict[str, Any]],
    has_more: bool,
    together: bool,
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    _, rows, data = table
    write(folder / "x.csv", rows[:-4])
    write(folder / "more.csv", rows[-6:])
    source = data["source"] | {"path": str(folder / "x.csv")}
    data = data | {"source": source} | ({"more": source | {"path": str(folder / "more.csv")}} if has_more else {})
    outcomes, others = list[Any](), list[Any]()
    for how in SIZES:
        with pytest.MonkeyPatch.context() as monkeypatch:
            stored(how, monkeypatch)
            dataset = loaded(data, together)
            if isinstance(dataset, str):
                outcomes.append(dataset)
                continue
            assert isinstance(dataset.parts["train"].X, CompactRows) == (how == "compact")
            outcomes.append(facts(dataset))
            other = read_like(dataset.preprocessing, folder / "more.csv", strict=False)
            others.append((other.X[:].tobytes(), other.faults))
    assert outcomes[0] == outcomes[1]
    assert not others or others[0] == others[1]


def test_what_is_compact_stays_so_while_batches_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored("compact", monkeypatch)
    write(tmp_path / "x.csv", [[("red", "green", "")[row % 3], str(row / 4)] for row in range(20)])
    source = {"name": "file", "path": str(tmp_path / "x.csv"), "target": "y", "impute": "mean", "rare": 1}
    dataset = loaded({"source": source, "split": {"train": 15, "dev": 5}}, False)
    assert isinstance(dataset, Dataset)
    reader = Reader(dataset, "train", "float32")
    X, Y = reader.buffers(4)
    reader.fill(np.arange(4), X, Y)
    ready = dataset.normalized["train", "float32"]
    assert isinstance(ready, NormalizedRows)
    assert ready.is_finite


def test_a_matrix_joins_compact_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Further examples may be few where the others are many."""
    rows = [[("red", "green", "blue")[row % 3], str(row / 4)] for row in range(20)]
    write(tmp_path / "x.csv", rows)
    write(tmp_path / "more.csv", rows[3:8])
    source = {"name": "file", "path": str(tmp_path / "x.csv"), "target": "y", "rare": 1}
    data = {"source": source, "more": source | {"path": str(tmp_path / "more.csv")}, "split": {"train": 15, "dev": 5}}
    fingerprints = list[str]()
    for least in (0, 8 * 20 * 4, 10**9):  # both compact, the first alone, and none
        monkeypatch.setattr(compact_rows, "LEAST_BYTES", least)
        dataset = loaded(data, False)
        assert isinstance(dataset, Dataset)
        assert isinstance(dataset.parts["train"].X, CompactRows) == (least < 10**9)
        fingerprints.append(dataset.fingerprint)
    assert len(set(fingerprints)) == 1


def test_a_column_that_lacks_all_values_has_no_replacement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored("compact", monkeypatch)
    write(tmp_path / "x.csv", [["1"], [""], [""], [""]])
    source = {"name": "file", "path": str(tmp_path / "x.csv"), "target": "y", "impute": "mean"}
    whole = Data.model_validate({"source": source}).source
    assert whole is not None
    examples: Examples = whole.load()["all"]
    assert isinstance(examples.X, CompactRows)
    assert fit_imputation(examples, "mean") == pytest.approx([1.0])
    with pytest.raises(DlxError, match="has no value in train"):
        fit_imputation(examples.take(np.array([1, 2])), "mean")


MEASURE = """
import resource, sys
import numpy as np
from dlx.data.batches import Reader
from dlx.data.loading import load_dataset
from dlx.data.section import Data
def load(name):
    source = {"name": "file", "path": sys.argv[1] + name, "target": "y", "rare": 2}
    data = Data.model_validate({"source": source, "split": {"train": 0.8, "dev": 0.2}})
    return load_dataset(data, None, np.random.default_rng(1))
load("/few.csv")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
dataset = load("/many.csv")
assert len(dataset.fingerprint) == 64
reader = Reader(dataset, "train", "float32")
X, Y = reader.buffers(256)
reader.fill(reader.order(np.random.default_rng(2))[:256], X, Y)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1 if sys.platform == "darwin" else 1024))
"""


def test_a_large_table_takes_less_memory_than_its_matrix(tmp_path: Path) -> None:
    """20,000 rows in 400 features make a matrix of 64 MB, of which a split and a normalization need copies."""
    pytest.importorskip("resource")
    words = np.array([f"w{number:02}" for number in range(50)])
    for name, m in (("few", 100), ("many", 20_000)):
        columns = words[np.random.default_rng(0).integers(50, size=(m, 8))]
        write(tmp_path / f"{name}.csv", columns.tolist())
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 45e6
