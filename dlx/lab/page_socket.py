"""The socket of a page: what the page asks is done in turn, and the time between belongs to its training."""

from __future__ import annotations

import asyncio
import json
import traceback
from contextlib import suppress

from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from dlx.errors import DlxError
from dlx.lab.guarded import Guarded, json_text
from dlx.lab.hub import Seat
from dlx.lab.messages import Message
from dlx.lab.player import FRAME
from dlx.lab.playground import Playground
from dlx.language import speaking, translated

MOST_WAITING = 1000  # messages of a page that are not yet done
MOST_AT_ONCE = 100  # of them that are done before it is looked whether the page is still there
LONGEST_NAME = 64  # of a page
REST = 0.2  # seconds without a message after which the verdict is worked out
LEAD = 3  # pictures that are sent to a page that has not taken in the one before them
PATIENCE = 1.0  # seconds after which one is sent all the same
TAKEN, TOO_MUCH, NO_SPEC, FULL = range(4000, 4004)  # why a socket is closed


class PageSocket(Guarded, WebSocketHandler):
    """The socket of a page: what it asks is done in turn, and the time between belongs to the training."""

    is_open = False

    def check_origin(self, origin: str) -> bool:
        return self.hub.address.has_origin(origin, self.request.host)

    def prepare(self) -> None:
        super().prepare()
        if "Origin" not in self.request.headers:
            raise HTTPError(403)

    def open(self, token: str) -> None:
        self.page = self.get_query_argument("page", "")[:LONGEST_NAME]
        seat = self.hub.take_seat(self.page)
        if seat is None and self.hub.is_full:
            with speaking(self.language):
                text = translated("too many pages are open here already: close one of them")
            self.write_message(json_text({"about": "fault", "text": text}))
            self.close(FULL, "too many pages")
            return
        if seat is None:
            self.close(TAKEN, "another page works there")
            return
        self.inbox: asyncio.Queue[Message] = asyncio.Queue(MOST_WAITING)
        self.behind, self.tells, self.stirs = 0, False, asyncio.Event()
        self.is_open = True
        self.work = asyncio.create_task(self._work(seat))

    def on_message(self, message: str | bytes) -> None:
        if not self.is_open:
            return
        document = _message(message)
        if document.get("do") == "seen":
            self.behind, self.tells = max(self.behind - 1, 0), True
        else:
            try:
                self.inbox.put_nowait(document)
            except asyncio.QueueFull:
                self.close(TOO_MUCH, "too much at once")
        self.stirs.set()

    def on_close(self) -> None:
        if self.is_open:
            self.is_open = False
            self._wake()
            if not self.hub.ended.is_set():
                self.leaving = asyncio.create_task(self.hub.leave_seat(self.page))

    def _wake(self) -> None:
        if self.inbox.empty():
            self.inbox.put_nowait({"do": "nothing"})

    async def _work(self, seat: Seat) -> None:
        """Take messages and train, until the page is closed; what is written waits for a page that is slow."""
        try:
            playground = await self._playground(seat)
        except Exception as error:  # such as a spec that is gone, or is none any more
            await self._tell([{"about": "fault", "text": _fault(error)}])
            self.close(NO_SPEC, "there is no spec")
            return
        while True:
            messages = await self._messages(playground)
            if not self.is_open:
                return
            due = asyncio.get_running_loop().time() + FRAME
            async with seat.turn:
                if self.hub.ended.is_set():
                    return
                outbox = await self._turn(playground, messages)
            await self._tell(outbox)
            if playground.is_busy:
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
                await self._page_has_seen()

    async def _playground(self, seat: Seat) -> Playground:
        """That of the page: what it left when it was loaded before, or a new one."""
        async with seat.turn:
            if seat.playground is None:
                seat.playground = await self.call(Playground, self.hub.path, self.hub.root)
            return seat.playground

    async def _page_has_seen(self) -> None:
        """Wait for a page that tells what it has taken in, and is slow at that: so it shows what is, not what was."""
        if self.tells and self.behind >= LEAD:
            self.stirs.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stirs.wait(), PATIENCE)
            self.behind = min(self.behind, LEAD - 1)

    async def _tell(self, outbox: list[Message]) -> None:
        """Write messages, unless the page is gone; waits for a page that is slow."""
        with suppress(WebSocketClosedError):
            for message in outbox:
                await self.write_message(json_text(message))
                self.behind += message["about"] == "frame"

    async def _turn(self, playground: Playground, messages: list[Message]) -> list[Message]:
        """What has come of a turn; of a fault in dlx, which ends the turn and not the lab, that there is one."""
        try:
            outbox: list[Message] = await self.call(playground.turn, messages)
        except Exception as error:
            outbox = [{"about": "note", "text": _fault(error), "error": True}]
        return outbox

    async def _messages(self, playground: Playground) -> list[Message]:
        """What the page has asked; without anything to do it waits, until it is time for the verdict."""
        messages = []
        if not playground.is_busy and self.inbox.empty():
            patience = REST if playground.has_news else None
            try:
                messages.append(await asyncio.wait_for(self.inbox.get(), patience))
            except TimeoutError:
                return []
        while not self.inbox.empty() and len(messages) < MOST_AT_ONCE:
            messages.append(self.inbox.get_nowait())
        return messages


def _message(text: str | bytes) -> Message:
    """The message that a page has sent; one that asks for nothing where it is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _fault(error: Exception) -> str:
    """What is said of an error; one that is no user's is shown in the terminal too."""
    if isinstance(error, DlxError):
        return translated(str(error))
    traceback.print_exception(error)
    return f"this is a fault in dlx: {type(error).__name__}: {error}"
