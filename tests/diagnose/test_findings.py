"""Causes and findings: a cause is registered once, and a finding is what `diagnosis.json` can hold of it."""

from __future__ import annotations

import json
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.findings import Cause, by_severity
from dlx.documents.findings import SEVERITIES, Severity


def test_a_name_stands_for_one_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cause, "members", dict(Cause.members))
    cause = Cause("too_hot", "open a window", "Basic recipe")
    assert Cause.members["too_hot"] is cause
    with pytest.raises(TypeError, match="two causes named 'too_hot'"):
        Cause("too_hot", "close it", "Basic recipe")


@given(st.sampled_from(sorted(CAUSES)), st.none() | st.floats(), st.none() | st.sampled_from(SEVERITIES))
def test_a_finding_is_json_and_keeps_the_words_of_its_cause(
    name: str, value: float | None, severity: Severity | None
) -> None:
    cause = CAUSES[name]
    finding = cause.finding("seen", value, severity=severity)
    document = json.loads(json.dumps(finding.to_document(), allow_nan=False))
    assert (document["name"], document["remedy"], document["notes"]) == (name, cause.remedy, cause.notes)
    assert document["severity"] == (severity or cause.severity)
    assert document["value"] == (value if value is not None and isfinite(value) else None)
    assert [other for other in CAUSES.values() if other.is_among([finding])] == [cause]


@given(st.lists(st.tuples(st.sampled_from(SEVERITIES), st.integers(0, 99))))
def test_the_worst_come_first_in_the_order_in_which_they_were_found(pairs: list[tuple[Severity, int]]) -> None:
    findings = [CAUSES["plateau"].finding("", number, severity=severity) for severity, number in pairs]
    in_order = by_severity(findings)
    for severity in SEVERITIES:
        assert [f for f in in_order if f.severity == severity] == [f for f in findings if f.severity == severity]
    assert [f.severity for f in in_order] == [s for s in SEVERITIES for severity, _ in pairs if severity == s]


@given(st.permutations(["no_better_than_constant", "too_few_units", "diverged", "symmetric_units"]))
def test_causes_come_before_what_they_bring_about(names: list[str]) -> None:
    in_order = [finding.name for finding in by_severity([CAUSES[name].finding("so") for name in names])]
    assert in_order == ["symmetric_units", "diverged", "too_few_units", "no_better_than_constant"]
