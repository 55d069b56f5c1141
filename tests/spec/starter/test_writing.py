"""Starter specs load, fit the data file that they were made for, and follow the proportions of the notes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlx.errors import DataError, UsageError
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec
from dlx.spec.starter.decisions import Wishes
from dlx.spec.starter.sources import source_of
from dlx.spec.starter.writing import starter, starter_for
from dlx.training.build import dataset_of
from dlx.words import Task

FILE = Path("spec.yaml")


def written_for(data: Path, target: list[str], task: Task | None, file: Path) -> str:
    return starter_for(source_of(data, target), Wishes(task=task), file)


def spec_for(tmp_path: Path, text: str) -> Spec:
    (tmp_path / "spec.yaml").write_text(text)
    return load_spec(tmp_path / "spec.yaml").spec


def iris(tmp_path: Path) -> Path:
    path = tmp_path / "my iris, 2.csv"
    rows = [f"{i % 7},{i % 5}.5,{('setosa', 'no')[i % 2]}" for i in range(40)]
    path.write_text("\n".join(["width,length,kind", *rows]))
    return path


def test_the_toy_starter_loads(tmp_path: Path) -> None:
    assert spec_for(tmp_path, starter(FILE)).name == "moons"


def test_a_csv_file_becomes_a_spec_that_trains_on_it(tmp_path: Path) -> None:
    text = written_for(iris(tmp_path), ["kind"], None, tmp_path / "spec.yaml")
    assert text.startswith("# my iris, 2.csv: 40 examples, 2 columns to learn from, 2 classes (no, setosa).\n")
    spec = spec_for(tmp_path, text)
    assert spec.name == "my-iris-2"
    assert spec.task == "binary"
    source = spec.dump()["data"]["source"]
    assert (source["path"], source["target"]) == (str(iris(tmp_path)), "kind")


def test_the_path_is_relative_to_the_folder_of_the_spec(tmp_path: Path) -> None:
    text = written_for(iris(tmp_path), ["kind"], None, tmp_path / "specs" / "spec.yaml")
    assert "path: '../my iris, 2.csv'" in text


@pytest.mark.parametrize(
    ("first", "line", "encoding", "stated"),
    [
        ("size,kind", "{}.5,{}", "utf-8", ""),
        ("4.5,1,oak", "{0}.5,{0},{1}", "utf-8", "header: false"),
        ("size;kind", "{},5;{}", "utf-8", "delimiter: ;|decimal: ','"),
        ("größe,kind", "{}.5,{}", "utf-16", "encoding: utf-16"),
        ("# from the forest\nsize|kind", "{}.5|{}", "utf-8", "delimiter: '|'|comment: '#'"),
    ],
)
def test_what_was_found_out_about_a_table_is_written(
    tmp_path: Path, first: str, line: str, encoding: str, stated: str
) -> None:
    path = tmp_path / "x.csv"
    lines = [first, *(line.format(row % 7 + 4, ("oak", "ash")[row % 2]) for row in range(20))]
    path.write_text("\n".join(lines), encoding=encoding)
    text = written_for(path, ["-1"], None, tmp_path / "spec.yaml")
    keys = text.partition("path: x.csv\n")[2].partition("  split:")[0].splitlines()
    found = [line.strip() for line in keys if not line.strip().startswith("target: -1  #")]
    assert "|".join(found) == stated
    assert spec_for(tmp_path, text).task == "binary"


@pytest.mark.parametrize(
    ("m", "split"),
    [
        (3, "{train: 2, dev: 1, test: 0}"),
        (4, "{train: 0.6, dev: 0.2, test: 0.2}"),
        (10_000, "{train: 0.6, dev: 0.2, test: 0.2}"),
        (100_000, "{train: 0.8, dev: 0.1, test: 0.1}"),
        (100_001, "{train: 0.98, dev: 0.01, test: 0.01}"),
    ],
)
def test_the_split_follows_the_number_of_examples(tmp_path: Path, m: int, split: str) -> None:
    np.savez(tmp_path / "data.npz", X=np.zeros((m, 1)), y=np.arange(m) % 2)
    assert f"  split: {split}" in written_for(tmp_path / "data.npz", [], None, FILE)


@pytest.mark.parametrize(("m", "refit"), [(100, True), (100_001, None)])
def test_the_training_follows_the_number_of_examples(tmp_path: Path, m: int, refit: bool | None) -> None:
    np.savez(tmp_path / "data.npz", X=np.zeros((m, 1)), y=np.arange(m) % 2)
    spec = spec_for(tmp_path, written_for(tmp_path / "data.npz", [], None, tmp_path / "spec.yaml"))
    stopping = spec.training.early_stopping
    assert stopping is not None
    assert (stopping.monitor, spec.training.refit) == ("dev_cost", refit)
    assert spec.regularization.l2 > 0


def test_a_file_with_its_own_parts_is_not_split(tmp_path: Path) -> None:
    X, y = np.zeros((10, 3)), np.linspace(0, 1, 10)
    np.savez(tmp_path / "data.npz", X_train=X, y_train=y, X_test=X, y_test=y)
    text = written_for(tmp_path / "data.npz", [], None, tmp_path / "spec.yaml")
    assert text.startswith("# data.npz: 10 examples, 3 features, 1 real number to predict.\n")
    spec = spec_for(tmp_path, text)
    assert (spec.data.split, spec.training.early_stopping, spec.task) == (None, None, "regression")
    assert spec.training.refit is None
    assert spec.data.normalize_targets == "standard"


def test_labels_in_a_file_of_their_own_are_named_from_the_folder_of_the_spec(tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", np.zeros((4, 2)))
    np.save(tmp_path / "y.npy", np.array([0, 1, 2, 0]))
    text = written_for(tmp_path / "X.npy", [str(tmp_path / "y.npy")], None, tmp_path / "specs" / "spec.yaml")
    assert "    path: ../X.npy\n    target: ../y.npy\n" in text


def test_labels_cannot_break_out_of_the_comment(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('x,y\n1,"one\nseed: 7"\n2,two\n3,two\n')
    text = written_for(tmp_path / "a.csv", ["y"], None, tmp_path / "spec.yaml")
    assert spec_for(tmp_path, text).seed == 1


def test_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", np.zeros((4, 2)))
    with pytest.raises(UsageError, match=r"X\.npy: say with target=… what is to be predicted$"):
        written_for(tmp_path / "X.npy", [], None, FILE)
    with pytest.raises(
        UsageError, match=r"It may be kind \(2 classes\), width .*; as in: dlx\.new\(data, target='kind'\)$"
    ):
        written_for(iris(tmp_path), [], None, FILE)
    with pytest.raises(DataError, match=r"'knd'.*did you mean kind"):
        written_for(iris(tmp_path), ["knd"], None, FILE)
    with pytest.raises(DataError, match="needs two classes, there are 5"):
        written_for(iris(tmp_path), ["length"], Task.BINARY, FILE)
    with pytest.raises(UsageError, match=r"tells no format"):
        written_for(tmp_path / "data.xls", [], None, FILE)


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
def test_the_spec_names_the_keys_that_keep_together_what_belongs_together(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = [
        f"p{i % 60:02},2020-{1 + i % 12:02}-{1 + i % 28:02},{rng.normal():.2f},{rng.poisson(2)}" for i in range(240)
    ]
    (tmp_path / "visits.csv").write_text("\n".join(["patient,seen on,x,falls", *rows, *rows[:9]]) + "\n")
    text = written_for(tmp_path / "visits.csv", ["falls"], Task.REGRESSION, tmp_path / "spec.yaml")
    lines = {"group: patient", "time: seen on", "duplicates: together", "loss: poisson", "normalize_targets: none"}
    assert {line for line in lines if f"`{line}`" in text} == lines
    for split in ("group: patient", "time: seen on", "duplicates: together"):
        changed = text.replace("split: {", f"split: {{{split}, ").replace("targets: standard", "targets: none")
        assert dataset_of(spec_for(tmp_path, f"{changed}loss: poisson\n")).parts["dev"].m > 9


def test_nothing_is_said_of_the_split_where_no_column_calls_for_it(tmp_path: Path) -> None:
    text = written_for(iris(tmp_path), ["kind"], None, tmp_path / "spec.yaml")
    assert "`group:" not in text
    assert "`time:" not in text


def test_columns_with_one_name_end_in_a_spec_that_trains(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,a,kind\n" + "".join(f"{i},{-i},{'xy'[i % 2]}\n" for i in range(40)))
    text = written_for(tmp_path / "t.csv", ["kind"], None, tmp_path / "spec.yaml")
    assert "- 1  # column 0 is named a, too" in text
    assert dataset_of(spec_for(tmp_path, text)).features == ("a",)


@pytest.mark.parametrize(
    ("target", "ignored", "labels"),
    [("2", 3, {"p", "q"}), ("3", 2, {"a", "b", "c"}), ("-1", 2, {"a", "b", "c"}), ("y", 3, {"p", "q"})],
)
def test_of_columns_with_one_name_the_stated_target_is_meant(
    tmp_path: Path, target: str, ignored: int, labels: set[str]
) -> None:
    path = tmp_path / "x.csv"
    rows = [f"{row},{row % 7}.5,{'pq'[row % 2]},{'abc'[row % 3]}" for row in range(60)]
    path.write_text("\n".join(["a,b,y,y", *rows]))
    text = written_for(path, [target], None, tmp_path / "spec.yaml")
    assert f"- {ignored}  # column {5 - ignored} is named y, too" in text
    assert ("several columns are named y: column 2 (from 0) is meant, target=3 takes another" in text) is (
        target == "y"
    )
    assert set(dataset_of(spec_for(tmp_path, text)).classes) == labels


def test_a_target_by_number_is_counted_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["a,a,y", *(f"{row},{row % 7}.5,{'pq'[row % 2]}" for row in range(60))]))
    assert "2 classes (p, q)" in written_for(path, ["2"], None, tmp_path / "spec.yaml")
    with pytest.raises(DataError, match=r"x\.csv: there is no column 3, the table has 3 \(counted from 0\)"):
        written_for(path, ["3"], None, tmp_path / "spec.yaml")


def test_a_target_whose_numbers_are_names(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["a,y", *(f"{row % 9}.5,{20 + row % 15}" for row in range(90))]))
    source, file = source_of(path, ["y"]), tmp_path / "spec.yaml"
    assert "\ntask: regression" in starter_for(source, Wishes(), file)
    assert "\ntask: multiclass" in starter_for(source, Wishes(categorical=("y",)), file)
    with pytest.raises(UsageError, match="categorical='y': it is the target: its values are names, and"):
        starter_for(source, Wishes(Task.REGRESSION, categorical=("y",)), file)
