"""The run directory: plain files, few and flat, that hold all that came of a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from dlx.calls import instruction
from dlx.errors import DataError, DlxError, ReadFailure, UsageError
from dlx.files import begins_like, writing
from dlx.runs.files.file_names import (
    CHECKPOINT,
    CONFIG,
    DAMAGED,
    FACTS,
    FILES,
    ITS_CHECKPOINT,
    MISTAKES,
    MODEL,
    PLAN,
    TRIALS,
)
from dlx.runs.files.fold_directories import REFIT, is_of_folds, refuse_lost_folds
from dlx.runs.files.latest import followed, point_to_newest
from dlx.runs.files.lock import Locked
from dlx.runs.files.manifest import refuse_links
from dlx.runs.files.result_files import ResultFiles
from dlx.runs.files.stand_ins import instead_of_run
from dlx.runs.files.training_files import TrainingFiles
from dlx.words import Status


class RunDirectory(TrainingFiles, ResultFiles):
    """One run's directory.

    Every file but the tables, which grow line by line, is written whole or not at all.
    """

    marker, document_name, files = CONFIG, FACTS, frozenset(FILES)

    def settle(self, root: Path) -> None:
        """``root/latest`` points to the newest run, wherever that lies, unless nothing can be written there."""
        super().settle(root)
        with suppress(DlxError):
            point_to_newest([self.path], root)

    @classmethod
    def claim(cls, path: Path) -> Self | None:
        """The directory at ``path``, made where there is none, and locked; None while another process writes there.

        What a start left behind that never became a run is removed; a directory whose manifest is damaged or lost is
        set aside.

        Raises:
            UsageError: it is a link, or there are files in it that dlx did not write.
        """
        for directory in (path.parent, path):
            if directory.is_symlink():
                refuse_links(directory)
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        run = cls(path)
        try:
            run.acquire()
        except Locked:
            return None
        except ReadFailure:
            raise
        except DataError:
            run.set_aside()
            return cls.claim(path)
        if not run.has_begun():
            if run.is_remnant():
                run.set_aside()
                return cls.claim(path)
            run.refuse_foreign()
            run.remove_own()
        return run

    def is_remnant(self) -> bool:
        """Whether there are files whose names dlx gives, but that nothing vouches for, as after a power cut."""
        foreign = self.foreign()
        return bool(foreign) and all(
            path.relative_to(self.path).parts[0] in {*FILES, CHECKPOINT} and begins_like(path, path.name)
            for path in foreign
        )

    def has_begun(self) -> bool:
        """Whether there is a spec, or dlx wrote one: without it a start died before there was anything to lose."""
        return self.holds(CONFIG)

    def verify(self) -> None:
        """Raise DataError where a file is not as it was written."""
        for name in self.manifest.contents:
            if name != ITS_CHECKPOINT and self.holds(name):
                self.read(name)
        if self.sizes() != self.facts().get("sizes", self.sizes()):
            raise DataError(f"{self.path}: {MODEL} or {MISTAKES} is not whole")
        for fault in self.checkpoint_faults() if self.has_checkpoint() else ():
            raise fault

    def way_on(self) -> str:
        """The command that goes on with a run that has not come to its end."""
        with suppress(DlxError):
            if Status(self.facts()["status"]).may_resume:
                return instruction("train", "--resume", self.path)
        return ""

    def refuse_foreign(self) -> None:
        """Raise UsageError where there is anything in the directory that dlx did not write."""
        if foreign := self.foreign():
            self.close()
            names = ", ".join(path.relative_to(self.path).as_posix() for path in foreign)
            raise UsageError(f"{self.path}: is no run, and holds what dlx did not write ({names}): move that away")

    def set_aside(self) -> None:
        """Move the directory into the folder ``damaged`` beside it, where nothing is lost."""
        self.close()
        folder = self.path.with_name(DAMAGED)
        if folder.is_symlink():
            refuse_links(folder)
        with writing(folder):
            folder.mkdir(exist_ok=True)
            number = 1 + sum(1 for _ in folder.iterdir())
            while (target := folder / f"{self.path.name}-{number}").exists():
                number += 1
            self.path.rename(target)

    def own_files(self) -> Iterator[Path]:
        """What dlx wrote, its checkpoint and its trials included."""
        yield from super().own_files()
        for trial in self.trials.iterdir() if _is_folder(self.trials) else ():
            if _is_folder(trial):
                yield from RunDirectory(trial).own_files()

    @classmethod
    def open(cls, path: Path | str, *, writing: bool = False) -> Self:
        """An existing run; locked when ``writing``.

        Raises:
            UsageError: there is no run directory, or there are links in it.
            DataError: its spec or its manifest is damaged, or was edited.
            EnvironmentProblem: another process writes there.
        """
        return cls(existing(path, path))._opened(CONFIG, writing)

    @property
    def trials(self) -> Path:
        """The folder of the trainings that were made to learn something of this run."""
        return self.path / TRIALS

    @property
    def config(self) -> Path:
        """The file with the complete resolved spec."""
        return self.path / CONFIG

    def write_longer_config(self, text: str) -> None:
        """The spec of a run that goes on for longer; what has been measured stays."""
        self.write(CONFIG, text.encode())

    def write_config(self, text: str) -> None:
        """Keeps the complete resolved spec, the first file of a run; the second is the table, still empty."""
        self.write(CONFIG, text.encode())
        self.begin_metrics()


def existing(path: Path | str, name: Path | str) -> Path:
    """The directory of an existing run; in messages it has the name that the user knows it by.

    Raises:
        UsageError: there is no run.
        DataError: there is one whose spec is gone.
    """
    path = followed(Path(path))
    if is_of_folds(path):
        refuse_lost_folds(path, name)
        plan = instruction("train", path / PLAN, *REFIT)
        what = f"is a training in folds, which has a run for each below {path / TRIALS} and no network for all"
        again = instruction("train", "--resume", path, verb="folds")
        raise UsageError(f"{name}: {what}; {again} tells what they came to together, {plan} trains one that predicts")
    if not (path / CONFIG).is_file():
        if stand_in := instead_of_run(path):
            raise UsageError(f"{name}: {stand_in}")
        _refuse_lost_config(path)
        fault = f"it holds no {CONFIG}" if path.exists() else "it does not exist"
        what = "allowed: a directory that dlx train made, latest"
        if (path / FACTS).is_file():
            what = f"its start died; {instruction('train', 'SPEC', '--out', path)} begins it anew"
        raise UsageError(f"{name}: is no run directory: {fault} ({what})")
    return path


def _refuse_lost_config(path: Path) -> None:
    """Raise DataError where dlx wrote the spec of a run that is gone."""
    run = RunDirectory(path)
    if path.is_dir() and not path.is_symlink() and run.has_begun():
        run.read(CONFIG)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
