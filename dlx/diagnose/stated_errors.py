"""Bare errors: the numbers of a network that was trained elsewhere, as typed, for the same verdict as on a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from dlx.diagnose.tolerance import TOLERANCE
from dlx.errors import UsageError, allowed
from dlx.stats.intervals import Estimate, error_rate
from dlx.text import plain_signs
from dlx.words import PARTS

SIZES = {f"m_{part}": part for part in PARTS}
RATES = (*PARTS, "optimal", "tolerance")
NAMES = (*RATES, *SIZES)
NUMBER = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)\s*(%?)")


@dataclass(frozen=True)
class BareErrors:
    """What stood there; an error without a number of examples has the point itself for an interval."""

    errors: dict[str, Estimate]
    optimal: float | None = None
    tolerance: float = TOLERANCE


def parse_errors(text: str) -> BareErrors:
    """Read ``train=.15,dev=16%,optimal=0,m_dev=500``.

    Values are error rates from 0 to 1, or percentages with their sign; m_… are numbers of examples. What is not given:
    the optimal error is None, which counts as 0, the tolerance 0.02, and an error without its m is taken at its word.

    Raises:
        UsageError: with everything that is wrong, a line each.
    """
    assignments, problems = _assignments(text)
    values: dict[str, float] = {}
    for name, value in assignments.items():
        try:
            values[name] = _size(value) if name in SIZES else _rate(name, value)
        except ValueError as error:
            problems.append(f"{name}: {error}")
    problems += _missing(assignments) if assignments or not problems else ()
    if problems:
        raise UsageError("\n".join(f"--errors: {problem}" for problem in problems))
    sizes = {part: int(values[name]) for name, part in SIZES.items() if name in values}
    errors = {part: error_rate(values[part], sizes.get(part)) for part in PARTS if part in values}
    return BareErrors(errors, values.get("optimal"), values.get("tolerance", TOLERANCE))


def _assignments(text: str) -> tuple[dict[str, str], list[str]]:
    """The values by name, and what stands where no assignment does."""
    assignments: dict[str, str] = {}
    problems = []
    for piece in text.split(","):
        name, equals, value = (part.strip() for part in piece.partition("="))
        if not equals:
            meant = re.fullmatch(r"(\w+)\s*[: ]\s*(\S+)", plain_signs(piece).strip())
            question = f" (did you mean {meant[1]}={meant[2]}?)" if meant else ""
            problems.append(f"expected NAME=VALUE, such as train=.15, got {piece.strip()!r}{question}")
        elif name not in NAMES:
            problems.append(f"there is no {name!r} {allowed(name, NAMES)}")
        elif name in assignments:
            problems.append(f"{name} is given twice: {assignments[name]} and {value}")
        else:
            assignments[name] = value
    return assignments, problems


def _missing(assignments: dict[str, str]) -> Iterator[str]:
    for name, part in SIZES.items():
        if name in assignments and part not in assignments:
            yield f"{name} has no error that it belongs to: state {part} too"
    if not any(part in assignments for part in PARTS):
        yield f"there is no error to judge: state at least one of {', '.join(PARTS)}"


def _rate(name: str, text: str) -> float:
    match = NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"expected a number such as 0.15 or 15%, got {text!r}")
    number = Decimal(match[1]) / (100 if match[2] else 1)
    if number > 1:
        meant = f"; {text} per cent is {text}%" if number <= 100 and not match[2] else ""
        raise ValueError(f"an error rate is at most 1, or 100%, got {text}{meant}")
    if number < 0 or (name == "tolerance" and number == 0):
        raise ValueError(f"expected a number {'above' if name == 'tolerance' else 'not below'} 0, got {text}")
    return float(number)


def _size(text: str) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,12}", text):
        raise ValueError(f"expected a number of examples such as 1000, got {text!r}")
    return int(text)
