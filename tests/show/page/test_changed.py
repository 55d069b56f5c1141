"""A spec in short is that spec again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlx.errors import Place
from dlx.nn.losses import Softmax, SquaredError
from dlx.runs.preparation import prepare
from dlx.show.page.changed import changed
from dlx.spec.loader import load_spec, resolve
from dlx.spec.sections import Spec
from dlx.spec.tree import tree_of
from dlx.spec.yaml_text.reading import parse
from dlx.spec.yaml_text.writing import dump

CONFIGS = Path(__file__).parents[3] / "configs"
SPECS = [
    path for path in sorted(CONFIGS.rglob("*.yaml")) if "\nbase:" not in path.read_text(encoding="utf-8")
]  # no plan


def without_what_training_fills_in(spec: Spec) -> dict[str, Any]:
    data = spec.dump()
    return {
        **data,
        "task": None,
        "loss": None,
        "training": {**data["training"], "threads": None},
        "diagnosis": {**data.get("diagnosis", {}), "tolerance": None},
    }


def again(spec: Spec) -> Spec:
    return resolve(tree_of(parse(dump(changed(spec)), Place("short")).plain(), Place("short"))).spec


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_it_stands_for_the_whole(path: Path) -> None:
    spec = load_spec(path).spec
    assert without_what_training_fills_in(again(spec)) == without_what_training_fills_in(spec)


def test_nothing_is_in_it_that_is_the_default() -> None:
    spec = prepare(load_spec(CONFIGS / "digits.yaml", ["training.batch_size=64", "training.epochs=3"]).spec).spec
    assert changed(spec) == {
        "name": "digits",
        "data": {
            "source": "digits",
            "split": {"train": 0.8, "dev": 0.1, "test": 0.1},
            "normalize": "minmax",
            "augment": ["rotate"],
        },
        "architecture": {"hidden": [128, 64], "batch_norm": True},
        "regularization": {"keep_prob": 0.8},
        "optimizer": {"name": "adam", "learning_rate": 0.005},
        "schedule": "cosine",
        "training": {"epochs": 3},
    }


def test_a_loss_that_is_not_the_usual_one_is_kept() -> None:
    spec = load_spec(CONFIGS / "regression.yaml").spec
    usual, other = (
        spec.model_copy(update={"task": "regression", "loss": loss}) for loss in (SquaredError(), Softmax())
    )
    assert "loss" not in changed(usual)
    assert changed(other)["loss"] == "softmax"


def test_a_norm_has_a_name_where_its_key_does_not_say_it() -> None:
    layers = "[8, {units: 4, norm: false, layer_norm: {epsilon: 0.1}}]"
    architecture = f"architecture={{hidden: {layers}, batch_norm: false, norm: layer_norm}}"
    spec = load_spec(CONFIGS / "digits.yaml", [architecture]).spec
    layer = {"units": 4, "layer_norm": {"epsilon": 0.1}}  # in place of that of `architecture`, which has its name
    assert changed(spec)["architecture"]["hidden"] == [8, layer]
    assert changed(spec)["architecture"]["norm"] == "layer_norm"
