"""The norms of a layer: what it states and what it takes over, and under which key a complete spec has its norm."""

from __future__ import annotations

from typing import Any

import pytest

from dlx.spec.sections import Spec


def complete(hidden: list[Any], **architecture: Any) -> Spec:
    sections = {"data": {"source": "moons"}, "architecture": {"hidden": hidden, **architecture}}
    return Spec.model_validate(sections).complete()


@pytest.mark.parametrize(
    ("layer", "architecture", "norm"),
    [
        ({}, {"layer_norm": True}, "layer_norm"),
        ({"norm": False}, {"layer_norm": True}, None),
        ({"norm": False}, {"batch_norm": True}, None),
        ({"batch_norm": False}, {"norm": "batch_norm"}, None),
        ({"batch_norm": False}, {"layer_norm": True}, "layer_norm"),
        ({"layer_norm": True, "batch_norm": False}, {"batch_norm": True}, "layer_norm"),
        ({"norm": {"name": "batch_norm", "momentum": 0.5}}, {}, "batch_norm"),
        ({}, {"norm": "layer_norm"}, "layer_norm"),
    ],
)
def test_a_layer_has_the_norm_that_it_states_or_takes(
    layer: dict[str, Any], architecture: dict[str, Any], norm: str | None
) -> None:
    spec = complete([{"units": 3, **layer}], **architecture)
    [section] = spec.architecture.hidden
    assert (section.normalization and section.normalization.name) == norm
    assert [key for key in ("batch_norm", "layer_norm", "norm") if getattr(section, key)] == ([norm] if norm else [])
    assert Spec.model_validate(spec.dump()).complete() == spec


def test_a_norm_is_the_same_under_either_key() -> None:
    options = {"momentum": 0.999}
    named = complete([{"units": 3, "norm": {"name": "batch_norm", **options}}])
    assert named.architecture.hidden == complete([{"units": 3, "batch_norm": options}]).architecture.hidden
