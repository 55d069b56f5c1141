"""Failing calls: the k-th file call of a command fails or kills it, for every k; the same command again mends all."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .bits import bits
from .cases import RUN, SPEC, Bench, Case, copy, finish, same_bits
from .commands import Ended, call, often
from .file_calls import OPEN, RENAME, UNLINK, WRITE, FileCall, Hooks, record, recorded
from .specs import SHORT, SHORT_OBJECTIVE, STUDY, TUNE, Document, write

QUIET = "--quiet"
TRAIN = ("train", SPEC, "--out", RUN, QUIET)
RESUME = ("train", "--resume", RUN, QUIET)
RESEARCH = ("tune", "--resume", RUN, QUIET)
RESTUDY = ("study", "--resume", RUN, QUIET)
ACT = ("diagnose", RUN, "--act", "--seeds", "2", "--json")
WHOLE, LOG = "whole", "calls"  # in the folder of a recording
DEATH = 137
REFUSED, UNREADABLE = 6, 5


@dataclass(frozen=True)
class Scene:
    """A command, the commands that stand before it, and those of which one mends what it left behind."""

    name: str
    spec: Document
    command: tuple[str, ...]
    earlier: tuple[tuple[str, ...], ...] = ()
    later: tuple[tuple[str, ...], ...] = ()
    dies_at: int = 0  # the file call of the last of the earlier ones at which it dies

    def before(self, folder: Path) -> None:
        """Do what comes before it."""
        write(self.spec, folder / SPEC)
        for number, arguments in enumerate(self.earlier, start=1):
            is_last = number == len(self.earlier)
            hook = partial(_install, folder, self.dies_at, DEATH, 0) if self.dies_at and is_last else often
            ended = call(arguments, folder, hook)
            assert ended.code in (0, DEATH), f"{ended}: {ended.last_line}"

    def recorded(self, bench: Bench) -> Path:
        """A folder with all of it in ``whole``, and with the file calls of the command in ``calls``."""
        return bench.shared(f"{self.name}-recorded", partial(self._record, bench))

    def _record(self, bench: Bench, folder: Path) -> None:
        (folder / WHOLE).mkdir()
        copy(bench.shared(f"{self.name}-before", self.before), folder / WHOLE)
        ended = call(self.command, folder / WHOLE, partial(_note, folder))
        assert ended.code == 0, f"{ended} → {ended.code}: {ended.last_line}"


SCENES = (
    Scene("train", SHORT, TRAIN, later=(RESUME, TRAIN)),
    Scene("train-objective", SHORT_OBJECTIVE, TRAIN, later=(RESUME, TRAIN)),
    Scene("resume", SHORT, RESUME, (TRAIN,), (RESUME,), dies_at=150),
    Scene("tune", TUNE, ("tune", SPEC, "--out", RUN, QUIET), later=(RESEARCH, ("tune", SPEC, "--out", RUN, QUIET))),
    Scene("study", STUDY, ("study", SPEC, "--out", RUN, QUIET), later=(RESTUDY, ("study", SPEC, "--out", RUN, QUIET))),
    Scene("diagnose", SHORT, ("diagnose", RUN), (TRAIN,), (("diagnose", RUN),)),
    Scene("act", SHORT, ACT, (TRAIN,), (ACT,)),
    Scene("report", SHORT, ("report", RUN), (TRAIN,), (("report", RUN),)),
)
MOST = {"train-objective": 100, "act": 12, "tune": 60, "study": 60}  # of the longer ones; every call of the others


def cases(bench: Bench) -> list[Case]:
    """Every file call of the shorter commands and some of the longer ones, each failing in one of the ways it can."""
    count = max(1, round(len(SCENES) * min(1, 8 * bench.share)))  # a recording takes longer than a few injections
    scenes = random.Random(bench.seed).sample(SCENES, count)
    chosen: list[Case] = []
    for scene in scenes:
        calls = recorded(scene.recorded(bench) / LOG)
        every = [
            Case(
                f"{scene.name}, file call {k} ({file_call}) {_spelled(fault)}",
                partial(_judge, bench, scene, k, file_call, fault),
            )
            for k, file_call in enumerate(calls, start=1)
            for fault in _faults(scene, file_call, k)
        ]
        chosen += bench.draw(every, MOST.get(scene.name))
    return chosen


def _faults(scene: Scene, file_call: FileCall, k: int) -> tuple[int, ...]:
    """What happens at this call: it fails, and in another injection kills; of a resumed run in turns."""
    both = _error(file_call, k), DEATH
    return both[k % 2 :][:1] if scene.name == "resume" else both


def _error(file_call: FileCall, k: int) -> int:
    """One of the errors that Python can see there, each in its turn; EINTR it repeats on its own but in these calls."""
    if file_call.operation == OPEN:
        return errno.EIO
    errors = {UNLINK: (errno.EIO, errno.EINTR), RENAME: (errno.EIO, errno.ENOSPC, errno.EINTR)}
    possible = errors.get(file_call.operation, (errno.EIO, errno.ENOSPC))
    return possible[k % len(possible)]


def _spelled(fault: int) -> str:
    return "kills" if fault == DEATH else f"gives {errno.errorcode[fault]}"


def _note(folder: Path) -> None:
    often()
    record(folder / WHOLE, folder / LOG)


def _install(folder: Path, k: int, fault: int, part: int) -> None:
    """Let the k-th call of this process fail; of what it writes then the first ``part`` per cent come to the disk."""
    count = 0

    def check(file_call: FileCall) -> None:
        nonlocal count
        count += 1
        if count != k:
            return
        if file_call.operation == WRITE and part:
            path, content = folder / file_call.path, file_call.content[: len(file_call.content) * part // 100]
            descriptor = _plain_open(path, os.O_WRONLY)
            os.pwrite(descriptor, content, file_call.offset)
            os.close(descriptor)
        if fault == DEATH:
            os._exit(DEATH)
        raise OSError(fault, os.strerror(fault), file_call.path)

    _plain_open: Callable[..., int] = os.open
    often()
    Hooks(folder, check).install()


def _judge(bench: Bench, scene: Scene, k: int, file_call: FileCall, fault: int, folder: Path) -> list[str]:
    copy(bench.shared(f"{scene.name}-before", scene.before), folder)
    part = 50 if fault != errno.EIO else 0
    ended = call(scene.command, folder, partial(_install, folder, k, fault, part))
    if ended.trouble:
        return [ended.trouble]
    expected = bits(scene.recorded(bench) / WHOLE / RUN)
    wrong = _wrong_end(ended, file_call, fault) if ended.code else _silent(ended, same_bits(expected, folder / RUN))
    if wrong:
        return wrong
    wrong, _ = finish(scene.later, folder)
    return wrong or same_bits(expected, folder / RUN)


def _wrong_end(ended: Ended, file_call: FileCall, fault: int) -> list[str]:
    """What is wrong with how a command ended that did not end well."""
    allowed: Sequence[int] = (
        (DEATH,) if fault == DEATH else (REFUSED, UNREADABLE) if file_call.operation == OPEN else (REFUSED,)
    )
    if ended.code not in allowed:
        return [f"{ended} → {ended.code} in place of {allowed[0]}: {ended.last_line}"]
    return [] if fault == DEATH or ended.last_line else [f"{ended} → {ended.code} without a message"]


def _silent(ended: Ended, different: list[str]) -> list[str]:
    """A command may end well where it said what it could not do, or did it in another way."""
    return [f"{ended} → 0, and says nothing, but {', '.join(different)}"] if different and not ended.stderr else []
