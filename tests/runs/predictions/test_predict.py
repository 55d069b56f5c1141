"""A trained network on a file: the user's labels, the file's order, the same bits in any company."""

from __future__ import annotations

import csv
import io
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("blank_pictures")

HEADER = "height,color,weight,kind"
ANIMALS = [
    f"{1 + i % 2 + i / 100:.2f},{('red', 'blue', 'green')[i % 3]},{3 + 2 * (i % 2)},{('cat', 'dog')[i % 2]}"
    for i in range(40)
]
SPEC = """
name: pets
data: {source: {name: file, path: pets.csv, target: TARGET}}
architecture: {hidden: [8]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 200, batch_size: full, evaluate_every: 100}
"""


def table(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def trained(folder: Path, call_dlx: Callable[..., Any], target: str = "kind", *overrides: str) -> Path:
    table(folder / "pets.csv", ANIMALS)
    (folder / "spec.yaml").write_text(SPEC.replace("TARGET", target))
    result = call_dlx("train", "spec.yaml", "--out", "run", *overrides, cwd=folder)
    assert result.code == 0, result.stderr
    return folder / "run"


def predicted(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_predictions_speak_the_labels_of_the_user_in_the_order_of_the_file(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx)
    rows = predicted(call_dlx("predict", run, tmp_path / "pets.csv").stdout)
    assert [row["class"] for row in rows] == [line.rsplit(",", 1)[1] for line in ANIMALS]
    for row in rows:
        assert float(row["p(cat)"]) + float(row["p(dog)"]) == pytest.approx(1, abs=1e-6)
        assert float(row[f"p({row['class']})"]) >= 0.5
        assert Decimal(row["p(cat)"]) + Decimal(row["p(dog)"]) == 1  # to the digits, without …49999999999996


def test_a_row_is_given_the_same_bits_in_any_company(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx)
    together = predicted(call_dlx("predict", run, tmp_path / "pets.csv").stdout)
    for number in (0, 17, 39):
        alone = table(tmp_path / "alone.csv", [ANIMALS[number]])
        assert predicted(call_dlx("predict", run, alone).stdout) == [together[number]]
    many = table(tmp_path / "many.csv", ANIMALS * 60)
    assert predicted(call_dlx("predict", run, many).stdout) == together * 60


def test_labels_are_not_needed_and_columns_may_stand_in_another_order(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx)
    expected = predicted(call_dlx("predict", run, tmp_path / "pets.csv").stdout)
    turned = [",".join(reversed(line.split(",")[:3])) for line in ANIMALS]
    file = table(tmp_path / "turned.csv", turned, "weight,color,height")
    assert predicted(call_dlx("predict", run, file).stdout) == expected


def test_evaluating_the_train_file_gives_the_train_error_of_the_run(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx)
    said = json.loads(call_dlx("evaluate", run, tmp_path / "pets.csv", "--json").stdout)
    final = json.loads((run / "run.json").read_text())["final"]
    assert (said["cost"], said["error"]) == (pytest.approx(final["train_cost"]), final["train_error"])
    assert said["low"] <= said["error"] <= said["high"]
    assert said["m"] == 40


@pytest.mark.parametrize("target", ["kind", "height"])
def test_an_evaluation_is_rounded_on_the_terminal_and_exact_in_json(
    target: str, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx, target=target)
    shown = call_dlx("evaluate", run, tmp_path / "pets.csv").stdout
    exact = json.loads(call_dlx("evaluate", run, tmp_path / "pets.csv", "--json").stdout)
    assert "schema" not in shown
    assert exact["schema_version"] == 1
    assert not re.search(r"[1-9]\d{6,}", shown)
    line = next(line for line in shown.splitlines() if line.startswith(("error", "RMSE")))
    percent = 1 if target == "height" else 100
    numbers = [float(number) / percent for number in re.findall(r"\d+(?:\.\d+)?", line.replace("95 %", ""))]
    assert numbers == pytest.approx([exact["error"], exact["low"], exact["high"]], rel=5e-3, abs=1e-4)


def test_a_regression_predicts_values(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx, target="height")
    rows = json.loads(call_dlx("predict", run, tmp_path / "pets.csv", "--json").stdout)["predictions"]
    assert all(abs(row["value"] - float(line.split(",")[0])) < 0.5 for row, line in zip(rows, ANIMALS, strict=True))


def metrics(run: Path, column: str) -> list[float]:
    return [float(row[column]) for row in predicted((run / "metrics.csv").read_text())]


def test_scaled_targets_are_learned_as_if_they_had_been_scaled_outside(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    """Costs are then those of the scaled ones; errors and predictions are in the unit of the targets."""
    weights = [200000 + 30000 * (i % 5) - 70 * i for i in range(40)]
    mean, deviation = statistics.fmean(weights), statistics.pstdev(weights)
    (tmp_path / "spec.yaml").write_text(SPEC.replace("TARGET", "weight") + "task: regression\ndtype: float64\n")
    overrides = {"inside": ["data.normalize_targets=standard"], "outside": []}
    values, evaluations = {}, {}
    for name, override in overrides.items():
        unit = [weight if name == "inside" else (weight - mean) / deviation for weight in weights]
        table(tmp_path / "pets.csv", [f"{1 + i / 100:.2f},{y!r}" for i, y in enumerate(unit)], "height,weight")
        result = call_dlx("train", "spec.yaml", "--out", name, *override, cwd=tmp_path)
        assert result.code == 0, result.stderr
        rows = predicted(call_dlx("predict", name, "pets.csv", cwd=tmp_path).stdout)
        values[name] = [float(row["value"]) for row in rows]
        evaluations[name] = json.loads(call_dlx("evaluate", name, "pets.csv", "--json", cwd=tmp_path).stdout)
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    assert metrics(inside, "train_cost") == pytest.approx(metrics(outside, "train_cost"), rel=1e-6)
    in_unit = [deviation * error for error in metrics(outside, "train_error")]
    assert metrics(inside, "train_error") == pytest.approx(in_unit, rel=1e-6)
    assert values["inside"] == pytest.approx([mean + deviation * value for value in values["outside"]], rel=1e-6)
    for key in ("error", "low", "high"):
        assert evaluations["inside"][key] == pytest.approx(deviation * evaluations["outside"][key], rel=1e-6)
    diagnoses = [json.loads((run / "diagnosis.json").read_text()) for run in (inside, outside)]
    assert diagnoses[0]["bias"]["value"] == pytest.approx(deviation * diagnoses[1]["bias"]["value"], rel=1e-6)
    assert diagnoses[0]["verdict"] == diagnoses[1]["verdict"]


def test_a_target_that_is_learned_by_its_logarithm_is_predicted_above_zero(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx, "height", "data.normalize_targets=log")
    rows = predicted(call_dlx("predict", run, tmp_path / "pets.csv").stdout)
    assert all(
        abs(float(row["value"]) - float(line.split(",")[0])) < 0.5 for row, line in zip(rows, ANIMALS, strict=True)
    )
    assert call_dlx("gradcheck", run).code == 0
    file = table(tmp_path / "below.csv", ["-1,red,3,cat"])
    assert call_dlx("predict", run, file).code == 0
    refusal = call_dlx("evaluate", run, file)
    assert (refusal.code, "log` needs targets above 0" in refusal.stderr) == (5, True)


def test_labels_that_are_blank_or_new_do_not_hinder_a_prediction(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx)
    expected = predicted(call_dlx("predict", run, tmp_path / "pets.csv").stdout)
    for label in ("", "cow"):
        file = table(tmp_path / "new.csv", [f"{line.rsplit(',', 1)[0]},{label}" for line in ANIMALS])
        assert predicted(call_dlx("predict", run, file).stdout) == expected


UNFIT = {1: "1.5,purple,3", 3: "1.2,red,", 4: ",blue,5", 5: "x,blue,5"}


def test_rows_that_cannot_be_answered_are_marked_and_the_others_are_answered(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx)
    whole = [line.rsplit(",", 1)[0] for line in ANIMALS[:6]]
    mixed = [UNFIT.get(i, line) for i, line in enumerate(whole)]
    expected = predicted(call_dlx("predict", run, table(tmp_path / "whole.csv", whole, HEADER[:-5])).stdout)
    result = call_dlx("predict", run, table(tmp_path / "mixed.csv", mixed, HEADER[:-5]))
    assert result.code == 0
    rows = predicted(result.stdout)
    for i, row in enumerate(rows):
        reason = row.pop("unanswered")
        assert bool(reason) == (i in UNFIT)
        assert row == (dict.fromkeys(row, "") if i in UNFIT else expected[i])
        assert not reason or reason.startswith(f"line {i + 2}: column ")
    assert result.stderr.startswith(
        "remark: 4 of 6 rows are unanswered: line 3: column 'color': train has no category 'purple'; "
        "line 5: column 'weight': the value is missing; line 6: "
    )
    document = json.loads(call_dlx("predict", run, tmp_path / "mixed.csv", "--json").stdout)
    assert [row["class"] is None for row in document["predictions"]] == [i in UNFIT for i in range(6)]
    strict = call_dlx("predict", run, tmp_path / "mixed.csv", "--strict")
    assert (strict.code, strict.stdout) == (5, "")


@pytest.mark.parametrize("name", ["new.npy", "new.npz"])
def test_rows_of_an_array_that_hold_no_number_are_marked(
    name: str, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    spec = "data: {source: {name: moons, m: 40}}\narchitecture: {hidden: [4]}\ntraining: {epochs: 2}\n"
    (tmp_path / "spec.yaml").write_text(spec)
    assert call_dlx("train", "spec.yaml", "--out", "run", cwd=tmp_path).code == 0
    X = np.array([[0.5, 1.0], [np.nan, np.inf], [1.5, 0.0]])
    if name.endswith("npy"):
        np.save(tmp_path / name, X)
    else:
        np.savez(tmp_path / name, X=X)
    rows = predicted(call_dlx("predict", "run", name, cwd=tmp_path).stdout)
    assert [bool(row["class"]) for row in rows] == [True, False, True]
    assert rows[1]["unanswered"] == "X[1, 0] is nan (row and column count from 0)"
    assert call_dlx("predict", "run", name, "--strict", cwd=tmp_path).code == 5


def test_a_remark_does_not_stand_within_the_table(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx)
    mixed = table(tmp_path / "mixed.csv", ["1.5,red,3", "1.2,red,"], HEADER[:-5])
    command = [sys.executable, "-m", "dlx", "predict", str(run), str(mixed)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True)
    assert done.stdout == call_dlx("predict", run, mixed).stdout


def test_a_row_far_beyond_the_others_has_no_answer(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx, "weight", "architecture.activation=relu", "task=regression")
    file = table(tmp_path / "far.csv", ["1.5,red,cat", "3e38,red,cat", "1.2,blue,dog"], "height,color,kind")
    rows = predicted(call_dlx("predict", run, file).stdout)
    assert [bool(row["value"]) for row in rows] == [True, False, True]
    assert rows[1]["unanswered"].startswith("example 2: ")
    assert call_dlx("predict", run, file, "--strict").code == 5


def test_missing_values_are_filled_as_in_train_if_only_there_are_no_others(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx, "kind", "data.source.impute=median")
    rows = [",red,3", "1.2,,5"]
    together = predicted(call_dlx("predict", run, table(tmp_path / "new.csv", rows, HEADER[:-5])).stdout)
    for row, answer in zip(rows, together, strict=True):
        file = table(tmp_path / "alone.csv", [row], HEADER[:-5])
        assert predicted(call_dlx("predict", run, file).stdout) == [answer]


@pytest.mark.parametrize("target", ["-1", "3"])
def test_a_target_that_was_named_by_its_place_is_known_by_its_name(
    target: str, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx, target)
    expected = json.loads(call_dlx("evaluate", run, tmp_path / "pets.csv", "--json").stdout)
    turned = [",".join(["seen", *reversed(line.split(","))]) for line in ANIMALS]
    file = table(tmp_path / "turned.csv", turned, "note,kind,weight,color,height")
    found = json.loads(call_dlx("evaluate", run, file, "--json").stdout)
    assert (found["error"], found["m"]) == (expected["error"], 40)


def test_the_plugins_of_a_run_are_there_when_it_predicts(tmp_path: Path, call_alone: Callable[..., Any]) -> None:
    table(tmp_path / "pets.csv", ANIMALS)
    (tmp_path / "spec.yaml").write_text(SPEC.replace("TARGET", "kind"))
    (tmp_path / "twice.py").write_text(
        "import numpy as np\n\nfrom dlx.nn.activations import Activation\n\n\nclass Twice(Activation):\n"
        "    name = 'twice'\n\n    def forward(self, tape, Z):\n        A = tape.empty('A', *Z.shape)\n"
        "        tape.call(np.add, Z, Z, out=A)\n        return A, lambda dZ: tape.call(dZ.fill, 2)\n"
    )
    overrides = ["plugins=[twice.py]", "architecture.activation=twice"]
    result = call_alone("train", "spec.yaml", "--out", "run", *overrides, cwd=tmp_path)
    assert result.code == 0, result.stderr
    result = call_alone("predict", "run", "pets.csv", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert len(predicted(result.stdout)) == 40


@pytest.mark.parametrize(
    ("rows", "header", "complaint"),
    [
        (["1,red,3"], "height,color,width", "weight"),
        (["1,purple,3"], "height,color,weight", "purple"),
        (["1,red,"], "height,color,weight", "missing"),
    ],
)
def test_a_file_that_does_not_fit_is_told_where(
    rows: list[str], header: str, complaint: str, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx)
    result = call_dlx("predict", run, table(tmp_path / "other.csv", rows, header))
    assert result.code == 5
    assert complaint in result.stderr
    assert "other.csv" in result.stderr


def test_several_labels(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    """A column of 0 and 1 for each label, then its probability; the file of dev is evaluated as dev was."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((80, 2))
    labels = (X @ np.array([[1.0, 0.5, -1.0], [0.3, -1.0, 0.2]]) > 0).astype(int)
    lines = [",".join(map(str, [*x, *y])) for x, y in zip(X.round(3).tolist(), labels.tolist(), strict=True)]
    table(tmp_path / "train.csv", lines[:60], "a,b,red,blue,green")
    table(tmp_path / "dev.csv", lines[60:], "a,b,red,blue,green")
    source = "{name: file, path: PATH, target: [red, blue, green]}"
    train, dev = (source.replace("PATH", name) for name in ("train.csv", "dev.csv"))
    (tmp_path / "spec.yaml").write_text(
        f"data: {{train: {train}, dev: {dev}}}\narchitecture: {{hidden: [8]}}\n"
        "optimizer: {name: adam, learning_rate: 0.02}\ntraining: {epochs: 100}\n"
    )
    result = call_dlx("train", "spec.yaml", "--out", "run", "--json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    final = json.loads(result.stdout)["final"]
    rows = predicted(call_dlx("predict", "run", "dev.csv", cwd=tmp_path).stdout)
    assert list(rows[0]) == ["red", "blue", "green", "p(red)", "p(blue)", "p(green)"]
    wrong = 0
    for row, line in zip(rows, lines[60:], strict=True):
        truth = dict(zip(["red", "blue", "green"], line.split(",")[2:], strict=True))
        wrong += sum(row[name] != truth[name] for name in truth)
        assert all(int(row[name]) == (float(row[f"p({name})"]) > 0.5) for name in truth)
    assert final["dev_error"] == pytest.approx(wrong / 60)
    assert final["dev_error"] < 0.2
    measured = json.loads(call_dlx("evaluate", "run", "dev.csv", "--json", cwd=tmp_path).stdout)
    assert (measured["error"], measured["cost"]) == pytest.approx((final["dev_error"], final["dev_cost"]))
    for arguments in (["diagnose", "run"], ["report", "run"], ["gradcheck", "run"], ["evaluate", "run", "dev.csv"]):
        outcome = call_dlx(*arguments, cwd=tmp_path)
        assert (outcome.code, outcome.stderr) == (0, "")
    baselines = json.loads((tmp_path / "run" / "diagnosis.json").read_text())["baselines"]
    assert list(baselines) == ["constant", "linear", "neighbours"]
    of_train = np.array([line.split(",")[2:] for line in lines[:60]], int)
    of_dev = np.array([line.split(",")[2:] for line in lines[60:]], int)
    constant = baselines["constant"]["parts"]["dev"]["error"]["value"]
    assert constant == pytest.approx(np.mean(of_dev != (of_train.mean(axis=0) > 0.5)))


def test_a_file_is_weighted_as_dev_was(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    """The costs compare: with weights of the classes, and those of the examples where the file has the column."""
    rows = [f"{line},{1 + i % 3}" for i, line in enumerate(ANIMALS)]
    table(tmp_path / "pets.csv", rows, f"{HEADER},w")
    table(tmp_path / "dev.csv", rows[5:17], f"{HEADER},w")
    source = "{name: file, path: PATH, target: kind}"
    train, dev = (source.replace("PATH", name) for name in ("pets.csv", "dev.csv"))
    weights = "class_weight: {cat: 1, dog: 3}, sample_weight: w"
    (tmp_path / "spec.yaml").write_text(f"data: {{train: {train}, dev: {dev}, {weights}}}\ntraining: {{epochs: 3}}\n")
    result = call_dlx("train", "spec.yaml", "--out", "run", "--json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    final = json.loads(result.stdout)["final"]
    measured = json.loads(call_dlx("evaluate", "run", "dev.csv", "--json", cwd=tmp_path).stdout)
    assert measured["cost"] == pytest.approx(final["dev_cost"])
    table(tmp_path / "plain.csv", ANIMALS[5:17])
    plain = json.loads(call_dlx("evaluate", "run", "plain.csv", "--json", cwd=tmp_path).stdout)
    assert plain["error"] == measured["error"]
    assert plain["cost"] != pytest.approx(measured["cost"], rel=1e-6)
    assert len(predicted(call_dlx("predict", "run", "plain.csv", cwd=tmp_path).stdout)) == 12


def test_counts_are_answered_in_their_unit(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 2, 300)
    y = rng.poisson(np.exp(1 + x))
    table(tmp_path / "x.csv", [f"{a:.4f},{b}" for a, b in zip(x, y, strict=True)], "x,y")
    (tmp_path / "spec.yaml").write_text(
        "task: regression\nloss: poisson\ndata: {source: {name: file, path: x.csv, target: y}}\n"
        "architecture: {hidden: [8]}\noptimizer: {name: adam, learning_rate: 0.02}\ntraining: {epochs: 60}\n"
    )
    result = call_dlx("train", "spec.yaml", "--out", "run", "--json", cwd=tmp_path)
    assert result.code == 0, result.stderr
    values = [float(row["value"]) for row in predicted(call_dlx("predict", "run", "x.csv", cwd=tmp_path).stdout)]
    assert np.sqrt(np.mean((np.array(values) - y) ** 2)) == pytest.approx(
        json.loads(result.stdout)["final"]["train_error"], rel=1e-4
    )
    assert np.abs(np.log(values) - (1 + x)).mean() < 0.2
    table(tmp_path / "negative.csv", ["1,-1", "1,2"], "x,y")
    outcome = call_dlx("evaluate", "run", "negative.csv", cwd=tmp_path)
    assert outcome.code == 5
    assert "the loss poisson needs targets of 0 or more; the least one is -1" in outcome.stderr


LABELLED = [*ANIMALS[:10], "1.5,purple,3,cat", "x,red,3,dog", "1.2,red,,dog", "1.1,red,3,", "1.2,red,3,cow"]


def test_an_evaluation_leaves_out_what_cannot_be_answered(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx)
    whole = json.loads(call_dlx("evaluate", run, table(tmp_path / "whole.csv", LABELLED[:10]), "--json").stdout)
    file = table(tmp_path / "mixed.csv", [*LABELLED[10:], *LABELLED[:10]])
    result = call_dlx("evaluate", run, file, "--json")
    mixed = json.loads(result.stdout)
    reasons = mixed.pop("reasons")
    assert mixed.pop("left_out") == 5
    assert {**mixed, "data": ""} == {**whole, "data": ""}
    assert reasons == [
        "line 2: column 'color': train has no category 'purple'",
        "line 3: column 'height': 'x' is not a number, as others in this column are",
        "line 4: column 'weight': the value is missing",
        "line 5: column 'kind': the target is missing",
        "example 5: the label 'cow' is not among those of train",
    ]
    assert result.stderr.startswith("remark: 5 of 15 rows are left out: line 2: column 'color'")
    strict = call_dlx("evaluate", run, file, "--strict")
    assert (strict.code, strict.stdout) == (5, "")
    assert "left_out" not in whole


@pytest.mark.parametrize("overrides", [["task=regression"], ["task=multiclass"]])
def test_a_text_among_numbers_to_be_predicted_is_left_out(
    overrides: list[str], tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    run = trained(tmp_path, call_dlx, "weight", *overrides)
    rows = [f"{line.split(',')[0]},{line.split(',')[1]},{'cat' if i % 2 else 'dog'}" for i, line in enumerate(ANIMALS)]
    labels = ["3" if i % 2 == 0 else "5" for i in range(40)]
    header = "height,color,kind,weight"
    file = table(tmp_path / "whole.csv", [f"{row},{y}" for row, y in zip(rows, labels, strict=True)], header)
    assert json.loads(call_dlx("evaluate", run, file, "--json").stdout)["m"] == 40
    labels[3:5] = "soon", ""
    file = table(tmp_path / "new.csv", [f"{row},{y}" for row, y in zip(rows, labels, strict=True)], header)
    result = call_dlx("evaluate", run, file, "--json")
    assert result.code == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["m"], document["left_out"]) == (38, 2)


def test_rare_and_new_categories_are_answered(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    run = trained(tmp_path, call_dlx, "kind", "data.source.rare=14")  # of red there are 14, of the others 13
    answers = [
        predicted(call_dlx("predict", run, table(tmp_path / "new.csv", [f"1.5,{color},3"], HEADER[:-5])).stdout)
        for color in ("blue", "green", "purple", "red")
    ]
    assert answers[0] == answers[1] == answers[2] != answers[3]


def test_a_text_among_numbers_is_no_header(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    (tmp_path / "data.csv").write_text("".join(f"{i % 7},{i / 4},{'ab'[i % 2]}\n" for i in range(30)))
    spec = (
        "data: {source: {name: file, path: data.csv, target: -1}}\narchitecture: {hidden: [4]}\ntraining: {epochs: 2}\n"
    )
    (tmp_path / "spec.yaml").write_text(spec)
    assert call_dlx("train", "spec.yaml", "--out", "run", cwd=tmp_path).code == 0
    (tmp_path / "new.csv").write_text("1,2.5,a\n2,3.5,b\n3,x,a\n,1,b\n")
    rows = predicted(call_dlx("predict", "run", "new.csv", cwd=tmp_path).stdout)
    assert [row["unanswered"].partition(": ")[0] for row in rows] == ["", "", "line 3", "line 4"]
