"""The page of a training in folds: the verdict on all examples out of their fold, metrics, and a row for each fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlx.diagnose.verdict import OUT_OF_FOLD, in_words
from dlx.documents.folds import FoldsDocument
from dlx.show.charts.folds import fold_metrics, fold_numbers
from dlx.show.charts.quantities import error_quantity
from dlx.show.numbers import duration, error
from dlx.show.page.collection import SHORT, CollectionMaterial, link_of, plan_section, title_of
from dlx.show.page.elements import Element, columns, element, name_of, table
from dlx.show.page.intervals import IntervalScale
from dlx.show.page.material import Material
from dlx.show.page.metrics import metrics
from dlx.show.page.page import document
from dlx.show.page.verdict import verdict
from dlx.show.page.words import ends, foot, moment, of_what, section, tile, with_ends
from dlx.show.words import level_of, note_on_errors
from dlx.words import Status

PARTS = ("train", "dev", "test")


def folds_page(outcome: FoldsDocument, material: CollectionMaterial) -> str:
    """The HTML of a training in folds, also of one that is not complete."""
    run = Material(facts={"name": outcome.name}, config="", diagnosis=outcome.diagnosis)
    judged = [verdict(run, with_findings=False), metrics(run)]
    sections = [*judged, _trainings(outcome, material), _metrics(outcome), plan_section(material.plan)]
    present = [part for part in sections if part is not None]
    end = foot("To repeat it:", material.repeat)
    return document(title_of(outcome.name, material), _heading(outcome, material), present, end)


def _heading(outcome: FoldsDocument, material: CollectionMaterial) -> Element:
    status = outcome.status
    badges = [element("span", status.replace("_", " "), class_="ending")]
    if outcome.diagnosis is not None:
        words = outcome.diagnosis.verdict
        badges.insert(0, element("strong", words, class_=f"badge {level_of(words)}"))
    elif status in (Status.FAILED, Status.DIVERGED):
        badges = [element("span", status, class_="badge high")]
    return element(
        "header",
        element("h1", name_of(outcome.name)),
        element("p", f"begun {since}", class_="note") if (since := moment(material.started)) else None,
        element("p", badges, class_="verdict"),
        [element("p", message, class_="message") for message in outcome.messages],
        element("dl", _tiles(outcome), class_="tiles"),
        [element("p", note, class_="note") for note in _notes(outcome)],
    )


def _notes(outcome: FoldsDocument) -> Iterator[str]:
    """What must be known to read the tiles."""
    if outcome.errors:
        yield "Below each error stands its 95 % interval."
    if unit := note_on_errors(outcome.target_errors):
        yield f"{unit[0].upper()}{unit[1:]}."


def _tiles(outcome: FoldsDocument) -> Iterator[Element]:
    task, what = outcome.task, of_what(outcome.task, outcome.target_errors)
    for name in sorted(outcome.errors, key=lambda part: part != OUT_OF_FOLD):  # the one that counts comes first
        estimate = outcome.errors[name]
        yield tile(f"{in_words(name)} {what}", error(estimate.value, task), ends(estimate, task))
    if spread := outcome.spread:
        least, largest, deviation = (error(value, task) for value in (spread.least, spread.largest, spread.deviation))
        yield tile("test errors of the folds", f"{least.removesuffix(' %')} to {largest}", f"deviation {deviation}")
    yield tile("folds", str(outcome.folds), "")
    yield tile("time", duration(outcome.seconds), "")


def _trainings(outcome: FoldsDocument, material: CollectionMaterial) -> Element | None:
    """A row for each fold."""
    trainings, task = outcome.trainings, outcome.task
    if not trainings:
        return None
    parts = [part for part in PARTS if any(part in training.errors for training in trainings)]
    held_out = parts[-1] if parts else ""
    scale = IntervalScale([training.errors.get(held_out) for training in trainings], error_quantity(task))
    rows = [
        _row(
            str(training.fold),
            *(with_ends(training.errors.get(part), task, "–") for part in parts),
            scale.draw(training.errors.get(held_out)) or "",
            "–" if training.kept_epoch is None else f"{training.kept_epoch:,}",
            duration(training.seconds),
            training.status.replace("_", " "),
            link_of(training.trial, training.trial[:SHORT], material),
        )
        for training in trainings
    ]
    what = of_what(task, outcome.target_errors)
    in_picture = f", with that of {held_out} drawn" if held_out else ""
    note = f"The {what} of each training, whose test is the fold{in_picture}; each leads to its run directory."
    heads = columns("fold", *parts, scale.axis(), "epoch", "time", "status", "run")
    return section("trainings", "Trainings", table(note, heads, rows, class_="many"))


def _metrics(outcome: FoldsDocument) -> Element | None:
    """The metrics of each fold beside those of all; None where nothing else is measured."""
    measured = fold_metrics(outcome)
    if not measured:
        return None
    rows = [_row(row.title, row.value, *row.folds, numbers=True) for row in measured]
    numbers = fold_numbers(outcome)
    heads = columns(None, "all", *numbers, numbers=len(numbers) + 1)
    return section("folds", "Metrics of each fold", table("Each fold by itself, and all out of fold.", heads, rows))


def _row(name: str, *cells: str | Element | Sequence[str | Element], numbers: bool = False) -> Element:
    kind = "number" if numbers else None
    head = element("th", name, scope="row")
    kinds = ["bar" if isinstance(cell, Element) and cell.name == "svg" else kind for cell in cells]
    return element("tr", head, [element("td", cell, class_=kind) for cell, kind in zip(cells, kinds, strict=True)])
