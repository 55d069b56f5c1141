"""Data in memory: whatever holds them, the same network is learned, and messages speak of what was given."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import dlx
from dlx.data.in_memory import table_file
from dlx.errors import DataError, EnvironmentProblem, Place, Remark, SpecError, UsageError
from dlx.spec.yaml_text.reading import parse

SPEC: dict[str, Any] = {
    "name": "table",
    "data": {"split": {"train": 0.6, "dev": 0.4}},
    "architecture": {"hidden": [4]},
    "training": {"epochs": 2, "batch_size": 32},
}
SEARCH = {"trials": 2, "space": {"optimizer.learning_rate": {"log_uniform": [1e-4, 0.1]}}}
ARRAYS = np.eye(9), [0, 1, 0] * 3
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank_pictures: None) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def frame(m: int = 60) -> Any:
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=m), rng.integers(0, 3, m)
    when = pandas.Timestamp("2024-01-01") + pandas.to_timedelta(rng.integers(0, 300, m), unit="D")
    kind = np.where(a + b > 1, "high", "low")
    return pandas.DataFrame({"age": a, "ward": np.array(["x", "y", "z"])[b], "when": when, "kind": kind})


def theta(run: dlx.Run) -> np.ndarray:
    with np.load(run.path / "model.npz") as model:
        return np.concatenate([model[name].ravel() for name in sorted(model.files) if name[0] in "Wb"])


class Stream:
    """What has nothing but Arrow's interchange protocol."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def with_source(**options: Any) -> dict[str, Any]:
    return {**SPEC, "data": {**SPEC["data"], "source": options}}


def test_what_holds_a_table_makes_no_difference() -> None:
    table = frame()
    holders = [table, pyarrow.Table.from_pandas(table), {name: table[name].tolist() for name in table}]
    holders += [Stream(pyarrow.Table.from_pandas(table))]
    holders += [(table.drop(columns="kind"), table["kind"]), (table.drop(columns="kind"), table[["kind"]])]
    parameters = [theta(dlx.train(SPEC, data, target="kind")) for data in holders]
    for others in parameters[1:]:
        np.testing.assert_array_equal(parameters[0], others)


def test_the_spec_may_name_the_target() -> None:
    run = dlx.train(with_source(target="kind"), frame())
    assert run.spec["data"]["source"]["target"] == "kind"
    frame().to_csv("table.csv", index=False)
    Path("spec.yaml").write_text(
        "{name: f, data: {source: {name: file, path: table.csv, target: kind, ignore: [when], delimiter: ','}},"
        " architecture: {hidden: [3]}, training: {epochs: 1}}"
    )
    source = dlx.train("spec.yaml", frame()).spec["data"]["source"]
    assert (source["target"], source["ignore"], source.get("delimiter")) == ("kind", ["when"], None)
    assert source["path"].endswith(".parquet")


def test_options_of_columns_hold_for_each_part() -> None:
    table = frame()
    table.loc[[3, 50], "age"] = np.nan
    spec = {**with_source(impute="mean", ignore=["when"]), "data": {"source": {"impute": "mean", "ignore": ["when"]}}}
    run = dlx.train(spec, {"train": table[:40], "dev": table[40:]}, target="kind")
    assert {part: estimate.m for part, estimate in run.errors.items()} == {"train": 40, "dev": 20}


def test_a_toy_set_gives_way_with_its_options() -> None:
    X = np.random.default_rng(0).normal(size=(40, 3))
    run = dlx.train({**SPEC, "data": {**SPEC["data"], "source": {"name": "blobs", "m": 90}}}, (X, X[:, 0] > 0))
    assert run.facts["data"]["examples"]["train"] == 24


def test_categories_that_are_numbers_are_categories_and_labels_keep_their_type() -> None:
    table = frame().assign(ward=pandas.Categorical(np.tile([10, 20, 30], 20)), kind=pandas.Categorical([0, 1] * 30))
    run = dlx.train(SPEC, table.drop(columns="when"), target="kind")
    assert set(run.predict(table)) <= {0, 1}
    with np.load(run.path / "model.npz") as model:
        assert model["W1"].shape == (4, 1 + 3)


