"""Loading: parts from one source or from several, what is fitted on train alone, and reading further files alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from dlx.component import REGISTRY
from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.data.examples import Examples
from dlx.data.loading import load_dataset, read_like
from dlx.data.section import Data
from dlx.data.sources import Source
from dlx.errors import DataError, Remark
from dlx.words import Task

THREE_WAYS = {"train": 0.6, "dev": 0.2, "test": 0.2}


def load(data: dict[str, Any], task: Task | None = None, seed: int = 1) -> Dataset:
    return load_dataset(Data.model_validate(data), task, np.random.default_rng(seed))


def table(folder: Path, name: str, text: str, **options: Any) -> dict[str, Any]:
    (folder / name).write_text(text)
    return {"name": "file", "path": str(folder / name), "target": "y", **options}


def arrays(folder: Path, name: str, **named: Any) -> dict[str, Any]:
    members: dict[str, Any] = {key: np.asarray(value) for key, value in named.items()}
    np.savez(folder / name, **members)
    return {"name": "file", "path": str(folder / name)}


def rows(dataset: Dataset, part: str) -> list[list[float]]:
    found: list[list[float]] = dataset.parts[part].X[:].tolist()
    return found


class TestParts:
    """Which parts there are, and that they fit each other."""

    def test_without_a_split_all_is_train(self) -> None:
        dataset = load({"source": {"name": "moons", "m": 30}})
        assert {part: found.m for part, found in dataset.parts.items()} == {"train": 30}
        assert (dataset.task, dataset.classes, dataset.n_x, dataset.n_y) == ("binary", (0, 1), 2, 1)
        assert dataset.features == ("x1", "x2")

    def test_digits_split_by_class(self) -> None:
        dataset = load({"source": "digits", "split": {"train": 0.8, "dev": 0.1, "test": 0.1}})
        assert {part: found.m for part, found in dataset.parts.items()} == {"train": 1437, "dev": 180, "test": 180}
        assert np.bincount(dataset.parts["dev"].y).tolist() == [18, 18, 18, 18, 18, 18, 18, 18, 18, 18]
        assert (dataset.task, dataset.n_x, dataset.n_y, dataset.image_shape) == ("multiclass", 64, 10, (8, 8))

    def test_the_parts_are_the_same_for_a_seed_whatever_else_changes(self) -> None:
        data = {"source": "digits", "split": THREE_WAYS}
        plain, other = load(data), load(data | {"normalize": "none", "augment": ["shift"]}, Task.MULTICLASS)
        assert all(np.array_equal(plain.parts[part].X[:], other.parts[part].X[:]) for part in THREE_WAYS)

    def test_a_class_too_rare_for_every_part(self, tmp_path: Path) -> None:
        source = arrays(tmp_path, "x.npz", X=np.arange(20.0), y=[0] * 10 + [1] * 9 + [2])
        dataset = load({"source": source, "split": THREE_WAYS})
        assert dataset.classes == (0, 1, 2)
        assert [np.bincount(part.y, minlength=3).tolist() for part in dataset.parts.values()] == [
            [6, 5, 1],
            [2, 2, 0],
            [2, 2, 0],
        ]

    def test_parts_with_sources_of_their_own(self) -> None:
        circles = {"name": "circles", "noise": 0.05}
        dataset = load({"train": circles | {"m": 300, "seed": 1}, "test": circles | {"m": 100, "seed": 2}})
        assert {part: found.m for part, found in dataset.parts.items()} == {"train": 300, "test": 100}

    def test_train_dev_out_of_a_train_with_its_own_source(self, tmp_path: Path) -> None:
        data = {"train": "moons", "dev": "circles", "split": {"train": 1.0, "train_dev": 0.2}}
        dataset = load(data)
        assert {part: found.m for part, found in dataset.parts.items()} == {"train": 80, "train_dev": 20, "dev": 100}

    def test_parts_of_one_file_in_their_order(self, tmp_path: Path) -> None:
        X, y = np.arange(4.0)[:, None], ["a", "b", "a", "b"]
        source = arrays(tmp_path, "x.npz", X_test=X[:1], y_test=y[:1], X_train=X, y_train=y, X_dev=X[1:], y_dev=y[1:])
        dataset = load({"source": source, "normalize": "none"})
        assert list(dataset.parts) == ["train", "dev", "test"]
        assert rows(dataset, "dev") == [[1], [2], [3]]
        assert dataset.parts["dev"].y.tolist() == [1, 0, 1]

    def test_more_examples_stand_at_the_end_of_train_and_change_no_other_part(self) -> None:
        data = {"source": {"name": "moons", "noise": 0.1}, "split": THREE_WAYS}
        more = {"name": "moons", "m": 40, "noise": 0.1, "seed": 7}
        plain, other = load(data), load(data | {"more": more})
        assert np.array_equal(other.parts["train"].X[:60], plain.parts["train"].X[:])
        assert np.array_equal(other.parts["train"].X[60:], load({"source": more}).parts["train"].X[:])
        assert all(np.array_equal(plain.parts[part].X[:], other.parts[part].X[:]) for part in ("dev", "test"))
        assert not np.array_equal(plain.shift, other.shift)

    def test_more_examples_cannot_join_rows_that_stay_in_their_file(self, tmp_path: Path) -> None:
        for name, values in (("X.npy", np.zeros((4, 2))), ("y.npy", np.arange(4) % 2)):
            np.save(tmp_path / name, values)
        source = {"name": "file", "path": str(tmp_path / "X.npy"), "target": str(tmp_path / "y.npy")}
        with pytest.raises(DataError, match=r"data.more: examples that stay in their file"):
            load({"source": source, "more": "moons"})

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({}, "data: there are no examples; state source, or train"),
            ({"source": "PARTS", "split": THREE_WAYS}, "data.split: the source is divided already, into train, test"),
            ({"source": "PARTS", "test": "moons"}, "data.test: data.source has a part test already"),
            ({"train": "PARTS"}, "data.train: one set of examples is needed here, this has the parts train, test"),
            ({"source": "moons", "dev": "PARTS"}, "data.dev: one set of examples is needed here"),
            ({"source": "moons", "dev": "moons", "split": THREE_WAYS}, "data.split: dev has a source of its own"),
            ({"source": "moons", "dev": "digits"}, "each row has 64 features, those of train have 2"),
            ({"source": "moons", "more": "digits"}, "each row has 64 features, those of train have 2"),
            ({"source": "moons", "dev": "blobs"}, "the label 2 of row .* is not among those of train: 0, 1"),
            ({"source": "moons", "augment": ["flip"]}, "data.augment: .* has no images; state `image_shape`"),
            (
                {"source": "moons", "split": {"train": 1, "dev": 50}},
                "train has one example; training needs at least two",
            ),
        ],
    )
    def test_parts_that_do_not_fit(self, tmp_path: Path, data: dict[str, Any], message: str) -> None:
        X, y = np.eye(2), [0, 1]
        parts = arrays(tmp_path, "x.npz", X_train=X, y_train=y, X_test=X, y_test=y)
        with pytest.raises(DataError, match=message):
            load({key: parts if value == "PARTS" else value for key, value in data.items()})


class TestArrays:
    """What X and y may be."""

    @pytest.mark.parametrize(
        ("named", "options", "message"),
        [
            ({"X": np.eye(3)}, {}, "x.npz: there are no labels; state `target`, or put y into the file"),
            ({"X": np.zeros((0, 2)), "y": []}, {}, "x.npz: there are no examples"),
            ({"X": np.zeros((2, 0)), "y": [0, 1]}, {}, "x.npz: there are no features"),
            ({"X": ["a", "b"], "y": [0, 1]}, {}, "x.npz: X must hold numbers, its type is <U1"),
            ({"X": np.zeros((2, 1), complex), "y": [0, 1]}, {}, "X must hold numbers, its type is complex128"),
            ({"X": 3.0, "y": [0, 1]}, {}, r"X has shape \(\); it must be \(m, n\)"),
            ({"X": np.zeros((2, 1, 1, 1, 1)), "y": [0, 1]}, {}, r"X has shape \(2, 1, 1, 1, 1\)"),
            ({"X": np.eye(2), "y": [0, 1, 1]}, {}, r"X has 2 and y has 3 rows \(shapes \(2, 2\) and \(3,\)\)$"),
            ({"X": np.zeros((2, 5)), "y": [0] * 5}, {}, r"but X has 2 and y has 5 rows .*; transpose them"),
            ({"X": np.zeros((2, 5)), "y": [[0] * 5]}, {}, r"shapes \(2, 5\) and \(1, 5\)\); transpose them"),
            ({"X": np.eye(2), "y": [0j, 1]}, {}, r"y must be labels or numbers .*, it is complex128 of shape \(2,\)"),
            ({"X": np.eye(2), "y": [[[0]], [[1]]]}, {}, "y must be labels or numbers"),
            ({"X": [[0, 1], [np.nan, 0]], "y": [0, 1]}, {}, r"x.npz: X\[1, 0\] is nan \(row and column count from 0\)"),
            ({"X": [[0, 1], [0, -np.inf]], "y": [0, 1]}, {}, r"X\[1, 1\] is -inf"),
            ({"X": np.eye(2), "y": [0, np.nan]}, {}, r"x.npz: y\[1\] is nan"),
            ({"X": np.eye(2), "y": [[0, 1.5], [0, np.inf]]}, {}, r"y\[1, 1\] is inf"),
            ({"X": np.eye(2), "y": [1, 1]}, {}, "x.npz: every label is 1; classification needs at least two classes"),
            ({"X": [[1.0]], "y": [0.5]}, {}, "x.npz: train has one example"),
            (
                {"X": np.eye(2), "y": [0, 1]},
                {"image_shape": [2, 2]},
                r"image_shape \[2, 2\] makes 4 numbers, a row has 2",
            ),
        ],
    )
    def test_what_does_not_fit(
        self, tmp_path: Path, named: dict[str, Any], options: dict[str, Any], message: str
    ) -> None:
        source = arrays(tmp_path, "x.npz", **named)
        with pytest.raises(DataError, match=message):
            load({"source": source | options})

    def test_values_beyond_the_range_of_a_type(self, tmp_path: Path) -> None:
        source = arrays(tmp_path, "x.npz", X=[[1, 1e200], [1, -1e200]], y=[0, 1])
        with pytest.raises(DataError, match=r"x\.npz: the values of x2 are too far apart for `normalize: standard`"):
            load({"source": source})
        dataset = load({"source": source, "normalize": "none"})
        Reader(dataset, "train", "float64")
        with pytest.raises(DataError, match=r"of float32; state `dtype: float64` or `normalize`"):
            Reader(dataset, "train", "float32")

    def test_a_normalization_is_not_advised_where_there_is_one(self, tmp_path: Path) -> None:
        source = arrays(tmp_path, "x.npz", X_train=[[1.0], [2.0]], y_train=[0, 1], X_dev=[[1e60]], y_dev=[1])
        with pytest.raises(DataError, match=r"of float32; state `dtype: float64`$"):
            Reader(load({"source": source}), "dev", "float32")

    def test_a_far_value_in_a_file_is_found(self, tmp_path: Path) -> None:
        X = np.zeros((3000, 100), np.float32)
        X[2345, 67] = np.nan
        np.save(tmp_path / "X.npy", X)
        np.save(tmp_path / "y.npy", np.arange(3000) % 2)
        source = {"name": "file", "path": str(tmp_path / "X.npy"), "target": str(tmp_path / "y.npy")}
        with pytest.raises(DataError, match=r"X\.npy: X\[2345, 67\] is nan"):
            load({"source": source})

    def test_vectors_booleans_images_and_columns_of_labels(self, tmp_path: Path) -> None:
        vector = load({"source": arrays(tmp_path, "a.npz", X=[True, False], y=[[0], [1]]), "normalize": "none"})
        assert rows(vector, "train") == [[1], [0]]
        assert vector.parts["train"].y.tolist() == [0, 1]
        images = load({"source": arrays(tmp_path, "b.npz", X=np.zeros((2, 4, 3, 2)), y=[0, 1])})
        assert (images.n_x, images.image_shape) == (24, (4, 3, 2))
        flat = arrays(tmp_path, "c.npz", X=np.zeros((2, 6)), y=[0, 1]) | {"image_shape": [2, 3]}
        assert load({"source": flat}).image_shape == (2, 3)


class TestTables:
    """What tables need: one vocabulary, and statistics of train alone."""

    def test_missing_values_get_statistics_of_train_alone(self, tmp_path: Path) -> None:
        train = "a,b,c,y\n1,1,u,0\n3,NA,v,1\n,7,?,0\n3,8,v,1\n"
        dev = "c,b,a,y\n?,NA,NA,1\nu,100,100,0\n"
        for impute, a, b in (("mean", 7 / 3, 16 / 3), ("median", 3, 7), ("most_frequent", 3, 1)):
            dataset = load(
                {
                    "train": table(tmp_path, "train.csv", train, impute=impute),
                    "dev": table(tmp_path, "dev.csv", dev, impute=impute),
                }
            )
            assert dataset.features == ("a", "b", "c=u", "c=v")
            assert rows(dataset, "dev") == [[a, b, 0, 1], [100, 100, 1, 0]]
            assert rows(dataset, "train") == [[1, 1, 1, 0], [3, b, 0, 1], [a, 7, 0, 1], [3, 8, 0, 1]]

    def test_a_split_table_is_imputed_from_its_train_rows(self, tmp_path: Path) -> None:
        values = np.arange(100.0) ** 2
        text = "a,b,y\n" + "".join(f"{value},{'' if i % 5 == 0 else i},{i % 2}\n" for i, value in enumerate(values))
        dataset = load(
            {"source": table(tmp_path, "x.csv", text, impute="mean"), "split": THREE_WAYS, "normalize": "none"}
        )
        train = np.array(rows(dataset, "train"))
        is_known = np.sqrt(train[:, 0]) % 5 != 0
        for part in THREE_WAYS:
            for a, b in rows(dataset, part):
                assert b == pytest.approx(np.sqrt(a) if np.sqrt(a) % 5 else train[is_known, 1].mean())

    @pytest.mark.parametrize(
        ("dev", "message"),
        [
            ("a,y\n1,0\n", "dev.csv: there is no column 'c', which train has (allowed a, y)"),
            ("a,c,y\n1,u,0\n1,w,0\n", "dev.csv:3: column 'c': train has no category 'w' (allowed u, v)"),
            ("a,c,y\nz,u,0\n", "dev.csv:2: column 'a': 'z' is not a number, but this column of train has numbers"),
            ("a,c,y\n1,u,2\n", "dev.csv: the label 2 of row 0 (counted from 0) is not among those of train: 0, 1"),
            ("a,c\n1,u\n", "dev.csv: there are no labels"),
            ("a,c,y\n,u,0\n", "dev.csv:2: column 'a': the value is missing"),
        ],
    )
    def test_other_tables_must_have_the_columns_of_train(self, tmp_path: Path, dev: str, message: str) -> None:
        train = table(tmp_path, "train.csv", "a,c,y\n1,u,0\n2,v,1\n")
        with pytest.raises(DataError) as error:
            load({"train": train, "dev": table(tmp_path, "dev.csv", dev)})
        assert message in str(error.value)

    def test_nothing_to_learn_from(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"x\.csv: there are no features"):
            load({"source": table(tmp_path, "x.csv", "y\n1\n0\n")})

    def test_a_column_without_a_value_in_train(self, tmp_path: Path) -> None:
        text = "a,b,y\n" + "1,,0\n" * 10 + "1,,1\n" * 9 + "1,5,1\n"
        source = table(tmp_path, "x.csv", text, impute="median")
        with pytest.raises(DataError, match="column 'b' has no value in train to fit `impute: median` on"):
            load({"source": source, "split": {"train": 2, "dev": 2}})


class TestFewerTrainingExamples:
    """`train_examples` cuts train down and leaves the other parts as they are."""

    @pytest.mark.parametrize("parts", [{"split": THREE_WAYS}, {}])
    def test_more_include_the_fewer_and_all_are_the_set_itself(self, parts: dict[str, Any]) -> None:
        data = {"source": {"name": "moons", "m": 200, "noise": 0.1}, **parts}
        whole = load(data)
        m = whole.parts["train"].m
        cut = [load(data | {"train_examples": count}) for count in (10, 40, m)]
        trained = [{tuple(row) for row in np.asarray(dataset.parts["train"].X)} for dataset in cut]
        assert [len(rows) for rows in trained] == [10, 40, m]
        assert trained[0] < trained[1] < trained[2]
        assert np.bincount(cut[0].parts["train"].y).tolist() == [5, 5]
        assert cut[2].fingerprint == whole.fingerprint
        for part in set(whole.parts) - {"train"}:
            assert all(np.array_equal(dataset.parts[part].X[:], whole.parts[part].X[:]) for dataset in cut)

    def test_what_is_fitted_is_fitted_on_what_is_left_and_no_class_is_lost(self, tmp_path: Path) -> None:
        y = np.repeat([0, 1, 2], [60, 38, 2])
        source = arrays(tmp_path, "x.npz", X=np.arange(100.0)[:, None] ** 2, y=y)
        dataset = load({"source": source, "train_examples": 10})
        X = np.asarray(dataset.parts["train"].X)
        assert dataset.shift == pytest.approx(X.mean(axis=0))
        assert dataset.classes == (0, 1, 2)

    def test_of_a_source_of_its_own_and_of_a_regression(self, tmp_path: Path) -> None:
        train = arrays(tmp_path, "train.npz", X=np.arange(50.0)[:, None], y=np.linspace(0, 1, 50))
        dev = arrays(tmp_path, "dev.npz", X=np.arange(9.0)[:, None], y=np.linspace(0, 1, 9))
        dataset = load({"train": train, "dev": dev, "train_examples": 20}, task=Task.REGRESSION)
        assert {part: some.m for part, some in dataset.parts.items()} == {"train": 20, "dev": 9}
        assert len(np.unique(dataset.parts["train"].X[:])) == 20

    def test_more_than_there_are(self) -> None:
        with pytest.raises(DataError, match=r"data\.train_examples: 30 of train's 20 examples"):
            load({"source": {"name": "moons", "m": 20}, "train_examples": 30})


class TestFingerprint:
    """The same data give the same fingerprint, any change another one."""

    def test_it_is_that_of_the_examples(self) -> None:
        moons = {"name": "moons", "m": 50, "noise": 0.1}
        same = [load({"source": moons, "normalize": normalize}).fingerprint for normalize in ("none", "standard")]
        other = load({"source": moons | {"seed": 1}}).fingerprint
        split = load({"source": moons, "split": THREE_WAYS}).fingerprint
        assert len(same[0]) == 64
        assert same[0] == same[1]
        assert len({same[0], other, split}) == 3

    def test_labels_count(self, tmp_path: Path) -> None:
        found = [
            load({"source": arrays(tmp_path, "x.npz", X=np.eye(3), y=y)}).fingerprint
            for y in ([0, 1, 1], [0, 1, 0], [0, 2, 2])
        ]
        assert len(set(found)) == 3

    def test_a_sample_of_rows_stands_for_a_file(self, tmp_path: Path) -> None:
        X, found = np.zeros((5000, 2), np.uint8), []
        np.save(tmp_path / "y.npy", np.arange(5000) % 2)
        source = {"name": "file", "path": str(tmp_path / "X.npy"), "target": str(tmp_path / "y.npy")}
        for row in (None, -1, 1):
            if row is not None:
                X[row] = 1
            np.save(tmp_path / "X.npy", X)
            found.append(load({"source": source, "normalize": "none"}).fingerprint)
        assert found[0] != found[1]
        assert found[1] == found[2]  # row 1 is not in the sample


class TestReadLike:
    """Further files are read as train was, from what a model keeps in plain data."""

    def test_a_table_in_another_order_with_other_columns(self, tmp_path: Path) -> None:
        text = "a,c,y\n1,u,no\n4,v,yes\n,v,yes\n"
        dataset = load({"source": table(tmp_path, "x.csv", text, impute="mean")})
        kept = json.loads(json.dumps(dataset.preprocessing))
        (tmp_path / "new.csv").write_text("id,c,a\n9,v,7\n8,,\n")
        new = read_like(kept, tmp_path / "new.csv")
        assert new.X[:].tolist() == [[7, 0, 1], [2.5, 0, 1]]
        assert new.y is None
        (tmp_path / "labelled.csv").write_text("y,c,a\nyes,u,7\n")
        labelled = read_like(kept, tmp_path / "labelled.csv")
        assert labelled.y is not None
        assert labelled.y.tolist() == [1]
        (tmp_path / "bad.csv").write_text("a,c\n1,w\n")
        with pytest.raises(DataError, match=r"bad\.csv:2: column 'c': train has no category 'w'"):
            read_like(kept, tmp_path / "bad.csv")

    @pytest.mark.parametrize(("target", "labels"), [(0, True), (-1, True), (0, False), (-1, False)])
    def test_a_table_without_header_with_and_without_its_target(
        self, tmp_path: Path, target: int, labels: bool
    ) -> None:
        whole = np.array([[0, 5, 6], [1, 7, 8]]) if target == 0 else np.array([[5, 6, 0], [7, 8, 1]])
        np.savetxt(tmp_path / "x.csv", whole, fmt="%d", delimiter=",")
        source = {"name": "file", "path": str(tmp_path / "x.csv"), "header": False, "target": target}
        kept = load({"source": source}).preprocessing
        np.savetxt(tmp_path / "new.csv", whole if labels else np.delete(whole, target, axis=1), fmt="%d", delimiter=",")
        new = read_like(kept, tmp_path / "new.csv")
        assert new.X[:].tolist() == [[5, 6], [7, 8]]
        assert (new.y is not None) == labels

    def test_arrays_and_tables_for_a_model_of_a_toy_set(self, tmp_path: Path) -> None:
        kept = json.loads(json.dumps(load({"source": "moons"}).preprocessing))
        np.save(tmp_path / "X.npy", np.eye(2))
        np.save(tmp_path / "y.npy", [1, 0])
        (tmp_path / "x.csv").write_text("class,x2,x1\n1,0,1\n0,1,0\n")
        pair = read_like(kept, tmp_path / "X.npy", str(tmp_path / "y.npy"))
        csv = read_like(kept, tmp_path / "x.csv", "class")
        for some in (pair, csv):
            assert some.X[:].tolist() == [[1, 0], [0, 1]]
            assert some.y is not None
            assert some.y.tolist() == [1, 0]
        np.savez(tmp_path / "parts.npz", X_train=np.eye(2), X_test=np.eye(2))
        with pytest.raises(
            DataError, match=r"parts\.npz: one set of examples is needed here, this has the parts train"
        ):
            read_like(kept, tmp_path / "parts.npz")
        np.save(tmp_path / "X.npy", np.eye(3))
        with pytest.raises(DataError, match=r"X\.npy: each row has 3 features, those of train have 2"):
            read_like(kept, tmp_path / "X.npy")

    def test_new_rows_for_a_model_of_a_pair_have_labels_only_where_they_are_named(self, tmp_path: Path) -> None:
        for name, array in (("X", np.eye(4)), ("y", np.array([0, 1, 0, 1])), ("new", np.eye(4)[:3]), ("u", [1, 0, 0])):
            np.save(tmp_path / f"{name}.npy", array)
        source = {"name": "file", "path": str(tmp_path / "X.npy"), "target": str(tmp_path / "y.npy")}
        kept = load({"source": source}).preprocessing
        assert read_like(kept, tmp_path / "new.npy").y is None
        labelled = read_like(kept, tmp_path / "new.npy", str(tmp_path / "u.npy"))
        assert labelled.y is not None
        assert labelled.y.tolist() == [1, 0, 0]
        with pytest.raises(DataError, match=r"the name of .*new\.doc tells no format \(allowed \.csv, .*"):
            read_like(kept, tmp_path / "new.doc")

    def test_one_hot_columns_are_classes_wherever_they_stand(self, tmp_path: Path) -> None:
        source = table(tmp_path, "x.csv", "a,v,u\n1,0,1\n2,1,0\n3,0,1\n", target=["v", "u"])
        dataset = load({"source": source})
        assert (dataset.task, dataset.classes) == ("binary", ("u", "v"))
        assert dataset.parts["train"].y.tolist() == [0, 1, 0]
        (tmp_path / "new.csv").write_text("u,a,v\nFalse,1,True\nTrue,2,False\n")
        again = read_like(dataset.preprocessing, tmp_path / "new.csv")
        assert again.y is not None
        assert again.y.tolist() == [1, 0]
        (tmp_path / "new.csv").write_text("a,class\n5,v\n6,u\n")
        as_text = read_like(dataset.preprocessing, tmp_path / "new.csv", target="class")
        assert as_text.y is not None
        assert as_text.y.tolist() == [1, 0]

    def test_targets_of_a_regression(self, tmp_path: Path) -> None:
        source = table(tmp_path, "x.csv", "a,u,v\n1,0.5,2\n2,1.5,3\n", target=["u", "v"])
        dataset = load({"source": source})
        assert (dataset.task, dataset.n_y) == ("regression", 2)
        again = read_like(dataset.preprocessing, tmp_path / "x.csv")
        assert again.y is not None
        assert again.y.tolist() == [[0.5, 2], [1.5, 3]]


WEIGHED = "a,w,y\n1,2,no\n2,1,yes\n3,0,no\n4,1,no\n"


class TestWeights:
    """How much each example counts, by its class and by a column or an array."""

    def test_a_column_of_weights_is_no_feature(self, tmp_path: Path) -> None:
        dataset = load({"source": table(tmp_path, "x.csv", WEIGHED, sample_weight="w")})
        assert dataset.features == ("a",)
        assert weights(dataset, "train") == [2, 1, 0, 1]
        short = load({"source": table(tmp_path, "x.csv", WEIGHED), "sample_weight": "w"})
        assert weights(short, "train") == [2, 1, 0, 1]
        assert short.fingerprint == dataset.fingerprint
        ignored = load({"source": table(tmp_path, "x.csv", WEIGHED, ignore=["w"])})
        assert ignored.fingerprint != dataset.fingerprint

    def test_weights_of_classes_are_trains_and_hold_for_dev(self, tmp_path: Path) -> None:
        few = table(tmp_path, "dev.csv", "w,a,y\n1,1,yes\n1,1,yes\n1,1,no\n", sample_weight="w")
        data = {"train": table(tmp_path, "x.csv", WEIGHED, sample_weight="w"), "dev": few, "class_weight": "balanced"}
        dataset = load(data)
        no, yes = 4 / (2 * 3), 4 / 2
        assert weights(dataset, "train") == pytest.approx(np.array([2 * no, yes, 0, no]) * 4 / (3 * no + yes))
        assert weights(dataset, "dev") == pytest.approx(np.array([yes, yes, no]) * 3 / (2 * yes + no))
        again = read_like(dataset.preprocessing, tmp_path / "dev.csv")
        assert again.weights is not None
        assert again.weights.tolist() == [1, 1, 1]
        assert dataset.preprocessing["class_weights"] == pytest.approx([no, yes])

    def test_weights_go_along_with_their_examples(self, tmp_path: Path) -> None:
        m = 60
        X, w = np.arange(m, dtype=np.float64)[:, np.newaxis], np.arange(1.0, m + 1)
        source = arrays(tmp_path, "x.npz", X=X, y=np.arange(m) % 2, W=w) | {"sample_weight": "w"}
        more = arrays(tmp_path, "more.npz", X=X + m, y=np.arange(m) % 2, w=w + m) | {"sample_weight": "w"}
        split = {"train": 0.6, "dev": 0.4}
        for data in ({"source": source, "split": split, "more": more}, {"train": source, "train_examples": 20}):
            dataset = load(data)
            for part in dataset.parts.values():
                assert part.weights is not None
                expected = part.X[:][:, 0] + 1
                assert part.weights == pytest.approx(expected / expected.mean())

    def test_a_batch_has_a_row_of_weights_below_its_labels(self, tmp_path: Path) -> None:
        reader = Reader(load({"source": table(tmp_path, "x.csv", WEIGHED, sample_weight="w")}), "train", "float32")
        X, Y = reader.buffers(3)
        reader.fill(np.array([3, 0, 2]), X, Y)
        assert Y.tolist() == [[0, 0, 0], [1, 2, 0]]

    def test_mapped_rows_have_weights_of_classes(self, tmp_path: Path) -> None:
        np.save(tmp_path / "X.npy", np.arange(8.0)[:, np.newaxis])
        np.save(tmp_path / "y.npy", np.array([0, 0, 0, 0, 0, 0, 1, 1]))
        source = {"name": "file", "path": str(tmp_path / "X.npy"), "target": str(tmp_path / "y.npy")}
        dataset = load({"source": source, "class_weight": {"1": 3.0}})
        assert weights(dataset, "train") == pytest.approx([8 / 12] * 6 + [2.0] * 2)

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"sample_weight": "y"}, "sample_weight: column 'y' is the target"),
            ({"sample_weight": "v"}, r"sample_weight: there is no column 'v' \(allowed a, w, y"),
            ({"sample_weight": "b"}, "x.csv:3: column 'b': -1 is no weight: weights are finite numbers of 0 or more"),
            ({"sample_weight": "c"}, "x.csv:2: column 'c': 'u' is no weight"),
            ({"sample_weight": "d"}, "x.csv:3: column 'd': the weight is missing"),
            ({"sample_weight": "e"}, "every example has the weight 0"),
        ],
    )
    def test_what_is_no_weight_is_named_with_its_place(
        self, tmp_path: Path, data: dict[str, Any], message: str
    ) -> None:
        rows = ["a,w,b,c,d,e,y", "1,1,1,u,1,0,no", "2,1,-1,v,,0,yes"] if message.count("allowed") == 0 else ["a,w,y"]
        text = "\n".join([*rows, *(["1,1,no", "2,1,yes"] if len(rows) == 1 else [])]) + "\n"
        others = [name for name in "bcde" if name in text.splitlines()[0].split(",") and name != data["sample_weight"]]
        with pytest.raises(DataError, match=message):
            load({"source": table(tmp_path, "x.csv", text, ignore=others), **data})

    def test_arrays_without_weights_name_those_that_are_there(self, tmp_path: Path) -> None:
        source = arrays(tmp_path, "x.npz", X=np.eye(4), y=np.arange(4) % 2, weights=np.ones(4)) | {"sample_weight": "w"}
        with pytest.raises(DataError, match=r"x.npz: sample_weight: there is no array 'w' \(allowed X, y, weights"):
            load({"source": source})
        with pytest.raises(ValueError, match="sample_weight names a column of a file, and the source moons is none"):
            load({"source": "moons", "sample_weight": "w"})

    def test_a_dev_set_must_have_them_too(self, tmp_path: Path) -> None:
        dev = table(tmp_path, "dev.csv", "a,y\n1,no\n")
        with pytest.raises(DataError, match=r"dev.csv: sample_weight: there is no column 'w'"):
            load({"train": table(tmp_path, "x.csv", WEIGHED), "dev": dev, "sample_weight": "w"})


def weights(dataset: Dataset, part: str) -> list[float]:
    values = dataset.parts[part].weights
    assert values is not None
    rows: list[float] = values.tolist()
    return rows


def test_a_source_of_ones_own_needs_only_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REGISTRY, "source", dict(REGISTRY["source"]))

    class Corners(Source):
        """Images and labels as they come."""

        name = "corners"
        sizes: ClassVar = (4, 2, 2)

        def load(self) -> dict[str, Examples]:
            return {"all": Examples(np.arange(16.0).reshape(self.sizes), np.array([["a"], ["b"], ["a"], ["b"]]))}

    dataset = load({"source": "corners"})
    assert (dataset.n_x, dataset.image_shape, dataset.classes) == (4, (2, 2), ("a", "b"))


def kept_of(tmp_path: Path, table: str, **options: object) -> dict[str, Any]:
    (tmp_path / "train.csv").write_text(table)
    source = {"name": "file", "path": str(tmp_path / "train.csv"), "target": -1, **options}
    return load_dataset(Data.model_validate({"source": source}), None, np.random.default_rng(0)).preprocessing


@pytest.mark.parametrize(
    "new", ["b,c,a\n1.5,yes,0007\n", "a;c;b\n0007;TRUE;1,5\n", "# new\nz\tb\tc\ta\n9\t1.5\tt\t0007\n"]
)
def test_another_file_is_read_in_its_own_dialect(tmp_path: Path, new: str) -> None:
    kept = kept_of(tmp_path, "a,b,c,y\n0012,2.5,no,0\n0007,3.5,yes,1\n")
    (tmp_path / "new.csv").write_text(new)
    assert read_like(kept, tmp_path / "new.csv").X[:].tolist() == [[1, 0, 1.5, 1]]


def test_few_rows_have_the_decimal_mark_of_train(tmp_path: Path) -> None:
    kept = kept_of(tmp_path, "a;y\n2,5;0\n3,125;1\n")
    (tmp_path / "new.csv").write_text('a\n"1,234"\n')
    assert read_like(kept, tmp_path / "new.csv").X[:].tolist() == [[1.234]]


@pytest.mark.parametrize("new", ["0.5,u\n", "0.5,u,7\n"])
def test_another_file_without_a_header(tmp_path: Path, new: str) -> None:
    kept = kept_of(tmp_path, "4.5,u,3\n5.5,v,4\n6.5,v,4\n")
    (tmp_path / "new.csv").write_text(new)
    assert read_like(kept, tmp_path / "new.csv", labelled=False).X[:].tolist() == [[0.5, 1, 0]]


def test_numbers_of_train_are_numbers_whatever_they_look_like(tmp_path: Path) -> None:
    kept = kept_of(tmp_path, "a,b,y\n12,yes,0\n7,no,1\n")
    (tmp_path / "new.csv").write_text("a,b\n0007,yes\n$12,yes\n")
    with pytest.raises(DataError, match=r"new\.csv:3: column 'a': '\$12' has the mark \$, unlike others"):
        read_like(kept, tmp_path / "new.csv")
    (tmp_path / "new.csv").write_text("a,b\n0007,yes\n")
    assert read_like(kept, tmp_path / "new.csv").X[:].tolist() == [[7, 1]]


def test_a_category_of_train_is_not_missing_elsewhere(tmp_path: Path) -> None:
    kept = kept_of(tmp_path, "region,y\nNA,0\nEU,1\n", categorical=["region"])
    (tmp_path / "new.csv").write_text("region\nNA\n")
    assert read_like(kept, tmp_path / "new.csv").X[:].tolist() == [[0, 1]]


def test_labels_that_look_like_numbers_are_those_of_train(tmp_path: Path) -> None:
    kept = kept_of(tmp_path, "x,y\n1,0012\n2,34\n3,18446744073709551616\n")
    (tmp_path / "new.csv").write_text("x,y\n1,34\n")
    y = read_like(kept, tmp_path / "new.csv", "y").y
    assert y is not None
    assert y.tolist() == [2]


class TestColumns:
    """What the options of columns come to, from a table to the features of its parts."""

    TEXT = "day,town,rent,y\n" + "".join(
        f"2020-01-{1 + i % 28:02},{'abc'[i % 3] if i % 7 else f'rare{i}'},{10.0**i if i % 5 else ''},{i % 2}\n"
        for i in range(30)
    )

    def dataset(self, folder: Path, normalize: Any = "standard", **options: Any) -> Dataset:
        source = table(folder, "x.csv", self.TEXT, impute="median", **options)
        return load({"source": source, "split": {"train": 20, "dev": 10}, "normalize": normalize})

    def test_features_of_categories_stay_0_and_1(self, tmp_path: Path) -> None:
        dataset = self.dataset(tmp_path, missing_indicators=True, rare=3)
        is_number = np.array([name in ("day", "rent") for name in dataset.features])
        assert len(dataset.features) == 2 + 4 + 1
        assert (dataset.scale[~is_number] == 1).all()
        assert (dataset.shift[~is_number] == 0).all()
        X = (dataset.parts["train"].X[:] - dataset.shift) * dataset.scale
        assert X[:, is_number].std(axis=0) == pytest.approx([1, 1])
        scaled = self.dataset(tmp_path, {"name": "standard", "one_hot": True}, missing_indicators=True, rare=3)
        assert (scaled.scale[~is_number] > 1).any()

    def test_a_row_is_the_same_in_train_and_in_another_file(self, tmp_path: Path) -> None:
        days = {"kind": "time", "parts": ["weekday"]}
        dataset = self.dataset(
            tmp_path,
            missing_indicators=True,
            rare=3,
            columns={"day": days, "rent": {"transform": "log", "impute": "mean"}},
        )
        kept = json.loads(json.dumps(dataset.preprocessing))
        with pytest.warns(
            Remark, match="categories that train lacks count as `other`: column 'town': 'rare0' in 1 row"
        ):
            other = read_like(kept, tmp_path / "x.csv")  # which dev has
        both = np.concatenate([dataset.parts["train"].X[:], dataset.parts["dev"].X[:]])
        assert sorted(other.X[:].tolist()) == sorted(both.tolist())

    def test_a_source_of_its_own_has_the_columns_of_train(self, tmp_path: Path) -> None:
        train = table(tmp_path, "x.csv", self.TEXT, impute="median", rare=3, missing_indicators=True)
        dev = table(tmp_path, "dev.csv", "y,rent,town,day\n1,,zz,2021-01-01\n0,5,a,2019-01-01\n", impute="median")
        dataset = load({"train": train, "dev": dev})
        assert dataset.features == ("day", "town=a", "town=b", "town=c", "town=other", "rent", "rent is missing")
        assert dataset.parts["dev"].X[:][:, 1:5].tolist() == [[0, 0, 0, 1], [1, 0, 0, 0]]
        assert dataset.parts["dev"].X[:][:, 6].tolist() == [1, 0]

    def test_only_a_column_that_says_so_is_imputed(self, tmp_path: Path) -> None:
        source = table(tmp_path, "x.csv", self.TEXT, columns={"rent": {"impute": "most_frequent"}})
        dataset = load({"source": source})
        assert dataset.preprocessing["imputation"][-1] == 10.0
        (tmp_path / "new.csv").write_text("day,town,rent\n2020-01-01,,3\n2020-01-01,a,\n")
        kept = json.loads(json.dumps(dataset.preprocessing))
        other = read_like(kept, tmp_path / "new.csv", labelled=False, strict=False)
        assert [fault.row for fault in other.faults] == [0]
        assert other.X[:][:, -1].tolist() == [10]
        (tmp_path / "new.csv").write_text("y,day,town,rent\n0,2020-01-01,,3\n")
        with pytest.raises(DataError, match="column 'town': the value is missing"):
            load({"train": source, "dev": {**source, "path": str(tmp_path / "new.csv")}})

    def test_columns_in_place_of_the_others(self, tmp_path: Path) -> None:
        assert self.dataset(tmp_path, use=["rent", "day"]).features == ("day", "rent")
        assert self.dataset(tmp_path, use=[2, "y"]).features == ("rent",)
        assert self.dataset(tmp_path, use=[-2], columns={"2": {"transform": "log"}}).features == ("ln(rent)",)

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"use": ["rents"]}, "use: there is no column 'rents' .*did you mean rent"),
            ({"columns": {"tow": {"kind": "category"}}}, "columns: there is no column 'tow' .*did you mean town"),
            ({"columns": {"y": {"kind": "category"}}}, "columns: 'y' is the target"),
            ({"use": ["day"], "columns": {"town": {}}}, "columns: 'town' is none of the features"),
            ({"columns": {"rent": {"kind": "time"}}}, "x.csv:3: column 'rent': '10.0' is no date, such as 2020-12-31"),
            ({"columns": {"town": {"kind": "number"}}}, "x.csv:2: column 'town': 'rare0' is not a number"),
        ],
    )
    def test_what_does_not_fit_is_named(self, options: dict[str, Any], message: str, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=message):
            self.dataset(tmp_path, **options)
