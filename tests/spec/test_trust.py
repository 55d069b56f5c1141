"""Trust: opening the run of a stranger reads data; his plugins run only after their content was allowed."""

from __future__ import annotations

import inspect
import json
import os
import py_compile
import shlex
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.component import REGISTRY
from dlx.errors import UsageError
from dlx.runs.files import file_names
from dlx.runs.files.collection import RunCollection
from dlx.runs.training.train import Session
from dlx.spec import plugins, trust
from dlx.spec.loader import load_spec
from dlx.spec.plugin_sources import sources
from dlx.spec.trust import NamedBy
from dlx.spec.trust_store import entries

Dlx = Callable[..., Any]

PLUGIN = """
from pathlib import Path

import numpy as np

from dlx.nn.activations import Activation

Path(__file__).with_name("mark").touch()


class Twice(Activation):
    name = "twice_of_a_stranger"

    def forward(self, tape, Z):
        A = tape.empty("A", *Z.shape)
        tape.call(np.add, Z, Z, out=A)
        return A, lambda dZ: tape.call(dZ.fill, 2)
"""
MARKING = "from pathlib import Path\n\nPath(__file__).with_name('mark').touch()\n"
DATA = "data: {source: {name: moons, m: 60}, split: {train: 40, dev: 20}}\n"
NETWORK = "architecture: {hidden: [3], activation: twice_of_a_stranger}\ntraining: {epochs: 2}\n"

pytestmark = pytest.mark.usefixtures("blank_pictures", "fresh_plugins", "nothing_trusted")


@pytest.fixture
def nothing_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who trusts nothing yet."""
    path = tmp_path / "state" / "trusted.json"
    monkeypatch.setenv("DLX_TRUST_FILE", str(path))
    monkeypatch.setattr(trust, "_replacements", {})
    return path


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stranger: a plugin, two runs that were trained with it, a search and a study; no mark is left."""
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "evil.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "spec.yaml").write_text(f"plugins: [evil.py]\n{DATA}{NETWORK}", encoding="utf-8")
    (folder / "examples.csv").write_text("x1,x2,y\n0,1,0\n1,0,1\n", encoding="utf-8")
    registered = dict(REGISTRY["activation"])
    for name, seed in (("run", 1), ("other", 2)):
        resolved = load_spec(folder / "spec.yaml", [f"seed={seed}"], named_by=NamedBy.USER)
        with Session.start(resolved, [], folder / name, folder) as session:
            for _ in session.records():
                pass
    _plan(folder / "search", "search: {trials: 2, space: {optimizer.learning_rate: {choice: [0.1, 0.01]}}}\n")
    _plan(folder / "study", "variants: {base: {}, wide: {architecture.hidden: [5]}}\n")
    (folder / "mark").unlink()
    as_in_a_new_process(registered)
    return folder


def as_in_a_new_process(activations: dict[str, Any]) -> None:
    """No plugin has run."""
    REGISTRY["activation"].clear()
    REGISTRY["activation"].update(activations)
    for module in [module for module in sys.modules if module.startswith("dlx_plugin_")]:
        del sys.modules[module]


def _plan(directory: Path, rest: str) -> None:
    """What a search or a study leaves behind."""
    kinds = {kind.document_name for kind in RunCollection.__subclasses__()}
    directory.mkdir()
    base = f"base: {{plugins: [{directory.parent / 'evil.py'}], {DATA.strip()}}}\n"
    (directory / "plan.yaml").write_text(f"name: planned\n{base}{rest}", encoding="utf-8")
    for name in kinds:
        (directory / name).write_text("{}", encoding="utf-8")


def run_of(folder: Path, text: str) -> Path:
    """The config.yaml of a run of a stranger, as far as it is looked at before its plugins have run."""
    (folder / "run").mkdir(exist_ok=True)
    (folder / "run" / "run.json").write_text("{}")
    config = folder / "run" / "config.yaml"
    config.write_text(f"{DATA}{text}\n", encoding="utf-8")
    return config


