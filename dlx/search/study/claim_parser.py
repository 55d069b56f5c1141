"""From the text of a claim to the claim: its words and signs, and recursive descent over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import isfinite, nan

from dlx.errors import allowed
from dlx.search.study import claims

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?P<percent>\s*%)?"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign><=|>=|==|!=|[-+*/()<>,.@]))"
)
LONGEST = 5000  # characters of a claim
MOST_TOKENS = 500  # of a claim, so that none nests too deep
EPOCH = re.compile(r"[0-9]{1,12}")
HYPHENATED = re.compile(r"[A-Za-z_][\w-]*-[A-Za-z_]\w*(?=\.)")

Token = tuple[str, str, int]  # kind, text, and position from 1


class ClaimError(ValueError):
    """A text that is no claim; ``position`` is the place of the fault in it, from 1."""

    def __init__(self, what: str, position: int) -> None:
        super().__init__(f"at character {position}: {what}")
        self.what, self.position = what, position


def parse_claim(text: str) -> claims.Claim:
    """The claim that a text is.

    ::

        claim  = side sign side {sign side} | text ["not"] "in" term
        sign   = "<" | "<=" | ">" | ">=" | "==" | "!="
        side   = factor {("+" | "-" | "*" | "/") factor}, products and quotients first
        factor = "-" factor | "(" side ")" | number ["%"] | text | term | call
        call   = ("abs" | "min" | "max") "(" side {"," side} ")"
               | ("epochs_to" | "steps_to" | "seconds_to") "(" term sign side ")", the side of numbers only
        term   = variant "." name {"." name} ["@" epoch]; the variant in quotes where it is no plain name

    >>> claim = parse_claim("2 * he.cost@100 <= epochs_to(zeros.cost < 5%)")
    >>> print(*claim.sides)
    2.0 * he.cost@100 epochs_to(zeros.cost < 0.05)

    Raises:
        ClaimError: it is none.
    """
    if len(text) > LONGEST:
        raise ClaimError(f"a claim has up to {LONGEST:,} characters, this one has {len(text):,}", LONGEST + 1)
    return _Parser(text).claim()


def _tokens(text: str) -> Iterator[Token]:
    place = 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            start = len(text) - len(text[place:].lstrip())
            raise ClaimError(f"unexpected {text[start]!r}", start + 1)
        kind = match.lastgroup or ""
        kind = "number" if kind == "percent" else kind
        yield kind, match.group(kind) + ("%" if match.group("percent") else ""), match.start(kind) + 1
        place = match.end()


class _Parser:
    """Recursive descent over the tokens of a claim."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0
        if len(self.tokens) > MOST_TOKENS:
            raise ClaimError(f"a claim has up to {MOST_TOKENS} words and signs", 1)

    def claim(self) -> claims.Claim:
        sides, signs = [self._side()], []
        while (sign := self._sign()) is not None:
            signs.append(sign)
            sides.append(self._side())
        if self.at < len(self.tokens):
            raise self._fault(f"unexpected {self.tokens[self.at][1]!r}")
        if not signs:
            raise self._fault(f"expected a comparison ({' '.join(claims.COMPARE)}, in or not in)")
        if set(signs) & set(claims.CONTAINED) and (len(signs) > 1 or not isinstance(sides[0], claims.Words)):
            raise ClaimError('expected "NAME" in VARIANT.findings', 1)
        return claims.Claim(self.text, tuple(sides), tuple(signs))

    def _sign(self) -> str | None:
        """The comparison that follows; None where none does."""
        if self._peek() == "not":
            self._next()
            self._expect(claims.IN)
            return claims.NOT_IN
        return self._next()[1] if self._peek() in (*claims.COMPARE, claims.IN) else None

    def _side(self) -> claims.Expression:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/"), self._factor))

    def _chain(self, signs: tuple[str, str], below: Callable[[], claims.Expression]) -> claims.Expression:
        left = below()
        while self._peek() in signs:
            sign = self._next()[1]
            left = claims.ClaimOperation(sign, (left, below()))
        return left

    def _factor(self) -> claims.Expression:
        if self._peek() == "-":
            self._next()
            return claims.ClaimOperation("-", (self._factor(),))
        if self._peek() == "(":
            self._next()
            inside = self._side()
            self._expect(")")
            return inside
        return self._atom()

    def _atom(self) -> claims.Expression:
        if self.at >= len(self.tokens):
            raise self._fault("expected a number or a measure such as he.dev_error")
        kind, text, position = self._next()
        if kind == "number":
            return claims.Number(_parsed(text, position))
        if kind == "text" and self._peek() != ".":
            return claims.Words(text[1:-1], position)
        if kind == "name" and self._peek() == "(":
            return self._call(text, position)
        if kind not in ("name", "text"):
            raise ClaimError(f"unexpected {text!r}", position)
        return self._term(text[1:-1] if kind == "text" else text, position)

    def _call(self, name: str, position: int) -> claims.Expression:
        self._expect("(")
        if name not in claims.FUNCTIONS and name not in claims.REACHING:
            raise ClaimError(
                f"there is no function {name!r} {allowed(name, (*claims.FUNCTIONS, *claims.REACHING))}", position
            )
        expression = self._reaching(name, position) if name in claims.REACHING else self._function(name, position)
        self._expect(")")
        return expression

    def _function(self, name: str, position: int) -> claims.Expression:
        operands = [self._side()]
        while self._peek() == ",":
            self._next()
            operands.append(self._side())
        if (name == "abs") != (len(operands) == 1):
            raise ClaimError(f"{name} takes {'one value' if name == 'abs' else 'two values or more'}", position)
        return claims.ClaimOperation(name, tuple(operands))

    def _reaching(self, name: str, position: int) -> claims.Expression:
        usage = f"{name} takes a comparison of a column with a number, such as he.train_cost < 0.1"
        left, sign = self._side(), self._sign()
        if sign not in claims.COMPARE:
            raise ClaimError(usage, position)
        right = self._side()
        bound = claims.evaluate(right, lambda quantity: nan)
        if not isinstance(left, claims.Term) or not isinstance(bound, float) or not isfinite(bound):
            raise ClaimError(f"{usage}; got {left} {sign} {right}", position)
        return claims.Reaching(name, left, sign, bound)

    def _term(self, variant: str, position: int) -> claims.Term:
        path: list[str] = []
        while self._peek() == ".":
            self._next()
            path.append(self._word("name", "expected the name of a measure after the dot"))
        if not path:
            raise ClaimError(self._unmeasured(variant, position), position)
        epoch = None
        if self._peek() == "@":
            self._next()
            place = self._place()
            text = self._word("number", "expected the number of an epoch after @")
            if not EPOCH.fullmatch(text):
                raise ClaimError("expected the number of an epoch after @", place)
            epoch = int(text)
        return claims.Term(variant, tuple(path), epoch, position)

    def _unmeasured(self, variant: str, position: int) -> str:
        """A variant without a measure; perhaps the first part of a name that needs quotes."""
        meant = HYPHENATED.match(self.text, position - 1)
        if meant is None:
            return f"expected a measure, such as {variant}.dev_error"
        return f"expected a measure, such as {variant}.dev_error (a name with a hyphen is {claims.quoted(meant[0])})"

    def _word(self, kind: str, message: str) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != kind:
            raise self._fault(message)
        return self._next()[1]

    def _peek(self) -> str | None:
        kind, text, _ = self.tokens[self.at] if self.at < len(self.tokens) else ("", "", 0)
        return text if kind in ("sign", "name") else None

    def _next(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def _expect(self, sign: str) -> None:
        if self._peek() != sign:
            raise self._fault(f"expected {sign!r}")
        self.at += 1

    def _place(self) -> int:
        return self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text) + 1

    def _fault(self, what: str) -> ClaimError:
        return ClaimError(what, self._place())


def _parsed(number: str, position: int) -> float:
    value = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
    if not isfinite(value):
        raise ClaimError(f"{number} is beyond all numbers", position)
    return value
