"""Plugins: files and modules that register components, and what is said when one fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dlx.component import REGISTRY
from dlx.errors import EnvironmentProblem, SpecError, UsageError
from dlx.spec.loader import dump_yaml, load_spec
from dlx.spec.plugin_faults import fault_of
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
        (PLUGIN.format(name="cosine"), "mine.py:7: schedule 'cosine' is defined already, in "),
        (
            PLUGIN.format(name="unfinished").replace("def rate", "def other"),
            "mine.py:7: schedule 'unfinished' (Halving) does not define rate",
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


ACTIVATION = """from typing import Any, ClassVar
import numpy as np
from pydantic import field_validator
from dlx.nn.activations import Activation

class Mine(Activation):
    name = "odd"
    {line}

    def forward(self, tape, Z):
        return Z, None
"""
UNFIT = {
    "slope = 0.1": "slope has no type: an option is written `slope: float = …`",
    "TABLE = [1]": "TABLE has no type",
    "slope: np.ndarray = None": "has an option slope of the type ndarray, which nothing in a spec can be",
    "slope: 'Nowhere' = 1": "has an option of a type that there is not: name 'Nowhere' is not defined",
    "slope: float = 'abc'": "cannot be made with its defaults: slope: expected a number, got 'abc'",
    "slope: float = float('nan')": "cannot be made with its defaults: slope: expected a finite number, got nan",
    "slopes: list = []": "has a default that may change",
    "slope: Any = np.tanh": "has a default that no spec can hold",
    "record: float = 1.0": "no option can be called record: Activation has a record of its own",
    "name: str = 'odd'": "name is no option: write `name = …` without a type",
    "name = 3": "the name of a component is a text, got 3",
    "kind = 'other'": "'odd' has a kind of its own",
    "record = lambda self, Z: Z": "has record(self, Z), which is called as record(self, tape, Z)",
    "@field_validator('slop')\n    def check(cls, value): return 1": "has a validator of an option that there is not",
    "def __init__(self): self.slope = 1.0": "options never change, and methods set nothing",
    "def __init__(self, slope): super().__init__()": "cannot be made: TypeError",
    "def model_post_init(self, context): 1 / 0": "mine.py:8: ZeroDivisionError: division by zero",
}


@pytest.mark.parametrize("line", UNFIT)
def test_an_unfit_component_is_refused_in_words_of_dlx(tmp_path: Path, line: str) -> None:
    """Whatever is wrong with its class: the message has file and line, and none of pydantic's links."""
    file = tmp_path / "mine.py"
    file.write_text(ACTIVATION.format(line=line))
    try:
        with pytest.raises(UsageError) as raised:
            load_named([str(file)])
        assert re.match(rf"{re.escape(str(file))}:[678]: ", str(raised.value))
        assert UNFIT[line] in str(raised.value)
        assert "pydantic" not in str(raised.value)
        file.write_text(ACTIVATION.format(line="slope: float = 0.1"))
        load_named([str(file)])  # what was mended is read again
        assert REGISTRY["activation"]["odd"].model_fields.keys() == {"slope"}
    finally:
        REGISTRY["activation"].pop("odd", None)
        REGISTRY.pop("other", None)


def test_the_components_of_dlx_are_fit() -> None:
    members = [member for family in REGISTRY.values() for member in family.values()]
    assert [fault_of(member) for member in members if member.__module__.startswith("dlx.")] == [None] * sum(
        member.__module__.startswith("dlx.") for member in members
    )


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
