"""A process that draws pictures: it is made ready while something else goes on, so that nobody waits for matplotlib."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from select import select
from subprocess import DEVNULL, PIPE, Popen
from time import monotonic
from types import TracebackType
from typing import IO, Any, ParamSpec, Self

from dlx.training.threads import available as available

Parameters = ParamSpec("Parameters")

SECONDS = 0.2  # that something must take before a process is made beside it
PATIENCE = 60.0  # seconds for a picture
START = """
import gc, sys, json
gc.disable()
sys.path[:] = json.loads(sys.argv[1])
from dlx.show.pictures.drawer import main
main()
"""


class DrawingProcess:
    """Draws in a process of its own where that is ready, and else here: the picture is the same.

    None is made where there is but one processor, or where matplotlib is here already.
    """

    def __init__(self, is_wanted: bool = True) -> None:
        self._begun = monotonic()
        self._is_wanted = is_wanted and available() > 1
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def prepare(self) -> None:
        """Make the process, once it is worth it; to be called now and then."""
        if self._is_wanted and monotonic() - self._begun > SECONDS:
            self.begin()

    def begin(self) -> None:
        """Make the process at once, as where much else is still to be imported here."""
        if self._is_wanted and not has_matplotlib():
            self._is_wanted = False
            with suppress(OSError):  # no process may be made, or no pipe
                command = [sys.executable, "-c", START, json.dumps(sys.path)]
                # No signal of a terminal is for it: it ends when its input does, also where its owner has died.
                self._process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True)

    def draw(
        self, drawing: Callable[Parameters, bytes], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> bytes:
        """What the function returns, which is one of a module, as its arguments are picklable, or it is called here."""
        picture = self._picture_from_there((drawing, args, kwargs)) if self._process is not None else None
        return drawing(*args, **kwargs) if picture is None else picture

    def _picture_from_there(self, call: tuple[Callable[..., bytes], tuple[Any, ...], dict[str, Any]]) -> bytes | None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(pickle.dumps(call))
            process.stdin.flush()
            if not _has_answer(process.stdout):
                self.close()
                return None
            picture: bytes | None = pickle.load(process.stdout)
        except (OSError, EOFError, ValueError, TypeError, AttributeError, pickle.PickleError):
            return None  # what cannot be pickled, or the process has died
        return picture

    def close(self) -> None:
        """Let the process go, whatever it does."""
        process, self._process, self._is_wanted = self._process, None, False
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError, ValueError):  # its buffer cannot be written any more
                if stream is not None:
                    stream.close()
        process.wait()


def has_matplotlib() -> bool:
    """Whether it has been imported here."""
    return "matplotlib" in sys.modules


def _has_answer(stream: IO[bytes]) -> bool:
    """Wait for it as long as one is patient. No timer does that: at the end of a program no thread can be started."""
    return sys.platform == "win32" or bool(select([stream], [], [], PATIENCE)[0])
