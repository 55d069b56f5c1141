"""The page of a training in folds: the verdict on all examples out of their fold, metrics, and a row for each fold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlx.diagnose.verdict import OUT_OF_FOLD, in_words
from dlx.show.charts.folds import fold_metrics, fold_numbers
from dlx.show.numbers import duration, error
from dlx.show.page.collection import CollectionMaterial, plan_section
from dlx.show.page.elements import Element, columns, element, name_of, table
from dlx.show.page.material import Material
from dlx.show.page.metrics import metrics
from dlx.show.page.page import document
from dlx.show.page.verdict import verdict
from dlx.show.page.words import ends, foot, of_what, section, tile
from dlx.show.words import level_of, note_on_errors
from dlx.stats.intervals import Estimate
from dlx.words import Status

Document = Mapping[str, Any]
PARTS = ("train", "dev", "test")


def folds_page(material: CollectionMaterial) -> str:
    """The HTML of a training in folds, also of one that is not complete."""
    outcome = material.outcome
    run = Material(facts={"name": material.name}, config="", diagnosis=outcome)
    judged = [verdict(run), metrics(run)] if "verdict" in outcome else []
    sections = [*judged, _trainings(outcome), _metrics(outcome), plan_section(material.plan)]
    present = [part for part in sections if part is not None]
    return document(material.name, _heading(material), present, foot("To repeat it:", material.repeat))


def _heading(material: CollectionMaterial) -> Element:
    outcome = material.outcome
    status = str(outcome.get("status", ""))
    badges = [element("span", status.replace("_", " "), class_="ending")]
    if "verdict" in outcome:
        badges.insert(0, element("strong", outcome["verdict"], class_=f"badge {level_of(outcome['verdict'])}"))
    elif status in (Status.FAILED, Status.DIVERGED):
        badges = [element("span", status, class_="badge high")]
    messages = dict.fromkeys(training["message"] for training in outcome.get("trainings", ()) if training["message"])
    return element(
        "header",
        element("h1", name_of(material.name)),
        element("p", badges, class_="verdict"),
        [element("p", message, class_="message") for message in messages],
        element("dl", _tiles(outcome), class_="tiles"),
        [element("p", note, class_="note") for note in _notes(outcome)],
    )


def _notes(outcome: Document) -> Iterator[str]:
    """What must be known to read the tiles."""
    if outcome.get("errors"):
        yield "Below each error stands its 95 % interval."
    if unit := note_on_errors(outcome):
        yield f"{unit[0].upper()}{unit[1:]}."


def _tiles(outcome: Document) -> Iterator[Element]:
    task = outcome.get("task")
    errors = outcome.get("errors") or {}
    for name in sorted(errors, key=lambda part: part != OUT_OF_FOLD):  # the one that counts comes first
        estimate = Estimate.from_document(errors[name])
        yield tile(f"{in_words(name)} {of_what(task, outcome)}", error(estimate.value, task), ends(estimate, task))
    if spread := outcome.get("spread"):
        least, largest, deviation = (error(spread[key], task) for key in ("least", "largest", "deviation"))
        yield tile("test errors of the folds", f"{least.removesuffix(' %')} to {largest}", f"deviation {deviation}")
    yield tile("folds", str(outcome.get("folds", "")), "")
    yield tile("time", duration(outcome.get("seconds", 0.0)), "")


def _trainings(outcome: Document) -> Element | None:
    """A row for each fold."""
    trainings, task = outcome.get("trainings") or [], outcome.get("task")
    if not trainings:
        return None
    parts = [part for part in PARTS if any(part in training["errors"] for training in trainings)]
    rows = [
        _row(
            str(training["fold"]),
            *(_with_ends(training["errors"].get(part), task) for part in parts),
            "–" if training["kept_epoch"] is None else f"{training['kept_epoch']:,}",
            duration(training["seconds"]),
            str(training["status"]).replace("_", " "),
            element("code", training["trial"]),
        )
        for training in trainings
    ]
    note = f"The {of_what(task, outcome)} of each training, whose test is the fold; below trials/ is its run directory."
    heads = columns("fold", *parts, "epoch", "time", "status", "run")
    return section("trainings", "Trainings", table(note, heads, rows, class_="many"))


def _with_ends(estimate: Document | None, task: str | None) -> list[str | Element]:
    if estimate is None:
        return ["–"]
    measured = Estimate.from_document(estimate)
    return [error(measured.value, task), " ", element("small", ends(measured, task))]


def _metrics(outcome: Document) -> Element | None:
    """The metrics of each fold beside those of all; None where nothing else is measured."""
    measured = fold_metrics(outcome, outcome.get("task"))
    if not measured:
        return None
    rows = [_row(row.title, row.value, *row.folds, numbers=True) for row in measured]
    numbers = fold_numbers(outcome)
    heads = columns(None, "all", *numbers, numbers=len(numbers) + 1)
    return section("folds", "Metrics of each fold", table("Each fold by itself, and all out of fold.", heads, rows))


def _row(name: str, *cells: str | Element | Sequence[str | Element], numbers: bool = False) -> Element:
    kind = "number" if numbers else None
    head = element("th", name, scope="row")
    return element("tr", head, [element("td", cell, class_=kind) for cell in cells])