def test_columns_of_every_type_are_as_their_values(tmp_path: Path) -> None:
    m = 4
    typed = {
        "whole": pandas.array([1, 2, None, 4], "Int64"),
        "logical": pandas.array([True, None, False, True], "boolean"),
        "decimal": np.array([1.5, np.nan, 3, 4], np.float32),
        "text": pandas.array(["a", None, "b", "a"], "string"),
        "category": pandas.Categorical(["u", "v", None, "u"]),
        "views": pyarrow.DictionaryArray.from_arrays([0, 1, None, 0], pyarrow.array(["u", "v"], pyarrow.string_view())),
        "time": pandas.Series(pandas.to_datetime(["2024-01-01 10:30", None, "2024-02-01 00:00", "2024-03-01 08:00"])),
        "period": pandas.Series(pandas.period_range("2024-01", periods=m, freq="M")),
    }
    values = {name: [None if pandas.isna(v) else v for v in column] for name, column in typed.items()}
    values["views"] = values["category"]
    values["decimal"] = [None if v is None else float(v) for v in values["decimal"]]
    tables = []
    for columns in (typed, values):
        content, suffix = table_file(columns, (), "the table")
        (tmp_path / f"table.{suffix}").write_bytes(content)
        tables.append(pyarrow.parquet.read_table(tmp_path / f"table.{suffix}"))
    for name in typed:
        column, other = tables[0][name].to_pylist(), tables[1][name].to_pylist()
        assert column == other, name


def test_rows_that_have_no_answer_are_marked_also_where_none_has_one() -> None:
    table = frame().drop(columns="when")
    run = dlx.train(SPEC, table, target="kind")
    unfit = pandas.DataFrame({"age": [np.nan, np.inf], "ward": ["x", "x"]})
    assert list(run.predict(unfit)) == [None, None]
    assert np.isnan(run.predict_proba(unfit)).all()
    assert run.predict_proba(unfit).shape == (2, 2)
    assert {row: "column 'age'" in reason for row, reason in run.unanswered(unfit).items()} == {0: True, 1: True}
    X = table[["age"]].to_numpy()
    of_arrays = dlx.train(SPEC, (X, X[:, 0] * 2))
    assert np.isnan(of_arrays.predict([[np.nan]])).all()


def refused(data: Any, spec: Any = SPEC, **options: Any) -> str:
    with pytest.raises((DataError, SpecError, UsageError)) as caught:
        dlx.train(spec, data, **options)
    assert "runs/data" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (ARRAYS[0], "got ndarray, which lacks the labels"),
        ([*ARRAYS], "got a list: write (X, y) with round brackets"),
        ((*ARRAYS, np.ones(9)), "**{'data.sample_weight': 'w'}"),
        (Path("table.csv"), '**{"data.source": {"name": "file", "path": \'table.csv\', "target": …}}'),
        ({"X": ARRAYS[0], "y": ARRAYS[1]}, "arrays are given as (X, y)"),
        (
            (iter(ARRAYS[0]), ARRAYS[1]),
            "data: X: is of type iterator, which can be gone through but once; give list",
        ),
        ((ARRAYS[0], (label for label in ARRAYS[1])), "data: y: is of type generator, which"),
        ((ARRAYS[0], [["a"], ["a", "b"], []] * 3), "of several labels give a column of 0 and 1 for each"),
        ((SimpleNamespace(toarray=None), ARRAYS[1]), "data: X: is sparse (SimpleNamespace); give X.toarray()"),
        ((pandas.Series(ARRAYS[0][:, 0]), ARRAYS[1]), "X.to_frame() is a table of one column"),
        (({"a": ARRAYS[0][0]}, ARRAYS[1][:5]), "column 'a' has 9 and column 'target' 5"),
        (type("LazyFrame", (), {"columns": ["a"]})(), "the LazyFrame: is not read yet; give .collect() of it"),
    ],
)
def test_what_is_handed_over_in_another_way_is_told_how(data: Any, message: str) -> None:
    assert message in refused(data)


def test_an_index_is_no_column_and_messages_say_so() -> None:
    table = frame().set_index(pandas.Index(range(60), name="day"))
    split = {"split": {"train": 0.6, "dev": 0.4, "time": "day"}}
    assert refused(table, {**SPEC, "data": split}, target="kind").startswith(
        "the DataFrame without its index day: data.split.time: there is no column 'day' (allowed age, ward, when, kind"
    )


