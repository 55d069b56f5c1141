"""``dlx diagnose``: from a run, a spec or bare errors to the verdict, its files, its conditions and its refusals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.causes import CAUSES
from dlx.runs.files.directory import RunDirectory

pytestmark = [pytest.mark.usefixtures("blank_pictures"), pytest.mark.probes]

DIGITS = """
name: digits
data: {source: digits, split: {train: 500, dev: 150, test: 150}}
architecture: {hidden: [16], batch_norm: true}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 10, batch_size: 50}
"""
WAVES = """
name: waves
data: {source: {name: file, path: waves.csv, target: y}, split: {train: 60, dev: 40}}
architecture: {hidden: [4]}
training: {epochs: 2}
"""
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of digits, not to be changed."""
    from dlx.runs.training.train import Session
    from dlx.spec.loader import load_spec

    folder = tmp_path_factory.mktemp("diagnose")
    (folder / "digits.yaml").write_text(DIGITS)
    with Session.start(load_spec(folder / "digits.yaml"), [], folder / "run", folder) as session:
        for _ in session.records():
            pass
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture(scope="module")
def diagnosed(trained: Path, tmp_path_factory: pytest.TempPathFactory, call_dlx: Call) -> Call:
    """``diagnosed(*options)``: a folder and what `dlx diagnose run` says in it, made once; not to be changed."""

    @cache
    def made(*options: str) -> tuple[Path, Any]:
        folder = Path(shutil.copytree(trained, tmp_path_factory.mktemp("diagnosed") / "work"))
        return folder, call_dlx("diagnose", "run", *options, cwd=folder)

    return made


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


# --- runs


def test_a_run_is_measured_anew_to_the_bit(trained: Path, diagnosed: Call) -> None:
    before = read(trained / "run" / "diagnosis.json")
    folder, result = diagnosed("--json")
    assert result.code == 0, result.stderr
    document = json.loads(result.stdout)
    measured = before.keys() - {"findings", "next"}
    assert {name: document[name] for name in measured} == {name: before[name] for name in measured}
    assert read(folder / "run" / "diagnosis.json") == document
    assert list(document["errors"]) == ["train", "dev", "test"]
    assert (document["mismatch"], document["task"]) == (None, "multiclass")
    assert result.stderr == ""


def test_the_classes_add_up_to_the_error(diagnosed: Call) -> None:
    document = json.loads(diagnosed("--json")[1].stdout)
    classes, dev = document["classes"], document["errors"]["dev"]
    confusion = np.array(classes["confusion"])
    assert (classes["part"], confusion.sum()) == ("dev", 150)
    assert (confusion.sum() - np.trace(confusion)) / 150 == dev["value"]
    assert [one["m"] for one in classes["errors"]] == confusion.sum(axis=1).tolist()
    assert sum(one["count"] for one in classes["confused"]) == confusion.sum() - np.trace(confusion)
    losses = [one["loss"] for one in classes["worst"]]
    assert losses == sorted(losses, reverse=True)
    assert len(losses) == 24


def test_the_worst_examples_are_those_that_predict_is_least_sure_of(diagnosed: Call) -> None:
    """Against the outputs of the model on the same rows, taken by their number in the part."""
    from dlx.runs.predictions.predict import model_of
    from dlx.spec.loader import load_spec
    from dlx.training.build import build_supervised

    folder, result = diagnosed("--json")
    document = json.loads(result.stdout)
    dev = build_supervised(load_spec(folder / "run" / "config.yaml").spec).dataset.parts["dev"]
    A = model_of(str(folder / "run")).outputs(dev.X)
    for one in document["classes"]["worst"]:
        assert one["label"] == dev.y[one["index"]]
        assert one["predicted"] == A[one["index"]].argmax()
        assert one["probability"] == pytest.approx(A[one["index"]].max(), rel=1e-5)
        assert one["loss"] == pytest.approx(-np.log(A[one["index"], one["label"]]), rel=1e-4)


@pytest.mark.draws
def test_the_files_that_options_write_are_named_at_the_end(folder: Path, call_dlx: Call) -> None:
    result = call_dlx("diagnose", "run", "--worst", "worst.csv", cwd=folder)
    assert result.stdout.splitlines()[-1] == "written   worst.csv"
    assert "--worst" not in result.stdout
    assert (folder / "worst.csv").is_file()
    bare = call_dlx("diagnose", "run", "--worst", "worst.csv", "--json", cwd=folder)
    assert json.loads(bare.stdout)["verdict"]


