"""Messages: the names that were probably meant, and the line that a remark points to."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path

import pytest

import dlx
from dlx.errors import PACKAGE, Remark, nearest, remark
from dlx.runs.export.formats import TARGETS
from dlx.synonyms import SYNONYMS

OPTIMIZERS = ["gradient_descent", "momentum", "adam", "adamw"]
ACTIVATIONS = ["identity", "sigmoid", "relu", "leaky_relu", "elu"]


@pytest.mark.parametrize(
    ("text", "names", "meant"),
    [
        ("Relu", ACTIVATIONS, "relu"),
        ("LeakyReLU", ACTIVATIONS, "leaky_relu"),
        ("leaky-relu", ACTIVATIONS, "leaky_relu"),
        ("SGD", OPTIMIZERS, "gradient_descent"),
        ("weight_decay", OPTIMIZERS, "adamw"),
        ("weight_decay", ["l2", "keep_prob"], "l2"),
        ("lr", ["learning_rate", "l2"], "learning_rate"),
        ("rleu", ACTIVATIONS, "relu"),
        ("lr", ["seed", "name"], None),  # what it stands for is not among them
        ("qwerty", ACTIVATIONS, None),
        ("x" * 200, ACTIVATIONS, None),
        (3, ACTIVATIONS, None),
    ],
)
def test_the_name_that_was_meant(text: object, names: list[str], meant: str | None) -> None:
    assert nearest(text, names) == meant


def arguments_of_python() -> set[str]:
    """The names of all arguments of what `dlx` has."""
    things = [getattr(dlx, name) for name in dlx.__all__]
    members = [member for _, member in inspect.getmembers(dlx.Run, inspect.isfunction)]
    return {name for thing in [*things, *members] if callable(thing) for name in inspect.signature(thing).parameters}


def test_words_of_other_tools_lead_to_names_of_the_schema() -> None:
    schema = (Path(__file__).parents[1] / "configs" / "schema.json").read_text(encoding="utf-8")
    names = {*re.findall(r'"(\w+)"', schema), *TARGETS, *arguments_of_python()}
    assert {name for names_of_word in SYNONYMS.values() for name in names_of_word} <= names


def test_code_beside_the_package_is_not_inside_of_it(tmp_path: Path) -> None:
    """As of a folder whose name begins like that of dlx: a remark points to its line."""
    program = compile("remark('so it is')", f"{PACKAGE.rstrip(os.sep)}_of_a_user/program.py", "exec")
    with pytest.warns(Remark, match="so it is") as caught:
        exec(program, {"remark": remark})
    assert caught[0].filename == program.co_filename