COMMANDS = [
    "predict run examples.csv",
    "evaluate run examples.csv --target y",
    "export run --to pytorch",
    "diagnose run",
    "diagnose run --act",
    "diagnose run --learning-curve",
    "gradcheck run",
    "train --resume run",
    "train run/config.yaml",
    "train run/config.yaml --dry-run",
    "gradcheck run/config.yaml",
    "diagnose run/config.yaml",
    "config show run/config.yaml",
    "config show run/config.yaml --json",
    "config check run/config.yaml",
    "config show spec.yaml",
    "config check spec.yaml",
    "tune --resume search",
    "tune search/plan.yaml",
    "study --resume study",
    "study study/plan.yaml",
    "config check study/plan.yaml",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_would_run_a_strangers_plugin_refuses(command: str, stranger: Path, call_dlx: Dlx) -> None:
    result = call_dlx(*command.split(), cwd=stranger)
    assert (result.code, result.stdout) == (2, "")
    (content,) = sources(str(stranger / "evil.py"))
    assert result.stderr.startswith(("run/", "spec.yaml:", "search/", "study/"))
    assert f"plugins: {stranger / 'evil.py'} (SHA-256 {content.sha256}) is not trusted and was not run" in result.stderr
    assert result.stderr.endswith(f"dlx trust {stranger / 'evil.py'}\n")
    assert len(result.stderr.splitlines()) == 1
    assert not (stranger / "mark").exists()


def test_config_check_gives_the_refusal_as_a_problem(stranger: Path, call_dlx: Dlx) -> None:
    result = call_dlx("config", "check", "run/config.yaml", "--json", cwd=stranger)
    (problem,) = json.loads(result.stdout)["problems"]
    assert (result.code, problem["source"], problem["key"]) == (2, "run/config.yaml", "plugins")


def test_what_needs_no_code_works(stranger: Path, tmp_path: Path, call_dlx: Dlx) -> None:
    compared = call_dlx("compare", "run", "other", "--json", cwd=stranger)
    assert compared.code == 0, compared.stderr
    assert len(json.loads(compared.stdout)["runs"]) == 2
    against = call_dlx("compare", "run", "--against", "other", "--json", cwd=stranger)
    assert any("evil.py" in remark and "was not run" in remark for remark in json.loads(against.stdout)["remarks"])
    page = tmp_path / "page.html"
    assert call_dlx("report", "run", "--out", page, cwd=stranger).code == 0
    assert "nothing could be measured anew" in page.read_text(encoding="utf-8")
    assert "is not trusted and was not run" in page.read_text(encoding="utf-8")
    assert call_dlx("runs", cwd=stranger).code == 0
    assert not (stranger / "mark").exists()


def test_what_is_trusted_runs(stranger: Path, call_dlx: Dlx, nothing_trusted: Path) -> None:
    trusted = call_dlx("trust", "run", "--json", cwd=stranger)
    assert trusted.code == 0
    (entry,) = json.loads(trusted.stdout)["trusted"]
    assert entry["path"] == str(stranger / "evil.py")
    assert stat.S_IMODE(nothing_trusted.stat().st_mode) == 0o600
    assert not (stranger / "mark").exists()  # trusting runs nothing
    result = call_dlx("predict", "run", "examples.csv", cwd=stranger)
    assert result.code == 0, result.stderr
    assert result.stderr == ""
    (stranger / "mark").unlink()


@pytest.mark.parametrize("reference", ["run", "run/config.yaml", "search", "study/plan.yaml", "spec.yaml", "evil.py"])
def test_all_that_may_be_given_to_trust(reference: str, stranger: Path, call_dlx: Dlx) -> None:
    result = call_dlx("trust", reference, cwd=stranger)
    assert result.code == 0, result.stderr
    assert str(stranger / "evil.py") in result.stdout
    assert [entry.path for entry in entries()] == [str(stranger / "evil.py")]


def test_what_the_user_runs_is_trusted_once_and_for_all(tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "twice.py").write_text(PLUGIN)
    (tmp_path / "spec.yaml").write_text(f"plugins: [twice.py]\n{DATA}{NETWORK}")
    (tmp_path / "examples.csv").write_text("x1,x2\n0,1\n")
    registered = dict(REGISTRY["activation"])
    first = call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=tmp_path)
    assert first.code == 0, first.stderr
    (line,) = first.stderr.splitlines()
    assert line.startswith("trusted from now on, because you ran it: ")
    assert str(tmp_path / "twice.py") in line
    assert entries()[0].sha256 in line
    for later in (("predict", "run", "examples.csv"), ("train", "spec.yaml", "--dry-run")):
        (tmp_path / "mark").unlink()
        as_in_a_new_process(registered)
        result = call_dlx(*later, cwd=tmp_path)
        assert (result.code, result.stderr) == (0, "")
        assert (tmp_path / "mark").exists()


