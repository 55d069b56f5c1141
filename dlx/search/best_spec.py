"""The winner: the spec that the basic recipe has come to, complete, with comments that say where it came from."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from textwrap import fill

from dlx.documents.repair import BestBet, RemedyResult, RepairDocument
from dlx.runs.files.directory import RunDirectory
from dlx.show.numbers import probability
from dlx.spec.loader import dump_yaml
from dlx.spec.sections import Spec
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.stats.intervals import Estimate
from dlx.text import command

WIDTH = 110
COMMAND = "Command: "


def described(spec: Spec, run: RunDirectory, repair: RepairDocument) -> str:
    """The spec as a file that opens with its history: each remedy that was kept, with its measured effect."""
    remedies = [race.winner for race in repair.rounds if race.winner is not None]
    changes = [line for number, remedy in enumerate(remedies, 1) for line in _change(number, remedy)]
    means = f": {repair.errors.means}" if repair.errors.means else ""
    lines = [
        f"The basic recipe, run on {run.path}: what surely lowered its error on dev, one change after the other.",
        "",
        *changes,
        "",
        f"Dev error: {estimate_text(repair.errors.before.get('dev'))} before, "
        f"{estimate_text(repair.errors.after.get('dev'))} now{means}, with their 95 % interval.",
        f"{COMMAND}{command('train', run.act)}",
    ]
    return f"{as_comment(lines)}\n\n{dump_yaml(spec)}"


def candidate_described(spec: Spec, run: RunDirectory, bet: BestBet) -> str:
    """The spec of a best bet as a file that opens with what speaks for it."""
    overrides = ", ".join(f"{key}={dump_scalar(value)}" for key, value in bet.overrides.items())
    lines = [
        f"A candidate of the basic recipe, run on {run.path}: no remedy was found to help surely, and of all that were "
        f"tried this one most probably does, with {probability(bet.probability)}.",
        "",
        overrides,
        f"   against {bet.against}: {bet.why} ({bet.notes}); dev error {estimate_text(bet.change)} in {bet.replicates} "
        f"replicate{'s' * (bet.replicates != 1)}",
        "",
        f"{COMMAND}{command('train', run.candidate)}",
    ]
    return f"{as_comment(lines)}\n\n{dump_yaml(spec)}"


def as_comment(lines: Sequence[str]) -> str:
    """The lines as a comment of a spec; commands stay in one line, that they can be typed."""
    return "\n".join(f"# {line}" if line.startswith(COMMAND) else _filled(line) for line in lines)


def _filled(line: str) -> str:
    return fill(line, WIDTH, initial_indent="# ", subsequent_indent="#   ") if line else "#"


def _change(number: int, remedy: RemedyResult) -> list[str]:
    overrides = ", ".join(f"{key}={dump_scalar(value)}" for key, value in remedy.overrides.items())
    return [
        f"{number}. {overrides}",
        f"   against {remedy.against}: {remedy.why} ({remedy.notes}); dev error {estimate_text(remedy.change)}",
    ]


def estimate_text(error: Estimate | None) -> str:
    """An error and its interval, an end of which may be unknown."""
    if error is None:
        return "unknown"
    low, high = (f"{end:.4g}" if isfinite(end) else "?" for end in (error.low, error.high))
    return f"{error.value:.4g} ({low} to {high})"
