"""What messages say is to be typed: for a shell the command, for Python a call that can be made."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import dlx
from dlx.calls import instruction, python_call
from dlx.text import from_shell

RUN = Path("runs/a b")


@pytest.mark.parametrize(
    ("words", "call"),
    [
        (("train", "--resume", RUN), "dlx.Run('runs/a b').resume()"),
        (("train", "--resume", RUN, "training.epochs=60"), "dlx.Run('runs/a b').resume(**{'training.epochs': 60})"),
        (("train", RUN / "config.yaml", "seed=2"), "dlx.train('runs/a b/config.yaml', **{'seed': 2})"),
        (("train", "SPEC", "--out", RUN), "dlx.train(spec, out='runs/a b')"),
        (
            ("train", "a.yaml", "x=null", "y=true", "z=1e-3"),
            "dlx.train('a.yaml', **{'x': None, 'y': True, 'z': 0.001})",
        ),
        (("train", "a.yaml", "architecture.hidden=[8, 4]"), "dlx.train('a.yaml', **{'architecture.hidden': [8, 4]})"),
        (("train", "a.yaml", "optimizer=adam"), "dlx.train('a.yaml', **{'optimizer': 'adam'})"),
        (("tune", "--resume", RUN), "dlx.tune(resume='runs/a b')"),
        (("study",), "dlx.study(plan)"),
        (("folds", "--resume", RUN), "dlx.folds(resume='runs/a b')"),
        (("diagnose", RUN), "dlx.Run('runs/a b').diagnose()"),
        (("diagnose", RUN, "--act"), "dlx.Run('runs/a b').act()"),
        (("diagnose", "latest", "--learning-curve"), "dlx.Run().learning_curve()"),
        (("diagnose",), "run.diagnose()"),
        (("predict", RUN, "FILE"), "dlx.Run('runs/a b').predict(X)"),
        (("export", RUN, "--to", "onnx"), "dlx.Run('runs/a b').export('onnx')"),
        (("gradcheck", "SPEC"), "dlx.gradcheck(spec)"),
        (("new", Path("a.csv"), "--target", "kind", "--ignore", "id"), "dlx.new(data, target='kind', ignore='id')"),
        (("doctor", RUN), None),
        (("config", "show", "a.yaml"), None),
        (("train", "a.yaml", "data.augment=[{name: shift}]"), None),
        (("diagnose", RUN, "--full"), None),
    ],
)
def test_a_command_in_python(words: tuple[str | Path, ...], call: str | None) -> None:
    assert python_call(*words) == call
    if call is not None:
        function, _, arguments = call.rpartition("(")
        compile(call, "message", "eval")
        method = function.rpartition(".")[2]
        assert callable(getattr(dlx.Run if function.startswith(("dlx.Run", "run")) else dlx, method))
        named = [part.partition("=")[0].strip() for part in arguments.split(",") if "='" in part]
        signature = inspect.signature(getattr(dlx.Run, method, None) or getattr(dlx, method))
        assert all(name in signature.parameters for name in named)


def test_who_calls_from_a_shell_reads_commands() -> None:
    with from_shell():
        assert instruction("train", "--resume", RUN, verb="folds") == "dlx train --resume 'runs/a b'"
    assert instruction("train", "--resume", RUN, verb="folds") == "dlx.folds(resume='runs/a b')"
    assert instruction("doctor", RUN) == "dlx doctor 'runs/a b'"
