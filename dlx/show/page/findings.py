"""Findings on a page: each with what it means, its evidence, its remedy, and where more is said of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dlx.diagnose.meanings import MEANINGS
from dlx.diagnose.sections import place_in_notes
from dlx.documents.findings import Finding
from dlx.show.page.elements import Child, Element, element
from dlx.show.words import place, title_of_finding
from dlx.text import command


def findings_list(findings: Sequence[Finding]) -> Element:
    """All of them, in their order."""
    names = [finding.name for finding in findings]
    entries = [_entry(finding, finding.name not in names[:i]) for i, finding in enumerate(findings)]
    return element("ul", entries, class_="findings")


def finding_linked(step: str, names: Collection[str]) -> list[Child]:
    """What is to be done; where it begins with the name of one of these findings, that leads to it."""
    name, colon, rest = step.partition(":")
    if not colon or name not in names:
        return [step]
    return [element("a", title_of_finding(name), href=f"#finding-{name}"), f":{rest}"]


def _entry(finding: Finding, is_first: bool) -> Element:
    """One of them; links lead to the first of a name."""
    severity = element("span", finding.severity, class_=f"badge {finding.severity}")
    title = element("p", severity, " ", element("strong", title_of_finding(finding.name)), place(finding))
    remedy: list[Child] = [
        element("b", "Remedy: "),
        finding.remedy,
        element("span", f" Notes: {place_in_notes(finding.notes)}", class_="source"),
    ]
    more: list[Child] = []
    if finding.name in MEANINGS:  # those of plugins have none
        more = [MEANINGS[finding.name], " More: ", element("code", command("explain", finding.name))]
    return element(
        "li",
        title,
        element("p", more, class_="note") if more else None,
        element("p", finding.evidence),
        element("p", remedy, class_="remedy"),
        id=f"finding-{finding.name}" if is_first else None,
    )
