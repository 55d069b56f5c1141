"""Commands: what can be typed next, given a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from dlx.diagnose.advice import Remedy, remedies, remedies_within_tolerance
from dlx.diagnose.as_classes import as_classes
from dlx.diagnose.beaten import beaten_by
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.data.label_noise import LABEL_NOISE
from dlx.diagnose.data.target_kind import CLASSES_AS_NUMBERS
from dlx.diagnose.gaps import questions
from dlx.diagnose.next_step import (
    LOOK,
    MEASURE,
    RACE,
    RACE_IN_WORDS,
    RACES,
    RATES,
    Cost,
    NextStep,
    advice_of,
    with_keys,
)
from dlx.diagnose.remedies.changes import DataFacts, SpecContext
from dlx.diagnose.remedies.optimization import may_train
from dlx.diagnose.remedy_order import in_order, is_serious
from dlx.diagnose.supply import Supply, Way, words_of
from dlx.diagnose.verdict import ABSENT, DONE, LOW, between, in_words, no_better_in_words, unbeaten_in_words
from dlx.documents.diagnosis import GAPS, DiagnosisDocument
from dlx.documents.findings import Finding
from dlx.spec.sections import Spec
from dlx.stats.intervals import exact
from dlx.text import command

WORST = "the rows that the network is most wrong about, with their labels, as a table"
LOOK_AT_ROWS = "look for inputs that say more, by the rows that it is most wrong about"
PERHAPS_NOISE = f"bias is high, perhaps by wrong labels (label_noise): look through the worst rows ({LOOK})"
MOST = 3  # remedies of which the first are shown


def next_steps(document: DiagnosisDocument, spec: Spec, facts: DataFacts, run: Path, config: Path) -> list[NextStep]:
    """What to do after a run: the likeliest remedies, what settles the verdict, or what a good network is for.

    Each command is accepted as it stands, but for FILE, for which the reader has a file of examples. Data that are
    wrong are mended, or looked at, before anything is trained on them. What settles the verdict comes first, unless
    something is surely high, a simple model surely does better, or something was found that can be cured; where the
    data cannot settle it, remedies race before one of them is advised.

    Args:
        document: ``diagnosis.json``.
        spec: the complete spec of the run.
        facts: of its data.
        run: its directory.
        config: the file of its spec.
    """
    is_ill_rated = not may_train(SpecContext(spec, facts, document.learning_rate), spec.optimizer.learning_rate)
    candidates = remedies(document, spec, facts) or remedies_within_tolerance(document, spec, facts)
    remedies_in_order, beaten = in_order(document, candidates, is_ill_rated), beaten_by(document)
    supply = Supply(spec, facts)
    tried = [_tried(document, remedy, supply, config) for remedy in remedies_in_order[:MOST]]
    first = [
        *_mending(document, config, spec),
        *_looking(document, run),
    ]  # before all that is trained on wrong data
    reachable = list(_stating_the_reachable(document, run)) if document.bias_is_unbeaten else []
    settling = list(_settling(document, supply, config))
    is_beaten = beaten is not None and beaten.matters(document.tolerance)
    is_cured = any(is_serious(document, remedy.against) for remedy in remedies_in_order)
    is_high = any(map(document.is_high, GAPS)) or is_beaten or is_cured
    race = [_race(document, run, supply)] if tried and not settling else []  # which compares before it advises
    likely = [*tried, *reachable] if document.is_high("variance") else [*reachable, *tried]
    steps = [*likely, *settling] if is_high else [*settling, *race, *tried]
    uses = list(_with_the_network(document, run))
    steps = [*first, *steps]
    ordered = [*uses, *steps[:MOST]] if _is_done(document) else [*steps[:MOST], *uses]
    return [*(_after_mending(step, document) for step in ordered[:1]), *ordered[1:]]


def _after_mending(step: NextStep, document: DiagnosisDocument) -> NextStep:
    """The first step; where it is not about the first of what was found, with what that asks for."""
    serious = document.serious
    if not serious or any(step.advice.startswith(f"{finding.name}: ") for finding in serious):
        return step
    further = f"meanwhile {RACE_IN_WORDS}" if step.effect == RACES else f"after that: {step.advice}"
    return replace(step, advice=f"{serious[0].name}: {serious[0].remedy}; {further}")


def _tried(document: DiagnosisDocument, remedy: Remedy, supply: Supply, config: Path) -> NextStep:
    line, cost = train_command(config, words_of(remedy.overrides)), Cost.of(supply.spec, remedy.overrides, supply.facts)
    return NextStep(line, advice_of(remedy, document), remedy.why, cost)


def _mending(document: DiagnosisDocument, config: Path, spec: Spec) -> Iterator[NextStep]:
    """What mends the data, or says what they are; what a symptom asks for waits until no cause is left."""
    cost = Cost(spec.training.epochs)
    for finding in document.serious:
        if finding.overrides and (len(document.serious) == 1 or not _is_symptom(finding)):
            advice = f"{finding.name}: {finding.remedy}"
            yield NextStep(train_command(config, finding.overrides), advice, "", cost)
        elif finding.name == CLASSES_AS_NUMBERS.name and (overrides := as_classes(spec)):
            advice = with_keys(f"{finding.name}: {finding.remedy}", {"task": overrides["task"]})
            others = " and ".join(key for key in overrides if key != "task")
            advice = f"{advice}; what is for quantities goes: {others}" if others else advice
            yield NextStep(train_command(config, words_of(overrides)), advice, RATES, cost)


def _is_symptom(finding: Finding) -> bool:
    cause = CAUSES.get(finding.name)
    return cause is not None and cause.is_symptom


def _looking(document: DiagnosisDocument, run: Path) -> Iterator[NextStep]:
    """Looking at rows, where the first of the findings is one that they show and that no spec mends."""
    serious, line = document.serious, command("diagnose", run, LOOK, "worst.csv")
    if document.baselines and document.baselines.skipped:
        return
    if not serious and LABEL_NOISE.is_among(document.notes) and _nothing_else_explains_bias(document):
        yield NextStep(line, PERHAPS_NOISE, WORST)
    cause = CAUSES.get(serious[0].name) if serious else None
    if cause is not None and cause.shows_in_rows and not serious[0].overrides:
        yield NextStep(line, f"{cause.name}: {serious[0].remedy}", WORST)


def _nothing_else_explains_bias(document: DiagnosisDocument) -> bool:
    """Whether bias is high, and neither a cost that still fell, variance nor simple models say what to do about it."""
    still_falls = document.ending is not None and document.ending.falling
    is_alone = document.is_high("bias") and not document.is_high("variance") and not still_falls
    return is_alone and document.unbeaten is None and beaten_by(document) is None


def _stating_the_reachable(document: DiagnosisDocument, run: Path) -> Iterator[NextStep]:
    """How to judge by what models reach.

    Rows are looked at instead where few of them carry the errors, which say nothing then of what can be reached, where
    the network shows on train that less can be reached, and where as much is stated already.
    """
    assert document.unbeaten is not None
    error = float(f"{document.unbeaten.error:.4g}")
    if document.tails or document.errors["train"].value < error or document.optimal_error >= error:
        rows = "few rows carry the error: see whether they are right" if document.tails else LOOK_AT_ROWS
        line = command("diagnose", run, LOOK, "worst.csv")
        yield NextStep(line, f"{no_better_in_words(document.unbeaten, document.task)}; {rows} ({LOOK})", WORST)
    else:
        line = command("diagnose", run, f"diagnosis.optimal_error={error:g}")
        yield NextStep(line, unbeaten_in_words(document.unbeaten, document.task))


def _settling(document: DiagnosisDocument, supply: Supply, config: Path) -> Iterator[NextStep]:
    """A first dev set where there is none, or what settles the first gap that is open and can be settled."""
    if document.variance is None and (overrides := supply.first_dev()):
        advice = f"variance is unknown: {ABSENT['variance']}: {supply.typed(overrides)}"
        yield NextStep(train_command(config, words_of(overrides)), advice, "", Cost(supply.spec.training.epochs))
        return
    for name, way in _ways(document, supply):
        if way.overrides:
            advice = f"{in_words(name)} is unsettled: {way.sentence()}"
            cost = Cost.of(supply.spec, way.overrides, supply.facts)
            yield NextStep(train_command(config, words_of(way.overrides)), advice, "", cost)
            return


def _ways(document: DiagnosisDocument, supply: Supply) -> Iterator[tuple[str, Way]]:
    """What would settle each gap that is open, unless it is the tolerance to the last digit."""
    errors = document.judged_errors
    estimates = {**errors, "optimal": exact(document.optimal_error)}
    is_rate = document.task.has_one_class and document.measure is None if document.task else True
    for name, question in questions(estimates, between(errors), document.tolerance, is_rate).items():
        gap = document.gaps[name]
        if gap is not None and gap.level == "unsettled" and gap.value != document.tolerance:
            yield name, supply.settling(question, gap.settled_by)


def _race(document: DiagnosisDocument, run: Path, supply: Supply) -> NextStep:
    """Remedies in a race, where nothing that can be measured settles the verdict."""
    name, words = next(
        ((name, way.words) for name, way in _ways(document, supply)), ("the verdict", "it is at the limit")
    )
    asks = "" if f"({RACE})" in words else f": {RACE_IN_WORDS}"
    return NextStep(command("diagnose", run, RACE), f"{in_words(name)} is unsettled: {words}{asks}", RACES)


def train_command(spec: Path, overrides: Sequence[str]) -> str:
    """How to train a spec with these overrides."""
    return command("train", spec, *overrides)


def _with_the_network(document: DiagnosisDocument, run: Path) -> Iterator[NextStep]:
    """Measuring on more examples where that is what is missing; where nothing is, what the network was trained for."""
    measuring = command("evaluate", run, "FILE")
    if _is_done(document):
        done = document.next[0]
        if done != DONE:  # since nobody knows whether the network is better than a constant answer
            yield NextStep(measuring, f"{done}, or a file of examples with their labels")
        yield NextStep(command("report", run), done)
        yield NextStep(command("predict", run, "FILE"), done)
        yield NextStep(command("export", run, "--to", "onnx"), done)
        return
    still_open = [name for name, gap in document.gaps.items() if name != "bias" and gap and gap.level == "unsettled"]
    if still_open:
        advice = f"{in_words(still_open[0])} is unsettled: {MEASURE}"
        yield NextStep(measuring, advice)


def _is_done(document: DiagnosisDocument) -> bool:
    """Whether bias and variance are low, nothing is high, and nothing that was found is to be mended."""
    return document.verdict == LOW and not any(map(document.is_high, GAPS)) and not document.serious
