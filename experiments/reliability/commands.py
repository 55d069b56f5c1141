"""Commands of dlx as forked children of one process that has imported everything, so that thousands take minutes."""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import pkgutil
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from functools import partial
from inspect import isfunction
from io import BytesIO, StringIO
from pathlib import Path
from typing import IO, Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

import dlx

SECONDS_BETWEEN_CHECKPOINTS = 0.03  # in place of half a minute, so that these short trainings have many
TIMEOUT = 120.0
LIMIT = "hangs"
DURATION = re.compile(r"\b\d+(\.\d+)?(e-\d+)? ?(s|ms|seconds)\b")


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, or 128 and the number of the signal that ended it."""

    arguments: tuple[str, ...]
    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def trouble(self) -> str:
        """What no command may ever do, whatever it is given; empty where it has not."""
        if self.code == 128 + signal.SIGALRM:
            return f"{self}: {LIMIT}"
        if "Traceback (most recent call last)" in self.stderr or "Traceback (most" in self.stdout:
            return f"{self}: traceback: {self.last_line}"
        if self.code == 1 or "a bug in dlx" in self.stderr:
            return f"{self}: code {self.code}: {self.last_line}"
        return ""

    @property
    def last_line(self) -> str:
        """The last line that it has printed on stderr."""
        return (self.stderr.strip().splitlines() or [""])[-1][:300]

    @property
    def output(self) -> str:
        """What it has printed, without durations."""
        return DURATION.sub("… s", self.stdout)

    def __str__(self) -> str:
        return f"dlx {' '.join(self.arguments)}"


@dataclass
class Child:
    """A command that goes on."""

    arguments: tuple[str, ...]
    pid: int
    streams: tuple[IO[bytes], IO[bytes]]
    started: float = field(default_factory=time.monotonic)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal, if it has not ended."""
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            os.kill(self.pid, number)

    def wait(self) -> Ended:
        """How it has ended."""
        _, status = os.waitpid(self.pid, 0)
        seconds, code = time.monotonic() - self.started, os.waitstatus_to_exitcode(status)
        texts = [_text(stream) for stream in self.streams]
        return Ended(self.arguments, code if code >= 0 else 128 - code, texts[0], texts[1], seconds)


def _text(stream: IO[bytes]) -> str:
    with stream:
        stream.seek(0)
        return stream.read().decode("utf-8", "replace")


def prepare() -> None:
    """Import all of dlx, and set what makes many short trainings affordable; the children inherit it."""
    for module in pkgutil.walk_packages(dlx.__path__, "dlx."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    _set("dlx.runs.training.train", "SECONDS_BETWEEN_CHECKPOINTS", SECONDS_BETWEEN_CHECKPOINTS)
    _draw_nothing()
    gc.collect()
    gc.freeze()


def often() -> None:
    """Let a training of this process save a checkpoint with each row of its table, whatever the clock says."""
    _set("dlx.runs.training.train", "SECONDS_BETWEEN_CHECKPOINTS", -1.0)


def _draw_nothing() -> None:
    """One blank picture in place of all: drawing takes most of the time of a short training, and is no matter here."""
    from dlx.show import pictures as plots

    blank = _blank()
    pictures = {value for name, value in vars(plots).items() if isfunction(value) and name != "is_ours"}
    for name, module in list(sys.modules.items()):
        for key, value in list(vars(module).items()) if name.startswith("dlx.") else ():
            if callable(value) and value in pictures:
                setattr(module, key, lambda *arguments, **keywords: blank)


def _blank() -> bytes:
    """A picture as dlx signs its own, without the time that importing matplotlib takes."""
    from dlx.show.pictures.canvas import AUTHOR

    author, file = PngInfo(), BytesIO()
    author.add_text("Software", AUTHOR)
    Image.new("RGB", (1, 1)).save(file, "PNG", pnginfo=author)
    return file.getvalue()


def _set(module: str, name: str, value: Any) -> None:
    imported = importlib.import_module(module)
    getattr(imported, name)  # who moves it has to say so here
    setattr(imported, name, value)


def start(arguments: Sequence[object], folder: Path, before: Callable[[], None] | None = None) -> Child:
    """Start ``dlx ARGUMENTS`` in ``folder``; ``before`` is called in the child first."""
    words = tuple(map(str, arguments))
    streams = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  the child's end closes them
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _become(words, folder, streams, before)
    return Child(words, pid, streams)


def call(arguments: Sequence[object], folder: Path, before: Callable[[], None] | None = None) -> Ended:
    """How ``dlx ARGUMENTS`` ends in ``folder``."""
    return start(arguments, folder, before).wait()


def call_each(many: Sequence[Sequence[object]], folder: Path) -> list[Ended]:
    """How each of these commands ends, one after the other in one child; ``seconds`` are those of the processor.

    Where one of them ends the child, it is the last, and ends with 255.
    """
    answers = folder / "answers"
    child = start((), folder, partial(_answer_each, [tuple(map(str, words)) for words in many], answers))
    child.wait()
    with answers.open("rb") as file:
        ended: list[Ended] = []
        while len(ended) < len(many):
            try:
                ended.append(pickle.load(file))
            except EOFError:
                words = tuple(map(str, many[len(ended)]))
                return [*ended, Ended(words, 128 + signal.SIGALRM, "", "", TIMEOUT)]
    return ended


def _answer_each(many: Sequence[tuple[str, ...]], answers: Path) -> None:
    from dlx.cli import main

    with answers.open("wb") as file:
        for words in many:
            sys.argv = ["dlx", *words]
            started = time.process_time()
            with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
                code = main()
            pickle.dump(Ended(words, code, out.getvalue(), err.getvalue(), time.process_time() - started), file)
            file.flush()
    os._exit(0)


def _become(
    words: tuple[str, ...], folder: Path, streams: tuple[IO[bytes], IO[bytes]], before: Callable[[], None] | None
) -> None:
    """Be that command from now on."""
    code = 255
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.alarm(int(TIMEOUT))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, stream in enumerate(streams, start=1):
            os.dup2(stream.fileno(), number)
        sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
        os.chdir(folder)
        sys.argv = ["dlx", *words]
        if before is not None:
            before()
        from dlx.__main__ import main

        code = main()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
