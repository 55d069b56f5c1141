"""The calibration of a run's network on its own dev set: the temperature, and a threshold for a cost or a measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import Any

from dlx.data.batches import Reader
from dlx.errors import DataError, EnvironmentProblem, UsageError, allowed
from dlx.plain_data import plain
from dlx.runs.files.data_facts import data_facts, refuse_other_data
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import CALIBRATION_PICTURE
from dlx.runs.objective import refuse_objective
from dlx.runs.predictions.calibration_remarks import doubt_of, remarks_on
from dlx.runs.predictions.predict import trained
from dlx.runs.preparation import prepare_supervised
from dlx.runs.reading.references import open_run
from dlx.show import pictures
from dlx.show.charts.calibration import calibration_chart
from dlx.spec.loader import load_spec
from dlx.stats.calibration import (
    at_threshold,
    best_threshold,
    fitted_temperature,
    mean_cost,
    reliability,
    tempered,
)
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.classes import OfClasses
from dlx.stats.metrics.metric import Metric, measure
from dlx.text import option
from dlx.training.evaluation import Evaluation
from dlx.words import Task

COST, ERROR = "cost", "error"
CHANGED = ("log_loss", "brier")  # what a temperature changes


@dataclass(frozen=True)
class Aim:
    """What a threshold is chosen for: the least of a loss of the answers.

    name: as it was typed.
    loss: small is good.
    value: the number that people look at, such as F1 itself.
    """

    name: str
    loss: Callable[[Answers], float]
    value: Callable[[Answers], float]


@dataclass(frozen=True)
class CalibrationResult:
    """What came of calibrating a run: the document that ``--json`` prints, and the picture of the curve.

    is_faultless: whether dev has no mistake, by which nothing can be judged.
    is_advised: whether to apply it helps, as far as dev can tell.
    """

    run: RunDirectory
    document: dict[str, Any]
    picture: bytes
    is_faultless: bool = False
    is_advised: bool = True


def calibrate(reference: str, aim: Aim | None = None) -> CalibrationResult:
    """Fit a temperature on dev, and for an aim choose a threshold there; test is not looked at.

    Raises:
        UsageError: the run is no classification, has no dev set, or a threshold is for other than two classes.
        DataError: its network or its data are gone or have changed.
    """
    run = open_run(reference)
    answers, labels = _dev_answers(run, reference, aim)
    is_faultless = bool((answers.predicted == answers.y).all())  # the surer, the better, as far as these can tell
    temperature = 1.0 if is_faultless else fitted_temperature(answers)
    after = tempered(answers, temperature)
    threshold = 0.5 if aim is None or is_faultless else best_threshold(after, aim.loss)
    before_and_after = _state(answers), _state(after)
    doubt = "" if is_faultless else doubt_of(*before_and_after, answers.m)
    aimed = None if aim is None else _aimed(aim, after, threshold, labels)
    is_advised = aimed["at_threshold"] != aimed["at_half"] if aimed else not (doubt or is_faultless)
    remarks = [*remarks_on(temperature, answers.m, is_faultless), *([doubt] if doubt else []), *_of_a_refit(run)]
    document = {
        "run": reference,
        "part": "dev",
        "m": answers.m,
        "classes": labels,
        "temperature": temperature,
        "before": before_and_after[0],
        "after": before_and_after[1],
        "threshold": threshold,
        "aim": aimed,
        "advised": is_advised,
        "remarks": remarks,
    }
    picture = pictures.calibration(calibration_chart(document), title=str(run.facts()["name"]))
    return CalibrationResult(run, document, picture, is_faultless, is_advised)


def apply(result: CalibrationResult) -> bool:
    """Have `predict`, `evaluate` and `export` use temperature and threshold from now on; false where nothing is judged.

    Raises:
        EnvironmentProblem: the run directory cannot be written, or training goes on in it.
    """
    if result.is_faultless:
        return False
    keys = ("part", "m", "temperature", "threshold", "aim")
    with RunDirectory.open(result.run.path, writing=True) as run:
        run.write_calibration({key: result.document[key] for key in keys})
    return True


def keep_picture(result: CalibrationResult) -> str | None:
    """Write the picture into the run directory; None where that cannot be."""
    try:
        with RunDirectory.open(result.run.path, writing=True) as run:
            return str(run.write(CALIBRATION_PICTURE, result.picture))
    except EnvironmentProblem:
        return None


def parse_aim(text: str) -> Aim:
    """Read ``f1``, ``balanced_error`` … or ``cost=FP,FN``, the costs of the two kinds of mistakes.

    Raises:
        UsageError: it is neither.
    """
    name, _, costs = text.strip().replace(" ", "=", 1).partition("=")
    if name == COST:
        false_positive, false_negative = _costs(text, costs)

        def cost(answers: Answers) -> float:
            return mean_cost(answers, false_positive, false_negative)

        return Aim(f"cost of {false_positive:g} and {false_negative:g}", cost, cost)
    if name == ERROR and not costs:
        return Aim(ERROR, _error, _error)
    measures = {name: member for name, member in Metric.members().items() if issubclass(member, OfClasses)}
    if name not in measures or costs:
        names = [ERROR, *measures, f"{COST}=FP,FN"]
        what = f"there is no such measure of a threshold {allowed(name, names)}"
        raise UsageError(f"{option('threshold', text)}: {what}")
    metric = measures[name].model_validate({})
    return Aim(metric.in_words(), lambda answers: metric.loss(metric.value(answers)), metric.value)


def _costs(text: str, costs: str) -> tuple[float, float]:
    named = option("threshold", text)
    try:
        false_positive, false_negative = (float(cost) for cost in costs.split(","))
    except ValueError:
        raise UsageError(
            f"{named}: expected two numbers, as cost=1,20: of naming the second class where it is not, "
            "and of not naming it where it is"
        ) from None
    if not all(isfinite(cost) and cost >= 0 for cost in (false_positive, false_negative)) or (
        false_positive == false_negative == 0
    ):
        raise UsageError(f"{named}: expected costs that are not below 0, and not both 0")
    return false_positive, false_negative


def _error(answers: Answers) -> float:
    return float((answers.predicted != answers.y).mean())


def _dev_answers(run: RunDirectory, reference: str, aim: Aim | None) -> tuple[Answers, list[Any]]:
    """What the kept network says of dev."""
    spec = load_spec(run.config).spec
    refuse_objective(run.path, spec, "there are no probabilities to calibrate")
    experiment = prepare_supervised(spec)
    dataset = experiment.dataset
    if not dataset.task.has_one_class:
        why = "it has no probabilities to calibrate"
        if dataset.task is Task.MULTILABEL:
            why = "a temperature is for one class of several, and here each label has a probability of its own"
        raise UsageError(f"{reference}: is a {dataset.task}: {why}")
    if aim is not None and dataset.task is not Task.BINARY:
        what = f"a threshold is for two classes, and there are {len(dataset.classes)}"
        raise UsageError(f"{reference}: {option('threshold')}: {what}")
    if "dev" not in dataset.parts:
        raise UsageError(
            f"{reference}: there is no dev set to calibrate on (set data.split.dev or data.dev, and train)"
        )
    network = trained(run).network
    refuse_other_data(run, data_facts(experiment))
    answers = Evaluation(network, Reader(dataset, "dev", spec.dtype)).answers()
    if not answers.is_finite:
        raise DataError(f"{reference}: what its network says of dev is not finite: its training has diverged")
    return answers, list(dataset.classes)


def _state(answers: Answers) -> dict[str, Any]:
    """Log loss and Brier score with their intervals, the expected calibration error, and the curve."""
    metrics, curve = measure(answers), reliability(answers)
    bins = [
        {"low": entry.low, "high": entry.high, "probability": entry.probability, "share": entry.share.document()}
        for entry in curve.bins
    ]
    return {**{name: plain(metrics[name]) for name in CHANGED}, "ece": curve.error, "curve": bins}


def _aimed(aim: Aim, answers: Answers, threshold: float, labels: list[Any]) -> dict[str, Any]:
    """What the threshold came to beside ½, on the examples that it was chosen on."""
    chosen = at_threshold(answers, threshold)
    return {
        "name": aim.name,
        "class": labels[1],
        "at_half": aim.value(answers),
        "at_threshold": aim.value(chosen),
        "named_at_half": int(answers.as_class[1]),
        "named_at_threshold": int(chosen.as_class[1]),
    }


def _of_a_refit(run: RunDirectory) -> list[str]:
    """That no examples are left by which a network that was trained on all of them could be judged."""
    note = (run.facts().get("refit") or {}).get("note")
    return [f"{note}, and so are temperature and threshold, which it takes over"] if note else []