def test_no_advice_stands_twice_in_what_is_next(diagnosed: Call) -> None:
    lines = diagnosed("--full")[1].stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("next "))
    advice = [line[10:] for line in lines[start:] if not line[10:].startswith("dlx ")]
    assert not [(a, b) for a in advice for b in advice if a is not b and b.startswith(a)]


def test_the_terminal_shows_verdict_classes_and_what_to_type(diagnosed: Call) -> None:
    folder, result = diagnosed("--full")
    shown = result.stdout
    for text in (
        "optimal",
        "bias",
        "dev − train",
        "test − dev",
        "verdict   ",
        "worst of dev",
        "next   ",
    ):
        assert text in shown
    assert "run/diagnosis.png" in shown
    assert "run/worst.png" in shown
    assert "\x1b" not in shown
    for name in ("diagnosis.png", "worst.png"):
        assert (folder / "run" / name).read_bytes().startswith(b"\x89PNG")


def test_pictures_of_the_same_stay_and_those_that_are_gone_or_damaged_are_drawn_again(
    folder: Path, call_dlx: Call
) -> None:
    pictures = [folder / "run" / name for name in ("diagnosis.png", "worst.png")]
    assert call_dlx("diagnose", "run", cwd=folder).code == 0
    contents, times = [path.read_bytes() for path in pictures], [path.stat().st_mtime_ns for path in pictures]
    assert call_dlx("diagnose", "run", cwd=folder).code == 0
    assert [path.stat().st_mtime_ns for path in pictures] == times
    pictures[0].unlink()
    assert call_dlx("diagnose", "run", cwd=folder).code == 0
    assert [path.read_bytes() for path in pictures] == contents
    pictures[1].write_bytes(b"damaged")
    assert call_dlx("diagnose", "run", cwd=folder).code == 0
    assert [path.read_bytes() for path in pictures] == contents


def test_without_a_run_it_is_the_newest_one(folder: Path, call_dlx: Call) -> None:
    newest, unnamed = (call_dlx("diagnose", *source, cwd=folder) for source in (["latest"], []))
    assert (unnamed.code, unnamed.stdout) == (newest.code, newest.stdout)


def test_latest_is_the_newest_run(folder: Path, call_dlx: Call) -> None:
    assert call_dlx("train", "digits.yaml", "training.epochs=1", "--quiet", cwd=folder).code == 0
    result = call_dlx("diagnose", "latest", cwd=folder)
    assert result.stdout.startswith("digits  completed after 1 epoch in")


@pytest.mark.draws
def test_another_optimal_error_is_judged_but_not_kept(folder: Path, call_dlx: Call) -> None:
    kept = read(folder / "run" / "diagnosis.json")
    options = ("diagnosis.optimal_error=0.5", "diagnosis.tolerance=0.3", "--json", "--picture", "what_if.png")
    document = json.loads(call_dlx("diagnose", "run", *options, cwd=folder).stdout)
    assert (document["optimal_error"], document["tolerance"]) == (0.5, 0.3)
    assert document["bias"]["value"] < 0
    assert document["bias"]["level"] == "low"
    assert read(folder / "run" / "diagnosis.json") == kept
    assert not (folder / "run" / "diagnosis.png").exists()
    assert (folder / "what_if.png").read_bytes().startswith(b"\x89PNG")


def test_only_what_it_is_judged_against_can_be_stated(folder: Path, call_dlx: Call) -> None:
    result = call_dlx("diagnose", "run", "training.epochs=3", cwd=folder)
    assert result.code == 2
    assert "only diagnosis.optimal_error and diagnosis.tolerance" in result.stderr
    assert "dlx train run/config.yaml training.epochs=3" in result.stderr
    assert call_dlx("diagnose", "run", "diagnosis.tolerence=0.1", cwd=folder).code == 2


