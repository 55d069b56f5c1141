"""The handlers of requests: the page's own files, the runs as JSON, and the socket by which a page works."""

from __future__ import annotations

import asyncio
import json
import traceback
from importlib.resources import files
from typing import Any

from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from dlx.lab.hub import Hub, Seat
from dlx.lab.lessons import lesson, names
from dlx.lab.messages import Message
from dlx.lab.player import FRAME
from dlx.lab.playground import Playground
from dlx.plain_data import plain

SCRIPT = "text/javascript; charset=utf-8"
SCRIPTS = (
    "main.js", "connection.js", "elements.js", "scales.js", "controls.js", "spec.js", "transport.js", "picture.js",
    "curves.js", "verdict.js", "runs.js", "lesson.js", "network.js",
    "check.js", "searches.js",
    "images.js",
)  # fmt: skip
# Every file that is served, by the name in its address; no other is opened.
FILES = {
    "": ("lab.html", "text/html; charset=utf-8"),
    "lab.css": ("lab.css", "text/css; charset=utf-8"),
    "favicon.svg": ("favicon.svg", "image/svg+xml"),
    **{name: (name, SCRIPT) for name in SCRIPTS},
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
LARGEST_MESSAGE = 2**20  # bytes that a page may send at once
MOST_WAITING = 1000  # messages of a page that are not yet done
MOST_AT_ONCE = 100  # of them that are done before it is looked whether the page is still there
LONGEST_NAME = 64  # of a page
REST = 0.2  # seconds without a message after which the verdict is worked out
TAKEN, TOO_MUCH = 4000, 4001  # why a socket is closed


def application(hub: Hub) -> Application:
    """Everything that is served, each request first looked at by `Address`."""
    token, shared = r"/(?P<token>[A-Za-z0-9_-]+)", {"hub": hub}
    routes = [
        (rf"{token}/socket", _Socket, shared),
        (rf"{token}/lessons", _Lessons, shared),
        (rf"{token}/runs/(?P<name>list|compared|verdict|search)", _Runs, shared),
        (rf"{token}/(?P<name>[a-z_.]*)", _File, shared),
    ]
    return Application(
        routes,
        default_handler_class=_Missing,
        default_handler_args=shared,
        websocket_max_message_size=LARGEST_MESSAGE,
        log_function=lambda handler: None,
    )


class _Guarded(RequestHandler):
    """Answers only requests that the address lets pass, in a way that no other page can make use of."""

    SUPPORTED_METHODS = ("GET",)

    def initialize(self, hub: Hub) -> None:
        self.hub = hub

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        address, host = self.hub.address, self.request.host
        origin = self.request.headers.get("Origin")
        if not address.has_host(host) or (origin is not None and not address.has_origin(origin, host)):
            raise HTTPError(403)
        if not address.has_token(self.path_kwargs.get("token", "")):
            raise HTTPError(404)

    def write_error(self, status_code: int, **details: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}\n")


class _Missing(_Guarded):
    """Where there is nothing."""

    def prepare(self) -> None:
        raise HTTPError(404)


class _File(_Guarded):
    """One of the page's own files."""

    def get(self, token: str, name: str) -> None:
        if name not in FILES:
            raise HTTPError(404)
        file, kind = FILES[name]
        self.set_header("Content-Type", kind)
        self.finish(files("dlx.lab").joinpath("page", file).read_bytes())


class _Runs(_Guarded):
    """The table of runs, of chosen runs the curves, the differences of their specs or the verdict, or a search."""

    async def get(self, token: str, name: str) -> None:
        runs, chosen = self.hub.runs, self.get_query_arguments("run")
        if name == "list":
            document = await self.hub.call(runs.document)
        elif name == "search":
            document = await self.hub.call(runs.searches.detail, "".join(chosen[:1]))
        else:
            document = await self.hub.call(runs.compared if name == "compared" else runs.verdict, chosen)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(_json(document))


class _Lessons(_Guarded):
    """All lessons in the order of the notes, each with its texts."""

    def get(self, token: str) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        documents = [{"name": name, **lesson(name)} for name in names()]
        self.finish(_json(sorted(documents, key=lambda document: document["notes"]["page"])))


class _Socket(_Guarded, WebSocketHandler):
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
        if seat is None:
            self.close(TAKEN, "another page works there")
            return
        self.inbox: asyncio.Queue[Message] = asyncio.Queue(MOST_WAITING)
        self.is_open = True
        self.work = asyncio.create_task(self._work(seat))

    def on_message(self, message: str | bytes) -> None:
        if not self.is_open:
            return
        try:
            document = json.loads(message)
            self.inbox.put_nowait(document if isinstance(document, dict) else {})
        except (ValueError, RecursionError):
            self.inbox.put_nowait({})
        except asyncio.QueueFull:
            self.close(TOO_MUCH, "too much at once")

    def on_close(self) -> None:
        if self.is_open:
            self.is_open = False
            self._wake()
            self.leaving = asyncio.create_task(self.hub.leave_seat(self.page))

    def _wake(self) -> None:
        if self.inbox.empty():
            self.inbox.put_nowait({"do": "nothing"})

    async def _work(self, seat: Seat) -> None:
        """Take messages and train, until the page is closed; what is written waits for a page that is slow."""
        async with seat.turn:
            playground = seat.playground
            if playground is None:
                playground = seat.playground = await self.hub.call(Playground, self.hub.path, self.hub.root)
        while True:
            messages = await self._messages(playground)
            if not self.is_open:
                return
            due = asyncio.get_running_loop().time() + FRAME
            async with seat.turn:
                outbox = await self._turn(playground, messages)
            try:
                for message in outbox:
                    await self.write_message(_json(message))
            except WebSocketClosedError:
                return
            if playground.is_busy:
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))

    async def _turn(self, playground: Playground, messages: list[Message]) -> list[Message]:
        """What has come of a turn; of a fault in dlx, which ends the turn and not the lab, that there is one."""
        try:
            outbox: list[Message] = await self.hub.call(playground.turn, messages)
        except Exception as error:
            traceback.print_exception(error)
            text = f"this is a fault in dlx: {type(error).__name__}: {error}"
            outbox = [{"about": "note", "text": text, "error": True}]
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


def _json(document: object) -> str:
    return json.dumps(plain(document), separators=(",", ":"), ensure_ascii=False)
