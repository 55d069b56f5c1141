"""Words that the terminal and the page share: how training ended, where a finding lies, the level of a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx.show.numbers import duration

LEVELS = ("high", "low", "unsettled")  # the worst first: a verdict is as bad as the worst that it says


def level_of(verdict: str) -> str:
    """The level that gives a verdict its colour."""
    return next((level for level in LEVELS if level in verdict), "unsettled")


def ending(facts: Mapping[str, Any]) -> str:
    """Such as `early stopped after 31 epochs in 3.2 s, epoch 23 kept`."""
    final, kept_epoch = facts.get("final"), facts.get("kept_epoch")
    text = str(facts["status"]).replace("_", " ")
    if final:
        unit = "step" if "objective" in facts else "epoch"
        text += f" after {final['epoch']:,} {unit}{'s' * (final['epoch'] > 1)} in {duration(final['seconds'])}"
        text += f", epoch {kept_epoch:,} kept" if kept_epoch != final["epoch"] else ""
    return text


def place(finding: Mapping[str, Any]) -> str:
    """Where a finding lies, such as ` in layer 2, epoch 12`; empty where it is of no layer and no epoch."""
    parts = [f"{name} {finding[name]}" for name in ("layer", "epoch") if finding[name] is not None]
    return f" in {', '.join(parts)}" if parts else ""