def test_findings_are_shown_worst_first_and_what_else_was_kept_stays(
    folder: Path, call_dlx: Call, rewrite: Callable[[Path, object], None]
) -> None:
    path = folder / "run" / "diagnosis.json"
    found = [
        CAUSES["full_batch_fits"].finding("m is 500"),
        CAUSES["oscillation"].finding("62 % of them are 0", 0.62, 0.5, layer=1, epoch=4),
        CAUSES["wrong_gradient"].finding("all are the same", layer=1),
    ]
    rewrite(path, read(path) | {"findings": [one.to_document() for one in found], "story": [1, 2]})
    shown = call_dlx("diagnose", "run", "--full", cwd=folder).stdout
    places = [
        shown.index(text) for text in ("wrong_gradient in layer 1", "oscillation in layer 1, epoch 4", "full_batch")
    ]
    assert places == sorted(places)
    assert "62 % of them are 0" in shown
    assert "(notes: Gradiente descendente con momentum, p. 20)" in shown
    document = read(path)
    assert document["story"] == [1, 2]
    assert [one["name"] for one in document["findings"]] == ["wrong_gradient", "oscillation", "full_batch_fits"]


def test_a_regression_has_no_classes_and_errors_in_its_unit(tmp_path: Path, call_dlx: Call) -> None:
    rng = np.random.default_rng(0)
    rows = "".join(f"{x:.4f},{np.sin(x) + rng.normal(scale=0.1):.4f}\n" for x in rng.uniform(-3, 3, 100))
    (tmp_path / "waves.csv").write_text("x,y\n" + rows)
    (tmp_path / "waves.yaml").write_text(WAVES)
    assert call_dlx("train", "waves.yaml", "--out", "run", cwd=tmp_path).code == 0
    result = call_dlx("diagnose", "run", cwd=tmp_path)
    assert result.code == 0, result.stderr
    document = read(tmp_path / "run" / "diagnosis.json")
    assert (document["task"], document["classes"]) == ("regression", None)
    assert "high bias" in document["verdict"]
    assert "%" not in result.stdout.split("verdict")[0].replace("95 % interval", "")
    assert not (tmp_path / "run" / "worst.png").exists()


def test_a_network_that_has_diverged_is_judged_like_others(tmp_path: Path, call_dlx: Call) -> None:
    (tmp_path / "waves.csv").write_text("x,y\n" + "".join(f"{x},{x % 7}\n" for x in range(100)))
    (tmp_path / "waves.yaml").write_text(WAVES + "task: regression\n")
    result = call_dlx("train", "waves.yaml", "optimizer.learning_rate=1e12", "--out", "run", cwd=tmp_path)
    assert result.code == 4
    result = call_dlx("diagnose", "run", cwd=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    assert "nan" not in result.stdout
    assert read(tmp_path / "run" / "diagnosis.json")["bias"]["level"] == "high"


def test_data_that_have_changed_leave_the_verdict_of_the_training(
    tmp_path: Path, call_dlx: Call, rewrite: Callable[[Path, object], None]
) -> None:
    rows = [f"{x},{x * x % 7}\n" for x in range(100)]
    spec = WAVES + "task: regression\n"
    (tmp_path / "waves.csv").write_text("x,y\n" + "".join(rows))
    (tmp_path / "waves.yaml").write_text(spec)
    assert call_dlx("train", "waves.yaml", "--out", "run", cwd=tmp_path).code == 0
    before = read(tmp_path / "run" / "diagnosis.json")
    for change, why in (("x,y\n" + "".join(rows[::-1]), "the data have changed"), (None, "waves.csv")):
        if change is None:
            (tmp_path / "waves.csv").unlink()
        else:
            (tmp_path / "waves.csv").write_text(change)
        result = call_dlx("diagnose", "run", cwd=tmp_path)
        assert result.code == 0, result.stderr
        assert "the errors are those of diagnosis.json, because" in result.stdout
        assert why in result.stdout
        assert read(tmp_path / "run" / "diagnosis.json")["errors"] == before["errors"]
    rewrite(tmp_path / "run" / "diagnosis.json", None)
    result = call_dlx("diagnose", "run", cwd=tmp_path)
    assert (result.code, result.stdout) == (5, "")


def test_a_run_that_cannot_be_written_to_still_has_its_verdict(folder: Path, call_dlx: Call) -> None:
    with RunDirectory.open(folder / "run", writing=True):  # as while it is trained on
        result = call_dlx("diagnose", "run", cwd=folder)
    assert result.code == 0
    assert "verdict" in result.stdout
    assert "not kept in the run: " in result.stderr
    assert not (folder / "run" / "diagnosis.png").exists()


def test_a_file_that_cannot_be_replaced_is_named(folder: Path, call_dlx: Call) -> None:
    (folder / "run" / "diagnosis.png").mkdir()
    result = call_dlx("diagnose", "run", cwd=folder)
    assert result.code == 0
    assert "verdict" in result.stdout
    assert "not kept in the run: run/diagnosis.png: cannot be written: " in result.stderr


@pytest.mark.draws
def test_rows_that_stay_in_their_file_are_looked_at_like_others(tmp_path: Path, call_dlx: Call) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=3000)
    X = (rng.normal(size=(3000, 4, 4)) + y[:, None, None]).astype(np.float32)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    source = "{name: file, path: X.npy, target: y.npy}"
    spec = (
        f"name: big\ndata: {{source: {source}, split: {{train: 0.5, dev: 0.4, test: 0.1}}}}\ntraining: {{epochs: 2}}\n"
    )
    (tmp_path / "big.yaml").write_text(spec)
    assert call_dlx("train", "big.yaml", "architecture.hidden=[]", "--out", "run", cwd=tmp_path).code == 0
    assert call_dlx("diagnose", "run", cwd=tmp_path).code == 0
    document = read(tmp_path / "run" / "diagnosis.json")
    confusion = np.array(document["classes"]["confusion"])
    assert confusion.sum() == 1200
    assert (confusion[0, 1] + confusion[1, 0]) / 1200 == document["errors"]["dev"]["value"]
    assert (tmp_path / "run" / "worst.png").exists()


