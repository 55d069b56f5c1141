"""Signals: a request to stop is noted, so that a step or a file is finished before it is heeded."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


@contextmanager
def noted_signals() -> Iterator[list[int]]:
    """While inside, SIGINT and SIGTERM are noted in the list; a second one ends the process as ever."""
    asked: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    if current_thread() is not main_thread():  # only the main thread may set handlers
        yield asked
        return
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)
        restore()

    for number in numbers:
        signal.signal(number, note)
    try:
        yield asked
    finally:
        restore()
