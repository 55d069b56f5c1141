"""Conditions on a diagnosis: what makes a script's exit code 3, as named on the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.verdict import in_words
from dlx.documents.diagnosis import GAPS, AnyDiagnosis, DiagnosisDocument
from dlx.documents.findings import SEVERITIES
from dlx.errors import UsageError, allowed

SHORT = {"overfitting": "overfitting_to_dev"}
VERDICTS = (*GAPS[:-1], *SHORT, "unsettled")
NAMES = (*VERDICTS, *SEVERITIES, *CAUSES)


def parse_conditions(text: str | None) -> tuple[str, ...]:
    """Read ``variance,unsettled,dead_units``; None holds none.

    bias, variance, mismatch, overfitting: it is high. unsettled: any of them is, or the verdict. error, warning, note:
    there is a finding of that severity, or of a worse one. Any other name is that of a finding.

    Raises:
        UsageError: there is no such condition.
    """
    names = () if text is None else tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in NAMES:
            raise UsageError(f"--fail-on: there is no {name!r} {allowed(name, NAMES)}")
    return tuple(dict.fromkeys(names))


def unmet(names: Sequence[str], document: AnyDiagnosis) -> list[str]:
    """What of the named is the case, in words such as `variance is high`."""
    return [reason for name in names for reason in _reasons(name, document)]


def unknown(names: Sequence[str], document: AnyDiagnosis) -> list[str]:
    """The gaps among the named that cannot be judged, because an error that they need is missing."""
    return [name for name in names if name in (*GAPS, *SHORT) and document.gaps[SHORT.get(name, name)] is None]


def _reasons(name: str, document: AnyDiagnosis) -> Iterator[str]:
    gap = SHORT.get(name, name)
    if gap in GAPS:
        if document.is_high(gap):
            yield f"{in_words(gap)} is high"
    elif name == "unsettled":
        yield from _open(document)
    else:
        worst = SEVERITIES[: SEVERITIES.index(name) + 1] if name in SEVERITIES else ()
        for finding in document.findings:
            if finding.name == name or finding.severity in worst:
                yield f"{finding.name} ({finding.severity})"


def _open(document: AnyDiagnosis) -> Iterator[str]:
    unsettled = [in_words(name) for name, gap in document.gaps.items() if gap and gap.level == "unsettled"]
    if unsettled:
        yield f"unsettled: {', '.join(unsettled)}"
    elif isinstance(document, DiagnosisDocument) and document.verdict == "unsettled":
        yield "the verdict is unsettled"
