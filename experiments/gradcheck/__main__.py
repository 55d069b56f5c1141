"""Checks the checker: plants every fault, and writes what became of each into results.md beside this file.

With ``--right N`` it checks N networks without a fault in place of that, and writes what came of them into right.md.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

from .adversarial_faults import adversarial_faults
from .faults import Planted, all_faults
from .hidden_faults import hidden_faults
from .outsider_faults import outsider_faults
from .right_components import COMPONENTS, checked_components
from .right_networks import right_networks
from .right_rules import RIGHT_RULES, checked_rules
from .rule_faults import FAULTS, WrongRule

RESULTS, RIGHT = Path(__file__).parent / "results.md", Path(__file__).parent / "right.md"
HEAD = """# The checker, checked

Written by `make faults`. Each line is one mistake that was put into the backward pass of a small network from outside.
*Detected*: the gradient check failed. *Placed*: it named the operation with the mistake. *Named*: it also told what the
mistake is; some mistakes are of kinds that it has no name for.
"""
PLANTED: list[Planted | WrongRule] = []
COLUMNS = "| fault | where it is | what the check says | detected | placed | named |\n|---|---|---|---|---|---|"


def row(planted: Planted | WrongRule) -> tuple[str, tuple[bool, bool, bool]]:
    """The fault's line in the table, and whether it was detected, placed and named."""
    outcome, answer = planted.judged()
    marks = " | ".join("yes" if mark else "no" for mark in outcome)
    return f"| {planted.description} | {planted.operation} | {answer} | {marks} |", outcome


def _row(number: int) -> tuple[str, tuple[bool, bool, bool]]:
    return row(PLANTED[number])


def table(title: str, faults: Sequence[Planted | WrongRule]) -> str:
    """Plant them all; their table, below what it amounts to."""
    PLANTED[:] = faults  # which the processes below have as they are, since they are forked
    with get_context("fork").Pool() as pool:
        rows = pool.map(_row, range(len(faults)), chunksize=1)
    n = len(rows)
    counts = [sum(outcome[k] for _, outcome in rows) for k in range(3)]
    detected, placed, named = counts
    sentence = f"{n} planted faults: {detected} detected, {placed} placed, {named} named"
    print(f"{title}: {sentence}", flush=True)
    shares = ", ".join(f"{100 * count / n:.0f} %" for count in counts)
    return "\n".join([f"## {title}", "", f"**{sentence}** ({shares}).", "", COLUMNS, *(line for line, _ in rows)])


def right_plugins() -> str:
    """How many right components of unusual form are accused."""
    accused = [name for name, point in checked_components() if not point.passed]
    accused_rules = [name for name, fault in checked_rules() if fault]
    lines = [f"- {name}" for name in (*accused, *accused_rules)]
    counts = (sum(1 for _ in COMPONENTS), len(accused), len(RIGHT_RULES), len(accused_rules))
    sentence = "{} right components with gradients of unusual form: {} accused; {} without: {} accused".format(*counts)
    print(sentence, flush=True)
    return "\n".join(["## Right components of plugins", "", f"**{sentence}**.", *lines])


def main() -> None:
    """Plant them all."""
    tables = [
        table("Mistakes in every operation", all_faults()),
        table("Mistakes that hide from one θ and one batch", hidden_faults()),
        table("Mistakes as an adversary makes them", adversarial_faults()),
        table("Mistakes in plugins, each under a condition of its own", outsider_faults()),
        table("Mistakes in optimizers, schedules and initializers", FAULTS),
        right_plugins(),
    ]
    RESULTS.write_text("\n".join([HEAD, *(f"{text}\n" for text in tables)]), encoding="utf-8")


def _of_right(number: int) -> tuple[str, bool, int, bool]:
    """Words for the network of this number, whether it passes, the entries compared, and whether digits differed."""
    [(words, point)] = right_networks(number, 1)
    entries = sum(each.covered["entries"] for each in (point, *point.elsewhere))
    return words, point.passed, entries, point.rounded > 0


def check_right(count: int) -> None:
    """Check networks without a fault."""
    with get_context("fork").Pool() as pool:
        outcomes = pool.map(_of_right, range(count), chunksize=1)
    accused = [words for words, passed, _, _ in outcomes if not passed]
    judged, rounded = sum(entries for _, _, entries, _ in outcomes), sum(digits for *_, digits in outcomes)
    sentence = f"{count:,} right networks: {len(accused)} accused"
    lines = [
        "# Right networks\n",
        "Written by `make right-networks`: networks of every kind without a mistake, some with W × 1000, examples of",
        "zeros or biases at a kink.\n",
        f"**{sentence}**; {judged:,} entries of θ were compared, and in {rounded} networks digits differed that large",
        "W multiply.",
        *(f"- {words}" for words in accused),
    ]
    RIGHT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(sentence)


if sys.argv[1:2] == ["--right"]:
    check_right(int(sys.argv[2]))
else:
    main()
