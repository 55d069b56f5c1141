"""Words that the terminal and the page share: how training ended, where a finding lies, the level of a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx.documents.findings import Finding
from dlx.registry import REGISTRY
from dlx.show.numbers import duration
from dlx.words import RELATIVE, Status

OBJECTIVE = "objective"  # in place of a task, where there are no data to learn from
LEVELS = ("high", "low", "unsettled")  # the worst first: a verdict is as bad as the worst that it says


def level_of(verdict: str) -> str:
    """The level that gives a verdict its colour."""
    return next((level for level in LEVELS if level in verdict), "unsettled")


def title_of_error(target_errors: str | None) -> str:
    """What tables call errors; of several targets they are relative where each is measured by its spread."""
    return "relative error" if target_errors == RELATIVE else "error"


def note_on_errors(target_errors: str | None) -> str:
    """What must be known to read the errors; empty where nothing must."""
    if target_errors != RELATIVE:
        return ""
    how = "residuals are divided by the standard deviation that their target has in train"
    return f"errors are relative: {how}, so that always answering the means has about 1"


def ending(facts: Mapping[str, Any]) -> str:
    """Such as `early stopped after 31 epochs in 3.2 s, epoch 23 kept`."""
    final, kept_epoch = facts.get("final"), facts.get("kept_epoch")
    text = Status(facts["status"]).in_words
    if final:
        unit = step_word(OBJECTIVE if OBJECTIVE in facts else None)
        text += f" after {final['epoch']:,} {unit}{'s' * (final['epoch'] > 1)} in {duration(final['seconds'])}"
        text += f", epoch {kept_epoch:,} kept" if kept_epoch != final["epoch"] else ""
    return text


def step_word(task: str | None) -> str:
    """What a row of metrics.csv is of: an epoch, or of an objective a step."""
    return "step" if task == OBJECTIVE else "epoch"


def title_of_finding(name: str) -> str:
    """The name of a finding as people read it.

    >>> title_of_finding("few_examples")
    'Few examples'
    """
    return name.replace("_", " ").capitalize()


def place(finding: Finding) -> str:
    """Where a finding lies, such as ` in layer 2, epoch 12`; empty where it is of no layer and no epoch."""
    places = {"layer": finding.layer, "epoch": finding.epoch}
    parts = [f"{name} {number}" for name, number in places.items() if number is not None]
    return f" in {', '.join(parts)}" if parts else ""


def title_of_metric(name: str) -> str:
    """What tables call a metric; one of a plugin that is not loaded has its name."""
    member: Any = REGISTRY.get("metric", {}).get(name)
    return str(member.in_words()) if member is not None else name.replace("_", " ")


def minimized(quantity: str) -> str:
    """What is minimized of a column, as tables call it: `dev error`, `1 − dev F1`."""
    part, _, name = quantity.partition("_")
    member: Any = REGISTRY.get("metric", {}).get(name)
    words = f"{part} {title_of_metric(name)}"
    return f"1 − {words}" if member is not None and member.higher_is_better else words
