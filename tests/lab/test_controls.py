"""Controls: what they offer is what a spec takes, for every spec that ships."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dlx.errors import SpecError
from dlx.lab.controls import Controls
from dlx.lab.draft import Draft

ROOT = Path(__file__).parents[2]
CONFIGS = [*sorted((ROOT / "configs").glob("*.yaml")), *sorted((ROOT / "configs" / "objectives").glob("*.yaml"))]
CONTROLS = Controls()


def controls(draft: Draft) -> list[dict[str, Any]]:
    sections = CONTROLS.of(draft.resolve().spec, draft.original.spec)
    return [control for section in sections for control in section["controls"]]


def values(control: dict[str, Any]) -> Iterator[Any]:
    """What a hand can set: the ends of the slider, the words, the choices."""
    if control["kind"] == "number":
        yield from control["words"]
        if control["scale"] in ("log", "zero_log", "linear"):
            yield control["to"]
    elif control["kind"] == "choice":
        yield from (choice["value"] for choice in control["choices"] if choice["value"] is not None)
    elif control["kind"] == "switch":
        yield from (True, False)
    else:
        yield [*control["value"], {"units": 3}]


def problems(draft: Draft) -> list[str]:
    """What is wrong with it, if anything."""
    try:
        draft.resolve()
    except SpecError as error:
        return [problem.what for problem in error.problems]
    return []


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_what_a_control_offers_is_a_spec_or_contradicts_another_key(path: Path) -> None:
    """No value is refused for itself, of the wrong type or beyond what is allowed: only beside others."""
    draft = Draft(path)
    for control in controls(draft):
        for value in values(control):
            draft.reset()
            draft.set(control["key"], value)
            assert [what for what in problems(draft) if "expected" in what] == [], control["key"]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_values_are_those_of_the_spec_and_lie_on_their_sliders(path: Path) -> None:
    draft = Draft(path)
    dump = draft.original.spec.dump()
    shown = controls(draft)
    assert len({control["key"] for control in shown}) == len(shown) > 5
    for control in shown:
        at: Any = dump
        for name in control["key"].split("."):
            at = at.get(name) if isinstance(at, dict) else None
        assert control["value"] == at
        if control["kind"] == "choice":
            assert at in [choice["value"] for choice in control["choices"]]
        if control["kind"] == "number" and control["scale"] == "log" and isinstance(at, int | float):
            assert control["from"] <= at <= control["to"]
    json.dumps(shown)


def test_scales_are_those_of_the_quantities(spec: Path) -> None:
    scales = {control["key"]: control.get("scale") for control in controls(Draft(spec))}
    assert scales["optimizer.learning_rate"] == "log"
    assert scales["optimizer.beta1"] == "one_minus"
    assert scales["regularization.keep_prob"] == "linear"
    assert scales["regularization.l2"] == "zero_log"
    assert scales["training.batch_size"] == "log"
    assert scales["seed"] == "none"
    assert "training.threads" not in scales


def test_a_slider_keeps_its_ends_while_it_is_pulled(spec: Path) -> None:
    draft = Draft(spec)
    ends = set()
    for value in (0.001, 0.01, 0.3):
        draft.set("optimizer.learning_rate", value)
        (control,) = (control for control in controls(draft) if control["key"] == "optimizer.learning_rate")
        ends.add((control["from"], control["to"]))
    assert len(ends) == 1
