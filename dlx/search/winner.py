"""The winner: the spec that the basic recipe has come to, complete, with comments that say where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from dlx.spec_file import dump_yaml
from dlx.yaml_loader import dump_scalar

if TYPE_CHECKING:
    from dlx.diagnose.intervals import Estimate
    from dlx.runs import RunDirectory
    from dlx.spec import Spec

WIDTH = 110


def described(spec: Spec, run: RunDirectory, rounds: Sequence[Mapping[str, Any]], story: Mapping[str, Any]) -> str:
    """The spec as a file that opens with its history: a line for each remedy, with its measured effect."""
    before, after = (story["errors"][when].get("dev") for when in ("before", "after"))
    changes = [line for number, one in enumerate(_kept(rounds), 1) for line in _change(number, one)]
    lines = [
        f"The basic recipe, run on {run.path}: what surely lowered its error on dev, one change after the other.",
        "",
        *changes,
        "",
        f"Dev error: {_shown(before)} before, {_shown(after)} now: means over {story['replicates']} replicates, with "
        "their 95 % interval.",
        f"Command: dlx train {run.act}",
    ]
    text = "\n".join(
        fill(line, WIDTH, initial_indent="# ", subsequent_indent="#   ") if line else "#" for line in lines
    )
    return f"{text}\n\n{dump_yaml(spec)}"


def _kept(rounds: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for round_ in rounds for one in round_["remedies"] if one["name"] == round_["kept"]]


def _change(number: int, remedy: Mapping[str, Any]) -> list[str]:
    overrides = ", ".join(f"{key}={dump_scalar(value)}" for key, value in remedy["overrides"].items())
    change = remedy["change"]
    effect = f"{change['value']:+.4f} ({change['low']:+.4f} to {change['high']:+.4f})"
    return [
        f"{number}. {overrides}",
        f"   against {remedy['against']}: {remedy['why']} ({remedy['notes']}); dev error {effect}",
    ]


def _shown(error: Estimate | None) -> str:
    return "unknown" if error is None else f"{error.value:.4f} ({error.low:.4f} to {error.high:.4f})"
