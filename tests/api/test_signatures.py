"""The calls of the documentation, as mypy sees them: settings in a mapping are taken, data and paths have types.

Nothing here runs: `mypy` reads it with all tests, and says where a call is refused, or one is not that should be.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any, get_overloads

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
    dlx.study(PLAN, **{"seeds": 10})
    dlx.folds({}, (X, y), **{"data.folds": 5})
    dlx.gradcheck({}, (X, y), **{"training.batch_size": 5})
    dlx.minimize("ravine", steps=5, **{"optimizer.learning_rate": 0.1})
    run.resume(**{"training.epochs": 60}).diagnose(**{"diagnosis.optimal_error": 0.1})


def as_nobody_should() -> None:
    dlx.train(3)  # type: ignore[call-overload]
    dlx.train({}, X)  # type: ignore[call-overload]  # where are the labels?
    dlx.fit({}, [X, y])  # type: ignore[call-overload]
    dlx.tune(PLAN, X)  # type: ignore[call-overload]
    dlx.Run(3)  # type: ignore[arg-type]
    dlx.new(X)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["train", "fit", "tune", "study", "folds", "gradcheck", "minimize"])
def test_the_first_signature_is_what_runs(name: str) -> None:
    own = getattr(import_module(dlx._MODULES[name]), name)  # type: ignore[attr-defined]
    first, other = get_overloads(own)
    assert inspect.signature(first) == inspect.signature(own)
    kinds = [parameter.kind.name for parameter in inspect.signature(other).parameters.values()]
    assert set(kinds) == {"POSITIONAL_ONLY", "VAR_KEYWORD"}
