"""The winner: the spec that the basic recipe has come to, complete, with comments that say where it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from dlx.spec.loader import dump_yaml
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command

if TYPE_CHECKING:
    from dlx.runs.directory import RunDirectory
    from dlx.spec.sections import Spec

WIDTH = 110
COMMAND = "Command: "


def described(spec: Spec, run: RunDirectory, story: Mapping[str, Any]) -> str:
    """The spec as a file that opens with its history: each remedy that was kept, with its measured effect."""
    before, after = (story["errors"][when].get("dev") for when in ("before", "after"))
    remedies = [remedy for race in story["rounds"] for remedy in race["remedies"] if remedy["name"] == race["kept"]]
    changes = [line for number, remedy in enumerate(remedies, 1) for line in _change(number, remedy)]
    lines = [
        f"The basic recipe, run on {run.path}: what surely lowered its error on dev, one change after the other.",
        "",
        *changes,
        "",
        f"Dev error: {estimate_text(before)} before, {estimate_text(after)} now: means over {story['replicates']} "
        "replicates, with their 95 % interval.",
        f"{COMMAND}{command('train', run.act)}",
    ]
    return f"{as_comment(lines)}\n\n{dump_yaml(spec)}"


def as_comment(lines: Sequence[str]) -> str:
    """The lines as a comment of a spec; commands stay in one line, that they can be typed."""
    return "\n".join(f"# {line}" if line.startswith(COMMAND) else _filled(line) for line in lines)


def _filled(line: str) -> str:
    return fill(line, WIDTH, initial_indent="# ", subsequent_indent="#   ") if line else "#"


def _change(number: int, remedy: Mapping[str, Any]) -> list[str]:
    overrides = ", ".join(f"{key}={dump_scalar(value)}" for key, value in remedy["overrides"].items())
    return [
        f"{number}. {overrides}",
        f"   against {remedy['against']}: {remedy['why']} ({remedy['notes']}); "
        f"dev error {estimate_text(remedy['change'])}",
    ]


def estimate_text(error: Mapping[str, Any] | None) -> str:
    """A measured number with its interval, as a comment has it."""
    if error is None:
        return "unknown"
    low, high = ("?" if error[end] is None else f"{error[end]:.4g}" for end in ("low", "high"))
    return f"{error['value']:.4g} ({low} to {high})"
