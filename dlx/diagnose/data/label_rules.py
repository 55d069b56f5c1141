"""Rules: whether the labels of dev and test follow from the inputs as those of train do."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.halves import Answered, Halves, halves_of
from dlx.diagnose.data.mistaken_regions import JudgedAnswers, excess_of, regions_of
from dlx.diagnose.findings import Cause, End, Finding
from dlx.types import Array
from dlx.words import percent

FEWEST = 40  # examples of dev, below which nothing is said
# Labels that are coded otherwise: of the examples that a model takes for a class, so many more have the other label,
# in standard errors, and on train's other half the class itself leads.
CLEARLY = 4.0
FEWEST_OF_A_CLASS = 8  # answers of a class, from which its label in dev can be told
LEAST_REPAIRED = 0.1  # of dev, whose mistakes the other coding explains
# Another rule: mistakes that are so much more frequent than on train's other half come by chance once in 100,000 sets
# of data; in a region, of which there are many, they have to be surer still.
LEAST, CERTAIN = 0.08, 4.5
LEAST_IN_A_REGION, CERTAIN_IN_A_REGION = 0.25, 5.5
FACTOR = 1.5  # between the slopes of targets that are in another unit


LABELS_CODED_OTHERWISE = Cause(
    "labels_coded_otherwise",
    "map the labels of all parts by one table, made from train, and write that part anew",
    "Train, dev and test sets",
    explains_training=False,
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)
OTHER_RULE_IN_A_PART = Cause(
    "other_rule_in_a_part",
    "look at the rows named: labelled by others, at another time, or wrongly; label them as train is, or train on "
    "such examples too",
    "Mismatched distributions",
    explains_training=False,
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)


def rule_findings(dataset: Dataset) -> Iterator[Finding]:
    """A finding for each part whose labels follow another rule than those of train, or are other names for them."""
    halves = halves_of(dataset)
    if halves is None or len(halves.own.y) < FEWEST:
        return
    for name, answered in sorted(halves.others.items()):
        if len(answered.y) < FEWEST:
            continue
        otherwise = _coded_otherwise(dataset, halves, name, answered)
        finding = otherwise or _other_rule(dataset, halves, name, answered)
        if finding is not None:
            yield finding


def _coded_otherwise(dataset: Dataset, halves: Halves, name: str, answered: Answered) -> Finding | None:
    if dataset.task.is_regression:
        return _other_unit(halves, name, answered)
    classes = len(dataset.classes)
    own, theirs = (_table(part, classes) for part in (halves.own, answered))
    moved = {code: label for code in range(classes) if (label := _leading(own, theirs, code)) is not None}
    if len(moved) < 2 or moved.keys() != set(moved.values()):
        return None
    recoded = np.arange(classes)
    recoded[[*moved]] = [*moved.values()]
    before, after = float(answered.mistakes.mean()), float((recoded[answered.answers] != answered.y).mean())
    if before - after < LEAST_REPAIRED:
        return None
    names = [str(label) for label in dataset.classes]
    pairs = ", ".join(f"{names[code]} is called {names[label]}" for code, label in sorted(moved.items())[:4])
    more = f" and {len(moved) - 4} more" if len(moved) > 4 else ""
    evidence = f"in {name} {pairs}{more}: what {halves.by} learn from train is wrong about {percent(before)} of {name}"
    evidence = (
        f"{evidence}, with those labels exchanged about {percent(after)} (of train: {percent(_error(halves.own))})"
    )
    return LABELS_CODED_OTHERWISE.finding(evidence, before, after + LEAST_REPAIRED)


def _error(part: Answered) -> float:
    return float(part.mistakes.mean())


def _table(part: Answered, classes: int) -> Array:
    """How many examples of each answer (row) have each label (column)."""
    table = np.zeros((classes, classes))
    np.add.at(table, (part.answers, part.y), 1)
    return table


def _leading(own: Array, theirs: Array, code: int) -> int | None:
    """The label that those taken for this class have in the part, where that is surely another than in train."""
    label = int(theirs[code].argmax())
    few = theirs[code].sum() < FEWEST_OF_A_CLASS
    if few or label == code or own[code].argmax() != code or own[code, code] < FEWEST_OF_A_CLASS / 2:
        return None
    lead = theirs[code, label] - theirs[code, code]
    is_sure = lead > CLEARLY * sqrt(theirs[code, label] + theirs[code, code])
    return label if is_sure or (lead >= FEWEST_OF_A_CLASS and theirs[code, code] == 0) else None


def _other_unit(halves: Halves, name: str, answered: Answered) -> Finding | None:
    """Targets that go with the answers as closely as in train, but by another slope: of another sign or unit."""
    for target in range(answered.y.shape[1]):
        (slope, r), (slope_there, r_there) = (
            _slope(part.answers[:, target], part.y[:, target]) for part in (halves.own, answered)
        )
        if r < 0.5 or abs(r_there) < 0.8 * r:
            continue
        factor = slope_there / slope
        quartiles = _by_quartiles(answered, target) / _by_quartiles(halves.own, target)
        if 1 / FACTOR < factor < FACTOR or (factor > 0 and 1 / FACTOR < quartiles < FACTOR):
            continue
        which = f"target {target + 1}" if answered.y.shape[1] > 1 else "the target"
        evidence = f"in {name} {which} rises {factor:.3g} times as fast with what {halves.by} learn from train as in"
        evidence = f"{evidence} train itself (correlations {r_there:.2f} and {r:.2f})"
        return LABELS_CODED_OTHERWISE.finding(
            evidence, factor, FACTOR, remedy="bring the targets of all parts to one unit and sign"
        )
    return None


def _by_quartiles(part: Answered, target: int) -> float:
    """How far the middle half of the targets lies apart, beside that of the answers; no few large ones decide it."""
    of_targets, of_answers = (np.subtract(*np.quantile(Y[:, target], [0.75, 0.25])) for Y in (part.y, part.answers))
    return float(of_targets / of_answers) if of_targets > 0 and of_answers > 0 else 1.0


def _slope(answers: Array, y: Array) -> tuple[float, float]:
    """Of y on the answers, and the correlation of the two."""
    a, b = answers - answers.mean(), y - y.mean()
    product, squares_a, squares_b = float(a @ b), float(a @ a), float(b @ b)
    if squares_a == 0 or squares_b == 0:
        return 1.0, 0.0
    return product / squares_a, product / sqrt(squares_a * squares_b)


def _other_rule(dataset: Dataset, halves: Halves, name: str, answered: Answered) -> Finding | None:
    own, theirs = JudgedAnswers.of(halves.own, halves.own, answered.y), JudgedAnswers.of(answered, halves.own)
    everywhere = excess_of("", own, theirs)
    regions = [
        region
        for region in regions_of(dataset, halves, name, answered, own, theirs)
        if region.size > LEAST_IN_A_REGION and region.z > CERTAIN_IN_A_REGION
    ]
    if everywhere.size > LEAST and everywhere.z > CERTAIN:
        worst = max(regions, key=lambda region: region.z, default=everywhere)
        region = worst if worst.size > 1.5 * everywhere.size else everywhere
    elif regions:
        region = max(regions, key=lambda region: region.z)
    else:
        return None
    what = "wrong about" if not dataset.task.is_regression else "far off on"
    evidence = f"what {halves.by} learn from half of train is {what} {percent(region.theirs)} of {name}{region.where}"
    evidence = f"{evidence}, and {percent(region.own)} of train's other half"
    if region is not everywhere:
        evidence = f"{evidence} there; on all of {name}: {percent(everywhere.theirs)}"
    if region is everywhere:
        examples = ", ".join(map(str, answered.which[np.flatnonzero(theirs.wrong)[:3]]))
        evidence = f"{evidence} (such as rows {examples} of {name})"
    return OTHER_RULE_IN_A_PART.finding(evidence, region.theirs, region.own + LEAST)
