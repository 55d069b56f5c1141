"""Commands: what can be typed next, given a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dlx.diagnose.after.rare_class import RARE_CLASS_MISSED
from dlx.diagnose.beaten import beaten_by
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.data.label_noise import LABEL_NOISE
from dlx.diagnose.data.label_order import LABELS_UNRELATED
from dlx.diagnose.data.target_kind import CLASSES_AS_NUMBERS
from dlx.diagnose.findings import is_symptom
from dlx.diagnose.remedies.changes import SpecContext
from dlx.diagnose.remedies.optimization import may_train
from dlx.diagnose.remedies.targets import log_targets
from dlx.diagnose.steps.advice import Remedy, remedies, remedies_within_tolerance
from dlx.diagnose.steps.advice_context import AdviceContext, train_command
from dlx.diagnose.steps.as_classes import as_classes
from dlx.diagnose.steps.decisive import decisive
from dlx.diagnose.steps.dividing import giving_train_more, judging_all, unless_in_folds
from dlx.diagnose.steps.next_step import (
    MEASURE,
    RACES,
    RATES,
    Cost,
    NextStep,
    advice_of,
    with_keys,
)
from dlx.diagnose.steps.remedy_order import in_order, is_serious
from dlx.diagnose.steps.using import JUDGE_ALL, LOOK_AT_ROWS, after_folds, by_the_others, of_the_others, use_once_proven
from dlx.diagnose.supply import OR_RACE, Way, words_of
from dlx.diagnose.verdict import ABSENT, LOW, NOTHING, UNSETTLED, in_words, no_better_in_words, unbeaten_in_words
from dlx.documents.diagnosis import GAPS, DiagnosisDocument
from dlx.documents.findings import Finding
from dlx.text import command

PERHAPS_NOISE = "bias is high, perhaps by wrong labels (label_noise): look through the worst rows"
LOOKED_AT = ("train", "train_dev", "dev")  # parts: to look at test would spoil it
MOST = 3  # remedies of which the first are shown


def next_steps(context: AdviceContext) -> list[NextStep]:
    """What to do after a run: the likeliest remedies, what settles the verdict, or what a good network is for.

    The first command is accepted as it stands; where nothing can be typed that helps, the first step is a sentence on
    what to collect. In others FILE stands for a file of examples that the reader has. Data that are wrong are mended,
    or looked at, before anything is trained on them. What settles the verdict comes first, unless something is surely
    high, a simple model surely does better, or something was found that can be cured; where the data cannot settle it,
    remedies race before one of them is advised, as they do where what was just changed had no effect.
    """
    document, remedies_in_order = context.document, _remedies(context)
    if document.verdict == NOTHING:
        return list(_collecting(context))
    if few := decisive(context) or by_the_others(context):
        return few
    if context.was_in_folds and not any(finding.severity == "error" for finding in document.serious):
        judged = [*after_folds(context)]
        return [_after_mending(judged[0], context), *judged[1:]]
    untried = [remedy for remedy in remedies_in_order if not _is_more_of_the_same(remedy, context)]
    no_effect = [context.racing(context.without_effect)] if untried[:1] != remedies_in_order[:1] else []
    tried = [_tried(context, remedy) for remedy in untried[:MOST]]
    small = [*giving_train_more(context), *judging_all(context)]
    scaling = [*_scaling(context, untried)]
    first = [*_mending(context), *small[:1], *scaling, *_looking(context)]  # before all else that is trained
    reachable = list(_stating_the_reachable(context)) if document.bias_is_unbeaten else []
    settling, beaten = list(_settling(context)), beaten_by(document)
    is_beaten = beaten is not None and beaten.matters(document.tolerance)
    is_cured = any(is_serious(document, remedy.against) for remedy in untried)
    is_high = any(map(document.is_high, GAPS)) or is_beaten or is_cured
    race = [_race(context)] if tried and not settling else []  # which compares before it advises
    likely = [*tried, *reachable] if document.is_high("variance") else [*reachable, *tried]
    steps = [*likely, *settling] if is_high else [*settling, *race, *tried]
    steps = list(dict.fromkeys([*first, *no_effect, *steps]))
    if _is_done(document):
        ordered = [*use_once_proven(context), *steps[:MOST]]
    else:
        ordered = [*(steps[:MOST] or _collecting(context)), *_measuring(context)]
    ordered = list(dict.fromkeys(unless_in_folds(step, context) for step in ordered))
    return [*(_after_mending(step, context) for step in ordered[:1]), *ordered[1:]]


def _remedies(context: AdviceContext) -> list[Remedy]:
    """Those that may help, the likeliest first; none where the inputs tell nothing of the labels."""
    if is_serious(context.document, LABELS_UNRELATED.name):
        return []
    document, spec, facts = context.document, context.spec_to_change, context.supply.facts
    is_ill_rated = not may_train(SpecContext(spec, facts, document.learning_rate), spec.optimizer.learning_rate)
    candidates = remedies(document, spec, facts) or remedies_within_tolerance(document, spec, facts)
    ordered = in_order(document, candidates, is_ill_rated)
    return [remedy for remedy in ordered if not _was_vain(remedy, context)]


def _was_vain(remedy: Remedy, context: AdviceContext) -> bool:
    """Whether the runs on the way speak against a remedy that no finding asks for."""
    return not is_serious(context.document, remedy.against) and context.attempts.speak_against(remedy.overrides)


def _is_more_of_the_same(remedy: Remedy, context: AdviceContext) -> bool:
    """Whether a remedy changes once more what was just changed without effect."""
    is_tried = context.earlier is not None and context.earlier.has_tried(remedy.overrides)
    return is_tried and context.without_effect != ""


def _after_mending(step: NextStep, context: AdviceContext) -> NextStep:
    """The first step; where it is not about the first of what was found, with what that asks for."""
    serious = context.document.serious
    is_back = step.effect == RACES and bool(context.undone)  # to a run of which other things were found
    if not serious or is_back or any(step.advice.startswith(f"{finding.name}: ") for finding in serious):
        return step
    mending = f"{serious[0].name}: {serious[0].remedy}"
    if step.effect == RACES:
        return context.racing(mending, "; meanwhile ")
    return replace(step, advice=f"{mending}; after that: {step.advice}")


def _tried(context: AdviceContext, remedy: Remedy) -> NextStep:
    return context.trying(remedy.overrides, advice_of(remedy, context.document), remedy.why)


def _mending(context: AdviceContext) -> Iterator[NextStep]:
    """What mends the data, or says what they are; what a symptom asks for waits until no cause is left."""
    cost, serious = Cost(context.spec.training.epochs), context.document.serious
    for finding in serious:
        if finding.overrides and not _waits(finding, serious):
            advice = f"{finding.name}: {finding.remedy}"
            yield NextStep(train_command(context.config, finding.overrides), advice, "", cost)
        elif finding.name == CLASSES_AS_NUMBERS.name and (overrides := as_classes(context.spec)):
            advice = with_keys(f"{finding.name}: {finding.remedy}", {"task": overrides["task"]})
            others = " and ".join(key for key in overrides if key != "task")
            advice = f"{advice}; what is for quantities goes: {others}" if others else advice
            yield NextStep(train_command(context.config, words_of(overrides)), advice, RATES, cost)


def _waits(finding: Finding, serious: Sequence[Finding]) -> bool:
    """Whether the cause of what was found is to be mended first: a network that learns nothing misses rare classes."""
    of_causes = [other for other in serious if other.name != finding.name and not is_symptom(other.name)]
    if finding.name == RARE_CLASS_MISSED.name:
        return any(CAUSES[other.name].explains_training for other in of_causes if other.name in CAUSES)
    return is_symptom(finding.name) and len(serious) > 1


def _scaling(context: AdviceContext, untried: Sequence[Remedy]) -> Iterator[NextStep]:
    """Targets that grow by factors on a scale of logarithms, before the rows are looked at that are large for that."""
    for remedy in untried if not context.document.serious else ():
        if remedy.name == log_targets.name:
            yield _tried(context, remedy)


def _looking(context: AdviceContext) -> Iterator[NextStep]:
    """Looking at rows, where the first of the findings is one that they show and that no spec mends."""
    document, serious = context.document, context.document.serious
    if document.baselines and document.baselines.skipped:
        return
    if not serious and LABEL_NOISE.is_among(document.notes) and _nothing_else_explains_bias(document):
        yield context.looking(PERHAPS_NOISE)
    is_high, tails = document.is_high("bias"), document.tails or {}
    is_open = document.verdict == UNSETTLED and _is_carried(document)
    if not serious and not document.bias_is_unbeaten and (is_open or (is_high and "train" in tails)):
        carried = f"few rows carry the error{of_the_others(document)}: see whether they are right"
        yield context.looking(f"{'bias is high' if is_high else 'nothing is settled'}, and {carried}")
    cause = CAUSES.get(serious[0].name) if serious else None
    if cause is not None and cause.shows_in_rows and not serious[0].overrides:
        yield context.looking(f"{cause.name}: {serious[0].remedy}")


def _nothing_else_explains_bias(document: DiagnosisDocument) -> bool:
    """Whether bias is high, and neither a cost that still fell, variance nor simple models say what to do about it."""
    still_falls = document.ending is not None and document.ending.falling
    is_alone = document.is_high("bias") and not document.is_high("variance") and not still_falls
    return is_alone and document.unbeaten is None and beaten_by(document) is None


def _stating_the_reachable(context: AdviceContext) -> Iterator[NextStep]:
    """How to judge by what models reach.

    Rows are looked at instead where few of them carry the errors, which say nothing then of what can be reached, where
    the network shows on train that less can be reached, and where as much is stated already.
    """
    document = context.document
    assert document.unbeaten is not None
    error = float(f"{document.unbeaten.error:.4g}")
    carried = _is_carried(document)
    if carried or document.errors["train"].value < error or document.optimal_error >= error:
        rows = "few rows carry the error: see whether they are right" if carried else LOOK_AT_ROWS
        yield context.looking(f"{no_better_in_words(document.unbeaten, document.task)}; {rows}")
    else:
        line = command("diagnose", context.run, f"diagnosis.optimal_error={error:g}")
        yield NextStep(line, unbeaten_in_words(document.unbeaten, document.task))


def _is_carried(document: DiagnosisDocument) -> bool:
    """Whether few rows carry an error, among those that may be looked at."""
    return any(part in (document.tails or {}) for part in LOOKED_AT)


def _settling(context: AdviceContext) -> Iterator[NextStep]:
    """A first dev set where there is none, or what settles the first gap that is open and can be settled."""
    supply = context.supply
    if context.document.variance is None and (overrides := supply.first_dev()):
        advice = f"variance is unknown: {ABSENT['variance']}: {supply.typed(overrides)}"
        cost = Cost(supply.spec.training.epochs)
        yield NextStep(train_command(context.config, words_of(overrides)), advice, "", cost)
        return
    for name, way in context.ways():
        if way.overrides:
            yield context.training(way.overrides, f"{in_words(name)} is unsettled: {way.sentence()}")
            return


def _race(context: AdviceContext) -> NextStep:
    """Remedies in a race, where nothing that can be measured settles the verdict."""
    name, way = next(context.ways(), ("the verdict", Way("it is at the limit")))
    return context.racing(f"{in_words(name)} is unsettled: {way.words}", OR_RACE if way.wants_race else ": ")


def _collecting(context: AdviceContext) -> Iterator[NextStep]:
    """What to collect, where nothing can be typed that helps."""
    for name, way in context.ways() if context.document.verdict != NOTHING else ():
        advice = f"{in_words(name)} is unsettled: {way.words}"
        if way.narrows and not context.was_in_folds:
            yield context.training(way.narrows, f"{advice}; meanwhile {JUDGE_ALL}")
        else:
            yield NextStep("", advice)
        return
    yield from (NextStep("", sentence) for sentence in context.document.next[:1])


def _measuring(context: AdviceContext) -> Iterator[NextStep]:
    """Measuring on more examples where a gap between errors of held-out parts is open."""
    for name, gap in context.document.gaps.items():
        if name != "bias" and gap and gap.level == "unsettled":
            yield NextStep(command("evaluate", context.run, "FILE"), f"{in_words(name)} is unsettled: {MEASURE}")
            return


def _is_done(document: DiagnosisDocument) -> bool:
    """Whether bias and variance are low, nothing is high, and nothing that was found is to be mended."""
    return document.verdict == LOW and not any(map(document.is_high, GAPS)) and not document.serious
