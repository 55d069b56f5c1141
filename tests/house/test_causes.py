"""Every cause that a diagnosis can name is found by something and planted by something, and every remedy is tried."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

import experiments.diagnose.cases  # noqa: F401 - it registers all kinds
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.remedies import against_bias, against_variance, length, optimization
from dlx.diagnose.remedies.against_bias import AGAINST_BIAS
from dlx.diagnose.remedies.against_variance import AGAINST_VARIANCE
from dlx.diagnose.remedies.changes import Change
from experiments.diagnose.kinds import KINDS

ROOT = Path(__file__).parents[2]
DETECTORS = [path for room in ("data", "before", "after") for path in (ROOT / "dlx" / "diagnose" / room).glob("*.py")]
# Notes, and what does harm in few specs that are otherwise good, are planted in these tests rather than in the bench.
TESTS = [ROOT / "tests" / "diagnose" / when / "test_checks.py" for when in ("before", "after")]


class Uses(ast.NodeVisitor):
    """Names that are read, and texts that a test expects."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.names: set[str] = set()
        self.expected: set[str] = set()
        for path in paths:
            self.visit(ast.parse(path.read_text(encoding="utf-8")))

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.names.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == "finding" or not isinstance(node.value, ast.Name):
            self.generic_visit(node)  # a cause that is only looked for among findings is found by nothing

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.expected.add(node.value)

    def visit_Compare(self, node: ast.Compare) -> None:
        if not isinstance(node.ops[0], ast.NotIn):
            self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """A text in brackets is what a test begins with."""


def test_every_cause_is_used_by_what_finds_it() -> None:
    assert {name.upper() for name in CAUSES} <= Uses(DETECTORS).names


def test_every_cause_is_planted_in_the_bench_or_in_a_test() -> None:
    in_bench = {name for kind in KINDS.values() for name in kind.exact}
    assert CAUSES.keys() - in_bench - Uses(TESTS).expected == set()


def test_what_no_test_expects_is_noticed() -> None:
    uses = Uses([])
    uses.visit(ast.parse('assert "a" not in names\nassert f(CAUSES["b"]) == ["c"]\nG.finding(H.name)'))
    assert (uses.expected, uses.names) == ({"c"}, {"f", "G"})


def test_every_change_has_its_own_name_and_is_tried_against_something() -> None:
    modules = (against_bias, against_variance, length, optimization)
    changes = {name: thing for module in modules for name, thing in vars(module).items() if isinstance(thing, Change)}
    assert all(change.name == name for name, change in changes.items())
    tried = {change.name for cause in CAUSES.values() for change in cause.changes}
    assert tried | {change.name for change in (*AGAINST_BIAS, *AGAINST_VARIANCE)} == changes.keys()
