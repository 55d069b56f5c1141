"""The hub: what all pages of a lab share, which of them are open, and whether there is anything left to serve."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

from dlx.lab.address import Address
from dlx.lab.playground import Playground
from dlx.lab.run_list import RunList

GRACE = 10.0  # seconds after a page was closed, in which it may be loaded again
MOST_PAGES = 16


class Seat:
    """The place of one page: its playground, which one turn at a time works on, and whether the page is there."""

    def __init__(self) -> None:
        self.playground: Playground | None = None
        self.turn = asyncio.Lock()
        self.is_taken, self.leaves = False, 0  # how often it was left


class Hub:
    """What pages are served, and by which threads.

    Args:
        path: the spec that a new page begins with.
        root: the folder of runs.
        grace: seconds that a closed page is waited for.
    """

    def __init__(self, address: Address, path: Path, root: Path, grace: float = GRACE) -> None:
        self.address, self.path, self.root, self.grace = address, path, root, grace
        self.runs = RunList(root)
        self.ended = asyncio.Event()
        self.strangers: dict[Any, None] = {}  # connections that have not shown the token, the oldest first
        self._seats: dict[str, Seat] = {}
        self._threads = ThreadPoolExecutor(MOST_PAGES, thread_name_prefix="lab")

    async def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of what takes a while, while others are served."""
        context = copy_context()  # messages are those of a command
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, function, *arguments)

    @property
    def is_full(self) -> bool:
        """Whether as many pages are open as there may be."""
        return sum(seat.is_taken for seat in self._seats.values()) >= MOST_PAGES

    def take_seat(self, page: str) -> Seat | None:
        """The seat of a page, with what it left there when it was loaded before; None where another page has it."""
        seat = self._seats.get(page) or Seat()
        if seat.is_taken or self.is_full:
            return None
        seat.is_taken, self._seats[page] = True, seat
        return seat

    async def leave_seat(self, page: str) -> None:
        """Wait for the page to come back; where none is left and none comes, the lab ends."""
        seat = self._seats[page]
        seat.is_taken, seat.leaves = False, seat.leaves + 1
        leave = seat.leaves
        await asyncio.sleep(self.grace)
        async with seat.turn:
            if seat.is_taken or seat.leaves != leave or self.ended.is_set():
                return
            del self._seats[page]
            if seat.playground is not None:
                await self.call(seat.playground.close)
        if not self._seats:
            self.ended.set()

    async def close(self) -> None:
        """End the runs that are kept, after the turns that have begun, also those of pages about to leave."""
        self.ended.set()
        for seat in list(self._seats.values()):
            async with seat.turn:
                if seat.playground is not None:
                    await self.call(seat.playground.close)
        self._threads.shutdown()
