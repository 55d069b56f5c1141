"""Signals: a request to stop is noted, so that a step or a file is finished first."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

NUMBERS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
HANGUP = getattr(signal, "SIGHUP", None)
PATIENCE = 3  # so many signals end the process as ever: it may hang


def end_process(number: int, frame: FrameType | None) -> None:
    """A handler that ends the process orderly."""
    raise SystemExit(128 + number)


@contextmanager
def noted_signals() -> Iterator[list[int]]:
    """While inside, requests to stop are noted in the list and nothing more, but for the third one."""
    signals: list[int] = []
    if current_thread() is not main_thread():  # only the main thread may set handlers
        yield signals
        return
    before = {number: signal.getsignal(number) for number in NUMBERS}
    if before.get(HANGUP) == signal.SIG_IGN:  # `nohup` has asked to go on
        del before[HANGUP]

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        signals.append(number)
        if len(signals) == PATIENCE - 1:
            restore()

    for number in before:
        signal.signal(number, note)
    try:
        yield signals
    finally:
        restore()
