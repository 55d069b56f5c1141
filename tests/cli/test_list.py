"""``dlx list``: every component with its formula, options, defaults and source."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.component import REGISTRY
from dlx.spec.sections import Spec

Run = Callable[..., Any]


def test_kinds_with_their_members(call_dlx: Run) -> None:
    lines = call_dlx("list").stdout.partition("\n\n")[0].splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [
        [kind, ", ".join(members)] for kind, members in sorted(REGISTRY.items())
    ]


def test_members_of_a_kind_with_their_formulas(call_dlx: Run) -> None:
    lines = call_dlx("list", "optimizer").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(REGISTRY["optimizer"])
    assert lines[0] == f"{'gradient_descent':<16}  θ ← θ − α·dθ."


def test_one_component_with_its_options(call_dlx: Run) -> None:
    lines = call_dlx("list", "optimizer", "adam").stdout.splitlines()
    assert lines[0] == "optimizer adam"
    assert "  beta1          a number ≥ 0 and < 1  default 0.9      of v, the average gradient" in lines
    assert any("Kingma & Ba 2015" in line for line in lines)
    assert lines[-1] == "Defined in dlx.nn.optimizers.Adam"


@pytest.mark.parametrize("arguments", [[], ["schedule"], ["schedule", "manual"]])
def test_json(call_dlx: Run, arguments: list[str]) -> None:
    document = json.loads(call_dlx("list", *arguments, "--json").stdout)
    assert document["schema_version"] == 1
    [manual] = [each for each in document["components"] if (each["kind"], each["name"]) == ("schedule", "manual")]
    [table] = [option for option in manual["options"] if option["name"] == "table"]
    assert table == {
        "name": "table",
        "type": "a list of lists of values",
        "required": True,
        "default": None,
        "description": "[[t, α], …]",
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["optimizr"], "there is no kind of component or section named 'optimizr' (allowed "),
        (["optimizer", "adm"], "there is no optimizer named 'adm' (allowed "),
    ],
)
def test_unknown_names(call_dlx: Run, arguments: list[str], said: str) -> None:
    result = call_dlx("list", *arguments)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {said}")
    assert f"did you mean {'optimizer' if len(arguments) == 1 else 'adam'}?)" in result.stderr


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("adam", "list optimizer adam"),
        ("sgd", "list optimizer gradient_descent"),
        ("lr", "explain optimizer.learning_rate"),
        ("epochs", "explain training.epochs"),
        ("dead_units", "explain dead_units"),
    ],
)
def test_what_is_no_kind_is_answered_with_the_command_for_it(word: str, typed: str, call_dlx: Run) -> None:
    result = call_dlx("list", word)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"; did you mean dlx {typed}?\n")
    assert call_dlx(*typed.split()).code == 0


def test_a_plugin_appears_in_list_and_schema(call_alone: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from dlx.nn.activations import Activation\n\n\n"
        "class Cube(Activation):\n"
        '    """A = Z³."""\n\n'
        "    name = 'cube'\n\n"
        "    def forward(self, *arguments): ...\n"
    )
    assert "cube" in call_alone("list", "activation", "--plugin", "mine.py", cwd=tmp_path).stdout
    schema = json.loads(call_alone("config", "schema", "--plugin", "mine.py", cwd=tmp_path).stdout)
    assert {"const": "cube", "description": "A = Z³."} in schema["$defs"]["activation"]["anyOf"]


def test_every_default_of_the_spec_is_listed() -> None:
    for field in Spec.model_fields.values():
        if hasattr(field.default, "kind"):
            assert field.default.name in REGISTRY[field.default.kind]


def test_sections_with_their_keys(call_dlx: Run) -> None:
    _, _, sections = call_dlx("list").stdout.partition("\nSections, each with its keys\n")
    by_name = {line.split()[0]: line.split(maxsplit=1)[1] for line in sections.splitlines()}
    assert by_name["regularization"] == "l2, l1, keep_prob"
    assert {"spec", "training", "data.split", "search", "expect"} <= by_name.keys()
    assert not by_name.keys() & REGISTRY.keys()
    lines = call_dlx("list", "training").stdout.splitlines()
    names = {line.split()[0] for line in lines if not line.startswith(" ")}
    assert names == set(type(Spec.model_fields["training"].default).model_fields)
    assert (
        call_dlx("list", "training", "epochs").stdout == "epochs  a whole number ≥ 1  default 10  passes over train\n"
    )
    [key] = json.loads(call_dlx("list", "training", "epochs", "--json").stdout)["keys"]
    assert (key["name"], key["default"]) == ("training.epochs", "10")
    assert json.loads(call_dlx("list", "--json").stdout)["sections"]["expect"] == ["expect.claim", "expect.why"]


def test_explain_prints_and_gives_json(call_dlx: Run) -> None:
    lines = call_dlx("explain", "training.epochs").stdout.splitlines()
    assert lines[0].split() == ["training.epochs", "key"]
    assert lines[-1].endswith("dlx train spec.yaml training.epochs=60")
    [explanation] = json.loads(call_dlx("explain", "dead_units", "--json").stdout)["explanations"]
    assert (explanation["kind"], explanation["also"]["severity"]) == ("finding", "warning")
    assert call_dlx("explain", "nothing-like-it").code == 2


@pytest.mark.parametrize(
    ("word", "right"),
    [
        (["list", "Optimizers"], ["list", "optimizer"]),
        (["list", "OPTIMIZER", "Adam"], ["list", "optimizer", "adam"]),
        (["list", "losses"], ["list", "loss"]),
        (["list", "Training", "batch-size"], ["list", "training", "batch_size"]),
        (["explain", "RELU"], ["explain", "relu"]),
        (["explain", "dead units"], ["explain", "dead_units"]),
        (["explain", "Learning-Rate"], ["explain", "learning_rate"]),
        (["guide", "KEYS"], ["guide", "keys"]),
        (["guide", "dlx/guide/Tutorial.md"], ["guide", "tutorial"]),
    ],
)
def test_capitals_joints_and_plurals_make_no_difference(word: list[str], right: list[str], call_dlx: Run) -> None:
    result = call_dlx(*word)
    assert (result.code, result.stderr) == (0, "")
    assert result.stdout == call_dlx(*right).stdout


@pytest.mark.parametrize(
    ("word", "typed"), [("keys", "guide keys"), ("Findings", "guide findings"), ("runs", "runs"), ("datasets", None)]
)
def test_what_is_listed_elsewhere_leads_there(word: str, typed: str | None, call_dlx: Run) -> None:
    result = call_dlx("list", word)
    assert (result.code, result.stdout) == (2, "")
    assert result.stderr.endswith(f"; did you mean dlx {typed}?\n" if typed else "did you mean source?)\n")


def test_a_gap_is_explained_before_the_keys_of_its_name(call_dlx: Run) -> None:
    lines = call_dlx("explain", "bias").stdout.splitlines()
    assert lines[0].split() == ["bias", "quantity"]
    assert any(line.startswith("architecture.hidden.bias") for line in lines)


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("name", [["optimizer", "adam"], ["source", "file"], ["metric", "f1"], ["data"]])
def test_details_fit_a_terminal_and_have_no_marks_of_docstrings(
    name: list[str], columns: int, call_dlx: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = call_dlx("list", *name).stdout
    monkeypatch.setattr("dlx.show.terminal.columns_of", lambda out: columns)
    text = call_dlx("list", *name).stdout
    assert "``" not in text
    assert max(map(len, text.splitlines())) <= columns
    assert text.split() == whole.split()