def test_a_plugin_on_the_command_line_is_named_by_the_user(tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "mine.py").write_text(MARKING)
    config = run_of(tmp_path, "")
    assert call_dlx("config", "check", config, "plugins=[mine.py]", cwd=tmp_path).code == 0
    assert (tmp_path / "mark").exists()
    assert [entry.path for entry in entries()] == [str(tmp_path / "mine.py")]


def test_a_spec_of_the_user_does_not_vouch_for_the_run_that_it_extends(tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "x.py").write_text(MARKING)
    run_of(tmp_path, f"plugins: [{tmp_path / 'x.py'}]")
    (tmp_path / "mine.yaml").write_text("extends: run/config.yaml\n")
    assert "is not trusted" in call_dlx("train", tmp_path / "mine.yaml", cwd=tmp_path).stderr
    for base in ("mine.yaml", "{extends: mine.yaml}", "run/config.yaml"):
        (tmp_path / "plan.yaml").write_text(f"base: {base}\nvariants: {{a: {{}}, b: {{seed: 3}}}}\n")
        assert "is not trusted" in call_dlx("study", tmp_path / "plan.yaml", cwd=tmp_path).stderr
    assert not (tmp_path / "mark").exists()


def test_a_run_does_not_get_round_it_by_links(tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "x.py").write_text(MARKING)
    (tmp_path / "more.yaml").write_text(f"plugins: [x.py]\n{DATA}")
    config = run_of(tmp_path, "extends: ../more.yaml")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "spec.yaml").symlink_to(config)
    for spec in (config, tmp_path / "elsewhere" / "spec.yaml"):
        assert "is not trusted" in call_dlx("train", spec, cwd=tmp_path).stderr
    assert not (tmp_path / "mark").exists()


def test_a_linked_plugin_is_judged_by_what_it_leads_to(tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "real.py").write_text("x = 1\n")
    (tmp_path / "link.py").symlink_to("real.py")
    config = run_of(tmp_path, "plugins: [../link.py]")
    refusal = call_dlx("config", "check", config, cwd=tmp_path)
    assert f"{tmp_path / 'link.py'} (SHA-256" in refusal.stderr
    assert call_dlx("trust", tmp_path / "link.py").code == 0
    assert call_dlx("config", "check", config, cwd=tmp_path).code == 0
    (tmp_path / "other.py").write_text(MARKING)
    (tmp_path / "link.py").unlink()
    (tmp_path / "link.py").symlink_to("other.py")
    assert "is not trusted" in call_dlx("config", "check", config, cwd=tmp_path).stderr
    assert not (tmp_path / "mark").exists()


def test_a_plugin_that_has_changed_is_not_trusted(tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "x.py").write_text("x = 1\n")
    config = run_of(tmp_path, "plugins: [../x.py]")
    assert call_dlx("trust", config).code == 0
    (tmp_path / "x.py").write_text(MARKING)
    result = call_dlx("config", "check", config, cwd=tmp_path)
    assert result.code == 2
    assert "has changed since it was trusted and was not run" in result.stderr
    assert not (tmp_path / "mark").exists()


