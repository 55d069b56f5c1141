"""The way back from damage: the commands by which what is faulty in a directory is made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from dlx.errors import DlxError
from dlx.runs.files import file_names
from dlx.runs.files.collection import PLAN, RunCollection
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.locked_directory import LockedDirectory
from dlx.runs.files.manifest import MANIFEST
from dlx.runs.integrity.file_health import FAULTY, LINK, FileHealth
from dlx.spec.loader import load_spec
from dlx.text import command, quoted

# The commands that make files of a run anew, without training.
MADE_BY = {
    file_names.REPORT: ("report",),
    **dict.fromkeys((file_names.ERRORS, file_names.WORST, file_names.DIAGNOSIS), ("diagnose",)),
    **dict.fromkeys((file_names.LEARNING_CURVE, file_names.LEARNING_CURVE_PICTURE), ("diagnose", "--learning-curve")),
    **dict.fromkeys((file_names.ACT, file_names.CANDIDATE), ("diagnose", "--act")),
    file_names.CALIBRATION_PICTURE: ("calibrate",),
    file_names.CALIBRATION: ("calibrate", "--apply"),
}


def advice(directory: LockedDirectory, files: Sequence[FileHealth]) -> Iterator[str]:
    """What can be done about the files that are faulty, each a sentence with its command."""
    faulty = {file.name for file in files if file.state == FAULTY}
    links = {file.name for file in files if file.what == LINK}
    path = directory.path
    if links:
        yield f"put what it points to in the place of a link, or remove it: {', '.join(sorted(links))}"
    if MANIFEST in faulty:
        yield f"if the other files are as they should be: {command('doctor', path, '--accept')} takes them as they are"
        return
    rest = faulty - links
    of_trials = {name for name in rest if name.startswith(f"{file_names.TRIALS}/")}
    if isinstance(directory, RunCollection):
        yield from _advice_for_many(directory, rest)
    elif isinstance(directory, RunDirectory):
        yield from _advice_for_trials(directory, of_trials)
        yield from _advice_for_run(directory, rest - of_trials)
    if not faulty and not directory.is_locked() and (again := directory.way_on()):
        yield f"it has not come to its end, and goes on by: {again}"


def _advice_for_many(directory: RunCollection, faulty: set[str]) -> Iterator[str]:
    if PLAN in faulty:
        yield f"put {PLAN} back as it was, or begin anew: {command(directory.command, 'FILE')}"
    elif faulty:
        again = command(directory.command, "--resume", directory.path)
        yield f"what is faulty is made again, from the trainings or by training again, by: {again}"


def _advice_for_trials(directory: RunDirectory, faulty: set[str]) -> Iterator[str]:
    """They are trained again by the commands that made them, as those of them tell that are intact."""
    if not faulty:
        return
    for line in dict.fromkeys(filter(None, map(_command_of, sorted(directory.trials.iterdir())))):
        yield f"what is faulty in its trainings is trained again by: {line}"


def _command_of(path: Path) -> str | None:
    """The command that made a run; None where that cannot be read."""
    with suppress(DlxError):
        return str(RunDirectory(path).facts()["command"])
    return None


def _advice_for_run(directory: RunDirectory, faulty: set[str]) -> Iterator[str]:
    path, config = directory.path, directory.path / file_names.CONFIG
    if not directory.has_begun():
        yield f"its start died; it is begun anew by: {command('train', 'FILE', '--out', path)}"
    if file_names.CONFIG in faulty:
        yield from _advice_without_config(directory)
        return
    derived = {file for file in faulty if file in MADE_BY}
    yield from dict.fromkeys(f"{file} is made again by: {command(*MADE_BY[file], path)}" for file in sorted(derived))
    if not (lost := faulty - derived):
        return
    is_resumable = directory.has_checkpoint() and file_names.FACTS not in lost
    if is_resumable and not any(name.startswith(file_names.CHECKPOINT) for name in lost):
        again = command("train", "--resume", path)
        yield f"the checkpoint is intact, and what is faulty is written again from it by: {again}"
    else:
        yield f"the same is trained once more, while this run stays as it is, by: {command('train', config)}"


def _advice_without_config(directory: RunDirectory) -> Iterator[str]:
    """A run without its spec cannot go on; what can be done depends on what is there in its place."""
    config = directory.path / file_names.CONFIG
    yield f"put {file_names.CONFIG} back as it was"
    with suppress(DlxError):
        if config.is_file():
            load_spec(config)
            yield f"or train {file_names.CONFIG} as it is now, as a new run, by: {command('train', config)}"
    if line := _command_of(directory.path):
        yield f"or move {quoted(directory.path)} away, and train it again by: {line}"
