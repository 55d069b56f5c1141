"""Claims: what a study expects of its variants, as comparisons such as ``adam.train_cost < momentum.train_cost``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

Value: TypeAlias = float | str | frozenset[str]
TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?P<percent>\s*%)?"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign><=|>=|==|[-+*/()<>,.@]))"
)
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
MOST_TOKENS = 500  # of a claim, so that none nests too deep
FUNCTIONS: dict[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max}
REACHING = ("epochs_to", "steps_to", "seconds_to")
IN = "in"


class ClaimError(ValueError):
    """A text that is no claim; ``position`` is the place of the fault in it, from 1."""

    def __init__(self, what: str, position: int) -> None:
        super().__init__(f"at character {position}: {what}")
        self.what, self.position = what, position


@dataclass(frozen=True)
class Number:
    """A number of the claim itself."""

    value: float


@dataclass(frozen=True)
class Words:
    """A text of the claim itself."""

    value: str


@dataclass(frozen=True)
class Term:
    """A measure of a variant: ``he.dev_error``, ``he.final.cost``, ``he.dev_error@10``, ``he.layer2.saturated``."""

    variant: str
    path: tuple[str, ...]
    epoch: int | None
    position: int

    def __str__(self) -> str:
        at = "" if self.epoch is None else f"@{self.epoch}"
        return f"{self.variant}.{'.'.join(self.path)}{at}"


@dataclass(frozen=True)
class Reaching:
    """When a column first fulfils a comparison: ``epochs_to(he.train_cost < 0.1)``; infinite where it never does."""

    what: str
    term: Term
    sign: str
    bound: float


@dataclass(frozen=True)
class Operation:
    """A sum, difference, product, quotient, or a function of several values."""

    name: str
    operands: tuple[Expression, ...]


Expression: TypeAlias = Number | Words | Term | Reaching | Operation


@dataclass(frozen=True)
class Outcome:
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
    number. ``"symmetric_units" in zeros.findings`` asks for a finding of the diagnosis.
    """

    text: str
    sides: tuple[Expression, ...]
    signs: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Claim:
        """The claim that a text is.

        Raises:
            ClaimError: it is none.
        """
        return _Parser(text).claim()

    @property
    def asked(self) -> list[Term | Reaching]:
        """The measures that it speaks of."""
        return [asked for side in self.sides for asked in _asked(side)]

    def check(self, measure: Callable[[Term | Reaching], Value]) -> list[Outcome]:
        """What comes of it with these measures."""
        values = [evaluate(side, measure) for side in self.sides]
        return [_compared(left, sign, right) for left, sign, right in zip(values, self.signs, values[1:], strict=False)]


def evaluate(one: Expression, measure: Callable[[Term | Reaching], Value]) -> Value:
    """The value of an expression."""
    if isinstance(one, Number | Words):
        return one.value
    if isinstance(one, Term | Reaching):
        return measure(one)
    values = [_number(evaluate(operand, measure)) for operand in one.operands]
    if one.name in FUNCTIONS:
        return float(FUNCTIONS[one.name](*values))
    return _arithmetic(one.name, values)


def _arithmetic(name: str, values: Sequence[float]) -> float:
    if len(values) == 1:
        return -values[0]
    left, right = values
    if name == "/":
        return left / right if right else inf * left if left else float("nan")
    return float({"+": operator.add, "-": operator.sub, "*": operator.mul}[name](left, right))


def _number(value: Value) -> float:
    """Texts do not add up; what a claim says of them is refused before anything is trained."""
    return value if isinstance(value, float | int) else float("nan")


def _compared(left: Value, sign: str, right: Value) -> Outcome:
    if sign == IN:
        return Outcome(left, sign, right, isinstance(right, frozenset) and left in right, None)
    if isinstance(left, str) or isinstance(right, str):
        return Outcome(left, sign, right, left == right, None)
    first, second = _number(left), _number(right)
    by = {"<": second - first, ">": first - second}.get(sign[0], -abs(first - second))
    return Outcome(left, sign, right, COMPARE[sign](first, second), by)


def _asked(one: Expression) -> Iterator[Term | Reaching]:
    if isinstance(one, Term | Reaching):
        yield one
    elif isinstance(one, Operation):
        for operand in one.operands:
            yield from _asked(operand)


