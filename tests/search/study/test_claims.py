"""Claims: what they mean is what Python means by the same arithmetic, and what is none is told with its place."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dlx.search.study.claim_parser import ClaimError, parse_claim
from dlx.search.study.claims import Reaching, Term, Value

NUMBERS = {"a.cost": 2.0, "b.cost": 0.5, "b.final.dev_error": 0.25, "a.train_cost@10": 4.0}


def measure(quantity: Term | Reaching) -> Value:
    return NUMBERS[str(quantity)]


@st.composite
def sums(draw: Any, depth: int = 4) -> str:
    """Arithmetic that Python reads as claims do, but for the measures."""
    if depth == 0 or draw(st.booleans()):
        return str(draw(st.sampled_from([*NUMBERS, "1", "0.25", "3e-2", "7."])))
    first, second = draw(sums(depth - 1)), draw(sums(depth - 1))
    kind = draw(st.sampled_from(["+", "-", "*", "/", "()", "neg", "min", "max", "abs"]))
    if kind == "()":
        return f"({first})"
    if kind == "neg":
        return f"-{first}"
    if kind == "abs":
        return f"abs({first})"
    return f"{kind}({first}, {second})" if kind in ("min", "max") else f"{first} {kind} {second}"


def in_python(text: str) -> float:
    for name in sorted(NUMBERS, key=len, reverse=True):
        text = text.replace(name, f"({NUMBERS[name]!r})")
    return float(eval(text, {"min": min, "max": max, "abs": abs}))


@given(sums(), sums(), st.sampled_from(["<", "<=", ">", ">=", "=="]))
def test_a_comparison_means_what_python_means_by_it(left: str, right: str, sign: str) -> None:
    try:
        first, second = in_python(left), in_python(right)
    except ZeroDivisionError:
        return
    (outcome,) = parse_claim(f"{left} {sign} {right}").check(measure)
    assert (outcome.left, outcome.right) == (first, second)
    compare = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq}[sign]
    assert outcome.holds == compare(first, second)
    if first != second and "=" not in sign:
        assert outcome.by is not None
        assert (outcome.by > 0) == outcome.holds


ROOT = Path(__file__).parents[3]
OF_PYTHON = (ast.Expression, ast.Compare, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant)


def shipped() -> Iterator[str]:
    """The claims of all studies and measurements that are arithmetic of measures at epochs that need not be reached."""
    for path in sorted([*ROOT.glob("experiments/**/*.yaml"), *ROOT.glob("configs/**/*.yaml")]):
        for text in re.findall(r"^ *- (?:claim: )?(.* (?:<|<=|>|>=|==) .*)$", path.read_text("utf-8"), re.MULTILINE):
            claim = yaml.safe_load(text)
            if isinstance(claim, str) and not re.search("_to\\(|verdict|findings", claim) and "." in claim:
                yield claim


def python_of(claim: str) -> tuple[str, dict[str, str]]:
    """A claim as Python spells it: a name for each measure, hundredths for percents; and the measures of the names."""
    names: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        return names.setdefault(match[0], f"m{len(names)}")

    text = re.sub(r"""("[^"]*"|'[^']*'|[A-Za-z_]\w*)(\.[A-Za-z_]\w*)+(@\d+)?""", name, claim)
    text = re.sub(r"([\d.]+(?:e-?\d+)?) ?%", r"(\1/100)", text)
    return text, {name: measure for measure, name in names.items()}


def test_python_makes_the_same_of_every_claim_that_dlx_ships() -> None:
    claims, rng = list(shipped()), np.random.default_rng(0)
    assert len(claims) > 100
    for claim in claims:
        text, names = python_of(claim)
        tree = ast.parse(text, mode="eval")
        allowed = (*OF_PYTHON, ast.operator, ast.unaryop, ast.cmpop, ast.Load)
        assert all(isinstance(node, allowed) for node in ast.walk(tree))
        for scale in (0.01, 0.1, 1.0, 100.0):
            values = dict(zip(names, (scale * rng.exponential(size=len(names))).tolist(), strict=True))
            functions = {"abs": abs, "min": min, "max": max, "__builtins__": {}}
            expected = eval(compile(tree, claim, "eval"), functions, values)
            numbers = {_named(names[name]): value for name, value in values.items()}
            assert all(outcome.holds for outcome in parse_claim(claim).check(_read_from(numbers))) == expected, claim


def _named(measure: str) -> str:
    (term,) = parse_claim(f"{measure} < 1").quantities
    return str(term)