# --- bare errors


def test_bare_errors_have_the_same_document(call_dlx: Call) -> None:
    document = json.loads(call_dlx("diagnose", "--errors", "train=1%,dev=11%,optimal=0,m_dev=500", "--json").stdout)
    assert document["verdict"] == "high variance"
    assert document["errors"]["dev"]["m"] == 500
    assert (document["bias"]["level"], document["variance"]["level"]) == ("low", "high")
    assert (document["findings"], document["mismatch"], document["schema_version"]) == ([], None, 1)


def test_bare_errors_are_shown_without_what_is_not_known(call_dlx: Call) -> None:
    shown = call_dlx("diagnose", "--errors", "train=.15,dev=.16").stdout
    assert shown.startswith(
        "errors\n"
        "          optimal is not given: taken as 0\n"
        "          taken at its word, because its m is not given: train, dev\n"
    )
    assert "taken as 0" not in call_dlx("diagnose", "--errors", "train=.15,dev=.16,optimal=0").stdout
    assert "95 % interval" not in shown
    assert "findings" not in shown
    assert "verdict   high bias  (optimal 0.00 %, tolerance 2.00 %)" in shown
    assert "is judged against an optimal error of 0" in shown


def test_examples_that_would_settle_it_are_named(call_dlx: Call) -> None:
    shown = call_dlx("diagnose", "--errors", "train=1%,dev=1.5%,m_train=20000,m_dev=200").stdout
    assert "5,900 dev examples would settle it in 4 of 5 cases" in shown


# --- specs


def test_a_spec_is_looked_at_before_training(folder: Path, call_dlx: Call) -> None:
    result = call_dlx("diagnose", "digits.yaml", "initializer=zeros", "--json", cwd=folder)
    assert result.code == 0, result.stderr
    document = json.loads(result.stdout)
    assert list(document) == ["schema_version", "findings", "next"]
    assert [one["severity"] for one in document["findings"]] == sorted(
        (one["severity"] for one in document["findings"]), key=("error", "warning", "note").index
    )
    shown = call_dlx("diagnose", "digits.yaml", "initializer=zeros", cwd=folder).stdout
    assert "dlx train digits.yaml 'initializer={name: he}'" in shown  # what mends it, in place of what was typed


# --- conditions


@pytest.mark.parametrize(
    ("errors", "fail_on", "told"),
    [
        ("train=1%,dev=11%", "variance", "variance is high"),
        ("train=15%,dev=16%", "variance,bias", "bias is high"),
        ("train=1%,train_dev=1%,dev=11%", "mismatch", "mismatch is high"),
        ("dev=1%,test=11%", "overfitting", "overfitting to dev is high"),
        ("train=1%,dev=3%,m_dev=50", "unsettled", "unsettled: variance"),
        ("train=1%", "unsettled", "the verdict is unsettled"),
    ],
)
def test_a_condition_gives_exit_code_3_and_says_which(errors: str, fail_on: str, told: str, call_dlx: Call) -> None:
    result = call_dlx("diagnose", "--errors", errors, "--fail-on", fail_on)
    assert (result.code, result.stderr) == (3, f"error: --fail-on: {told}\n")
    assert "verdict" in result.stdout