class _Parser:
    """Recursive descent over the tokens of a claim."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0
        if len(self.tokens) > MOST_TOKENS:
            raise ClaimError(f"a claim has up to {MOST_TOKENS} words and signs", 1)

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        place = 0
        while self.text[place:].strip():
            match = TOKEN.match(self.text, place)
            if match is None:
                start = place + len(self.text[place:]) - len(self.text[place:].lstrip())
                raise ClaimError(f"unexpected {self.text[start]!r}", start + 1)
            kind = match.lastgroup or ""
            kind = "number" if kind == "percent" else kind
            yield kind, match.group(kind) + ("%" if match.group("percent") else ""), match.start(kind) + 1
            place = match.end()

    def claim(self) -> Claim:
        sides, signs = [self._side()], []
        while self._peek() in COMPARE or self._peek() == IN:
            signs.append(self._next()[1])
            sides.append(self._side())
        if self.at < len(self.tokens):
            raise self._fault(f"unexpected {self.tokens[self.at][1]!r}")
        if not signs:
            raise self._fault(f"expected a comparison ({' '.join(COMPARE)} or in)")
        if IN in signs and (len(signs) > 1 or not isinstance(sides[0], Words) or not isinstance(sides[1], Term)):
            raise ClaimError('expected "NAME" in VARIANT.findings', 1)
        return Claim(self.text, tuple(sides), tuple(signs))

    def _side(self) -> Expression:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/"), self._factor))

    def _chain(self, signs: tuple[str, str], below: Callable[[], Expression]) -> Expression:
        left = below()
        while self._peek() in signs:
            sign = self._next()[1]
            left = Operation(sign, (left, below()))
        return left

    def _factor(self) -> Expression:
        if self._peek() == "-":
            self._next()
            return Operation("-", (self._factor(),))
        if self._peek() == "(":
            self._next()
            inside = self._side()
            self._expect(")")
            return inside
        return self._atom()

    def _atom(self) -> Expression:
        if self.at >= len(self.tokens):
            raise self._fault("expected a number or a measure such as he.dev_error")
        kind, text, position = self._next()
        if kind == "number":
            return Number(_parsed(text))
        if kind == "text" and self._peek() != ".":
            return Words(text[1:-1])
        if kind == "name" and self._peek() == "(":
            return self._call(text, position)
        if kind not in ("name", "text"):
            raise ClaimError(f"unexpected {text!r}", position)
        return self._term(text[1:-1] if kind == "text" else text, position)

    def _call(self, name: str, position: int) -> Expression:
        self._expect("(")
        if name in REACHING:
            found = self._reaching(name, position)
        elif name in FUNCTIONS:
            operands = [self._side()]
            while self._peek() == ",":
                self._next()
                operands.append(self._side())
            if (name == "abs") != (len(operands) == 1):
                raise ClaimError(f"{name} takes {'one value' if name == 'abs' else 'two values or more'}", position)
            found = Operation(name, tuple(operands))
        else:
            raise ClaimError(f"there is no function {name!r} (allowed {', '.join((*FUNCTIONS, *REACHING))})", position)
        self._expect(")")
        return found

    def _reaching(self, name: str, position: int) -> Expression:
        left, sign = self._side(), self._next()[1] if self._peek() in COMPARE else ""
        bound = self._side() if sign else None
        if not isinstance(left, Term) or not isinstance(bound, Number):
            raise ClaimError(f"{name} takes a comparison with a number, such as he.train_cost < 0.1", position)
        return Reaching(name, left, sign, bound.value)

    def _term(self, variant: str, position: int) -> Term:
        path = []
        while self._peek() == ".":
            self._next()
            kind, text, place = self._next() if self.at < len(self.tokens) else ("", "", len(self.text) + 1)
            if kind != "name":
                raise ClaimError("expected the name of a measure after the dot", place)
            path.append(text)
        if not path:
            raise ClaimError(f"expected a measure, such as {variant}.dev_error", position)
        epoch = None
        if self._peek() == "@":
            self._next()
            kind, text, place = self._next() if self.at < len(self.tokens) else ("", "", len(self.text) + 1)
            if kind != "number" or not text.isdecimal():
                raise ClaimError("expected the number of an epoch after @", place)
            epoch = int(text)
        return Term(variant, tuple(path), epoch, position)

    def _peek(self) -> str | None:
        kind, text, _ = self.tokens[self.at] if self.at < len(self.tokens) else ("", "", 0)
        return text if kind in ("sign", "name") else None

    def _next(self) -> tuple[str, str, int]:
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._fault(f"expected {sign!r}")
        self.at += 1

    def _fault(self, what: str) -> ClaimError:
        position = self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text) + 1
        return ClaimError(what, position)


def _parsed(number: str) -> float:
    return float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
