"""Training in Python: the runs of the command, bit for bit, from specs and data in memory."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import dlx
from dlx.component import REGISTRY
from dlx.errors import DataError, Diverged, SpecError, UsageError
from dlx.nn.optimizers import Momentum, Optimizer, State
from dlx.nn.tape import Tape
from dlx.training.records import EpochRecord
from dlx.types import Array

SPEC: dict[str, Any] = {
    "name": "circle",
    "data": {"split": {"train": 0.6, "dev": 0.2, "test": 0.2}, "normalize": "standard"},
    "architecture": {"hidden": [6]},
    "optimizer": {"name": "adam", "learning_rate": 0.02},
    "training": {"epochs": 6, "batch_size": 16},
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank_pictures: None) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def examples() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(3).normal(size=(150, 2))
    return X, np.where((X**2).sum(axis=1) > 1.4, "outside", "inside")


def without_time(path: Path) -> list[str]:
    """The rows of metrics.csv less their last column, the seconds."""
    return [line.rpartition(",")[0] for line in (path / "metrics.csv").read_text().splitlines()]


def test_a_run_is_that_of_the_command(examples: tuple[Any, Any], call_dlx: Any) -> None:
    settings: dict[str, Any] = {"optimizer.learning_rate": np.float32(0.0625)}
    run = dlx.train(SPEC, examples, out="first", **settings)
    call_dlx("train", "first/config.yaml", "--out", "second")
    assert without_time(run.path) == without_time(Path("second"))
    theta = [np.load(Path(name) / "model.npz") for name in ("first", "second")]
    assert theta[0].files == theta[1].files
    for name in theta[0].files:
        np.testing.assert_array_equal(theta[0][name], theta[1][name])
    assert run.spec["optimizer"]["learning_rate"] == 0.0625


def test_the_spec_of_a_file_with_settings(examples: tuple[Any, Any]) -> None:
    Path("spec.yaml").write_text(json.dumps(SPEC))
    rows, settings = list[object](), dict[str, Any]({"architecture.hidden": [4, 3]})
    run = dlx.train("spec.yaml", examples, on_record=rows.append, **settings)
    assert [layer["units"] for layer in run.spec["architecture"]["hidden"]] == [4, 3]
    assert sum(isinstance(row, EpochRecord) for row in rows) == 6
    assert run.path.parent == Path("runs/circle")


def test_the_same_data_are_written_once(examples: tuple[Any, Any]) -> None:
    for seed in (1, 2):
        dlx.train(SPEC, examples, seed=seed)
    assert len([*Path("runs/data").iterdir()]) == 1


def test_parts_of_their_own(examples: tuple[Any, Any]) -> None:
    X, y = examples
    run = dlx.train({**SPEC, "data": {}}, {"train": (X[:100], y[:100]), "dev": (X[100:], y[100:])})
    assert {part: estimate.m for part, estimate in run.errors.items()} == {"train": 100, "dev": 50}


def test_tables_have_names_and_missing_values(examples: tuple[Any, Any]) -> None:
    pandas = pytest.importorskip("pandas")
    X, y = examples
    frame = pandas.DataFrame(
        {"a": X[:, 0], "b": X[:, 1], "kind": pandas.Categorical(y), "when": pandas.Timestamp("2026-01-02")}
    )
    frame.loc[3, "a"] = np.nan
    spec = {**SPEC, "data": {**SPEC["data"], "source": {"impute": "mean"}}}
    settings: dict[str, Any] = {"data.source.ignore": ("when",)}
    run = dlx.train(spec, frame, target="kind", **settings)
    assert run.spec["data"]["source"]["target"] == "kind"
    assert set(run.predict(frame[["when", "b", "a"]])) == {"inside", "outside"}
    assert run.evaluate(frame[["a", "b", "when"]], frame["kind"])["m"] == 150


def test_the_target_beside_a_table(examples: tuple[Any, Any]) -> None:
    pandas = pytest.importorskip("pandas")
    X, y = examples
    run = dlx.train(SPEC, (pandas.DataFrame(X, columns=["a", "b"]), pandas.Series(y, name="kind")))
    assert run.spec["data"]["source"]["target"] == "kind"


def test_a_mapping_of_columns_is_a_table(examples: tuple[Any, Any]) -> None:
    X, y = examples
    run = dlx.train(SPEC, {"a": X[:, 0], "b": X[:, 1], "kind": y}, target="kind")
    answers = run.predict({"b": [0.0, 3.0, None], "a": [0.0, 3.0, 0.0]})
    assert answers[2] is None
    assert set(answers[:2]) <= {"inside", "outside"}


def test_a_loop_that_is_left_can_be_resumed(examples: tuple[Any, Any]) -> None:
    whole = dlx.train(SPEC, examples, out="whole")
    for record in dlx.fit(SPEC, examples, out="part"):
        if isinstance(record, EpochRecord) and record.epoch == 3:
            break
    part = dlx.Run("part")
    assert part.status == "interrupted"
    assert part.resume().status == "completed"
    assert without_time(part.path) == without_time(whole.path)


@pytest.mark.parametrize(
    ("spec", "data", "error", "message"),
    [
        ({"nam": "x", "data": "digits"}, None, SpecError, "spec: nam: unknown key"),
        ({"extends": "a.yaml"}, None, SpecError, "extends: stands in a spec file"),
        ({"seed": object()}, None, UsageError, "a spec holds mappings, lists, texts and numbers, not object"),
        ({}, 3, DataError, r"expected \(X, y\), a table"),
        ({}, (["a"], ["b"]), DataError, "X must be numbers"),
        ({}, {"a": [1, 2], "b": [1]}, DataError, "must have the same length"),
        ({}, {"a": [1, 2]}, UsageError, "target=…"),
        (5, None, UsageError, "the spec must be a path or a mapping, not int"),
        ({}, {"a": 3, "b": [1]}, DataError, "column 'a': expected a value for each example, got 3"),
        ({}, {"a": [[1, 2], [3, 4]], "b": [1, 2]}, DataError, r"column 'a': expected .*, got \[1, 2\]"),
        ({}, {"a": [1, 2], 1: [0, 1], "1": [3, 4], "b": [1, 2]}, DataError, "two columns have the name '1'"),
        ({}, ({"a": [1, 2], "target": [1, 2]}, [0, 1]), DataError, "has a column 'target'"),
        ({}, ([[1, 2], [3]], [0, 1]), DataError, "X: its rows have different lengths"),
        ({}, ([(1, 2), (3,)], [0, 1]), DataError, "X: its rows have different lengths"),
        ({}, ([np.ones(2), np.ones(1)], [0, 1]), DataError, "X: its rows have different lengths"),
        ({}, ([[1, 2], 3], [0, 1]), DataError, "X: its rows have different lengths"),
        ({}, ([[1], [3]], np.array(["a", None], object)), DataError, r"y: row 1 has no label \(counted from 0\)"),
        ({}, ([[1], [3]], np.array(["a", 1], object)), DataError, "of several types"),
        ({}, (np.ma.masked_equal([[1], [3]], 3), [0, 1]), DataError, "X: it is masked"),
    ],
    ids=[
        "unknown key",
        "extends",
        "an object",
        "a number",
        "texts",
        "columns of two lengths",
        "no target",
        "a spec",
        "no column",
        "lists",
        "twice",
        "the target twice",
        "ragged",
        "ragged tuples",
        "ragged arrays",
        "a row that is a number",
        "no label",
        "two types",
        "masked",
    ],
)
def test_what_does_not_fit_is_refused(spec: Any, data: Any, error: type[Exception], message: str) -> None:
    target = "b" if isinstance(data, dict) and "b" in data else None
    with pytest.raises(error, match=message):
        dlx.train(spec, data, target=target)
    assert not [*Path().glob("runs/*/*/config.yaml")]


def test_a_training_that_diverges_says_so(examples: tuple[Any, Any]) -> None:
    with pytest.raises(Diverged, match="diverged in epoch"):
        dlx.train({**SPEC, "optimizer": {"name": "gradient_descent", "learning_rate": 1e300}}, examples, out="far")
    assert dlx.Run("far").status == "diverged"


def test_importing_dlx_imports_nothing_else() -> None:
    program = "import sys, dlx; print('numpy' in sys.modules, *sorted(dlx.__all__), dlx.Run.__name__)"
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert output.split() == ["False", *sorted(dlx.__all__), "Run"]
    with pytest.raises(AttributeError, match="no attribute 'training_loop'"):
        _ = dlx.training_loop  # type: ignore[attr-defined]


def test_trainings_in_threads_of_a_fresh_process(examples: tuple[Any, Any]) -> None:
    """The native code is made by whichever comes first, once."""
    np.savez("examples.npz", X=examples[0], y=examples[1])
    program = """if True:
        import json, sys
        from concurrent.futures import ThreadPoolExecutor
        import numpy as np
        import dlx
        arrays = np.load("examples.npz")
        data, spec = (arrays["X"], arrays["y"]), json.loads(sys.argv[1])
        with ThreadPoolExecutor(2) as pool:
            runs = list(pool.map(lambda i: dlx.train(spec, data), range(2)))
        print(len({run.errors["dev"].value for run in runs}))
    """
    command = [sys.executable, "-c", program, json.dumps(SPEC)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "1\n"


def test_labels_that_are_objects_are_what_they_hold(examples: tuple[Any, Any]) -> None:
    X = examples[0]
    numbers = dlx.train(SPEC, (X, np.array([*map(int, X[:, 0] > 0)], object)), out="numbers")
    assert set(numbers.predict(X)) == {0, 1}
    texts = dlx.train(SPEC, (X, np.where(X[:, 0] > 0, "high", "low").astype(object)), out="texts")
    assert set(texts.predict(X)) == {"high", "low"}


def test_a_column_of_several_types_is_one_of_texts(examples: tuple[Any, Any]) -> None:
    X, y = examples
    mixed = [1, "x", 10**30] * 50
    run = dlx.train(SPEC, {"a": X[:, 0], "b": mixed, "kind": y}, target="kind")
    assert len(run.predict({"a": [0.0], "b": ["x"]})) == 1


class Pressing(Optimizer):
    """θ ← θ − α·dθ; somebody presses Ctrl-C in the tenth step."""

    steps: ClassVar[int] = 0

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        tape.call(self.move, theta, d_theta, state["alpha"])

    def move(self, theta: Array, d_theta: Array, alpha: Array) -> None:
        theta -= alpha * d_theta
        Pressing.steps += 1
        if Pressing.steps == 10:
            signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore:optimizer 'pressing' is a class of")
def test_ctrl_c_while_it_trains_keeps_the_run(examples: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REGISTRY["optimizer"], "pressing", Pressing)
    monkeypatch.setattr(Pressing, "name", "pressing")
    spec = {**SPEC, "optimizer": {"name": "pressing", "learning_rate": 0.1}}
    with pytest.raises(KeyboardInterrupt):
        list(dlx.fit(spec, examples, out="stopped"))
    assert dlx.Run("stopped").status == "interrupted"
    assert without_time(dlx.Run("stopped").resume().path) == without_time(dlx.train(spec, examples, out="whole").path)


def test_ctrl_c_in_the_loop_is_pythons_own(examples: tuple[Any, Any]) -> None:
    before = signal.getsignal(signal.SIGINT)
    records = dlx.fit(SPEC, examples, out="held")
    next(records)
    assert signal.getsignal(signal.SIGINT) is before
    del records
    assert dlx.Run("held").status == "interrupted"


def test_a_loop_that_is_left_open_is_saved_when_the_program_ends(tmp_path: Path) -> None:
    """At that time no thread can be started any more, and no module imported."""
    script = (
        "import dlx\n"
        "spec = {'data': {'source': 'moons'}, 'architecture': {'hidden': [3]}, 'training': {'epochs': 100_000}}\n"
        "loop = dlx.fit(spec, out='run')\n"
        "from dlx.show import drawing_process\n"
        "drawing_process.SECONDS = -1\n"
        "for record in loop:\n"
        "    if record.epoch >= 50:\n"
        "        break\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "interrupted"
    assert (tmp_path / "run" / "curves.png").is_file()


def test_a_component_may_be_named_by_its_class(examples: tuple[Any, Any]) -> None:
    of_class, of_name = (dlx.train(SPEC, examples, optimizer=optimizer) for optimizer in (Momentum, "momentum"))
    assert of_class.spec["optimizer"] == of_name.spec["optimizer"]
