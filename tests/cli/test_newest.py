"""Commands without a run: the newest, or the last two of the same data; and what every command takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.cli.commands import COMMANDS
from dlx.cli.loading import load_command

pytestmark = pytest.mark.usefixtures("blank_pictures")
Run = Callable[..., Any]

PETS = "height,weight,kind\n" + "".join(f"{1 + i % 2 + i / 90:.2f},{3 + i % 5},{'ab'[i % 2]}\n" for i in range(40))
TABLE = "name: pets\ndata: {source: {name: file, path: pets.csv, target: kind}, split: {train: 30, dev: 10}}\n"
MOONS = "name: moons\ndata: {source: {name: moons, m: 40}, split: {train: 30, dev: 10}}\n"
REST = "architecture: {hidden: [4]}\ntraining: {epochs: 2, batch_size: 30}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call_dlx: Run) -> Path:
    """Runs of a table, of moons, and of the table again, without a column."""
    folder = tmp_path_factory.mktemp("newest")
    (folder / "pets.csv").write_text(PETS, encoding="utf-8")
    (folder / "pets.yaml").write_text(TABLE + REST, encoding="utf-8")
    (folder / "moons.yaml").write_text(MOONS + REST, encoding="utf-8")
    for number, arguments in enumerate((["pets.yaml"], ["moons.yaml"], ["pets.yaml", "data.source.ignore=[weight]"])):
        out = f"runs/all/2026010{number}T000000Z-aaaa0{number}"
        result = call_dlx("train", *arguments, "--out", out, "-q", cwd=folder)
        assert result.code == 0, result.stderr
    return folder


def newest(folder: Path) -> str:
    return str(sorted((folder / "runs" / "all").iterdir())[-1].relative_to(folder))


def test_report_and_export_take_the_newest(folder: Path, call_dlx: Run) -> None:
    assert call_dlx("report", cwd=folder).stdout == f"{newest(folder)}/report.html\n"
    assert call_dlx("export", "--to", "pytorch", cwd=folder).stdout.startswith(f"{newest(folder)}/model_pytorch")


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_a_file_alone_goes_to_the_newest(verb: str, folder: Path, call_dlx: Run) -> None:
    alone = json.loads(call_dlx(verb, "pets.csv", "--json", cwd=folder).stdout)
    assert alone == json.loads(call_dlx(verb, newest(folder), "pets.csv", "--json", cwd=folder).stdout)
    assert alone["run"] == newest(folder)


def test_compare_alone_takes_the_last_two_of_the_same_data(folder: Path, call_dlx: Run) -> None:
    document = json.loads(call_dlx("compare", "--json", cwd=folder).stdout)
    assert [run["id"] for run in document["runs"]] == ["aaaa00", "aaaa02"]
    assert document["difference"]["verdict"]
    result = call_dlx("compare", "--against", "latest", cwd=folder)
    assert (result.code, result.stderr.startswith("error: --against")) == (2, True)


def test_there_is_no_verdict_across_different_data(folder: Path, call_dlx: Run) -> None:
    for arguments in (["~1", "latest"], ["~1", "--against", "~0"]):
        document = json.loads(call_dlx("compare", *arguments, "--json", cwd=folder).stdout)
        assert document["difference"] is None
        [remark] = [remark for remark in document["remarks"] if "no verdict" in remark]
        assert "moons" in remark
        assert "pets.csv" in remark
    text = call_dlx("compare", "~1", "latest", cwd=folder).stdout
    assert "verdict  " not in text
    assert "no verdict: the errors are of different data" in " ".join(text.split())


@pytest.mark.parametrize("arguments", [["report"], ["export", "--to", "pytorch"], ["predict", "pets.csv"], ["compare"]])
def test_without_any_run_it_says_how_there_comes_to_be_one(arguments: list[str], tmp_path: Path, call_dlx: Run) -> None:
    (tmp_path / "pets.csv").write_text(PETS, encoding="utf-8")
    result = call_dlx(*arguments, cwd=tmp_path)
    assert (result.code, result.stdout) == (2, "")
    assert "dlx train SPEC makes one" in result.stderr


def test_a_run_without_a_file_asks_for_one(folder: Path, call_dlx: Run) -> None:
    result = call_dlx("predict", "latest", cwd=folder)
    assert (result.code, result.stderr.startswith("error: latest: which examples?")) == (2, True)


def commands_of(name: str) -> list[Any]:
    command = load_command(name)
    below = list(getattr(command, "commands", {}).values())
    return below if below and not command.invoke_without_command else [command, *below]


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"help", "lab"}))
def test_every_command_takes_json_and_quiet(name: str, call_dlx: Run) -> None:
    for command in commands_of(name):
        assert any("--json" in parameter.opts for parameter in command.params), command.name
        path = [name] if command.name in (name, None, "") else [name, command.name]
        if name not in ("compare", "evaluate", "calibrate", "list", "runs") or len(path) > 1:
            assert "-q, --quiet" in call_dlx(*path, "--help").stdout


def test_quiet_leaves_remarks_out(folder: Path, call_dlx: Run) -> None:
    loud, quiet = (call_dlx("evaluate", newest(folder), "pets.csv", *more, cwd=folder) for more in ([], ["-q"]))
    assert loud.stderr.startswith("remark: ")
    assert (quiet.code, quiet.stdout, quiet.stderr) == (0, loud.stdout, "")
    assert call_dlx("diagnose", "-q", cwd=folder).stdout == f"{newest(folder)}\n"
    document = json.loads(call_dlx("runs", "tag", "latest", "good", "--json", cwd=folder).stdout)
    assert (document["run"], document["tags"]) == (newest(folder), ["good"])
    assert json.loads(call_dlx("new", "--json").stdout)["spec"].startswith("# A first experiment")


@pytest.mark.usefixtures("one_setting")
def test_gradcheck_alone_checks_everything_registered(call_dlx: Run) -> None:
    """In one line each; a component that is wrong is tests/cli/test_gradcheck_command.py's to find."""
    result = call_dlx("gradcheck")
    assert result.code == 0, result.stderr
    from dlx.component import REGISTRY

    with_gradients = ("activation", "loss", "norm", "objective")
    with_properties = ("optimizer", "schedule", "initializer")
    names = {(kind, name) for kind in (*with_gradients, *with_properties) for name in REGISTRY[kind]}
    names.remove(("initializer", "file"))  # of which there is none to read
    lines = [tuple(line.split()[:2]) for line in result.stdout.splitlines() if line.endswith(" passed")]
    assert set(lines) == names
    assert len(lines) == len(names)
    assert call_dlx("gradcheck", "--examples", "3").code == 2