def test_weights_that_are_not_named_are_refused_where_they_stand() -> None:
    message = refused(ARRAYS, **{"data.sample_weight": [1, 2]})
    assert message == "settings: data.sample_weight=[1, 2]: data.sample_weight: expected text, got [1, 2]"


def test_messages_speak_of_what_was_given() -> None:
    table = frame()
    table.loc[3, "age"] = np.nan
    assert refused(table, target="kind").startswith("the DataFrame: row 3 (counted from 0): column 'age': the value is")
    assert refused(table, target="kin").startswith("the DataFrame: target: there is no column 'kin'")
    whole = frame()
    assert refused({"train": whole, "dev": table}, {"name": "x"}, target="kind").startswith("the DataFrame of dev: row")
    assert refused((np.zeros((3, 2)), [1, 2])).startswith("(X, y): rows are examples")
    run = dlx.train(SPEC, whole, target="kind")
    with pytest.raises(DataError, match=r"^the DataFrame: there is no column 'age'"):
        run.predict(whole[["ward"]])
    assert run.evaluate(whole)["error"] == run.evaluate(whole, whole["kind"])["error"]
    assert (
        run.evaluate(whole, np.where(whole["kind"] == "low", "high", "low"))["error"]
        == 1 - run.evaluate(whole)["error"]
    )
    with pytest.raises(DataError, match=r"^the DataFrame: "):
        run.evaluate(whole, ["new"] * len(whole))


def test_a_missing_value_in_an_array_is_told_with_what_may_lack_some() -> None:
    X = np.eye(6)
    X[2, 1] = np.nan
    assert "arrays lack no value: fill it, or give a table, where `impute` says" in refused((X, [0, 1] * 3))
    assert "X[:, None] makes a single column" in refused((X[0], [0, 1] * 3))
    assert "a table, such as pandas.DataFrame(X), may hold texts" in refused((X.astype(str), [0, 1] * 3))


def test_remarks_speak_of_what_was_given() -> None:
    table = frame()
    run = dlx.train({**with_source(rare=1)}, table, target="kind")
    table["ward"] = "elsewhere"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run.predict(table)
    (remark,) = (warning for warning in caught if warning.category is Remark)
    assert (str(remark.message).split(":")[0], remark.filename) == ("the DataFrame", __file__)


def test_what_cannot_be_meant_is_refused() -> None:
    table = frame()
    y = table["kind"].sample(frac=1, random_state=0)
    assert "different indices" in refused((table.drop(columns="kind"), y))
    levels = table.copy()
    levels.columns = pandas.MultiIndex.from_tuples([("a", name) for name in table])
    assert "several levels (a MultiIndex)" in refused(levels, target="kind")
    part = {**SPEC, "data": {**SPEC["data"], "dev": "moons"}}
    assert "data.dev: names examples of its own" in refused(table, part, target="kind")
    assert "data.source.missing: is for files of texts" in refused(table, with_source(missing=["?"]), target="kind")
    assert "data.source.impute: is for tables" in refused((np.zeros((3, 2)), [1, 2, 1]), with_source(impute="mean"))


def test_a_loop_may_be_closed_by_another_thread() -> None:
    loop = dlx.fit({**SPEC, "training": {"epochs": 100_000}}, (np.eye(40), np.arange(40) % 2))
    with pytest.raises(UsageError, match="no run before the first record"):
        _ = loop.run
    records = list[object]()
    next(loop)
    thread = Thread(target=lambda: records.extend(loop))
    thread.start()
    loop.close()
    thread.join()
    assert loop.run.status == "interrupted"
    with pytest.raises(StopIteration):
        next(loop)


def test_a_spec_to_start_from_is_that_of_the_command(call_dlx: Any) -> None:
    table = frame().assign(number=range(60))
    table.loc[3, "age"] = np.nan
    spec = dlx.new(table, target="kind", keep=["number"], task="binary")
    assert spec["data"]["source"]["target"] == "kind"
    assert "number" not in spec["data"]["source"].get("ignore", [])
    assert dlx.new(table, target="kind")["data"]["source"]["ignore"] == ["number"]
    [file] = Path("runs/data").iterdir()
    text = call_dlx("new", str(file), "--target", "kind", "--keep", "number", "--task", "binary").stdout
    assert str(spec).splitlines()[-8:] == text.splitlines()[-8:]
    assert str(spec).startswith("# the DataFrame: 60 examples")
    spec["training"] = {"epochs": 2}
    assert parse(str(spec), Place("spec")).plain() == spec
    assert dlx.train(spec, table).name == "table"
    assert dlx.new((table[["age"]].fillna(0).to_numpy(), table["kind"]))["name"] == "arrays"
    with pytest.raises(UsageError, match="did you mean binary"):
        dlx.new(table, target="kind", task="binry")


