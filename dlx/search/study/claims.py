"""Claims: what a study expects of its variants, as comparisons such as ``adam.train_cost < momentum.train_cost``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf, isnan, nan
from typing import TypeAlias

Value: TypeAlias = float | str | frozenset[str]
NAME = re.compile(r"[A-Za-z_]\w*")  # of a variant that needs no quotes
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": lambda left, right: left < right or left > right,  # a number that is none fulfils nothing
}
EQUALITY = ("==", "!=")
IN, NOT_IN = "in", "not in"
CONTAINED = (IN, NOT_IN)
INFIX = {"+": operator.add, "-": operator.sub, "*": operator.mul}
FUNCTIONS: dict[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max}
REACHING = ("epochs_to", "steps_to", "seconds_to")


@dataclass(frozen=True)
class Number:
    """A number of the claim itself."""

    value: float

    def __str__(self) -> str:
        return f"{self.value!r}"


@dataclass(frozen=True)
class Words:
    """A text of the claim itself; ``position`` is where it stands in the claim, from 1."""

    value: str
    position: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return quoted(self.value)


@dataclass(frozen=True)
class Term:
    """A measure of a variant: ``he.dev_error``, ``he.final.cost``, ``he.dev_error@10``, ``he.layer2.saturated``."""

    variant: str
    path: tuple[str, ...]
    epoch: int | None = None
    position: int = field(default=1, compare=False)

    def __str__(self) -> str:
        name = self.variant if NAME.fullmatch(self.variant) else quoted(self.variant)
        at = "" if self.epoch is None else f"@{self.epoch}"
        return f"{name}.{'.'.join(self.path)}{at}"


@dataclass(frozen=True)
class Reaching:
    """When a column first fulfils a comparison: ``epochs_to(he.train_cost < 0.1)``; infinite where it never does."""

    what: str
    term: Term
    sign: str
    bound: float

    def __str__(self) -> str:
        return f"{self.what}({self.term} {self.sign} {self.bound!r})"


@dataclass(frozen=True)
class ClaimOperation:
    """A sum, difference, product, quotient, or a function of several values."""

    name: str
    operands: tuple[Expression, ...]

    def __str__(self) -> str:
        if self.name in FUNCTIONS:
            return f"{self.name}({', '.join(map(str, self.operands))})"
        inside = [f"({operand})" if _is_infix(operand) else str(operand) for operand in self.operands]
        return f" {self.name} ".join(inside) if len(inside) > 1 else f"{self.name}{inside[0]}"


Expression: TypeAlias = Number | Words | Term | Reaching | ClaimOperation
Quantity: TypeAlias = Term | Reaching


@dataclass(frozen=True)
class ClaimResult:
    """What came of one comparison of a claim; ``by`` is how far the sides lie apart, positive where it holds."""

    left: Value
    sign: str
    right: Value
    holds: bool
    by: float | None


@dataclass(frozen=True)
class Claim:
    """A chain of comparisons, all of which have to hold: ``a < b <= c``.

    Each side is made of numbers (``5%`` is 0.05), texts in quotes, measures of variants, ``+ - * /``, parentheses,
    ``abs``, ``min``, ``max``, and ``epochs_to``, ``steps_to`` and ``seconds_to`` of a comparison of a column with a
    number. ``"symmetric_units" in zeros.findings`` asks for a finding of the diagnosis, ``not in`` for its absence.
    """

    text: str = field(compare=False)
    sides: tuple[Expression, ...]
    signs: tuple[str, ...]

    def __str__(self) -> str:
        links = zip(self.signs, self.sides[1:], strict=True)
        return " ".join([str(self.sides[0]), *(f"{sign} {side}" for sign, side in links)])

    @property
    def quantities(self) -> list[Quantity]:
        """The quantities that it speaks of."""
        return [quantity for side in self.sides for quantity in _quantities(side)]

    def check(self, measure: Callable[[Quantity], Value]) -> list[ClaimResult]:
        """What comes of it with these measures."""
        values = [evaluate(side, measure) for side in self.sides]
        return [_compared(left, sign, right) for left, sign, right in zip(values, self.signs, values[1:], strict=False)]


def term_of(quantity: Quantity) -> Term:
    """The measure of a variant that a quantity is computed from."""
    return quantity if isinstance(quantity, Term) else quantity.term


def evaluate(expression: Expression, measure: Callable[[Quantity], Value]) -> Value:
    """The value of an expression; what is computed of a number that is none (NaN) is none too."""
    if isinstance(expression, Number | Words):
        return expression.value
    if isinstance(expression, Term | Reaching):
        return measure(expression)
    values = [_number(evaluate(operand, measure)) for operand in expression.operands]
    if any(map(isnan, values)):
        return nan
    name = expression.name
    return float(FUNCTIONS[name](*values)) if name in FUNCTIONS else _arithmetic(name, values)


def quoted(text: str) -> str:
    """A text as claims have it: in double quotes, or where it has one itself, in single ones."""
    return f"'{text}'" if '"' in text else f'"{text}"'


def _is_infix(expression: Expression) -> bool:
    return isinstance(expression, ClaimOperation) and expression.name not in FUNCTIONS


def _arithmetic(name: str, values: Sequence[float]) -> float:
    if len(values) == 1:
        return -values[0]
    left, right = values
    if name == "/":
        return left / right if right else inf * left if left else nan
    return float(INFIX[name](left, right))


def _number(value: Value) -> float:
    """Texts do not add up; a claim that tries is refused before anything is trained."""
    return value if isinstance(value, float | int) else nan


def _compared(left: Value, sign: str, right: Value) -> ClaimResult:
    if sign in CONTAINED:
        contained = isinstance(right, frozenset) and left in right
        return ClaimResult(left, sign, right, contained == (sign == IN), None)
    if isinstance(left, str) or isinstance(right, str):
        return ClaimResult(left, sign, right, sign in EQUALITY and (left == right) == (sign == "=="), None)
    first, second = _number(left), _number(right)
    apart = abs(first - second)
    by = {"<": second - first, ">": first - second, "!": apart}.get(sign[0], -apart)
    return ClaimResult(left, sign, right, COMPARE[sign](first, second), by)


def _quantities(expression: Expression) -> Iterator[Quantity]:
    if isinstance(expression, Term | Reaching):
        yield expression
    elif isinstance(expression, ClaimOperation):
        for operand in expression.operands:
            yield from _quantities(operand)
