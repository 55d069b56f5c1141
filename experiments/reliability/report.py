"""The page of the bench: how many faults of each kind were injected, how many answers were right, which not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST = 40  # wrong ones of a kind that are named


@dataclass(frozen=True)
class Kind:
    """What came of one kind; ``wrong`` has what was wrong of each case by its number and name."""

    name: str
    injections: int
    wrong: Mapping[str, Sequence[str]]
    seconds: float

    @property
    def wrong_ones(self) -> int:
        """How many injections were answered wrongly."""
        return sum(map(len, self.wrong.values()))

    def __str__(self) -> str:
        return f"{self.name}: {self.injections} injections, {self.wrong_ones} wrong, {self.seconds:.0f} s"


def report(kinds: Sequence[Kind], seed: int, share: float) -> str:
    """The page."""
    total, wrong = sum(kind.injections for kind in kinds), sum(kind.wrong_ones for kind in kinds)
    rows = "\n".join(
        f"| {kind.name} | {kind.injections} | {kind.injections - kind.wrong_ones} | {kind.wrong_ones} "
        f"| {kind.seconds:.0f} |"
        for kind in kinds
    )
    extent = "" if share == 1 else f", {100 * share:g} % of them"
    return f"""# dlx under torture

Written by `make torture` (seed {seed}{extent}). *Right*: the command ended with the right exit code and one line of
message, nothing half-written was taken for whole, and the same command again, or `--resume`, came to the same bits as
if nothing had happened. What each kind does stands at the head of its file beside this one.

**{total} injections: {total - wrong} right, {wrong} wrong.**

| kind | injections | right | wrong | seconds |
|---|---|---|---|---|
{rows}
{"".join(_section(kind, f"--seed {seed} --share {share:g}") for kind in kinds if kind.wrong)}"""


def _section(kind: Kind, options: str) -> str:
    named = list(kind.wrong.items())[:MOST]
    lines = "\n".join(f"- {name}: {'; '.join(faults)}".replace("\n", " ⏎ ") for name, faults in named)
    more = f"\n- … and {len(kind.wrong) - MOST} more" if len(kind.wrong) > MOST else ""
    return f"""
## Wrong: {kind.name}

Again: `python -m experiments.reliability --only {kind.name} {options} --case NUMBER`.

{lines}{more}
"""
