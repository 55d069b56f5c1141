"""Signals: a command gets one, two or three at a random moment, ends soon and leaves no process; it can go on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .bits import bits
from .cases import RUN, SPEC, Bench, Case, finish, same_bits
from .commands import Ended, call
from .specs import SHORT, STUDY, TUNE, Document, write

COUNT = 50
SECONDS_TO_END = 30.0
SECONDS_BETWEEN = 0.05
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONG = {**SHORT, "training": {**SHORT["training"], "epochs": 1200, "evaluate_every": 50}}
QUIET = "--quiet"


@dataclass(frozen=True)
class Target:
    """A command that is interrupted, what comes before it, and what goes on with it."""

    spec: Document
    command: tuple[str, ...]
    later: tuple[tuple[str, ...], ...]
    earlier: tuple[str, ...] = ()


ACT = ("diagnose", RUN, "--act", "--seeds", "2", "--json")
TRAIN = ("train", SPEC, "--out", RUN, QUIET)
TARGETS = {
    "train": Target(LONG, TRAIN, (("train", "--resume", RUN, QUIET), TRAIN)),
    "tune": Target(
        TUNE,
        ("tune", SPEC, "--out", RUN, "--workers", "2", QUIET),
        (("tune", "--resume", RUN, QUIET), ("tune", SPEC, "--out", RUN, QUIET)),
    ),
    "study": Target(
        STUDY,
        ("study", SPEC, "--out", RUN, "--workers", "2", QUIET),
        (("study", "--resume", RUN, QUIET), ("study", SPEC, "--out", RUN, QUIET)),
    ),
    "act": Target(SHORT, ACT, (ACT,), TRAIN),
}


def cases(bench: Bench) -> list[Case]:
    """50 commands with one to three signals each."""
    rng, every = random.Random(bench.seed), list[Case]()
    for k in range(COUNT):
        name, number = list(TARGETS)[k % len(TARGETS)], rng.choice(NUMBERS)
        times, moment = rng.randint(1, 3), rng.random()
        what = f"{name} gets {times} {number.name} at {moment:.3f} of the whole time"
        every.append(Case(what, partial(_judge, bench, name, number, times, moment)))
    return bench.draw(every)


def _before(target: Target, folder: Path) -> None:
    write(target.spec, folder / SPEC)
    if target.earlier:
        assert call(target.earlier, folder).code == 0


def _whole(target: Target, folder: Path) -> None:
    """All of it, and how long a process of its own takes for that."""
    _before(target, folder)
    started = time.monotonic()
    process = _start(target.command, folder)
    assert process.wait(60) == 0, (folder / "stderr").read_text()
    (folder / "seconds").write_text(f"{time.monotonic() - started}")


def _start(arguments: tuple[str, ...], folder: Path) -> subprocess.Popen[bytes]:
    """The command as a process of its own, in a session of its own; what it prints goes into files."""
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "dlx", *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            start_new_session=True,
        )  # fmt: skip


def _judge(bench: Bench, name: str, number: signal.Signals, times: int, moment: float, folder: Path) -> list[str]:
    target = TARGETS[name]
    whole = bench.shared(name, partial(_whole, target))
    _before(target, folder)
    process = _start(target.command, folder)
    time.sleep(moment * float((whole / "seconds").read_text()))
    for _ in range(times):
        process.send_signal(number)
        time.sleep(SECONDS_BETWEEN)
    wrong = _wrong_end(_ended(process, target.command, folder), number, process.pid)
    if wrong:
        return wrong
    wrong, _ = finish(target.later, folder)
    files = bits(whole / RUN)  # its pictures are real ones
    return wrong or same_bits({path: digest for path, digest in files.items() if ".png" not in path}, folder / RUN)


def _ended(process: subprocess.Popen[bytes], arguments: tuple[str, ...], folder: Path) -> Ended:
    """How it ended; where it does not, by this bench, which tells of it as of an alarm."""
    started = time.monotonic()
    try:
        code = process.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        code = -signal.SIGALRM
    texts = [(folder / stream).read_text(errors="replace") for stream in ("stdout", "stderr")]
    return Ended(arguments, code if code >= 0 else 128 - code, texts[0], texts[1], time.monotonic() - started)


def _wrong_end(ended: Ended, number: int, session: int) -> list[str]:
    wrong = [ended.trouble] if ended.trouble else []
    if ended.code not in (0, 128 + number) and not wrong:
        wrong.append(f"{ended} → {ended.code} in place of {128 + number}: {ended.last_line}")
    deadline = time.monotonic() + SECONDS_TO_END
    while (orphans := in_session(session)) and time.monotonic() < deadline:
        time.sleep(0.02)
    if orphans:
        os.killpg(session, signal.SIGKILL)
        wrong.append(f"{ended} left {len(orphans)} processes behind")
    return wrong


def in_session(session: int) -> list[int]:
    """The processes of a session that have not ended."""
    processes = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(its_session) == session and state != "Z":
            processes.append(int(path.parent.name))
    return processes
