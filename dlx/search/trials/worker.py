"""A worker process: makes the calls that come in on its input, one after the other, and answers on its output."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import warnings
from _thread import interrupt_main
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from subprocess import PIPE, Popen
from threading import Thread
from traceback import format_exception, print_exception
from typing import Any, BinaryIO

from dlx.errors import Remark
from dlx.runs.training.signals import NUMBERS, end_process

Call = tuple[Any, tuple[Any, ...], dict[str, Any]]  # a function of a module, its arguments and its keyword arguments
Answer = tuple[bool, Any]  # whether it returned, and what it returned or raised

# Signals that come before it listens to its owner wait until then.
START = """
import sys, json
sys.path[:], sys.argv[:] = json.loads(sys.argv[1])
from dlx.search.trials.worker import main
main()
"""
# Each worker computes with one thread: so many as there are workers are enough, and the result has the same bits.
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


class Worker:
    """A worker process as its owner sees it; it finds the modules that its owner finds."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", START, json.dumps([sys.path, sys.argv])]
        with _held_back():
            self._process = Popen(command, stdin=PIPE, stdout=PIPE, env=os.environ | ONE_THREAD)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._calls, self._answers = self._process.stdin, self._process.stdout

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def call(self, call: bytes) -> Answer:
        """The outcome of a pickled `Call`.

        Raises:
            OSError, EOFError: the process has died.
        """
        pickle.dump(call, self._calls)
        self._calls.flush()
        answer: Answer = pickle.load(self._answers)
        return answer

    def ask_to_stop(self) -> None:
        """Close its input: it finishes the step that it is in, saves, answers and ends."""
        with suppress(OSError):  # it has died
            self._calls.close()

    def end(self) -> int:
        """Wait until the process is gone; returns its exit code, negative for a signal."""
        self.ask_to_stop()
        self._answers.close()
        return self._process.wait()


@contextmanager
def _held_back() -> Iterator[None]:
    """Signals to this thread wait, and so do those to a process that is started meanwhile, until it lets them in."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, NUMBERS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def main() -> None:
    """Make calls until the input ends, as it does too when the owner of this process has died.

    Everything is on the disk then. What Python does at its end is left out: a signal there would be reported with a
    traceback, and threads of other packages may be in its way.
    """
    code = 0
    warnings.simplefilter("ignore", Remark)  # the owner looks at the same data, and says what there is to say
    try:
        _heed_signals()
        requests, answers = _streams()  # open until the end: closing them would say that nobody reads the answer
        _make_calls(requests, answers)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        print_exception(error)
        code = 1
    finally:
        with suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _heed_signals() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner gets it as well, and asks to stop
    for number in NUMBERS:
        if number != signal.SIGINT:
            signal.signal(number, end_process)


def _make_calls(requests: BinaryIO, answers: BinaryIO) -> None:
    calls: SimpleQueue[bytes | None] = SimpleQueue()
    Thread(target=_listen, args=(requests, calls), daemon=True).start()
    if hasattr(signal, "pthread_sigmask"):  # not earlier: an exception amid the start of a thread leaves locks astray
        signal.pthread_sigmask(signal.SIG_UNBLOCK, NUMBERS)
    with suppress(BrokenPipeError):  # nobody reads the answer any more
        while (call := calls.get()) is not None:
            pickle.dump(_answer(call), answers)
            answers.flush()


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Input and output for calls and answers; what a plugin prints goes to stderr, and it has nothing to read."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


def _listen(requests: BinaryIO, calls: SimpleQueue[bytes | None]) -> None:
    """Pass on what comes in; at its end interrupt the call that is being made."""
    try:
        while True:
            calls.put(pickle.load(requests))
    except (EOFError, OSError, pickle.UnpicklingError):
        calls.put(None)
        interrupt_main(signal.SIGTERM)


def _answer(call: bytes) -> Answer:
    try:
        function, arguments, keywords = pickle.loads(call)
        return True, function(*arguments, **keywords)
    except Exception as error:
        return False, _portable(error)


def _portable(error: Exception) -> Exception:
    """The exception, or one in its place where it cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError("".join(format_exception(error)))
    return error
