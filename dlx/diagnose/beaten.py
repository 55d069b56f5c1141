"""A simple model that is surely better than the network: the plainest sign that something keeps it from learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx.diagnose.verdict import LOW, WORSE, in_words
from dlx.words import error_text


def beaten_by(diagnosis: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]] | None:
    """The simple model by which the network is surely beaten most: its title, the part, and what was compared."""
    if diagnosis["verdict"] == LOW:  # what it is behind by is within the tolerance
        return None
    models = [model for model in diagnosis.get("baselines", {}).values() if isinstance(model, Mapping)]
    compared = [(model["title"], *next(iter(model["parts"].items()))) for model in models]
    worse = [entry for entry in compared if entry[2]["difference"]["verdict"] == WORSE]
    return max(worse, key=lambda entry: entry[2]["difference"]["value"], default=None)


def beaten_in_words(diagnosis: Mapping[str, Any]) -> str:
    """Such as `surely by a linear model: 8.10 % of dev, the network 14.20 %`; empty where no model surely is better."""
    worst = beaten_by(diagnosis)
    if worst is None:
        return ""
    title, part, compared = worst
    least = compared["error"]["value"]
    both = (error_text(value, diagnosis.get("task")) for value in (least, least + compared["difference"]["value"]))
    return f"surely by {title}: {in_words(part)} error {next(both)}, the network {next(both)}"


def has_learned_less(diagnosis: Mapping[str, Any]) -> bool:
    """Whether the network errs on train already more than the better model does on other examples."""
    worst = beaten_by(diagnosis)
    return worst is not None and diagnosis["errors"]["train"]["value"] >= worst[2]["error"]["value"]
