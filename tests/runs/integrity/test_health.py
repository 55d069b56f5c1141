"""Doctor: every damaged file is named, also in trainings inside, and what it advises mends what can be mended."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("blank_pictures")

SPEC = """
data: {source: {name: moons, m: 60}, split: {train: 30, dev: 20, test: 10}}
architecture: {hidden: [3]}
training: {epochs: 4, batch_size: 10}
"""
TUNE = """
base: spec.yaml
search: {method: random, trials: 2, fresh_seeds: 2, space: {optimizer.learning_rate: {log_uniform: [0.001, 0.1]}}}
"""
STUDY = """
base: spec.yaml
variants: {slow: {}, fast: {optimizer.learning_rate: 0.1}}
seeds: 1
expect: ["slow.dev_error < fast.dev_error + 1"]
"""
MADE = (
    ("train", "spec.yaml", "--out", "run"),
    ("diagnose", "run", "--learning-curve", "--seeds", "2", "--sizes", "10,20"),
    ("report", "run"),
    ("tune", "tune.yaml", "--out", "search"),
    ("study", "study.yaml", "--out", "study"),
)
# What nothing can be made of again; its advice is another run, or to put it back.
KEPT = ("config.yaml", "run.json", "plan.yaml", "checkpoint")
Call = Callable[..., Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, call_dlx: Call, run_dlx: Call) -> Path:
    """A run with trainings in it, a search and a study; not to be changed."""
    folder = tmp_path_factory.mktemp("health")
    for name, text in (("spec.yaml", SPEC), ("tune.yaml", TUNE), ("study.yaml", STUDY)):
        (folder / name).write_text(text)
    for arguments in MADE:
        own_process = "--learning-curve" in arguments  # its trainings note the command by which they were made
        (run_dlx if own_process else call_dlx)(*arguments, cwd=folder)
    assert all((folder / name / "trials").is_dir() for name in ("run", "search", "study"))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "work"))


def damage(path: Path, is_gone: bool) -> None:
    if is_gone:
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)


def advised(output: str) -> list[str]:
    """The commands of the advice; those with a word in capitals are for the reader to complete."""
    lines = output[output.index("advice") :].splitlines() if "advice" in output else []
    commands = [match[1] for line in lines if (match := re.search(r"(dlx .*?)(?: takes them as they are)?$", line))]
    return [command for command in commands if "FILE" not in command]


def of_each_kind(directory: Path) -> list[Path]:
    """The files of a directory, and two of its first training."""
    files = [path.relative_to(directory) for path in sorted(directory.rglob("*")) if path.is_file()]
    first = min((directory / "trials").iterdir()).name
    return [path for path in files if path.parts[0] != "trials"] + [
        Path("trials", first, name) for name in ("config.yaml", "metrics.csv")
    ]


@pytest.mark.parametrize("name", ["run", "search", "study"])
def test_what_was_not_touched_is_intact(name: str, made: Path, call_dlx: Call) -> None:
    result = call_dlx("doctor", name, cwd=made)
    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines()[1:]]
    assert (result.code, {state for what, state in lines if what != "status"}) == (0, {"intact"})
    assert any(what.startswith("trials/") for what, _ in lines)


@pytest.mark.parametrize("name", ["run", "search", "study"])
def test_each_file_is_named_and_mended_by_what_is_advised(name: str, made: Path, folder: Path, call_dlx: Call) -> None:
    for number, file in enumerate(of_each_kind(folder / name)):
        if (file.parts[0] in ("plan.yaml", "checkpoint") or file.suffix == ".png") and number % 3:
            continue  # some of these are enough
        shutil.rmtree(folder / name)
        shutil.copytree(made / name, folder / name)
        damage(folder / name / file, is_gone=number % 2 == 0)
        result = call_dlx("doctor", name, cwd=folder)
        assert (result.code, f"{file}" in result.stdout) == (5, True), result.stdout
        commands = advised(result.stdout)
        if file.parts[0] not in KEPT:
            assert commands, result.stdout
            for command in commands:
                mended = call_dlx(*shlex.split(command)[1:], cwd=folder)
                assert mended.code in (0, 3), f"{file}: {command}: {mended.stderr}"
            after = call_dlx("doctor", name, cwd=folder)
            assert after.code == 0, f"{file}: {commands}: {after.stdout}"


def test_a_damaged_training_of_a_study_is_done_again_and_that_is_said(folder: Path, call_dlx: Call) -> None:
    before = call_dlx("report", "study", "--out", "before.html", cwd=folder)
    training = min((folder / "study" / "trials").iterdir())
    damage(training / "metrics.csv", is_gone=False)
    result = call_dlx("study", "--resume", "study", cwd=folder)
    assert (before.code, result.code) == (0, 0)
    assert f"remark: {training}/metrics.csv: is damaged" in result.stderr
    assert f"that run is moved to {training.with_name('damaged')}, and done again" in result.stderr
    assert (training.with_name("damaged") / f"{training.name}-1" / "metrics.csv").is_file()
    assert call_dlx("doctor", "study", cwd=folder).code == 0


@pytest.mark.parametrize("arguments", [("tune", "--resume", "search"), ("study", "--resume", "study")])
def test_damaged_trainings_are_never_moved_through_a_link(
    arguments: tuple[str, ...], folder: Path, call_dlx: Call
) -> None:
    trials = folder / arguments[-1] / "trials"
    foreign = folder / "foreign"
    foreign.mkdir()
    damage(min(trials.iterdir()) / "run.json", is_gone=False)
    (trials / "damaged").symlink_to(foreign)
    result = call_dlx(*arguments, cwd=folder)
    assert (result.code, "is a link to" in result.stderr) == (2, True), result.stderr
    assert not list(foreign.iterdir())
    assert "trials/damaged" in call_dlx("doctor", arguments[-1], cwd=folder).stdout


def test_a_run_without_its_manifest_is_not_gone_on_with(folder: Path, call_dlx: Call) -> None:
    (folder / "run" / "manifest.json").unlink()
    result = call_dlx("train", "--resume", "run", cwd=folder)
    assert (result.code, "run/manifest.json: is missing" in result.stderr) == (5, True)


def test_a_run_without_its_spec_is_damaged(folder: Path, call_dlx: Call) -> None:
    (folder / "run" / "config.yaml").unlink()
    for arguments in (("diagnose", "run"), ("report", "run"), ("train", "--resume", "run")):
        result = call_dlx(*arguments, cwd=folder)
        assert (result.code, "dlx doctor run says more" in result.stderr) == (5, True), result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "run", "--out"),
        ("diagnose", "run", "--picture"),
        ("average", "run/metrics.csv", "--column", "cost", "--picture"),
        ("export", "run", "--to", "pytorch", "--out"),
        ("compare", "run", "run/trials/{trial}", "--out"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_an_output_replaces_its_like_and_nothing_else(arguments: tuple[str, ...], folder: Path, call_dlx: Call) -> None:
    trial = min((folder / "run" / "trials").iterdir()).name
    words = [word.format(trial=trial) for word in arguments]
    ending = ".py" if words[0] == "export" else ""  # which the option leaves out
    assert call_dlx(*words, "mine", cwd=folder).code == 0
    assert call_dlx(*words, "mine", cwd=folder).code == 0
    (folder / f"own{ending}").write_text("my own")
    (folder / f"link{ending}").symlink_to(f"own{ending}")
    for place in ("own", "link", *([] if ending else ["run/model.npz", "search"])):
        before = (folder / place).read_bytes() if (folder / place).is_file() else None
        result = call_dlx(*words, place, cwd=folder)
        assert (result.code, "error: --" in result.stderr) == (2, True), result.stderr
        assert before is None or (folder / place).read_bytes() == before
    assert (folder / f"link{ending}").is_symlink()


def test_a_directory_that_is_not_empty_says_how_to_go_on(folder: Path, call_dlx: Call, rewrite: Call) -> None:
    facts = json.loads((folder / "run" / "run.json").read_text())
    rewrite(folder / "run" / "run.json", facts | {"status": "interrupted"})
    result = call_dlx("train", "spec.yaml", "--out", "run", cwd=folder)
    assert (result.code, "dlx train --resume run goes on" in result.stderr) == (2, True), result.stderr