def test_a_module_is_located_without_running_its_packages(
    tmp_path: Path, call_dlx: Dlx, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer, inner = tmp_path / "dlx_plugin_outer", tmp_path / "dlx_plugin_outer" / "space" / "inner"
    inner.mkdir(parents=True)  # space is a namespace package: it has no file of its own
    (outer / "__init__.py").write_text(MARKING)
    (inner / "__init__.py").write_text("\n")
    (inner / "layers.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    name = "dlx_plugin_outer.space.inner.layers"
    config = run_of(tmp_path, f"plugins: [{name}]")
    result = call_dlx("config", "check", config, cwd=tmp_path)
    assert f"plugins: {name}, in {outer / '__init__.py'} (SHA-256 " in result.stderr
    assert f" and {inner / 'layers.py'} (SHA-256 " in result.stderr
    assert not (outer / "mark").exists()
    assert "dlx_plugin_outer" not in sys.modules
    command = shlex.split(result.stderr.strip().rpartition(": ")[2])
    assert call_dlx(*command[1:]).code == 0
    assert call_dlx("config", "check", config, cwd=tmp_path).code == 0
    assert (outer / "mark").exists()
    assert sys.modules[name].x == 1


def test_a_module_of_an_installed_package_with_plugins_is_trusted(
    tmp_path: Path, call_dlx: Dlx, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "dlx_plugin_shipped"
    package.mkdir(parents=True)
    for name in ("__init__", "main", "extra"):
        (package / f"{name}.py").write_text("x = 1\n")
    info = tmp_path / "site" / "dlx_shipped-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: dlx-shipped\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dlx.plugins]\nlab = dlx_plugin_shipped.main\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    config = run_of(tmp_path, "plugins: [dlx_plugin_shipped.main, dlx_plugin_shipped.extra]")
    assert call_dlx("config", "check", config, cwd=tmp_path).code == 0
    assert "dlx_plugin_shipped.extra" in sys.modules
    assert entries() == []


@pytest.mark.parametrize("name", ["antigravity", "this", "__hello__", "no_such_module", "..x", ""])
def test_modules_of_python_itself_are_not_trusted_either(name: str, tmp_path: Path, call_dlx: Dlx) -> None:
    result = call_dlx("config", "check", run_of(tmp_path, f"plugins: ['{name}']"), cwd=tmp_path)
    assert result.code == 2, result.stderr
    assert result.stdout == ""
    assert not name or name not in sys.modules


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        ("gone.py", "there is no such file: "),
        ("dir/x.so", "not a Python file (*.py): "),
        ("dir", "No module named 'dir'"),
    ],
)
def test_a_plugin_that_is_none(plugin: str, said: str, tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "run" / "dir").mkdir(parents=True)
    (tmp_path / "run" / "dir" / "x.so").write_bytes(b"\x7fELF")
    result = call_dlx("config", "check", run_of(tmp_path, f"plugins: [{plugin}]"), cwd=tmp_path)
    assert result.code == 2
    assert said in result.stderr


def test_a_lost_plugin_is_replaced_by_the_one_that_the_user_names(tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.py").write_text(MARKING)
    config = run_of(tmp_path, "plugins: [/nowhere/x.py]")
    assert "there is no such file: /nowhere/x.py" in call_dlx("config", "check", config, cwd=tmp_path).stderr
    shown = call_dlx("config", "show", config, "--plugin", "mine/x.py", cwd=tmp_path)
    assert shown.code == 0, shown.stderr
    assert str(tmp_path / "mine" / "x.py") in shown.stdout


@pytest.mark.parametrize("command", ["train", "tune", "study"])
def test_what_is_begun_anew_names_its_plugins_itself(command: str, tmp_path: Path, call_dlx: Dlx) -> None:
    (tmp_path / "x.py").write_text(MARKING)
    result = call_dlx(command, "spec.yaml", "--plugin", "x.py", cwd=tmp_path)
    assert (result.code, "plugins=[FILE]" in result.stderr) == (2, True)
    assert not (tmp_path / "mark").exists()


def test_the_command_of_the_message_works_whatever_the_path(tmp_path: Path, call_dlx: Dlx) -> None:
    folder = tmp_path / 'it\'s a "path" $HOME'
    folder.mkdir()
    (folder / "x y.py").write_text(MARKING)
    config = run_of(folder, "plugins: ['../x y.py']")
    refusal = call_dlx("config", "check", config, cwd=tmp_path).stderr
    command = shlex.split(refusal[refusal.index("dlx trust") :])
    assert command == ["dlx", "trust", str(folder / "x y.py")]
    assert call_dlx(*command[1:]).code == 0
    assert call_dlx("config", "check", config, cwd=tmp_path).code == 0


def test_no_control_character_of_a_path_reaches_the_terminal(tmp_path: Path, call_dlx: Dlx) -> None:
    config = run_of(tmp_path, 'plugins: ["../\\e[2J\\n.py"]')
    (tmp_path / "\x1b[2J\n.py").write_text(MARKING)
    refusal = call_dlx("config", "check", config, cwd=tmp_path).stderr
    assert len(refusal.splitlines()) == 1
    assert "\x1b" not in refusal
    assert refusal.endswith("/\\x1b[2J\\x0a.py'\n")


def test_what_was_read_is_what_runs(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(PLUGIN)
    read = sources(str(file))
    file.write_text("raise SystemExit('the file has changed since it was judged')\n")
    plugins.run(str(file), read)
    file.write_text(PLUGIN)
    assert inspect.getsource(REGISTRY["activation"]["twice_of_a_stranger"]).startswith("class Twice")


def test_bytecode_that_lies_beside_a_module_is_not_what_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "dlx_plugin_cached.py"
    file.write_text("x = 'other'\n")
    py_compile.compile(str(file))
    before = file.stat()
    file.write_text("x = 'right'\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # as the bytecode has it
    monkeypatch.syspath_prepend(tmp_path)
    trust.load_named(["dlx_plugin_cached"])
    assert sys.modules["dlx_plugin_cached"].x == "right"


def test_a_worker_runs_what_its_owner_has_run_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nothing_trusted: Path
) -> None:
    file = tmp_path / "x.py"
    file.write_text(MARKING)
    (source,) = sources(str(file))
    with pytest.raises(UsageError, match="is not what it was when the search began, so it was not run"):
        trust.load_allowed([str(file)], frozenset())
    assert not (tmp_path / "mark").exists()
    trust.load_allowed([str(file)], {source.sha256})
    assert (tmp_path / "mark").exists()
    assert capsys.readouterr().err == ""
    assert not nothing_trusted.exists()


def test_trust_is_listed_and_taken_away(tmp_path: Path, call_dlx: Dlx) -> None:
    for name in "abc":
        (tmp_path / f"{name}.py").write_text(f"{name} = 1\n")
    assert call_dlx("trust", "--list").stdout == ""
    assert call_dlx("trust", "a.py", "b.py", "c.py", cwd=tmp_path).code == 0
    listed = json.loads(call_dlx("trust", "--list", "--json").stdout)["trusted"]
    assert [Path(entry["path"]).name for entry in listed] == ["a.py", "b.py", "c.py"]
    (tmp_path / "a.py").unlink()  # a lost file can still be named
    assert call_dlx("trust", "--remove", "a.py", listed[1]["sha256"][:10], cwd=tmp_path).code == 0
    assert [entry.sha256 for entry in entries()] == [listed[2]["sha256"]]
    again = call_dlx("trust", "--remove", "c.py", "a.py", cwd=tmp_path)
    assert (again.code, "a.py: is not trusted" in again.stderr) == (2, True)
    assert len(entries()) == 1  # all or nothing


@pytest.mark.parametrize(
    "arguments", [(), ("--list", "x.py"), ("--list", "--remove"), ("--remove",), ("nowhere",), ("gone.py",)]
)
def test_what_trust_does_not_take(arguments: tuple[str, ...], tmp_path: Path, call_dlx: Dlx) -> None:
    result = call_dlx("trust", *arguments, cwd=tmp_path)
    assert (result.code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"schema_version": 2, "trusted": []}',
        '{"schema_version": 1, "trusted": [3]}',
        '{"schema_version": 1, "trusted": [{"sha256": 0, "path": "x.py", "since": ""}]}',
    ],
)
def test_a_damaged_store_is_told_and_trusts_nothing(
    content: str, tmp_path: Path, call_dlx: Dlx, nothing_trusted: Path
) -> None:
    nothing_trusted.parent.mkdir()
    nothing_trusted.write_text(content)
    (tmp_path / "x.py").write_text(MARKING)
    result = call_dlx("config", "check", run_of(tmp_path, "plugins: [../x.py]"), cwd=tmp_path)
    assert result.code == 5, result.stderr
    assert str(nothing_trusted) in result.stderr
    assert not (tmp_path / "mark").exists()
    assert call_dlx("trust", "x.py", cwd=tmp_path).code == 5
    (tmp_path / "spec.yaml").write_text(f"plugins: [x.py]\n{DATA}")
    training = call_dlx("train", "spec.yaml", "--dry-run", cwd=tmp_path)
    assert training.code == 0, training.stderr
    assert "ran, but cannot be remembered as trusted" in training.stderr
    assert nothing_trusted.read_text() == content


def test_that_nothing_can_be_remembered_is_no_failure(
    tmp_path: Path, call_dlx: Dlx, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DLX_TRUST_FILE", str(tmp_path / "file" / "trusted.json"))
    (tmp_path / "x.py").write_text(MARKING)
    (tmp_path / "spec.yaml").write_text(f"plugins: [x.py]\n{DATA}")
    result = call_dlx("train", "spec.yaml", "--dry-run", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert "x.py: ran, but cannot be remembered as trusted" in result.stderr
    assert call_dlx("trust", "x.py", cwd=tmp_path).code == 6


def test_the_marks_of_a_run_are_those_of_its_directory() -> None:
    assert {kind.document_name for kind in RunCollection.__subclasses__()} < set(trust.RESULTS)
    assert {file_names.FACTS, file_names.METRICS, file_names.MODEL, file_names.CHECKPOINT} < set(trust.RESULTS)
    assert file_names.CONFIG not in trust.RESULTS  # a spec of the user may have that name
