"""What the tests of a page share: a strict reader of HTML, and the material of a page with words of one's choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import numpy as np
import pytest

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.verdict import diagnose
from dlx.documents.classes import ClassesDocument, ConfusedPair, WorstExample
from dlx.documents.learning_curve import (
    CurvePoint,
    CurveTarget,
    FailedTraining,
    Interval,
    LearningCurve,
    TrainingCount,
)
from dlx.documents.repair import ErrorChange, RaceResult, RemedyResult, RepairDocument
from dlx.show.page import Material
from dlx.stats.intervals import Estimate, error_rate
from dlx.stats.measured import LabelValue
from dlx.words import Status, Task

VOID = {"img", "meta"}

Attributes = dict[str, str | None]


@dataclass
class Tag:
    """A tag as it was read, the text directly in it, and all text in it."""

    name: str
    attributes: Attributes
    path: tuple[str, ...]
    text: str = ""


@dataclass
class Read(HTMLParser):
    """Reads a page; what is opened must be closed, in order."""

    tags: list[Tag] = field(default_factory=list)
    open: list[Tag] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), "an attribute stands twice"
        read = Tag(tag, dict(attrs), tuple(parent.name for parent in self.open))
        self.tags.append(read)
        if tag not in VOID:
            self.open.append(read)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop().name == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        for tag in self.open:
            tag.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a page has no comments")

    def structure(self) -> list[tuple[object, ...]]:
        """The tags in their order with the names of their attributes."""
        return [(tag.path, tag.name, *tag.attributes) for tag in self.tags]

    def named(self, name: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name == name]

    def spoken(self) -> list[str]:
        """The texts, and what is read out, but for names, code and what is no text."""
        own = {tag.text for tag in self.tags if tag.name in ("bdi", "code", "pre", "script", "style", "title")}
        read = [value for tag in self.tags for key in ("alt", "aria-label") if (value := tag.attributes.get(key))]
        return [text for text in [*self.texts, *read] if text not in own]

    def sections(self) -> list[str | None]:
        return [tag.attributes["id"] for tag in self.named("section")]


@pytest.fixture(scope="session")
def read_page() -> Callable[[str], Read]:
    """``read_page(html)``: its tags and texts, once it is sure that every tag is closed where it should be."""

    def read(html: str) -> Read:
        reader = Read()
        reader.feed(html)
        reader.close()
        assert reader.open == []
        return reader

    return read


def classes(labels: list[str], confusion: list[list[int]]) -> ClassesDocument:
    """Of a diagnosis: what is taken for what, and one example that is worst."""
    sums = [sum(row) for row in confusion]
    errors = [
        LabelValue(label, 1 - row[i] / m, 0.0, 0.9, m)
        for i, (label, row, m) in enumerate(zip(labels, confusion, sums, strict=True))
    ]
    confused = [ConfusedPair(labels[0], labels[1], 2)]
    worst = [WorstExample(4, labels[0], labels[1], 0.9, None)]
    return ClassesDocument("dev", labels, confusion, errors, confused, worst)


def repair_story(word: str) -> RepairDocument:
    """Of the basic recipe: a race that a remedy won, another that was harmful, and one that was not tried."""
    kept = RemedyResult(word, word, {"a.b": word}, word, "p. 1", Estimate(-0.1, -0.2, -0.05), 3, 1.0, "keep", "")
    worse = replace(kept, name="worse", change=Estimate(0.1, 0.05, 0.2), verdict="harmful")
    left = replace(kept, name="left", change=None, verdict="not tried", message=word)
    errors = {"dev": error_rate(0.2, 50)}
    race = RaceResult("key", word, word, [worse, kept, left], 6)
    changed = ErrorChange(errors, {"dev": error_rate(0.1, 50)})
    return RepairDocument("done", 3, 60.0, 12.0, [race], changed, word, "act.yaml", error_rate(0.15, 50), folds=4)


def learning_curve(word: str) -> LearningCurve:
    """Of two sizes, too few for a law."""
    points = [CurvePoint(m, 3, Interval(0.1, 0.05, 0.2), Interval(0.3, 0.2, 0.4), []) for m in (10, 20)]
    counts = TrainingCount(3, 4, [FailedTraining(20, 1, Status.FAILED, word)])
    return LearningCurve("run", word, "binary", 20, 50, 2, points, counts, None, CurveTarget(0.1, None, None), [])


@pytest.fixture(scope="session")
def material() -> Callable[..., Material]:
    """``material(word, count)``: of a run of so many classes, in which every free text is that word."""

    def make(word: str = "word", count: int = 2, images: bool = False) -> Material:
        findings = [CAUSES["plateau"].finding(evidence=word, layer=1, epoch=2)]
        document = diagnose(
            {"train": error_rate(0.1, 100), "dev": error_rate(0.2, 50)}, 0.0, 0.02, Task.BINARY, findings
        )
        confusion = (8 * np.eye(count, dtype=int) + 1).tolist()
        facts = {
            "name": word,
            "status": "completed",
            "message": word,
            "overrides": [word],
            "command": word,
            "versions": {word: word},
            "blas": {"name": word, "threads": 2},
            "git": {"commit": word, "dirty": True},
            "data": {"task": "binary", "n_x": 2, "n_y": 1, "examples": {"train": 100, "dev": 50}},
            "tags": [word],
            "parameters": 17,
            "final": {"epoch": 3, "step": 12, "seconds": 0.5},
            "kept_epoch": 2,
        }
        columns = {"cost": [1.0, 0.5, 0.2], "train_cost": [0.9, 0.4, 0.1], "dev_cost": [0.9, 0.5, 0.6]}
        errors = {"train_error": [0.4, 0.2, 0.1], "dev_error": [0.5, 0.2, 0.2]}
        layers: dict[str, list[float]] = {"epoch": [0, 1, 3], "layer": [1, 1, 1], "z_std": [1.0, 1.1, 1.2]}
        layers |= {key: [0.0, 0.1, 0.2] for key in ("dead", "saturated", "weight_norm")}
        layers |= {key: [float("nan"), 0.1, 0.01] for key in ("gradient_norm", "update_ratio")}
        return Material(
            facts=facts,
            config=word,
            changed=word,
            metrics={"epoch": [1, 2, 3], **columns, **errors},
            layers=layers,
            diagnosis=replace(
                document,
                classes=classes([f"{word}{i}" for i in range(count)], confusion),
                next=[word],
                act=repair_story(word),
            ),
            commands=[word],
            remarks=[word],
            images=np.arange(4.0).reshape(1, 2, 2) if images else None,
            pictures={"boundary": b"png", "path": b"png", "learning_curve": b"png"},
            cells=None if images else {word: [word]},
            learning_curve=learning_curve(word),
            repeat=word,
        )

    return make
