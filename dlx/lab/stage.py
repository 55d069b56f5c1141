"""The stage: a training with its picture, and what of both a page has been shown already."""

from __future__ import annotations

import warnings
from base64 import b64encode
from math import ceil, isfinite
from time import perf_counter
from typing import Any, Self

import numpy as np

from dlx.errors import Remark, UsageError
from dlx.lab.image_view import ImageView
from dlx.lab.landscape_view import LandscapeView
from dlx.lab.plane import AnswerPlane
from dlx.lab.trainer import Trainer
from dlx.lab.units import UnitStates
from dlx.language import translated
from dlx.runs.preparation import prepare
from dlx.spec.loader import Resolved
from dlx.spec.sections import Spec
from dlx.training.minimization import Minimization
from dlx.training.records import EpochRecord
from dlx.training.supervised import Supervised

COLUMNS = ("epoch", "cost", "train_cost", "dev_cost", "train_error", "dev_error")  # of the rows that a page draws
MOST_ROWS = 4000  # that a page is given at once: of more, evenly spread ones
EXACT = 1e-6  # of a step
MOST_LAYERS, MOST_UNITS = 8, 16  # of a network that is drawn unit by unit
SHARE_OF_PICTURES = 0.5  # of all time, at most: a picture that takes long is drawn less often


class Stage:
    """A training that has just begun, and what there is to see of it.

    Args:
        resolved: the spec.
        before: what was trained until now; where the data are the same, they are not read again.

    Raises:
        DlxError: as `prepare`.
    """

    def __init__(self, resolved: Resolved, before: Stage | None = None) -> None:
        dataset = None
        if before is not None and isinstance(before.experiment, Supervised) and _same_data(before.spec, resolved.spec):
            dataset = before.experiment.dataset
        with warnings.catch_warnings(record=True) as remarks:
            warnings.simplefilter("always", Remark)
            self.experiment: Supervised | Minimization = prepare(resolved.spec, resolved.origins, dataset=dataset)
        self.remarks = [translated(str(remark.message)) for remark in remarks]
        self.spec: Spec = resolved.spec
        self.trainer = Trainer(self.experiment)
        self.view = _view(self.experiment)
        self._shown_rows, self._is_introduced = 0, False
        self._picture_due = 0.0
        self.sizes = list(self.experiment.network.sizes) if isinstance(self.experiment, Supervised) else []
        self._is_drawn = 0 < len(self.sizes) <= MOST_LAYERS and max(self.sizes) <= MOST_UNITS
        self._units = (
            UnitStates(self.experiment) if self._is_drawn and isinstance(self.experiment, Supervised) else None
        )

    def anew(self, resolved: Resolved) -> Self:
        """The training of another spec, or of the same one from its beginning."""
        return type(self)(resolved, self)

    def look(self, place: object) -> None:
        """Show what a unit computes in place of the answers: [layer, unit], counted from 1 and 0; None looks away."""
        if isinstance(self.view, AnswerPlane | ImageView):
            if place is None:
                self.view.look_away()
            elif isinstance(place, list) and len(place) == 2 and all(type(each) is int for each in place):
                self.view.look_at(*place)
            else:
                raise UsageError("a unit is named by its layer and its number")
        self._picture_due = 0.0

    def renew(self) -> None:
        """Show everything again, as to a page that was loaded anew."""
        self._shown_rows, self._is_introduced, self._picture_due = 0, False, 0.0
        if isinstance(self.view, LandscapeView):
            self.view.renew()

    @property
    def epochs_done(self) -> float:
        """How many epochs have been trained, with the part of the present one."""
        position = self.experiment.position
        return position.epoch - 1 + position.done / self.experiment.steps.m

    def steps_to(self, epochs: float) -> int:
        """How many steps there are until so many epochs have been trained."""
        steps, position = self.experiment.steps, self.experiment.position
        examples = (epochs - int(epochs)) * steps.m
        return (int(epochs) * steps.per_epoch + ceil(examples / steps.size - EXACT)) - position.step

    def frame(self, is_at_rest: bool) -> dict[str, Any]:
        """What has come since the last frame: rows, the picture, and how far training is; at rest with its picture."""
        position, trainer = self.experiment.position, self.trainer
        frame: dict[str, Any] = {
            "epoch": round(self.epochs_done, 4),
            "epochs": self.spec.training.epochs,
            "step": position.step,
            "cost": _number(trainer.cost),
            "rate": _number(position.learning_rate),
            "ended": trainer.has_ended,
            "status": str(trainer.status) if trainer.has_ended else "",
            "message": translated(trainer.message),
            "rows": self._new_rows(),
        }
        if not self._is_introduced:
            self._is_introduced = True
            frame["start"] = {
                "view": self.view.document() if self.view else None,
                "task": str(self.experiment.task) if isinstance(self.experiment, Supervised) else "objective",
                "sizes": self.sizes if self._is_drawn else None,
                "inputs": self._input_names() if self._is_drawn else [],
                "parameters": int(self.experiment.parameters.theta.size),
                "remarks": self.remarks,
            }
        if self._is_drawn:
            frame["weights"] = _weights(self.experiment)
        if self.view is not None and (is_at_rest or perf_counter() >= self._picture_due):
            began = perf_counter()
            frame["picture"] = self.view.picture()
            if self._units is not None:
                frame["units"] = self._units.words()
                if isinstance(self.view, AnswerPlane):
                    frame["pictures"] = self.view.unit_pictures.tones()
            self._picture_due = perf_counter() + (perf_counter() - began) * (1 / SHARE_OF_PICTURES - 1)
        return frame

    def _input_names(self) -> list[str]:
        """Those of the data, where there is one for each input."""
        experiment = self.experiment
        names = list(map(str, experiment.dataset.features)) if isinstance(experiment, Supervised) else []
        return names if len(names) == self.sizes[0] else []

    def _new_rows(self) -> list[list[float | None]]:
        rows = self.trainer.rows[self._shown_rows :]
        self._shown_rows = len(self.trainer.rows)
        every = -(-len(rows) // MOST_ROWS) if rows else 1
        return [_row(row) for row in (*rows[:-1:every], *rows[-1:])]


def _weights(experiment: Supervised | Minimization) -> list[str]:
    """W of each layer, row by row, as signed bytes: shares of the largest of its layer."""
    matrices = [experiment.parameters[name] for name in experiment.parameters if name.startswith("W")]
    largest = [float(np.abs(W).max()) or 1.0 for W in matrices]
    shares = [np.nan_to_num(127 * W / size).astype(np.int8) for W, size in zip(matrices, largest, strict=True)]
    return [b64encode(share.tobytes()).decode() for share in shares]


def _row(record: EpochRecord) -> list[float | None]:
    return [_number(getattr(record, name)) for name in COLUMNS]


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _view(experiment: Supervised | Minimization) -> AnswerPlane | ImageView | LandscapeView | None:
    """The picture that there is of a training."""
    if isinstance(experiment, Supervised):
        if ImageView.is_possible(experiment):
            return ImageView(experiment)
        return AnswerPlane(experiment) if AnswerPlane.is_possible(experiment) else None
    return LandscapeView(experiment) if LandscapeView.is_possible(experiment) else None


def _same_data(before: Spec, after: Spec) -> bool:
    """Whether two specs have the same data set, down to the draws that split it."""

    def of(spec: Spec) -> tuple[Any, ...]:
        return spec.data, spec.task, spec.seed, spec.randomness, spec.diagnosis

    return of(before) == of(after)
