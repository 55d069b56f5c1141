"""Classes of a notebook: they train, are checked and remarked on, and who cannot know them says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import dlx
from dlx.nn.optimizers import Optimizer

GUIDE = Path(dlx.__file__).parent / "guide" / "python.md"
NOTEBOOK = """
import warnings
import dlx
{own}
spec = {{"data": {{"source": {{"name": "moons", "m": 60}}, "split": {{"train": 40, "dev": 20}}}},
        "architecture": {{"hidden": [3], "activation": "squash"}}, "training": {{"epochs": 2}}}}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    run = dlx.train(spec, out="own")
print([str(warning.message) for warning in caught if warning.category is dlx.Remark])
print(dlx.Run("own").predict([[0.0, 1.0]]).shape, dlx.train("own/config.yaml").errors == run.errors)
try:
    dlx.study({{"base": spec, "seeds": 2, "variants": {{"a": {{}}}}}}, workers=2)
except dlx.UsageError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder of a program that defines the class of the guide, and what it prints."""
    folder = tmp_path_factory.mktemp("notebook")
    own = GUIDE.read_text(encoding="utf-8").partition("class Squash")[2].partition("\ndlx.gradcheck")[0]
    imports = "import numpy as np\nfrom dlx.nn.activations import Activation\nclass Squash"
    (folder / "notebook.py").write_text(NOTEBOOK.format(own=f"{imports}{own}"), encoding="utf-8")
    command = [sys.executable, "notebook.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=True)
    return folder, done.stdout.splitlines()


def test_its_run_can_be_opened_and_repeated_where_it_is_defined(notebook: tuple[Path, list[str]]) -> None:
    remarks, answers, refusal = notebook[1]
    assert "activation 'squash' is a class of __main__, and no file of the run holds it: define it before" in remarks
    assert answers == "(1,) True"
    assert refusal.startswith("activation 'squash' is a class of __main__, which worker processes do not know: put it")


def test_elsewhere_its_run_says_what_is_missing(notebook: tuple[Path, list[str]]) -> None:
    run = notebook[0] / "own"
    what = "no activation named 'squash' .*; a class of your own has to be defined first, or its file named in"
    with pytest.raises(dlx.DataError, match=what) as caught:
        dlx.Run(run).predict([[0.0, 1.0]])
    assert "damaged" not in str(caught.value)
    with pytest.raises(dlx.SpecError, match=what):
        dlx.train(run / "config.yaml")


def test_a_class_that_lacks_a_method_is_refused_by_its_name(fresh_plugins: None) -> None:
    class Unfinished(Optimizer):
        """θ stays where it is."""

        name = "unfinished"

    spec = {"data": {"source": "moons"}, "training": {"epochs": 1}}
    with pytest.raises(dlx.SpecError, match=r"optimizer 'unfinished' \(Unfinished\) does not define record"):
        dlx.train(spec, optimizer="unfinished")
