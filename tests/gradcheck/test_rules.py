"""Optimizers, schedules and initializers: mistakes are found, placed and named, and what is right is not accused."""

from __future__ import annotations

import pytest

from dlx.component import REGISTRY, Component
from dlx.gradcheck.rules.check import PROPERTIES, check_rules
from dlx.spec.key_examples import required_options
from experiments.gradcheck.right_rules import RIGHT_RULES, SparseAsPublished
from experiments.gradcheck.rule_faults import FAULTS, WrongRule


@pytest.mark.parametrize("wrong", FAULTS, ids=lambda wrong: wrong.operation)
def test_a_mistake_is_found_placed_and_named(wrong: WrongRule) -> None:
    outcome, answer = wrong.judged()
    assert outcome == (True, True, True), answer


@pytest.mark.parametrize("component", RIGHT_RULES, ids=lambda component: str(component.name))
def test_what_is_right_and_unusual_is_not_accused(component: type[Component]) -> None:
    assert [case.fault for case in check_rules(component()) if case.fault] == []


def test_what_is_unusual_and_may_be_meant_is_remarked() -> None:
    (case,) = check_rules(SparseAsPublished())
    assert case.passed
    assert case.remark is not None
    assert "σ²" in case.remark.sentence
    assert case.document()["remark"] == str(case.remark.sentence)


@pytest.mark.parametrize("kind", PROPERTIES)
def test_what_is_registered_is_right(kind: str) -> None:
    members = [member for member in REGISTRY[kind].values() if member.__module__.startswith("dlx.")]
    cases = [case for member in members for case in check_rules(member.model_validate(required_options(member)))]
    assert {case.name for case in cases} == {member.name for member in members} - {"file"}  # which reads its numbers
    assert [case.fault for case in cases if case.fault] == []
