"""The top of a page: what was trained, its result in words, and the numbers that matter most."""

from __future__ import annotations

from collections.abc import Iterator

from dlx.diagnose.verdict import NO_BETTER, in_words
from dlx.documents.diagnosis import GAPS
from dlx.language import translated
from dlx.show.numbers import duration, error
from dlx.show.page.elements import Element, element, name_of
from dlx.show.page.material import Document, Material
from dlx.show.page.words import ends, moment, of_what, tile
from dlx.show.words import ending, level_of, note_on_errors
from dlx.words import Status

BAD_ENDINGS = [status for status in Status if status.is_bad]


def heading(material: Material) -> Element:
    """Name, verdict, how training ended, and the tiles."""
    lines = [
        element("h1", name_of(material.name)),
        element("p", f"begun {since}", class_="note") if (since := moment(material.facts.get("started"))) else None,
        element("p", _verdict(material), _ending(material), class_="verdict"),
    ]
    if message := material.facts.get("message"):
        is_known = (
            material.facts.get("status") == Status.DIVERGED
        )  # what other errors say is the same in every language
        lines.append(element("p", translated(str(message)) if is_known else str(message), class_="message"))
    lines += [element("p", remark, class_="remark") for remark in material.remarks]
    measured = material.diagnosis.errors if material.diagnosis else None
    note = element("p", "Below each error stands its 95 % interval.", class_="note") if measured else None
    unit = note_on_errors(material.diagnosis.target_errors) if material.diagnosis else ""
    of_unit = element("p", f"{unit[0].upper()}{unit[1:]}.", class_="note") if unit else None
    return element("header", lines, element("dl", _tiles(material), class_="tiles"), note, of_unit)


def _verdict(material: Material) -> Iterator[Element]:
    diagnosis = material.diagnosis
    if diagnosis is None:
        return
    yield element("strong", diagnosis.verdict, class_=f"badge {level_of(diagnosis.verdict)}")
    if diagnosis.bias_is_unbeaten and not diagnosis.is_high("variance"):
        yield element("strong", NO_BETTER, class_="badge unsettled")
    for name in GAPS[2:]:  # of which the verdict does not speak
        if diagnosis.is_high(name):
            yield element("strong", f"high {in_words(name)}", class_="badge high")


def _ending(material: Material) -> Iterator[Element | str]:
    """How training ended, or how far it has come."""
    facts, epochs = material.facts, material.metrics.get("epoch")
    status = str(facts.get("status", "status unknown"))
    if facts.get("final"):
        text = ending(facts)
    else:
        text = status.replace("_", " ") + (f", epoch {epochs[-1]:,.0f} so far" if epochs else "")
    yield element("span", text, class_="badge high" if status in BAD_ENDINGS else "ending")


def _tiles(material: Material) -> Iterator[Element]:
    if material.diagnosis is not None:
        what = of_what(material.task, material.diagnosis.target_errors)
        for part, measured in material.diagnosis.errors.items():
            value, interval = error(measured.value, material.task), ends(measured, material.task)
            yield tile(f"{in_words(part)} {what}", value, interval)
    facts = material.facts
    if objective := facts.get("objective"):
        yield from _of_objective(objective)
    final: Document = facts.get("final") or {}
    if final:
        kept_epoch = facts.get("kept_epoch")
        note = f"epoch {kept_epoch:,} kept" if kept_epoch not in (None, final["epoch"]) else ""
        yield tile("epochs", f"{final['epoch']:,}", note)
        yield tile("training time", duration(final["seconds"]), f"{final['step']:,} steps")
    if parameters := facts.get("parameters"):
        yield tile("parameters", f"{parameters:,}", "")


def _of_objective(objective: Document) -> Iterator[Element]:
    """The cost that was reached, and where."""
    w = objective.get("w") or []
    yield tile("J(w)", _finite(objective["cost"]), str(objective["name"]).replace("_", " "))
    if w:
        yield tile("w", ", ".join(map(_finite, w)), "")


def _finite(number: float | None) -> str:
    """JSON has no infinity: what is null was beyond all numbers."""
    return "not finite" if number is None else f"{number:.4g}"
