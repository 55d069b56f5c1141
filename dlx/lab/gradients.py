"""The gradient check of the page: the lines of a step, a mistake planted in one of them, and what the check says."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlx.errors import UsageError
from dlx.gradcheck.check import check
from dlx.gradcheck.planted import MISTAKES, StepLine, lines_of, planted
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import Subject
from dlx.lab.messages import Message
from dlx.language import translated
from dlx.runs.before.check import CheckOptions, batch_subject, experiment_in_double
from dlx.spec.loader import Resolved
from dlx.training.supervised import Supervised

MOST_PARAMETERS = 20_000  # of a network that is checked between two pictures


class GradientBench:
    """The network of a spec at its initialization, on a few examples of train, built anew when the spec is another."""

    def __init__(self) -> None:
        self._resolved: Resolved | None = None
        self._subject: Subject | None = None

    def lines(self, resolved: Resolved) -> Message:
        """The step of the network line by line, each line of the backward pass with its place.

        Raises:
            UsageError: an objective has no such pass, or the network is too large.
        """
        lines = [{"text": line.text, "place": line.place} for line in self._lines(resolved)]
        return {"about": "lines", "lines": lines, "mistakes": list(MISTAKES)}

    def check(self, resolved: Resolved, message: Message) -> Message:
        """The check with the mistake that a message plants, or with none; raises as `lines`, or as `planted`."""
        line = self._line(resolved, message.get("place"))
        subject, mistake = self._on_batch(resolved), message.get("mistake")
        rng = np.random.default_rng(CheckOptions.seed)
        if line is None or line.place is None:
            return {"about": "check", "planted": None, **_document(check(subject, "initialization", rng=rng))}
        with planted(subject.network, line.place, str(mistake)):
            spoiled = Subject(subject.network, subject.X, subject.Y, subject.sizes, subject.masks)
            point = check(spoiled, "initialization", rng=rng)
        return {
            "about": "check",
            "planted": f"{line.text} {mistake}",
            "place": line.place.operation,
            **_document(point),
        }

    def _line(self, resolved: Resolved, place: object) -> StepLine | None:
        if place is None:
            return None
        lines = [line for line in self._lines(resolved) if line.place and list(line.place) == place]
        if not lines:
            raise UsageError("this step has no such line")
        return lines[0]

    def _lines(self, resolved: Resolved) -> list[StepLine]:
        subject = self._on_batch(resolved)
        with subject.masks_frozen():
            return lines_of(subject.network, subject.X, subject.Y)

    def _on_batch(self, resolved: Resolved) -> Subject:
        if self._subject is None or self._resolved is not resolved:
            experiment = experiment_in_double(resolved, CheckOptions())
            if not isinstance(experiment, Supervised):
                raise UsageError("an objective has no backward pass: there is nothing to plant a mistake in")
            if experiment.parameters.theta.size > MOST_PARAMETERS:
                raise UsageError(f"the page checks networks of up to {MOST_PARAMETERS:,} parameters; see dlx gradcheck")
            self._subject, self._resolved = batch_subject(experiment, CheckOptions()), resolved
        return self._subject


def _document(point: Point) -> dict[str, Any]:
    fault = point.fault
    return {
        "passed": point.passed,
        "difference": f"{point.difference:.1e}",
        "operation": fault.operation if fault else None,
        "sentence": translated(fault.sentence) if fault else None,
        "parameters": [
            {
                "name": parameter.name,
                "difference": "–" if parameter.difference is None else f"{parameter.difference:.1e}",
                "verdict": parameter.verdict,
            }
            for parameter in point.parameters
        ],
    }
