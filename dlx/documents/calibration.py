"""The document of a calibration: what its temperature and threshold mend on dev, by the keys of ``dlx calibrate``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlx.documents.brief import Brief
from dlx.documents.reading import NO_KEY
from dlx.stats.intervals import Estimate


@dataclass(frozen=True)
class CalibrationBin:
    """Examples whose probability lies from ``low`` to ``high``: its mean, and the share of those that are so."""

    low: float
    high: float
    probability: float
    share: Estimate


@dataclass(frozen=True, repr=False)
class CalibrationState(Brief):
    """How right the probabilities are: log loss, Brier score, expected calibration error, and the curve behind it."""

    log_loss: Estimate
    brier: Estimate
    ece: float
    curve: list[CalibrationBin] = field(repr=False)


@dataclass(frozen=True)
class ThresholdAim:
    """What a threshold was chosen for, and what came of it beside ½ on the same examples.

    named_at_half, named_at_threshold: how often the second class is answered.
    """

    name: str
    at_half: float
    at_threshold: float
    named_at_half: int
    named_at_threshold: int


@dataclass(frozen=True, repr=False)
class CalibrationDocument(Brief):
    """What a calibration has come to.

    Args:
        m: examples of dev that it rests on.
        temperature: what logits are divided by; above 1 the network was too sure.
        before, after: the probabilities without and with it.
        threshold: from which probability on the second of two classes is answered.
        aim: what the threshold was chosen for; None without one.
        advised: whether to apply it helps, as far as dev can tell.
        applied: whether `predict`, `evaluate` and `export` use it from now on.
        picture: the curve; None where the run directory cannot be written.
    """

    run: str
    part: str
    m: int
    classes: list[Any]
    temperature: float
    before: CalibrationState
    after: CalibrationState
    threshold: float
    aim: ThresholdAim | None
    advised: bool
    applied: bool
    remarks: list[str] = field(default_factory=list, repr=False)
    picture: Path | None = field(default=None, repr=False, metadata=NO_KEY)

    def details(self) -> Iterator[tuple[str, str]]:
        """The probabilities before and after, and what is to be known."""
        for name, state in (("before", self.before), ("after", self.after)):
            yield name, f"log loss {state.log_loss.value:.4f}, Brier {state.brier.value:.4f}, ECE {state.ece:.4f}"
        for remark in self.remarks:
            yield "remark", remark
