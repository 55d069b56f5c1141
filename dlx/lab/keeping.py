"""Keeping: the run directory of a training that was begun on the page, as if the shell had begun it."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from inspect import GEN_CLOSED, GEN_CREATED, getgeneratorstate
from math import inf
from pathlib import Path

from dlx.documents.diagnosis import DiagnosisDocument
from dlx.errors import Diverged, DlxError
from dlx.lab.draft import Draft
from dlx.lab.messages import Message
from dlx.lab.race import RemedyRace
from dlx.lab.trainer import Trainer
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.provenance import provenance
from dlx.runs.training.train import Session


class KeptRun:
    """The run directory of a training, from now on written as it trains; what it has come to so far is in it.

    Raises:
        DlxError: it cannot be written.
    """

    def __init__(self, trainer: Trainer, draft: Draft, root: Path) -> None:
        experiment, had_ended = trainer.experiment, trainer.has_ended
        run = RunDirectory.create(experiment.spec.name, root=root)
        self.path, self._pace, self._opened = run.path, trainer.pace, ExitStack()
        self._race: RemedyRace | None = None
        self._session = self._opened.enter_context(Session(experiment, run))
        try:
            words = ["dlx", "train", str(draft.path), *draft.overrides]
            self._session.begin(draft.overrides, provenance(words, draft.path.parent))
            for layer in trainer.layers:
                run.append_layer(layer)
            for row in trainer.rows:
                run.append_metrics(row)
            if trainer.rows:
                run.save_checkpoint(*self._session.state())
            self._records = self._session.records(heeds_signals=False, pace=trainer.pace)
            trainer.follow(self._records)
            if had_ended:
                trainer.advance(inf)  # which writes the end
        except BaseException:
            self._opened.close()
            raise

    @property
    def diagnosis(self) -> DiagnosisDocument | None:
        """That of its ``diagnosis.json``, once there is one."""
        return self._session.diagnosis

    def try_remedies(self) -> None:
        """Begin the race of remedies, unless it has begun; the training has ended."""
        self.close()  # the race writes there
        self._race = self._race or RemedyRace(self.path)

    @property
    def has_news(self) -> bool:
        """Whether the race has not told its end yet."""
        return self._race is not None and not self._race.has_ended

    def news(self) -> list[Message]:
        """What has come of the race since it was asked last."""
        return self._race.news() if self._race is not None else []

    def renew(self) -> None:
        """Let the next news tell all of the race."""
        if self._race is not None:
            self._race.renew()

    @property
    def is_broken(self) -> bool:
        """Whether writing it has failed in the midst of training."""
        return getgeneratorstate(self._records) == GEN_CLOSED

    def give_up(self, trainer: Trainer) -> None:
        """Leave it as it is; the training goes on without it."""
        with suppress(DlxError):
            self.end()
        trainer.go_on_alone()

    def end(self) -> None:
        """Leave it, and end the race, which saves what it has reached."""
        self.close()
        if self._race is not None:
            self._race.close()

    def close(self) -> None:
        """Leave it, so that others may write there; unless it has ended, `dlx train --resume` goes on with it."""
        if getgeneratorstate(self._records) == GEN_CREATED:  # nothing would be written of an end that never began
            self._pace.seconds = 0.0
            with suppress(StopIteration, Diverged):
                next(self._records)
        self._records.close()
        self._opened.close()
