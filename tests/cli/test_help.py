"""The help: whole summaries in groups, examples that run, and several ways to ask for it."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dlx import __version__
from dlx.cli.commands import COMMANDS, EXAMPLES, GROUPS
from dlx.cli.loading import load_command

Run = Callable[..., Any]

ROOT = Path(__file__).parents[2]
PETS = "height,weight,kind\n" + "".join(
    f"{1 + i % 2 + i / 100:.2f},{3 + 2 * (i % 2)},{('cat', 'dog')[i % 2]}\n" for i in range(40)
)
FILES = {
    "pets.csv": PETS,
    "spec.yaml": "name: pets\ndata: {source: {name: file, path: pets.csv, target: kind}, split: {train: 30, dev: 10}}\n"
    "architecture: {hidden: [4]}\ntraining: {epochs: 4, batch_size: 8}\n",
    "search.yaml": "base: spec.yaml\nsearch:\n  trials: 2\n  finalists: 1\n  fresh_seeds: 2\n"
    "  space: {optimizer.learning_rate: {log_uniform: [0.01, 0.1]}}\n",
    "study.yaml": "base: spec.yaml\nseeds: 2\nvariants: {narrow: {}, wide: {architecture.hidden: [8]}}\n",
    "plugin.py": "from dlx.nn.schedules import Schedule\n\n\nclass Half(Schedule):\n"
    '    """α/2."""\n\n    name = "half"\n\n    def rate(self, alpha0, t, total): return alpha0 / 2\n',
    "temperatures.csv": "day,temperature\n" + "".join(f"Day {day},{day % 7}\n" for day in range(1, 15)),
}


def paths_of(commands: dict[str, Any], before: str = "") -> Iterator[str]:
    """The words of every command, such as ``config show``."""
    for name, command in commands.items():
        path = f"{before} {name}".strip()
        yield path
        yield from paths_of(getattr(command, "commands", {}), path)


PATHS = list(paths_of({name: load_command(name) for name in COMMANDS}))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, call_dlx: Run) -> Path:
    """A folder with the files of the examples and two runs; not to be changed."""
    folder = tmp_path_factory.mktemp("reader")
    for name, content in FILES.items():
        (folder / name).write_text(content, encoding="utf-8")
    for seed in (1, 2):
        assert call_dlx("train", "spec.yaml", f"seed={seed}", "-q", cwd=folder).code == 0
    return folder


@pytest.mark.usefixtures("blank_pictures")
# dlx lab serves until it is told to end: tests/cli/test_lab.py starts and ends it.
@pytest.mark.parametrize(
    "example", [example for name, examples in EXAMPLES.items() if name != "lab" for example in examples]
)
def test_every_example_runs(example: str, trained: Path, tmp_path: Path, call_alone: Run) -> None:
    folder = shutil.copytree(trained, tmp_path / "reader", symlinks=True)
    program, *arguments = shlex.split(example)
    assert program == "dlx"
    result = call_alone(*arguments, cwd=folder)
    assert result.code == 0, result.stderr
    assert result.stdout


@pytest.mark.parametrize("path", PATHS)
def test_each_command_ends_its_help_with_two_examples_of_itself(path: str, call_dlx: Run) -> None:
    lines = call_dlx(*path.split(), "--help").stdout.splitlines()
    examples = [line.strip() for line in lines[lines.index("Examples:") + 1 :]]
    assert examples == list(EXAMPLES[path])
    assert len(set(examples)) == 2
    assert all(example.startswith(f"dlx {path}") for example in examples)


def test_no_example_is_of_a_command_that_is_not_there() -> None:
    assert EXAMPLES.keys() == {"", *PATHS}


@pytest.mark.parametrize("columns", ["80", "120"])
def test_help_shows_every_summary_whole_in_its_group(
    columns: str, call_dlx: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = call_dlx("--help").stdout
    assert max(map(len, text.splitlines())) <= int(columns)
    sections = re.split(r"^(\w+):\n", text, flags=re.MULTILINE)
    by_title = {title: " ".join(body.split()) for title, body in zip(sections[1::2], sections[2::2], strict=True)}
    assert list(by_title)[:-2] == list(GROUPS) == ["Train", "Understand", "Search", "Use", "Inspect"]
    for title, commands in GROUPS.items():
        assert by_title[title] == " ".join(f"{name} {summary}" for name, summary in commands.items())


@pytest.mark.parametrize("path", ["train", "config", "config show", "runs tag"])
def test_help_of_a_command_is_that_of_its_option(path: str, call_dlx: Run) -> None:
    expected = call_dlx(*path.split(), "--help").stdout
    assert call_dlx("help", *path.split()).stdout == expected
    assert expected.startswith(f"Usage: dlx {path} ")


def test_help_alone_is_that_of_dlx(call_dlx: Run) -> None:
    assert call_dlx("help").stdout == call_dlx("--help").stdout == call_dlx("-h").stdout


@pytest.mark.parametrize(
    ("words", "near"), [(["trian"], "train"), (["config", "sho"], "show"), (["train", "show"], "(nothing is allowed")]
)
def test_help_of_what_is_no_command(words: list[str], near: str, call_dlx: Run) -> None:
    result = call_dlx("help", *words)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: there is no command dlx {' '.join(words)} ")
    assert near in result.stderr


def test_the_version_has_a_short_option(call_dlx: Run) -> None:
    assert call_dlx("-V").stdout == call_dlx("--version").stdout == f"dlx {__version__}\n"


def test_usage_names_arguments_as_people_type_them(call_dlx: Run) -> None:
    usage = {path: call_dlx(*path.split(), "--help").stdout.splitlines()[0] for path in ("train", "predict", "config")}
    assert usage["train"].startswith("Usage: dlx train [OPTIONS] [SPEC] [KEY=VALUE …]")
    assert usage["predict"].startswith("Usage: dlx predict [OPTIONS] ")
    assert usage["config"] == "Usage: dlx config [OPTIONS] COMMAND …"
