"""Using a network: the end of all advice, where it is known to do better than a simple answer."""

from __future__ import annotations

from collections.abc import Iterator

from dlx.diagnose.after.ending import NO_BETTER_THAN_CONSTANT
from dlx.diagnose.data.label_order import LABELS_UNRELATED
from dlx.diagnose.data.leaks import TARGET_LEAK
from dlx.diagnose.evidence import unbeaten
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.next_step import NextStep
from dlx.diagnose.verdict import DONE, NOTHING, OUT_OF_FOLD
from dlx.documents.baselines import WORSE
from dlx.documents.diagnosis import DiagnosisDocument, JudgedMetric
from dlx.documents.folds import FoldsDocument
from dlx.nn.losses import Absolute, Huber
from dlx.text import command
from dlx.words import error_text, figure

OF_NO_USE = (NO_BETTER_THAN_CONSTANT, TARGET_LEAK, LABELS_UNRELATED)
LOOK_AT_ROWS = "look for inputs that say more, by the rows that it is most wrong about"
JUDGE_ALL = "let folds judge all the examples there are (data.folds)"
JUDGED = "folds have judged this spec by all the examples there are; what is left for dev tells less"
CARRIED = "few rows carry the error, which this loss lets count less"
USE_IF_RIGHT = "if they are, use the network"
IF_RIGHT = "where these rows are right, remedies are judged by the mean absolute residual"
USE, USE_AS_IT_IS = "use the network", "use the network as it is, or look for inputs that say more"
MEDIAN, NINE_TENTHS = "median_absolute_error", "absolute_error_90"  # metrics


def is_of_no_use(document: DiagnosisDocument) -> bool:
    """Whether its answers are no better than one for all examples, or rest on what is not known when it is asked."""
    return document.verdict == NOTHING or any(cause.is_among(document.serious) for cause in OF_NO_USE)


def with_the_network(context: AdviceContext, done: str) -> Iterator[NextStep]:
    """What a network was trained for."""
    run = context.run
    yield NextStep(command("report", run), done)
    yield NextStep(command("predict", run, "FILE"), done)
    yield NextStep(command("export", run, "--to", "onnx"), done)


def use_once_proven(context: AdviceContext) -> Iterator[NextStep]:
    """Using it; where nobody knows yet whether it is better than a constant answer, what tells that, or might help."""
    sentence = context.document.next[0]
    if sentence == DONE:
        yield from with_the_network(context, sentence)
    elif not context.was_in_folds and (overrides := context.supply.folds()):
        yield context.training(overrides, f"{sentence}; {JUDGE_ALL}")
    else:
        yield context.looking(f"{sentence}; {LOOK_AT_ROWS}")


def after_folds(context: AdviceContext) -> Iterator[NextStep]:
    """Using it after folds have judged its spec, unless a simple answer did as well in them."""
    if context.folds is not None and (reason := no_better(context.folds)):
        yield context.looking(f"{reason}; {LOOK_AT_ROWS}")
    else:
        is_high = "high" in context.document.verdict
        simple = _as_good(context.folds) if context.folds is not None else ""
        yield from with_the_network(context, f"{JUDGED}: {USE_AS_IT_IS if is_high else USE}{simple}")


def _as_good(folds: FoldsDocument) -> str:
    """The simple model that does as well, where there is one."""
    measure = folds.diagnosis.measure if folds.diagnosis else None
    simple = unbeaten(folds.baselines, measure)
    if simple is None:
        return ""
    errors = f"{error_text(simple.error, folds.task)}, the network {error_text(_of_network(folds), folds.task)}"
    return f", or {simple.title}, which does as well over all folds: {errors}"


def no_better(folds: FoldsDocument) -> str:
    """Which simple answer did as well as the networks of all folds, with the errors of both; empty where none did.

    Where the balanced error is judged, only that of one answer for all examples is known.
    """
    if folds.diagnosis is not None and folds.diagnosis.measure is not None:
        return _no_better_than_one_answer(folds, folds.diagnosis.measure)
    for name, model in folds.baselines.models.items():
        beside, verdict = model.first, model.first.difference.verdict
        if beside.is_surely_beaten:
            continue
        if verdict == WORSE or name == "constant":
            least, network = (error_text(value, folds.task) for value in (beside.error.value, _of_network(folds)))
            relation = "the network is surely beaten" if verdict == WORSE else "the network is not surely better"
            title = f"answering {model.title}" if name == "constant" else model.title
            return f"over all folds {relation}: {title} errs {least}, the network {network}"
    return ""


def _no_better_than_one_answer(folds: FoldsDocument, measure: JudgedMetric) -> str:
    """The same by the balanced error, which is 1 − 1/K of any one answer, for K classes."""
    recall, network = folds.metrics.get(OUT_OF_FOLD, {}).get("recall"), measure.errors.get(OUT_OF_FOLD)
    classes = [entry for entry in (recall.classes if recall else None) or () if entry.m]
    constant = 1 - 1 / max(len(classes), 1)
    if network is None or network.high < constant or not classes:
        return ""
    least, errors = error_text(constant, folds.task), error_text(network.value, folds.task)
    return (
        f"over all folds the network is not surely better: one answer for all has a balanced error of {least}, "
        f"the network {errors}"
    )


def _of_network(folds: FoldsDocument) -> float:
    return folds.errors[OUT_OF_FOLD].value


def by_the_others(context: AdviceContext) -> list[NextStep]:
    """What to do where few rows carry the error of a network whose loss lets them count less: RMSE is theirs alone.

    They are looked at; and it is used where it comes nearer to most targets than a constant answer, else remedies race.
    """
    document = context.document
    if not document.tails or document.serious or not isinstance(context.spec.loss, (Absolute, Huber)):
        return []
    look = context.looking(f"{CARRIED}{of_the_others(document)}: see whether these rows are right")
    use = with_the_network(context, f"{CARRIED}; {USE_IF_RIGHT}")
    return [look, *(use if beats_one_answer(document) else [context.racing(IF_RIGHT)])]


def beats_one_answer(document: DiagnosisDocument) -> bool:
    """Whether the network surely does better than the same answer for all examples."""
    constant = document.baselines.models.get("constant") if document.baselines else None
    return constant is not None and constant.first.is_surely_beaten


def of_the_others(document: DiagnosisDocument) -> str:
    """How little the network errs on most rows, where that was measured."""
    metrics = document.metrics or {}
    of_part = next((metrics[part] for part in ("dev", OUT_OF_FOLD, "train") if part in metrics), {})
    half, most = (of_part[name].value if name in of_part else None for name in (MEDIAN, NINE_TENTHS))
    if half is None or most is None:
        return ""
    return f"; half of all rows err by less than {figure(half)}, nine of ten by less than {figure(most)}"
