"""Division: what `group`, `time`, `duplicates` and `folds` of a spec make of a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.dataset import Dataset
from dlx.data.loading import load_dataset
from dlx.data.section import Data
from dlx.data.splitting.division import folds_of
from dlx.errors import DataError, Remark
from dlx.spec.sections import plain

PATIENTS = 12
Load = Callable[..., Dataset]


def table(path: Path, rows: int = 96) -> list[dict[str, Any]]:
    """Patients with several visits each; the last rows are copies of the first."""
    rng, header = np.random.default_rng(4), ["patient", "day", "height", "weight", "ill"]
    records: list[list[Any]] = [
        [f"p{i % PATIENTS:02}", f"2020-{1 + i // 28:02}-{1 + i % 28:02}", i, round(rng.normal(), 3), "ny"[i % 3 == 0]]
        for i in range(rows)
    ]
    records += [[record[0] if i % 2 else "p11", *record[1:]] for i, record in enumerate(records[:6])]
    path.write_text("".join(",".join(map(str, record)) + "\n" for record in (header, *records)))
    return [dict(zip(header, record, strict=True)) for record in records]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    table(tmp_path / "visits.csv")

    def load(split: dict[str, Any] | None = None, source: dict[str, Any] | None = None, **data: Any) -> Dataset:
        file = {"name": "file", "path": str(tmp_path / "visits.csv"), "target": "ill", "ignore": ["day"]} | (
            source or {}
        )
        section = Data.model_validate({"source": file, **({"split": split} if split else {}), **data})
        return load_dataset(section, None, np.random.default_rng(1))

    return load


@pytest.fixture
def rows(tmp_path: Path) -> list[dict[str, Any]]:
    return table(tmp_path / "visits.csv")


SHARES = {"train": 0.6, "dev": 0.2, "test": 0.2}


def parts_of(dataset: Dataset, rows: list[dict[str, Any]], column: str) -> dict[str, set[Any]]:
    """The values of a column in each part."""
    values = {}
    for name, part in dataset.parts.items():
        assert part.rows is not None
        values[name] = {rows[row][column] for row in part.rows}
    return values


def assert_apart(values: dict[str, set[Any]]) -> None:
    assert len(set.union(*values.values())) == sum(map(len, values.values()))


def test_a_group_is_in_one_part_and_no_feature_is_made_of_it(load: Load, rows: list[dict[str, Any]]) -> None:
    with pytest.warns(Remark, match="a group is in one part: train .* for 61"):
        dataset = load(SHARES | {"group": "patient"})
    assert dataset.features == ("height", "weight")
    assert_apart(parts_of(dataset, rows, "patient"))


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
def test_the_rows_of_a_part_are_told(load: Load, rows: list[dict[str, Any]]) -> None:
    for split in (SHARES, SHARES | {"group": "patient"}):
        dataset = load(split, source={"ignore": ["day", "patient"]})
        for part in dataset.parts.values():
            assert part.rows is not None
            assert part.X[:][:, 0].tolist() == [rows[row]["height"] for row in part.rows]


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
def test_the_columns_may_be_features_too(load: Load) -> None:
    dataset = load(SHARES | {"group": "patient", "as_features": True})
    assert sum(name.startswith("patient=") for name in dataset.features) == PATIENTS


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
def test_a_column_that_is_ignored_can_be_gone_by(load: Load, rows: list[dict[str, Any]]) -> None:
    dataset = load(SHARES | {"group": "patient"}, source={"ignore": ["day", "patient", "height"]})
    assert dataset.features == ("weight",)
    assert_apart(parts_of(dataset, rows, "patient"))


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
def test_what_is_stated_of_a_column_may_stand_when_it_is_gone_by(load: Load, rows: list[dict[str, Any]]) -> None:
    """As in the spec that `dlx new` writes, from which no line has to be removed."""
    stated = {"ignore": [], "columns": {"patient": {"kind": "hashed"}, "day": {"kind": "time"}}}
    dataset = load(
        SHARES | {"time": "day"}, source=stated | {"ignore": ["patient"], "columns": {"day": {"kind": "time"}}}
    )
    assert dataset.features == ("height", "weight")
    dataset = load(SHARES | {"group": "patient"}, source=stated)
    assert dataset.features == ("day", "height", "weight")
    assert_apart(parts_of(dataset, rows, "patient"))
    dataset = load(SHARES | {"group": "patient", "as_features": True}, source=stated)
    assert dataset.features[0].startswith("patient")


@pytest.mark.parametrize(("order", "written"), [("dmy", "%d/%m/%Y"), ("mdy", "%m/%d/%Y")])
def test_the_time_is_read_in_the_order_that_is_stated(tmp_path: Path, load: Load, order: str, written: str) -> None:
    (tmp_path / "shop.csv").write_text(
        "day,x,kind\n" + "".join(f"{1 + i % 9:02}/{1 + i // 9:02}/2021,{i},{'ab'[i % 2]}\n" for i in range(81))
    )
    stated = {"path": str(tmp_path / "shop.csv"), "target": "kind", "ignore": []}
    columns = {"day": {"kind": "time", "order": order}}
    dataset = load({"train": 60, "test": 21, "time": "day"}, source=stated | {"columns": columns})
    days = [datetime.strptime(f"{1 + i % 9:02}/{1 + i // 9:02}/2021", written) for i in range(81)]
    train = dataset.parts["train"].rows
    assert train is not None
    assert sorted(days[row] for row in train) == sorted(days)[:60]


def test_the_latest_rows_are_test(load: Load, rows: list[dict[str, Any]]) -> None:
    dataset = load(SHARES | {"time": "day"}, source={"ignore": ["patient"]})
    days = parts_of(dataset, rows, "day")
    assert max(days["train"]) < min(days["dev"]) <= max(days["dev"]) < min(days["test"])


def test_copies_stay_together_and_are_counted(load: Load, rows: list[dict[str, Any]]) -> None:
    with pytest.warns(Remark, match="6 of 102 examples are copies of others, feature for feature; they stay together"):
        dataset = load(SHARES | {"duplicates": "together"}, source={"ignore": ["day", "patient"]})
    assert_apart(parts_of(dataset, rows, "height"))
    assert {name: part.m for name, part in dataset.parts.items()} == {"train": 61, "dev": 21, "test": 20}


def test_groups_with_common_copies_stay_together(load: Load, rows: list[dict[str, Any]]) -> None:
    with pytest.warns(Remark):
        dataset = load(SHARES | {"group": "patient", "duplicates": "together"})
    assert_apart(parts_of(dataset, rows, "patient"))
    assert_apart(parts_of(dataset, rows, "height"))


def test_without_copies_the_split_is_the_same_as_ever(load: Load, tmp_path: Path) -> None:
    (tmp_path / "unique.csv").write_text("a,ill\n" + "".join(f"{i},{i % 2}\n" for i in range(30)))
    by_visit = {"path": str(tmp_path / "unique.csv"), "ignore": []}
    with pytest.warns(Remark, match="no example is a copy of another"):
        dataset = load(SHARES | {"duplicates": "together"}, source=by_visit)
    plain = load(SHARES, source=by_visit)
    assert dataset.fingerprint == plain.fingerprint


@pytest.mark.parametrize(
    ("split", "message"),
    [
        ({"group": "patint"}, "data.split.group: there is no column 'patint' .*did you mean patient"),
        ({"time": "dy"}, "data.split.time: there is no column 'dy' .*did you mean day"),
        ({"time": "patient"}, "visits.csv:2: column 'patient': 'p00' is neither a date nor a number"),
        ({"group": "ill"}, "data.split.group: ill has 2 groups, and the split has 3 parts: train, dev, test"),
    ],
)
def test_what_cannot_be_is_refused(load: Load, split: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(SHARES | split)


def test_one_group_and_missing_values_are_refused(load: Load, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    text = path.read_text()
    path.write_text(text.replace("p03,", ",", 1))
    with pytest.raises(DataError, match=r"visits.csv:5: column 'patient': the value is missing, and data.split.group"):
        load(SHARES | {"group": "patient"})
    path.write_text("\n".join(["patient,day,height,ill", *(f"x,2020-01-0{i},{i},{'ny'[i % 2]}" for i in range(1, 9))]))
    with pytest.raises(DataError, match="all examples are of one patient, so they cannot be split by it"):
        load(SHARES | {"group": "patient"})


def test_arrays_have_their_groups_beside_them(tmp_path: Path) -> None:
    patient = np.repeat(np.arange(10), 6)
    np.savez(tmp_path / "x.npz", X=np.arange(120.0).reshape(60, 2), y=np.tile([0, 1], 30), patient=patient, few=[1, 2])
    np.save(tmp_path / "X.npy", np.zeros((60, 2)))
    np.save(tmp_path / "y.npy", np.tile([0, 1], 30))

    def load(path: str, group: str, **options: Any) -> Dataset:
        source = {"name": "file", "path": str(tmp_path / path), **options}
        data = Data.model_validate({"source": source, "split": SHARES | {"group": group}})
        return load_dataset(data, None, np.random.default_rng(1))

    parts = load("x.npz", "Patient").parts
    assert_apart({name: set(patient[part.rows]) for name, part in parts.items()})
    with pytest.raises(DataError, match=r"there is no array 'patent' \(allowed .*did you mean patient"):
        load("x.npz", "patent")
    with pytest.raises(DataError, match=r"array 'few' has shape .*needs one value for each of 60 examples"):
        load("x.npz", "few")
    with pytest.raises(
        DataError, match=r"X.npy has neither columns nor named arrays, so none that is called 'patient'"
    ):
        load("X.npy", "patient", target=str(tmp_path / "y.npy"))


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
@pytest.mark.parametrize("split", [SHARES, SHARES | {"group": "patient"}, {"train": 60, "dev": 20, "test": 22}])
def test_each_example_is_in_one_fold(load: Load, rows: list[dict[str, Any]], split: dict[str, Any]) -> None:
    folds = [load(split, folds=4, fold=fold, source={"ignore": ["day"]}) for fold in range(1, 5)]
    tests = [part.rows for dataset in folds if (part := dataset.parts["test"]).rows is not None]
    assert sorted(np.concatenate(tests)) == list(range(102))
    for dataset in folds:
        sizes = {name: part.m for name, part in dataset.parts.items()}
        assert sum(sizes.values()) == 102
        assert sizes["dev"] == pytest.approx(0.25 * (sizes["train"] + sizes["dev"]), abs=6)
        if "group" in split:
            assert_apart(parts_of(dataset, rows, "patient"))


def test_a_fold_has_no_dev_where_the_split_has_none(load: Load) -> None:
    assert load(None, folds=3, fold=2).parts.keys() == {"train", "test"}
    assert load(None, folds=3).fingerprint == load(None, folds=3, fold=1).fingerprint


def test_folds_have_each_class_in_its_share() -> None:
    codes = np.repeat([0, 1, 2], [50, 23, 4])
    fold = folds_of(5, codes, np.random.default_rng(1))
    assert np.ptp(np.bincount(fold)) <= 1
    for code in range(3):
        assert np.ptp(np.bincount(fold[codes == code], minlength=5)) <= 1


def test_more_folds_than_examples_are_refused(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("a,y\n" + "".join(f"{i},{i % 2}\n" for i in range(8)))
    source = {"name": "file", "path": str(tmp_path / "few.csv"), "target": "y"}
    with pytest.raises(DataError, match=r"data.folds: 5 folds of 8 examples"):
        load_dataset(Data.model_validate({"source": source, "folds": 5}), None, np.random.default_rng(1))


def test_rare_classes_of_a_file_are_in_train_but_for_complete_specs_of_before() -> None:
    def rare(source: Any, **split: Any) -> str | None:
        data = Data.model_validate({"source": source, "split": SHARES | split})
        assert data.split is not None
        again = Data.model_validate(plain(data))
        assert again == data, "what is written down means the same"
        return data.split.rare

    file = {"name": "file", "path": "/x.csv", "target": "y"}
    assert rare(file) == "train"
    assert rare(file, rare=None) is None
    assert rare(file, train_dev=0) is None, "as every complete spec of before had it"
    assert rare(file, train_dev=0, rare="train") == "train"
    assert rare("moons") is None
