"""Remedies: what the findings of a diagnosis and the notes' basic recipe advise to try next, as changes of a spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dlx.diagnose.beaten import beaten_by, has_learned_less
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.data.label_noise import LABEL_NOISE
from dlx.diagnose.findings import is_symptom, rank
from dlx.diagnose.remedies.against_bias import AGAINST_BIAS
from dlx.diagnose.remedies.against_variance import AGAINST_VARIANCE, REGULARIZING
from dlx.diagnose.remedies.changes import Change, DataFacts, Overrides, SpecContext
from dlx.diagnose.steps.milder import beside_rate, milder
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.findings import Finding
from dlx.errors import Place
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.spec.yaml_text.reading import parse


@dataclass(frozen=True)
class Remedy:
    """One thing to try: the overrides that make it, what it is against, why it may help, its place in the notes."""

    name: str
    against: str
    overrides: Overrides
    why: str
    notes: str


def remedies(document: DiagnosisDocument, spec: Spec, facts: DataFacts) -> list[Remedy]:
    """What to try next, in the order of trying: against errors and warnings, the recipe, bias first, against notes.

    Each remedy's spec is valid and another than the present one and than those of the remedies before it, and has the
    same examples in dev and test. Where bias and variance are low there is nothing to try, whatever was found.

    Args:
        document: the diagnosis.
        spec: the complete spec that it is about.
        facts: of its data.
    """
    against = [gap for gap in ("bias", "variance") if is_needed(document, gap)]
    return _remedies(against, document, spec, facts) if against else []


def raced(document: DiagnosisDocument, spec: Spec, facts: DataFacts) -> list[Remedy]:
    """The same for a race, whose findings may state the loss that mends them: what they state first."""
    stated = list(_stated(document.serious, spec))
    others = [
        remedy for remedy in remedies(document, spec, facts) if all(remedy.overrides != s.overrides for s in stated)
    ]
    return [*stated, *others] if others else []


def _stated(findings: Iterable[Finding], spec: Spec) -> Iterator[Remedy]:
    """The overrides of findings that leave the examples, and how they are judged, as they are: those of the loss."""
    for finding in findings:
        if finding.overrides and all(override.startswith("loss=") for override in finding.overrides):
            overrides = {"loss": parse(finding.overrides[-1].partition("=")[2], Place("finding")).plain()}
            name = f"{overrides['loss']['name']}_loss"
            if derive(spec, overrides) != spec:
                yield Remedy(name, finding.name, overrides, "large residuals count less", finding.notes)


def remedies_within_tolerance(document: DiagnosisDocument, spec: Spec, facts: DataFacts) -> list[Remedy]:
    """The same where both gaps are within the tolerance: against findings, and what helps where a model does better."""
    beaten = beaten_by(document)
    if beaten is None or not beaten.matters(document.tolerance):
        return _remedies([], document, spec, facts)
    gap = "bias" if has_learned_less(document, beaten) else "variance"
    return _remedies([gap], document, spec, facts)


def _remedies(against: Sequence[str], document: DiagnosisDocument, spec: Spec, facts: DataFacts) -> list[Remedy]:
    notes = document.notes if against else []
    refuted = [finding for finding in notes if finding.is_refuted]
    serious, likely, others = (list(_of_findings(findings, against)) for findings in (document.serious, refuted, notes))
    candidates = [*serious, *likely, *_recipe(against), *others]
    now = SpecContext(spec, facts, document.learning_rate)
    return list(_different(candidates, now, milder(document.findings, now)))


def is_needed(document: DiagnosisDocument, name: str) -> bool:
    """Whether something is to be done about bias or variance: its value is above the tolerance.

    Also where its interval does not settle it: remedies are judged by intervals of their own.
    """
    gap = document.gaps[name]
    return gap is not None and gap.value > document.tolerance


def _of_findings(findings: Iterable[Finding], against: Sequence[str]) -> Iterator[tuple[Change, str]]:
    """The changes that may remove findings, with the finding that each is against; of other names there are none.

    What regularizes raises bias: against wrong labels, or what may be meant so, it is of use where there is variance.
    """
    for finding in sorted(findings, key=_rank):
        cause, is_weak = CAUSES.get(finding.name), not finding.is_serious or finding.name == LABEL_NOISE.name
        for change in cause.changes if cause else ():
            if "variance" in against or not is_weak or change not in REGULARIZING:
                yield change, finding.name


def _rank(finding: Finding) -> tuple[bool, tuple[int, bool]]:
    """What has diverged is cured by what is found to be wrong with its steps, before it is by any other rate."""
    return finding.is_serious and is_symptom(finding.name), rank(finding.name, finding.severity)


def _recipe(against: Iterable[str]) -> Iterator[tuple[Change, str]]:
    lists = {"bias": AGAINST_BIAS, "variance": AGAINST_VARIANCE}
    return ((change, gap) for gap in against for change in lists[gap])


def _different(candidates: Iterable[tuple[Change, str]], now: SpecContext, beside_rates: Overrides) -> Iterator[Remedy]:
    """The changes that apply, each spec once."""
    specs = [now.spec]
    for change, against in candidates:
        overrides = beside_rate(against, change(now), beside_rates)
        derived = derive(now.spec, overrides) if overrides else now.spec
        if derived not in specs:
            specs.append(derived)
            yield Remedy(change.name, against, overrides, change.why, change.notes)
