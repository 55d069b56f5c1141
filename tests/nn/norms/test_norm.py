"""A norm of a plugin: checked, trained, written into a model and read back, as any kind of dlx."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.gradcheck import plugin as plugin_checks
from dlx.gradcheck.check import check_here
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import CheckedCost

PLUGIN = '''
"""RMS norm."""
import numpy as np

from dlx.nn.norms.norm import Norm


class RMSNorm(Norm):
    """Z̃ = γ·Z/√(mean(Z²) + ε) over the units of each example (Zhang & Sennrich 2019)."""

    name = "rms_norm"
    epsilon: float = 1e-6

    def parameter_shapes(self, n):
        return {"gamma": (n, 1)}

    def initialize(self, arrays):
        arrays.parameters["gamma"][...] = 1

    def record(self, tape, Z, arrays, training):
        n, m = Z.shape
        gamma, inv_n = arrays.parameters["gamma"], np.full(n, 1 / n, Z.dtype)
        inv_rms, along = tape.empty("1/rms", 1, m), tape.empty("along", 1, m)
        squares, Z_norm, Z_tilde = (tape.empty(name, n, m) for name in ("Z²", "Z_norm", "Z_tilde"))
        tape.call(np.multiply, Z, Z, out=squares)
        tape.call(np.dot, inv_n, squares, out=inv_rms.reshape(-1))
        tape.call(np.add, inv_rms, tape.constant(self.epsilon), out=inv_rms)
        tape.call(np.sqrt, inv_rms, out=inv_rms)
        tape.call(np.divide, tape.constant(1), inv_rms, out=inv_rms)
        tape.call(np.multiply, Z, inv_rms, out=Z_norm)
        tape.call(np.multiply, Z_norm, gamma, out=Z_tilde)

        def backward(dZ_tilde):
            dZ, scratch = tape.empty("dZ", n, m), tape.empty("scratch", n, m)
            tape.call(np.vecdot, dZ_tilde, Z_norm, out=arrays.gradients["gamma"].reshape(-1))
            tape.call(np.multiply, dZ_tilde, gamma, out=dZ)
            tape.call(np.multiply, dZ, Z_norm, out=scratch)
            tape.call(np.dot, inv_n, scratch, out=along.reshape(-1))
            tape.call(np.multiply, Z_norm, along, out=scratch)
            tape.call(np.subtract, dZ, scratch, out=dZ)
            tape.call(np.multiply, dZ, inv_rms, out=dZ)
            return dZ

        return Z_tilde, backward
'''
SPEC = """
plugins: [rms.py]
data: {source: {name: file, path: table.csv, target: y}, split: {train: 40, dev: 20}}
architecture:
  hidden: [5, {units: 4, norm: {name: rms_norm, epsilon: 1.0e-4}}, {units: 3, norm: false}]
  norm: rms_norm
training: {epochs: 3, batch_size: 8}
"""

pytestmark = pytest.mark.usefixtures("blank_pictures", "fresh_plugins")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [f"{(i * 7) % 11},{(i * 5) % 13},{'ab'[(i * 7) % 11 > 5]}" for i in range(60)]
    (tmp_path / "table.csv").write_text("\n".join(["u,v,y", *rows]))
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "rms.py").write_text(PLUGIN)
    return tmp_path


def test_it_is_checked_with_every_loss(
    folder: Path, call_alone: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here at one place each, which takes a tenth of the time; the next test has a check at all places."""

    def here(subject: CheckedCost, words: str, epsilon: float, most_passes: int) -> Point:
        return check_here(subject, words, epsilon)

    monkeypatch.setattr(plugin_checks, "check", here)
    right = json.loads(call_alone("gradcheck", "--plugin", "rms.py", "--json", cwd=folder).stdout)
    assert right["passed"]
    assert [case["setting"] for case in right["settings"]][:3] == ["logistic", "logistic, dropout", "softmax"]
    (folder / "rms.py").write_text(PLUGIN.replace("tape.call(np.subtract, dZ, scratch, out=dZ)", ""))
    wrong = call_alone("gradcheck", "--plugin", "rms.py", "--json", cwd=folder)
    assert wrong.code == 3
    assert json.loads(wrong.stdout)["fault"]["operation"] == "rms norm 2"
    assert json.loads(wrong.stdout)["fault"]["place"].startswith(f"{folder / 'rms.py'}:")


def test_it_is_trained_resolved_and_read_back(folder: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=folder).code == 0
    assert call_dlx("train", "run/config.yaml", "--out", "again", "--quiet", cwd=folder).code == 0
    first, again = ((folder / run / "config.yaml").read_text() for run in ("run", "again"))
    assert first == again
    assert json.loads(call_dlx("gradcheck", "run", "--json", cwd=folder).stdout)["passed"]
    predicted = [call_dlx("predict", run, "table.csv", cwd=folder).stdout for run in ("run", "again")]
    assert predicted[0] == predicted[1]
    assert len(predicted[0].splitlines()) == 61
    evaluated = json.loads(call_dlx("evaluate", "run", "table.csv", "--json", cwd=folder).stdout)
    assert 0 <= evaluated["error"] <= 1


def test_other_formats_have_no_counterpart(folder: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=folder).code == 0
    exported = call_dlx("export", "run", "--to", "keras", cwd=folder)
    assert exported.code == 2
    assert "the norm rms_norm has no counterpart in Keras (allowed layer_norm)" in exported.stderr


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "rms_nrm",
            "there is no norm named 'rms_nrm' (allowed batch_norm, layer_norm, rms_norm; did you mean rms_norm?)",
        ),
        ("3", "expected the name of a norm or a mapping with its name and options, got 3"),
        ("{name: rms_norm, momentum: 1}", "architecture.norm.momentum: unknown key of norm rms_norm"),
    ],
)
def test_what_is_no_norm_is_named(folder: Path, value: str, message: str, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("trust", "rms.py", cwd=folder).code == 0
    checked = call_dlx("config", "check", "spec.yaml", f"architecture.norm={value}", cwd=folder)
    assert checked.code == 2
    assert message in checked.stderr


@pytest.mark.parametrize("name", ["W", "b", "gamma2", "two words"])
def test_arrays_that_cannot_be_told_from_others_are_refused(
    folder: Path, name: str, call_dlx: Callable[..., Any]
) -> None:
    (folder / "rms.py").write_text(PLUGIN.replace('"gamma"', f'"{name}"'))
    trained = call_dlx("train", "spec.yaml", cwd=folder)
    assert trained.code == 2
    assert f"norm rms_norm: none of its arrays can be called {name!r}" in trained.stderr
