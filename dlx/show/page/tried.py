"""What further trainings told of a run: the remedies of the basic recipe, and what more examples would bring."""

from __future__ import annotations

from collections.abc import Iterator

from dlx.documents.learning_curve import Interval, LearningCurve
from dlx.documents.repair import RaceResult, RepairDocument
from dlx.show.charts.learning_curve import sentences
from dlx.show.charts.quantities import error_quantity
from dlx.show.charts.recipe import HEADERS, STATUS, error_with_ends, race_table
from dlx.show.numbers import duration, error, interval, probability
from dlx.show.page.elements import Element, columns, element, scrolled, table
from dlx.show.page.images import source_of
from dlx.show.page.intervals import IntervalScale
from dlx.show.page.material import Material
from dlx.show.page.words import section
from dlx.spec.yaml_text.writing import dump_scalar

KINDS = {"keep": "better", "harmful": "worse", "failed": "worse"}
BADGES = {"keep": "low", "harmful": "high", "failed": "high", "unclear": "unsettled"}
INTERVAL = HEADERS.index("95 % interval")


def remedies(material: Material) -> Element | None:
    """What `dlx diagnose --act` has tried, race by race; None where it was not."""
    repair = material.diagnosis.act if material.diagnosis else None
    if repair is None:
        return None
    races = [part for number, race in enumerate(repair.rounds, 1) for part in _race(number, race, material.task)]
    return section("remedies", "Remedies that were tried", list(_outcome(repair, material.task)), races)


def _outcome(repair: RepairDocument, task: str | None) -> Iterator[Element]:
    """What it has come to, in sentences."""
    status = STATUS.get(repair.status, repair.status)
    yield element("p", element("strong", f"{status[0].upper()}{status[1:]}"), f", after {duration(repair.seconds)}.")
    before, after = repair.errors.before.get("dev"), repair.errors.after.get("dev")
    if repair.spec and before and after:
        change = f"The dev error is {error_with_ends(after, task)}; before it was {error_with_ends(before, task)}"
        means = f", {repair.errors.means}" if repair.errors.means else ""
        yield element("p", f"{change}{means}. Verdict now: {repair.verdict}.")
    if repair.test:
        yield element("p", f"On test: {error_with_ends(repair.test, task)}, measured once: no choice was made by it.")
    if repair.folds > 1:
        folds = f"{repair.folds} folds of train and dev, since dev alone is small"
        yield element("p", f"Judged by {folds}; test stays apart.")
    if repair.bet and repair.bet.spec:
        name, likely = repair.bet.name.replace("_", " "), probability(repair.bet.probability)
        yield element("p", f"The best bet is {name}: it helps with a probability of {likely}.")
        yield _overrides(repair.bet.overrides)


def _race(number: int, race: RaceResult, task: str | None) -> Iterator[Element]:
    """Its remedies on one scale, and which is kept."""
    chart = race_table(race, task)
    yield element("h3", f"Round {number}, against {race.against}")
    scale = IntervalScale([remedy.change for remedy in chart.remedies], error_quantity(task))
    rows = []
    for row, remedy in zip(chart.rows, chart.remedies, strict=True):
        drawing = element("td", scale.draw(remedy.change, KINDS.get(remedy.verdict, "")), class_="bar")
        cells = [element("td", cell.replace("_", " ")) for cell in row[1:-1]]
        badge = element("span", row[-1], class_=f"badge {BADGES.get(row[-1], 'note')}")
        head = element("th", row[0].replace("_", " "), scope="row", title=remedy.why)
        rows.append(element("tr", head, cells[:INTERVAL], drawing, cells[INTERVAL:], element("td", badge)))
    if rows:
        heads = columns(*HEADERS[: INTERVAL + 1], scale.axis(), *HEADERS[INTERVAL + 1 :])
        yield from table("The change of the dev error by each remedy; lower is better.", heads, rows, class_="many")
    if chart.clipped:
        yield element("p", f"{chart.clipped}.", class_="note")
    for reason, remedy_names in chart.left_out.items():
        listed = ", ".join(remedy_names).replace("_", " ")
        yield element("p", f"{len(remedy_names)} more not tried, since {reason}: {listed}.", class_="note")
    if race.winner is None:
        yield element("p", "None is kept: no remedy surely lowers the error.")
    else:
        yield element("p", "Kept:")
        yield _overrides(race.winner.overrides)


def _overrides(overrides: dict[str, object]) -> Element:
    code = "\n".join(f"{key}={dump_scalar(value)}" for key, value in overrides.items())
    return scrolled(element("pre", element("code", code)), "overrides")


def learning_curve(material: Material) -> Element | None:
    """The learning curve, what it says, and its sizes; None where there is none."""
    document, png = material.learning_curve, material.pictures.get("learning_curve")
    if document is None and png is None:
        return None
    alt = f"The errors of {material.name} trained on fewer examples, and what more of them would bring."
    image = element("figure", element("img", src=source_of(png), alt=alt, class_="card")) if png else None
    content = list(_sizes(document)) if document else None
    return section("learning-curve", "What more examples would bring", image, content)


def _sizes(document: LearningCurve) -> Iterator[Element]:
    """The sentences, and a row for each size."""
    for label, text in sentences(document):
        sentence = f"{text[0].upper()}{text[1:]}."
        yield element("p", element("strong", sentence) if label == "verdict" else sentence)
    rows = []
    for point in document.points:
        head = element("th", f"{point.m:,}", scope="row")
        estimates = [_estimate(part, document.task) for part in (point.train, point.dev)]
        counts = [element("td", f"{count:,}") for count in (point.epochs, len(point.trainings))]
        rows.append(element("tr", head, estimates, counts))
    if rows:
        heads = columns("examples of train", "train", "dev", "epochs", "trainings")
        yield from table("The mean error of each size, with its 95 % interval.", heads, rows, class_="many")


def _estimate(value: Interval, task: str) -> Element:
    return element("td", error(value.value, task), " ", element("small", interval(value.low, value.high, task)))
