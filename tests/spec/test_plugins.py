"""Plugins: files and modules that register components, and what is said when one fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.component import REGISTRY
from dlx.errors import EnvironmentProblem, SpecError, UsageError
from dlx.spec.loader import dump_yaml, load_spec
from dlx.spec.plugins import load_installed
from dlx.spec.trust import NamedBy, load_named

PLUGIN = '''
from typing import Annotated
from pydantic import Field
from dlx.nn.schedules import Schedule


class Halving(Schedule):
    """α = α₀/2^t."""

    name = "{name}"
    every: Annotated[int, Field(ge=1)] = 1

    def rate(self, alpha0, t, total):
        return alpha0 / 2 ** (t // self.every)
'''


pytestmark = pytest.mark.usefixtures("fresh_plugins")


def test_a_file_beside_the_spec_registers_its_components(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(PLUGIN.format(name="halving"))
    spec = tmp_path / "spec.yaml"
    spec.write_text("plugins: [mine.py]\ndata: {source: moons}\nschedule: {name: halving, every: 3}\n")
    resolved = load_spec(spec, ["schedule.every=4"], named_by=NamedBy.USER).spec
    assert resolved.schedule.rate(1.0, 8, 10) == 0.25
    assert resolved.plugins == (str(tmp_path / "mine.py"),)
    again = tmp_path / "elsewhere.yaml"
    again.write_text(dump_yaml(resolved))
    assert load_spec(again).spec == resolved


def test_two_files_of_the_same_name_and_a_file_loaded_twice_do_not_clash(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.py").write_text(PLUGIN.format(name=folder))
        load_named([str(tmp_path / folder / "mine.py")])
        load_named([f"{tmp_path}/./{folder}/mine.py"])
    assert {"one", "two"} <= REGISTRY["schedule"].keys()


def test_a_module_is_imported_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dlx_plugin_lab").mkdir()
    (tmp_path / "dlx_plugin_lab" / "schedules.py").write_text(PLUGIN.format(name="from_a_module"))
    monkeypatch.syspath_prepend(tmp_path)
    load_named(["dlx_plugin_lab.schedules"])
    assert "from_a_module" in REGISTRY["schedule"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\ny = = 2\n", "mine.py:2: SyntaxError: invalid syntax"),
        ("x = 1\n\n\nx.y\n", "mine.py:4: AttributeError: 'int' object has no attribute 'y'"),
        ("def f():\n    raise ValueError('no')\n\nf()\n", "mine.py:2: ValueError: no"),
        ("import json\njson.loads('{')\n", "mine.py:2: JSONDecodeError"),
        ("raise SystemExit(3)\n", "mine.py:1: SystemExit: 3"),
        ("import no_such_package\n", "mine.py:1: ModuleNotFoundError: No module named 'no_such_package'"),
        (PLUGIN.format(name="cosine"), "mine.py:7: TypeError: schedule 'cosine' is defined in dlx.nn.schedules and in"),
        (
            PLUGIN.format(name="unfinished").replace("def rate", "def other"),
            "schedule 'unfinished' (Halving) does not define rate",
        ),
    ],
)
def test_a_faulty_plugin_is_told_with_its_file_and_line(tmp_path: Path, source: str, message: str) -> None:
    (tmp_path / "mine.py").write_text(source)
    spec = tmp_path / "spec.yaml"
    spec.write_text("data: {source: moons}\nplugins: [mine.py]\n")
    with pytest.raises(SpecError) as raised:
        load_spec(spec, named_by=NamedBy.USER)
    problem = str(raised.value).replace(f"{tmp_path}/", "")
    assert problem.startswith(f"spec.yaml:2:11: plugins: {message}")


def test_missing_plugins(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no such file: .*none\.py"):
        load_named([str(tmp_path / "none.py")])
    with pytest.raises(UsageError, match=r"ModuleNotFoundError: No module named 'no_such_plugin'"):
        load_named(["no_such_plugin"])
    spec = tmp_path / "spec.yaml"
    spec.write_text("data: {source: moons}\nplugins: [3]\n")
    with pytest.raises(SpecError, match=r"spec\.yaml:2:11: plugins: expected a file or a module, got 3"):
        load_spec(spec, named_by=NamedBy.USER)


def test_installed_packages_offer_plugins_by_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dlx_plugin_installed.py").write_text(PLUGIN.format(name="installed"))
    info = tmp_path / "dlx_lab-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: dlx-lab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dlx.plugins]\nlab = dlx_plugin_installed\n")
    monkeypatch.syspath_prepend(tmp_path)
    load_installed()
    assert "installed" in REGISTRY["schedule"]
    (info / "entry_points.txt").write_text("[dlx.plugins]\nlab = dlx_plugin_none\n")
    with pytest.raises(EnvironmentProblem, match=r"^plugin lab of dlx-lab fails: ModuleNotFoundError: No module named"):
        load_installed()
