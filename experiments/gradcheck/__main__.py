"""Checks the checker: plants every fault, and writes what became of each into results.md beside this file."""

from __future__ import annotations

from pathlib import Path

from .faults import Planted, all_faults

RESULTS = Path(__file__).parent / "results.md"


def row(planted: Planted) -> tuple[str, tuple[bool, bool, bool]]:
    """The fault's line in the table, and whether it was detected, placed and named."""
    outcome, answer = planted.outcome(planted.check())
    marks = " | ".join("yes" if mark else "no" for mark in outcome)
    return f"| {planted.description} | {planted.operation} | {answer} | {marks} |", outcome


def main() -> None:
    """Plant them all."""
    rows = [row(planted) for planted in all_faults()]
    n = len(rows)
    detected, placed, named = (sum(outcome[k] for _, outcome in rows) for k in range(3))
    sentence = f"{n} planted faults: {detected} detected, {placed} placed, {named} named"
    head = f"""# The checker, checked

Written by `make faults`. Each line is one mistake that was put into the backward pass of a small network from outside.
*Detected*: the gradient check failed. *Placed*: it named the operation with the mistake. *Named*: it also told what the
mistake is; some mistakes are of kinds that it has no name for.

**{sentence}** ({100 * detected / n:.0f} %, {100 * placed / n:.0f} %, {100 * named / n:.0f} %).

| fault | where it is | what the check says | detected | placed | named |
|---|---|---|---|---|---|
"""
    RESULTS.write_text(head + "\n".join(line for line, _ in rows) + "\n", encoding="utf-8")
    print(sentence)


main()