@pytest.mark.parametrize("fail_on", ["bias", "mismatch", "unsettled", "error,warning,note,dead_units"])
def test_a_condition_that_is_not_the_case_does_not_fail(fail_on: str, call_dlx: Call) -> None:
    result = call_dlx("diagnose", "--errors", "train=1%,dev=11%", "--fail-on", fail_on, "--json")
    assert result.code == 0
    assert json.loads(result.stdout)["verdict"] == "high variance"
    assert ("mismatch cannot be judged" in result.stderr) == (fail_on == "mismatch")


def test_a_run_has_the_findings_of_its_training_and_of_its_spec(
    folder: Path, call_dlx: Call, rewrite: Callable[[Path, object], None]
) -> None:
    run = ("--out", "same", "--quiet")
    assert (
        call_dlx("train", "digits.yaml", "initializer=zeros", "architecture.batch_norm=false", *run, cwd=folder).code
        == 0
    )
    path = folder / "same" / "diagnosis.json"
    rewrite(path, read(path) | {"findings": [CAUSES["overtraining"].finding("since epoch 3", epoch=3).to_document()]})
    assert call_dlx("diagnose", "same", "--fail-on", "symmetric_units", cwd=folder).code == 3
    document = read(path)
    names = [one["name"] for one in document["findings"]]
    assert names[0] == "symmetric_units"
    assert names.count("overtraining") == 1
    assert document["next"][0].startswith("symmetric_units: an initializer of random values")
    assert call_dlx("diagnose", "same", cwd=folder).code == 0
    assert [one["name"] for one in read(path)["findings"]] == names


@pytest.mark.parametrize(
    ("fail_on", "code"),
    [
        ("error", 0),
        ("note", 3),
        ("plateau", 0),
        ("plateau,oscillation", 3),
        pytest.param("warning", 3, marks=pytest.mark.thorough),
        pytest.param("oscillation", 3, marks=pytest.mark.thorough),
    ],
)
def test_findings_are_conditions_by_severity_and_name(
    fail_on: str, code: int, folder: Path, call_dlx: Call, rewrite: Callable[[Path, object], None]
) -> None:
    path = folder / "run" / "diagnosis.json"
    rewrite(path, read(path) | {"findings": [CAUSES["oscillation"].finding("62 %").to_document()]})
    result = call_dlx("diagnose", "run", "--fail-on", fail_on, cwd=folder)
    assert result.code == code
    assert ("oscillation (warning)" in result.stderr) == (code == 3)


# --- refusals


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "--errors", "dev=.1"), "takes a run directory or a spec, or --errors"),
        (("nothing",), "it does not exist"),
        (("digits.txt",), "digits.txt: is neither a run nor a spec (allowed: a"),
        (("empty",), "empty: is no run directory: it holds no config.yaml"),
        (("--errors", "trian=.1"), "did you mean train?"),
        (("run", "--fail-on", "varience"), "did you mean variance?"),
        (("run", "--fail-on", ""), "there is no ''"),
        (("digits.yaml", "--picture", "a.png"), "a spec has none before training"),
    ],
)
def test_what_cannot_be_done_is_refused(arguments: tuple[str, ...], told: str, folder: Path, call_dlx: Call) -> None:
    (folder / "digits.txt").write_text("digits")
    (folder / "empty").mkdir()
    result = call_dlx("diagnose", *arguments, cwd=folder)
    assert (result.code, result.stdout) == (2, "")
    assert told in result.stderr


def test_a_diagnosis_is_shown_in_spanish_and_kept_in_english(
    folder: Path, call_dlx: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = ("diagnose", "--errors", "train=15%,dev=16%")
    document = call_dlx(*bare, "--json", cwd=folder)
    call_dlx("diagnose", "run", cwd=folder)
    stored = (folder / "run" / "diagnosis.json").read_bytes()
    monkeypatch.setenv("DLX_LANG", "es")
    result = call_dlx(*bare, cwd=folder)
    assert "veredicto sesgo alto  (óptimo 0.00 %, tolerancia 2.00 %)" in result.stdout
    assert "el sesgo es alto: pruebe una red más grande (architecture.hidden)" in result.stdout
    assert "\nconsejo   " in call_dlx("diagnose", "run", cwd=folder).stdout
    assert (folder / "run" / "diagnosis.json").read_bytes() == stored
    assert call_dlx(*bare, "--json", cwd=folder).stdout == document.stdout
    assert "nowhere: no es el directorio de una corrida" in call_dlx("diagnose", "nowhere", cwd=folder).stderr
