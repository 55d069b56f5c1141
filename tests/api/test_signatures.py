"""The calls of the documentation, as mypy sees them: settings in a mapping are taken, data and paths have types.

Nothing here runs: `mypy` reads it with all tests, and says where a call is refused, or one is not that should be.
"""

from __future__ import annotations

import builtins
import inspect
import pickle
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlx

PLAN: dict[str, Any] = {"base": "spec.yaml", "search": {}}
X, y = np.zeros((3, 2)), np.zeros(3)


def as_documented() -> None:
    run: dlx.Run = dlx.train("spec.yaml", **{"training.epochs": 1})
    dlx.train("spec.yaml", (X, y), **{"training.epochs": 1, "optimizer": "adam"})
    dlx.train({}, {"a": X, "b": y}, target="b", out="runs/a", **{"training.epochs": 1})
    dlx.train({}, data={"train": (X, y), "dev": (X, y)}, seed=2, optimizer={"name": "adam"}, progress=True)
    for record in dlx.fit("spec.yaml", **{"training.epochs": 1}):
        print(record.epoch)
    dlx.tune(PLAN, (X, y), workers=2, **{"search.trials": 10, "base.optimizer": "adam"})
    dlx.tune(PLAN, {"a": X, "b": y}, target="b", workers=2, **{"base.training.epochs": 2})
    dlx.tune(resume="runs/a", workers=2)
    dlx.study(PLAN, data=(X, y), **{"seeds": 10})
    dlx.folds({}, (X, y), **{"data.folds": 5})
    dlx.gradcheck({}, (X, y), **{"training.batch_size": 5})
    dlx.minimize("ravine", steps=5, **{"optimizer.learning_rate": 0.1})
    dlx.train(spec={}, data=(X, y), out="runs/a", **{"training.epochs": 1})
    run.resume(**{"training.epochs": 60}).diagnose(**{"diagnosis.optimal_error": 0.1})
    dlx.train({}, (X, y), out="runs/a", settings={"training.epochs": 1})
    run.resume(settings={"training.epochs": 60}).diagnose(settings={"diagnosis.optimal_error": 0.1})
    print(run.calibrate(threshold="f1").temperature)


def as_nobody_should() -> None:
    dlx.train(3)  # type: ignore[call-overload]
    dlx.train({}, X)  # type: ignore[call-overload]  # where are the labels?
    dlx.fit({}, [X, y])  # type: ignore[call-overload]
    dlx.tune(PLAN, X)  # type: ignore[call-overload]
    dlx.train({}, (X, y), out=3)  # type: ignore[call-overload]
    dlx.train({}, (X, y), out=3, settings={"training.epochs": 1})  # type: ignore[call-overload]
    dlx.train({}, (X, y), seed=2, progress="no")  # type: ignore[call-overload]
    dlx.tune(PLAN, workers="all")  # type: ignore[call-overload]
    dlx.minimize(3, steps=5)  # type: ignore[call-overload]
    dlx.Run(3)  # type: ignore[arg-type]
    dlx.new(X)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["train", "fit", "tune", "study", "folds", "gradcheck", "minimize"])
def test_help_shows_arguments_and_what_they_mean(name: str) -> None:
    own = getattr(import_module(dlx._MODULES[name]), name)  # type: ignore[attr-defined]
    arguments = inspect.signature(getattr(dlx, name)).parameters
    assert [*arguments][-1] == "settings"
    assert "dotted" not in arguments
    assert (own.__name__, own.__module__) == (name, dlx._MODULES[name])  # type: ignore[attr-defined]
    assert own is pickle.loads(pickle.dumps(getattr(dlx, name)))


@pytest.mark.parametrize("name", ["train", "new", "tune", "compare", "gradcheck", "minimize", "runs"])
def test_help_says_what_may_be_passed_in_words_that_need_no_source(name: str) -> None:
    signature = inspect.signature(getattr(dlx, name))
    words = {word for each in signature.parameters.values() for word in re.findall(r"\w+", str(each.annotation))}
    python = {*dir(builtins), "Any", "Callable", "Mapping", "Path", "Sequence"}
    assert words <= {*python, "Component", "EpochRecord", "Objective", "Progress", "Run", "X", "y", "table"}
    assert "'" not in re.sub(r"'\w*'|Path\('\w*'\)", "", str(signature))
    assert "'Any'" not in str(signature)


def test_settings_may_stand_in_a_mapping_of_their_own(tmp_path: Path, blank_pictures: None) -> None:
    beside: dict[str, Any] = {"training.epochs": 2, "optimizer": "momentum"}
    first = dlx.minimize("ravine", out=tmp_path / "a", steps=3, settings={"optimizer.learning_rate": 0.01, "seed": 4})
    second = dlx.minimize("ravine", out=tmp_path / "b", steps=3, seed=4, **{"optimizer.learning_rate": 0.01})
    assert first.spec == second.spec
    for settings, message in (
        (3, "expected a mapping"),
        ({3: 1}, "expected a mapping"),
        ({"steps": 2}, "'steps' is an"),
    ):
        with pytest.raises(dlx.UsageError, match=f"^minimize: settings: {message}"):
            dlx.minimize("ravine", settings=settings)
    with pytest.raises(dlx.UsageError, match=r"^train: settings: 'optimizer' is an argument"):
        dlx.train({}, optimizer="adam", settings=beside)