def _read_from(numbers: dict[str, float]) -> Callable[[Term | Reaching], float]:
    return lambda quantity: numbers[str(quantity)]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("__import__('os').system('true') < 1", 1),
        ("he.cost < open('/etc/passwd')", 11),
        ("he.cost < exec('1')", 11),
        ("he.cost.real() < 1", 13),
        ("he.cost < [x for x in ()]", 11),
        ("he.cost < (lambda: 1)()", 18),
        ("he.cost < 2 ** 99", 14),
        ("(he := 1) < 1", 5),
        ('f"{he.cost}" < 1', 1),
        ("he.cost < 1 if 1 else 2", 13),
        ("he.cost < 1 and 1 < 2", 13),
        ("max(he.cost, 1, key=abs) < 1", 20),
    ],
)
def test_what_python_would_execute_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(ClaimError) as caught:
        parse_claim(text)
    assert caught.value.position == position


WORDS = ["he", "he.cost", "abs(", "min(", "eval(", "in ", "not ", "1e9", "5%", "@7", "'a'"]
PIECES = st.sampled_from([*"()<>.,@%+-*/='\"", *WORDS])


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=40))
def test_any_text_is_a_claim_or_refused(text: str) -> None:
    position = 1
    try:
        parse_claim(text)
    except ClaimError as error:
        position = error.position
    assert 1 <= position <= len(text) + 1


def test_every_link_of_a_chain_is_compared() -> None:
    outcomes = parse_claim("b.cost < a.cost < 100% + 0.5").check(measure)
    assert [outcome.holds for outcome in outcomes] == [True, False]
    assert outcomes[1].by == -0.5


def test_texts_and_findings() -> None:
    values: dict[str, Value] = {"a.verdict": "high bias", "a.findings": frozenset(["dead_units"])}

    def answer(quantity: Term | Reaching) -> Value:
        return values[str(quantity)]

    assert parse_claim('a.verdict == "high bias"').check(answer)[0].holds
    assert not parse_claim("a.verdict == 'high variance'").check(answer)[0].holds
    assert parse_claim('"dead_units" in a.findings').check(answer)[0].holds
    assert not parse_claim('"oscillation" in a.findings').check(answer)[0].holds


def test_a_number_that_is_none_fulfils_nothing() -> None:
    for text in ("a.cost < 1", "a.cost > 1", "a.cost == a.cost"):
        assert not parse_claim(text).check(lambda quantity: nan)[0].holds
    assert parse_claim("1 / a.cost > 5").check(lambda quantity: 0.0)[0].left == inf


def test_quoted_names_and_epochs() -> None:
    (quantity,) = parse_claim('"l2=0.1".layer2.saturated@7 < 3').quantities
    assert isinstance(quantity, Term)
    assert (quantity.variant, quantity.path, quantity.epoch) == ("l2=0.1", ("layer2", "saturated"), 7)
    (quantity,) = parse_claim("epochs_to(he.train_cost <= 10%) < 30").quantities
    assert isinstance(quantity, Reaching)
    assert (quantity.what, quantity.sign, quantity.bound) == ("epochs_to", "<=", 0.1)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 1, "expected a number or a measure"),
        ("he.dev_error", 13, "expected a comparison"),
        ("he < 3", 1, "expected a measure, such as he.dev_error"),
        ("he.dev_error < ", 16, "expected a number or a measure"),
        ("he.dev_error < 3 $", 18, "unexpected '$'"),
        ("he.dev_error < 3 4", 18, "unexpected '4'"),
        ("he. < 3", 5, "expected the name of a measure after the dot"),
        ("he.cost@x < 3", 9, "expected the number of an epoch after @"),
        ("he.cost@1.5 < 3", 9, "expected the number of an epoch after @"),
        ("sqrt(he.cost) < 3", 1, "there is no function 'sqrt' (allowed abs, min, max, epochs_to"),
        ("abs(1, 2) < 3", 1, "abs takes one value"),
        ("epochs_to(he.cost) < 3", 1, "epochs_to takes a comparison of a column with a number"),
        ("(he.cost < 3", 10, "expected ')'"),
        ("epochs_to(2 * he.cost < 3) < 4", 1, "got 2.0 * he.cost < 3.0"),
        ("he-slow.cost < 3", 1, '(a name with a hyphen is "he-slow")'),
        ("1e999% < he.cost", 1, "1e999% is beyond all numbers"),
        ("he.cost in zeros.findings", 1, 'expected "NAME" in VARIANT.findings'),
        ("(" * 600 + "1", 1, "a claim has up to 500 words and signs"),
    ],
)
def test_what_is_no_claim(text: str, position: int, message: str) -> None:
    with pytest.raises(ClaimError) as caught:
        parse_claim(text)
    assert message in caught.value.what
    assert caught.value.position == position