def test_a_spec_for_data_in_parts_is_decided_by_train() -> None:
    table = frame().drop(columns="when")
    parts = {"train": table[:40], "dev": table[40:]}
    spec = dlx.new(parts, target="kind")
    assert "split" not in spec["data"]
    spec["training"]["epochs"] = 1
    run = dlx.train(spec, parts)
    assert {part: estimate.m for part, estimate in run.errors.items()} == {"train": 40, "dev": 20}
    assert "early_stopping" not in dlx.new({"train": table}, target="kind")["training"]
    X, y = table[["age"]].to_numpy(), table["kind"]
    spec = dlx.new({"train": (X[:40], y[:40]), "dev": (X[40:], y[40:])})
    assert "split" not in spec["data"]
    with pytest.raises(UsageError, match="examples of train are missing"):
        dlx.new({"dev": table}, target="kind")
    with pytest.raises(DataError, match="the targets are text"):
        dlx.new((X, y.to_numpy()), task="regression")
    assert dlx.new(table, target="kind", ignore="age")["data"]["source"]["ignore"] == ["age"]


def test_messages_name_arguments_and_not_flags() -> None:
    table = frame().drop(columns="when")
    wrong: list[tuple[str, Any]] = [
        ("task='regression': column 'kind' has texts", lambda: dlx.new(table, target="kind", task="regression")),
        ("keep: there is no column 'x'", lambda: dlx.new(table, target="kind", keep=["x"])),
        ("nothing is left to learn from", lambda: dlx.new(table, target="kind", ignore=["age", "ward"])),
        ("impute='x': allowed", lambda: dlx.new(table, target="kind", impute="x")),
        ("settings: sed=3: sed: unknown key", lambda: dlx.train(SPEC, table, target="kind", sed=3)),
        ("sort='x': there is no such column", lambda: dlx.runs(sort="x")),
        ("budget='x': expected a time", lambda: dlx.tune({"base": SPEC, "search": SEARCH}, ARRAYS, budget="x")),
    ]
    for message, call in wrong:
        with pytest.raises((DataError, SpecError, UsageError)) as caught:
            call()
        assert message in str(caught.value)
        assert "--" not in str(caught.value)


def test_a_network_for_another_program(tmp_path: Path) -> None:
    X = np.random.default_rng(1).normal(size=(40, 3))
    run = dlx.train(SPEC, (X, X.sum(axis=1)))
    if find_spec("torch") is None:
        with pytest.raises(EnvironmentProblem, match="needs torch, which is not installed: pip install torch"):
            run.to_pytorch()
        return
    import torch

    answers = run.to_pytorch()(torch.tensor(X, dtype=torch.float32)).detach().numpy()
    np.testing.assert_allclose(answers[:, 0], run.predict(X), rtol=1e-5)


def test_without_pyarrow_a_table_is_a_csv_file(monkeypatch: pytest.MonkeyPatch) -> None:
    run = dlx.train(SPEC, frame(), target="kind")
    monkeypatch.setattr("dlx.data.in_memory.find_spec", lambda name: None)
    other = dlx.train(SPEC, frame(), target="kind")
    assert other.spec["data"]["source"]["path"].endswith(".csv")
    np.testing.assert_array_equal(theta(run), theta(other))


def test_targets_in_place_of_their_name_are_sent_beside_the_table() -> None:
    table = frame()
    with pytest.raises(
        UsageError, match=r"^target: is the name of a column .*; targets themselves .* \(X, y\)$"
    ) as error:
        dlx.new(table.drop(columns="kind"), target=table["kind"])
    assert len(str(error.value)) < 150


@pytest.mark.parametrize("settings", [{"optimizer.learning_rate": 0.01}, "optimizer.learning_rate=0.01"])
def test_settings_in_the_place_of_data_are_told_where_they_stand(settings: Any) -> None:
    with pytest.raises(UsageError, match=r'\*\*\{"optimizer.learning_rate": 0.01\}'):
        dlx.train({"architecture": {"hidden": [3]}}, settings)
