"""Wrong usage: one dialect of errors, each with what is right instead, and that is then accepted."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.cli.commands import COMMANDS
from dlx.cli.loading import load_command
from dlx.cli.usage import OPTIONS, SYNONYMS

Run = Callable[..., Any]

SPEC = "data: {source: {name: moons, m: 40}, split: {train: 30, dev: 10}}\narchitecture: {hidden: [4]}\n"
SPEC += "training: {epochs: 1, batch_size: 30}\n"
PLAN = "base: spec.yaml\nsearch: {space: {optimizer.learning_rate: {uniform: [0.1, 1]}}}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call_dlx: Run) -> Path:
    """One with a spec, a plan, a table and a run of the spec."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (folder / "table.csv").write_text("a,b,kind\n1,2,x\n2,3,y\n", encoding="utf-8")
    (folder / "plugin.py").write_text("x = 1\n", encoding="utf-8")
    (folder / "spec.toml").write_text("x = 1\n", encoding="utf-8")
    (folder / "specs").mkdir()
    (folder / "specs" / "one.yaml").write_text(SPEC, encoding="utf-8")
    assert call_dlx("train", "spec.yaml", "-q", cwd=folder).code == 0
    return folder


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("trian spec.yaml", "there is no command dlx trian (did you mean dlx train?)"),
        ("fit spec.yaml", "there is no command dlx fit (did you mean dlx train?)"),
        ("act latest", "there is no command dlx act (did you mean dlx diagnose RUN --act?)"),
        ("explain learning curve", "dlx explain takes no 'curve' (did you mean dlx explain 'learning curve'?)"),
        ("train '' x=1", "dlx train '' x=1: an argument is empty; is a variable of the shell not set?"),
        ("explain relu ''", "dlx explain relu '': an argument is empty; is a variable of the shell not set?"),
        ("validate spec.yaml", "there is no command dlx validate (did you mean dlx config check SPEC?)"),
        ("runs list", "there is no command dlx runs list (did you mean dlx runs?)"),
        ("runs rm latest", "there is no command dlx runs rm (did you mean dlx runs remove?)"),
        ("config sho spec.yaml", "there is no command dlx config sho (did you mean dlx config show?)"),
        ("version", "there is no command dlx version (did you mean dlx --version?)"),
        ("train spec.yaml --outdir x", "dlx train has no option --outdir (did you mean --out?)"),
        ("train spec.yaml --wrokers 2", "dlx train has no option --wrokers (did you mean --workers?)"),
        ("diagnose --train 0.01", "dlx diagnose has no option --train (did you mean --errors train=0.01?)"),
        (
            "diagnose --train=.01 --dev-error 9%",
            "dlx diagnose has no option --train (did you mean --errors train=.01,dev=9%?)",
        ),
        ("diagnose train=0.01 dev=0.1", "train=0.01: bare errors are one word: --errors train=0.01,dev=0.1"),
        ("train spec.yaml --qqq", "dlx train has no option --qqq (dlx train --help says more)"),
        ("runs tag latest", "dlx runs tag lacks TAG… (usage: dlx runs tag [OPTIONS] RUN TAG…)"),
        ("predict latest", "latest: which examples? a file of the kind that training takes stands behind the run"),
        ("train spec.yaml --out", "--out: a value is missing"),
        ("train spec.yaml --dry-run=3", "--dry-run: takes no value"),
        ("train spec.yaml --workers x", "--workers: expected a whole number of at least 1, got 'x'"),
        ("gradcheck spec.yaml --epsilon=big", "--epsilon: expected a number, got 'big'"),
        ("new table.csv --task classification", "--task: there is no 'classification' (allowed …; did you mean multi"),
        ("list optimizer adam beta1", "dlx list takes no 'beta1' (usage: dlx list [OPTIONS] [KIND|SECTION] [NAME])"),
        ("train table.csv", "table.csv: is a table, not a spec: dlx new table.csv --target COLUMN --out table.yaml"),
        ("diagnose table.csv", "table.csv: is a table, not a spec: "),
        ("gradcheck table.csv", "table.csv: is a table, not a spec: "),
        ("lab table.csv", "table.csv: is a table, not a spec: "),
        ("tune --learning-rate table.csv", "table.csv: is a table, not a spec: "),
        ("predict table.csv latest", "table.csv: is a table, not a run: the run stands in front of it"),
        ("report spec.yaml", "spec.yaml: is a spec, not a run: dlx train spec.yaml trains it"),
        ("tune latest", "latest: is a run, not a spec: dlx tune takes a plan, with `base: runs/experiment/"),
        ("runs tag latst good", "latst: is no run (allowed …; did you mean latest?)"),
        ("spec.yaml", "there is no command dlx spec.yaml (did you mean dlx train spec.yaml?)"),
        ("table.csv", "there is no command dlx table.csv (did you mean dlx data table.csv?)"),
        ("config spec.yaml", "there is no command dlx config spec.yaml (did you mean dlx config show spec.yaml?)"),
        ("lr_finder spec.yaml", "there is no command dlx lr_finder (did you mean dlx tune --learning-rate SPEC?)"),
        ("docs", "there is no command dlx docs (did you mean dlx guide?)"),
        ("gui", "there is no command dlx gui (did you mean dlx lab?)"),
        ("update", "there is no command dlx update (did you mean dlx guide install?)"),
        (
            "runs latest",
            "latest is a run: dlx diagnose latest says what came of it, dlx doctor latest whether its files",
        ),
        ("runs best", "there is no command dlx runs best (did you mean dlx runs --sort dev_error -n 1?)"),
        ("runs --limit 3", "dlx runs has no option --limit (did you mean -n?)"),
        ("train -help", "dlx train has no option -help (did you mean --help?)"),
        ("train spec.yaml -v", "dlx train has no option -v: what is done is told on stderr, and --debug shows "),
        ("train spec.yaml --gpu", "dlx train has no option --gpu: dlx trains on the processor alone"),
        ("train --config spec.yaml", "dlx train has no option --config: the file stands behind the command, without "),
        ("export onnx", "--to is missing (allowed …; did you mean --to onnx?)"),
        ("export --onnx", "dlx export has no option --onnx (did you mean --to onnx?)"),
        ("predict", "dlx predict lacks DATA (usage: dlx predict [OPTIONS] [RUN] DATA)"),
        ("new table.csv kind", "dlx new takes no 'kind' (did you mean --target kind?)"),
        (
            "data table.csv kind",
            "kind: table.csv is no spec, so that there is nothing to override (did you mean --target",
        ),
        ("new iris", "iris: there is no such file or folder; only toy data come with dlx; of a file: data.source="),
        ("new Moons", "Moons: there is no such file or folder; moons comes with dlx, as data: {source: moons} in a "),
        ("average table.csv --beta 0.9 0.5", "dlx average takes no '0.5' (several β are one word: --beta 0.9,0.5)"),
        ("diagnose --errors train=.1 dev=.2", "the errors are one word, with commas: --errors train=.1,dev=.2"),
        (
            "diagnose --errors 'train: 10%'",
            "--errors: expected NAME=VALUE, such as train=.15, got 'train: 10%' (did you ",
        ),
        ("report latest --out page.pdf", "--out page.pdf: a page is HTML, as in page.html; a browser prints it"),
        ("train plugin.py", "plugin.py: is a program, not a spec: what it defines is named by plugins=[plugin.py] "),
        ("train spec.toml", "spec.toml: is TOML, and a spec is YAML: dlx new --out spec.yaml writes one to start from"),
        ("train runs/latest/model.npz", "runs/latest/model.npz: is a file of a run, not a spec: dlx train --resume "),
    ],
)
def test_wrong_words_are_answered_in_one_line(typed: str, message: str, folder: Path, call_dlx: Run) -> None:
    result = call_dlx(*shlex.split(typed), cwd=folder)
    assert (result.code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert re.sub(r"allowed:? [^;]*; ", "allowed …; ", result.stderr).startswith(f"error: {message}")


@pytest.mark.parametrize(
    ("typed", "setting"),
    [
        ("train spec.yaml --epochs 10", "training.epochs=10"),
        ("train spec.yaml --lr=0.1", "optimizer.learning_rate=0.1"),
        ("train spec.yaml --batch-size 8", "training.batch_size=8"),
        ("train spec.yaml --optimizer adam", "optimizer=adam"),
        ("config check spec.yaml --seed 3", "seed=3"),
        ("tune plan.yaml --epochs 3", "base.training.epochs=3"),
        ("train spec.yaml training.epochs = 2", "training.epochs=2"),
        ("train spec.yaml training.epochs: 2", "training.epochs=2"),
        ("train spec.yaml 'training.epochs = 2'", "training.epochs=2"),
        ("train spec.yaml training.epochs:2", "training.epochs=2"),
        ("train spec.yaml +training.epochs=2", "training.epochs=2"),
        ("train spec.yaml architecture.hidden=[6, 5]", "'architecture.hidden=[6, 5]'"),
        ("train spec.yaml optimizer={name: adam, beta1: 0.8}", "'optimizer={name: adam, beta1: 0.8}'"),
        ("train spec.yaml -lr 0.1", "optimizer.learning_rate=0.1"),
        ("train spec.yaml --training.epochs=2", "training.epochs=2"),
        ("train spec.yaml -Dtraining.epochs=2", "training.epochs=2"),
        ("train spec.yaml training.epochs 2", "training.epochs=2"),
        ("train spec.yaml training.epochs＝2", "training.epochs=2"),
        ("train spec.yaml optimizer＝adam", "optimizer=adam"),
        ("train spec.yaml seed", "seed=2"),
    ],
)
def test_a_setting_is_answered_with_the_word_that_is_accepted(
    typed: str, setting: str, folder: Path, call_dlx: Run
) -> None:
    result = call_dlx(*shlex.split(typed), cwd=folder)
    assert (result.code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert re.search(rf"(: |as |as in |did you mean ){re.escape(setting)}(\?\))?\n$", result.stderr)
    file = typed.split()[(typed.split()[0] == "config" and 2) or 1]
    assert call_dlx("config", "check", file, *shlex.split(setting), cwd=folder).code == 0


@pytest.mark.parametrize(
    ("override", "answer"),
    [
        ("lr=0.1", "did you mean optimizer.learning_rate?"),
        ("optimizer.lr=0.1", "did you mean learning_rate?"),
        ("training.learning_rate=0.1", "did you mean optimizer.learning_rate?"),
        ("optimizer=sgd", "did you mean gradient_descent?"),
        ("optimizer.momentum=0.9", "momentum is an optimizer: optimizer={name: momentum, beta: 0.9}"),
        ("dropout=0.5", "did you mean regularization.keep_prob? it is the share that stays: 1 − dropout"),
        ("layers=[64]", "did you mean architecture.hidden? a list with the units of each: [64, 32]"),
        ("weight_decay=0.1", "did you mean regularization.l2?"),
        ("random_state=1", "did you mean seed?"),
        ("architecture.activation=Relu", "did you mean relu?"),
        ("architecture.activation=softmax", "softmax is of the output, and follows from the labels"),
        ("architecture.hidden=64", "did you mean [64]?"),
        ("architecture.hidden=64,32", "did you mean [64, 32]?"),
        ("training.early_stopping=5", "did you mean {patience: 5}?"),
        ("loss=CrossEntropyLoss", "did you mean softmax?"),
        ("data.source=iris", "data.source={name: file, path: DATA.csv, target: COLUMN}"),
        ("data.source=make_moons", "did you mean moons?"),
        ("metrics=[accuracy]", "accuracy is 1 − error"),
        ("device=cuda", "dlx trains on the processor alone"),
        ("initializer=kaiming_normal", "did you mean he?"),
        ("schedule=CosineAnnealingLR", "did you mean cosine?"),
        ("learning-rate=0.1", "did you mean optimizer.learning_rate?"),
        ("Learning_Rate=0.1", "did you mean optimizer.learning_rate?"),
        ("training/epochs=3", "did you mean training.epochs?"),
        ("training:epochs=3", "did you mean training.epochs?"),
        ("training．epochs=3", "did you mean training.epochs?"),
        ("training.epochs=1e2", "got 100.0 (did you mean 100?)"),
        ("training.epochs=３", "did you mean 3?"),
        ("training.epochs==3", "did you mean 3?"),
        ("training.batch_size=32.0", "did you mean 32?"),
        ("optimizer.learning_rate=1%", "did you mean 0.01?"),
        ("data.train_examples=None", "did you mean null?"),
        ("metrics=accuracy", "accuracy is 1 − error"),
        ("data.split=0.8", "as in {train: 0.8, dev: 0.1, test: 0.1}"),
        ("regularization=l2", "as in {l2: 0.7}"),
        ("data.source=pets.csv", "did you mean {name: file, path: pets.csv, target: COLUMN}?"),
        ("—json", "an option begins with two hyphens: --json"),
    ],
)
def test_words_of_other_tools(override: str, answer: str, folder: Path, call_dlx: Run) -> None:
    result = call_dlx("config", "check", "spec.yaml", override, cwd=folder)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"command line: {override}: ")
    assert answer in result.stderr


def test_a_run_in_place_of_a_spec_is_named_with_its_spec(folder: Path, call_dlx: Run) -> None:
    result = call_dlx("train", "latest", cwd=folder)
    assert result.code == 2
    resume, repeat = re.findall(r"dlx (train --resume \S+|train \S+config.yaml)", result.stderr)
    assert call_dlx(*repeat.split(), "-q", "--out", "again", cwd=folder).code == 0
    assert call_dlx(*resume.split(), "-q", cwd=folder).code == 0
    shutil.rmtree(folder / "again")
    assert "takes its spec" in call_dlx("config", "show", "latest", cwd=folder).stderr


@pytest.mark.parametrize("near", ["runs/experimnt", "experimant", "runs/experiment/nothing"])
def test_a_run_that_is_not_there_is_answered_with_the_nearest(near: str, folder: Path, call_dlx: Run) -> None:
    result = call_dlx("diagnose", near, cwd=folder)
    assert result.code == 2
    assert (match := re.search(r"did you mean (runs/experiment/\S+)\?", result.stderr))
    assert (folder / match[1] / "config.yaml").exists()


def test_synonyms_lead_to_commands_and_options_that_are_there() -> None:
    for words, synonyms in SYNONYMS.items():
        names = COMMANDS if not words else load_command(words).commands
        others = [word for entry in synonyms.values() for word in entry.split()]
        assert len(set(others)) == len(others)
        assert not set(others) & set(names)
        for meant in filter(None, synonyms):
            assert meant.split()[0] in {*names, "--version", "--help", "--install-completion", "--sort"}
    commands = [load_command(name) for name in COMMANDS]
    commands += [below for command in commands for below in getattr(command, "commands", {}).values()]
    options = {name for command in commands for parameter in command.params for name in parameter.opts}
    assert OPTIONS.keys() - {"--help", "--version"} <= options


def test_no_traceback_and_no_box_of_another_dialect(folder: Path, call_dlx: Run) -> None:
    result = call_dlx("train", "spec.yaml", "--nothing", cwd=folder)
    assert not re.search("Usage:|Try |Error:|╭|Traceback", result.stderr)
    assert call_dlx("train", "spec.yaml", "--nothing", "--debug", cwd=folder).stderr.startswith("Traceback")


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("spec", "spec.yaml"),
        ("spec.yml", "spec.yaml"),
        ("specs", "specs/one.yaml"),
        ("specs\\one.yaml", "specs/one.yaml"),
    ],
)
def test_a_file_that_is_no_spec_is_answered_with_the_nearest(
    typed: str, near: str, folder: Path, call_dlx: Run
) -> None:
    result = call_dlx("train", typed, cwd=folder)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.endswith(f" (did you mean {near}?)\n")
    assert call_dlx("config", "check", near, cwd=folder).code == 0


def test_several_values_of_a_wrong_key_are_answered_once(folder: Path, call_dlx: Run) -> None:
    result = call_dlx("train", "spec.yaml", "hidden=10,5", cwd=folder)
    assert result.stderr.count("\n") == 1
    assert "did you mean architecture.hidden?" in result.stderr


def test_the_home_of_a_user_is_found_where_the_shell_has_not(
    folder: Path, call_dlx: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    result = call_dlx("train", "~/spec.yaml", cwd=folder / "specs")
    assert result.stderr.endswith(f"there is no such file (did you mean {folder / 'spec.yaml'}?)\n")
