"""The server: a lab on this machine, served until Ctrl-C or until its last page is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlx.errors import Interrupted
from dlx.extras import missing_extra
from dlx.lab.address import HOST, Address
from dlx.lab.hub import GRACE, Hub
from dlx.lab.playground import Playground
from dlx.runs.files.latest import ROOT
from dlx.runs.training.signals import noted_signals

try:
    from tornado.httpserver import HTTPServer
    from tornado.iostream import IOStream
    from tornado.netutil import bind_sockets

    from dlx.lab.handlers import application
except ModuleNotFoundError as error:
    raise missing_extra("tornado", "lab", "dlx lab") from error

GLANCE = 0.1  # seconds between two looks at signals
LARGEST_REQUEST = 2**16  # bytes
MOST_STRANGERS = 64  # connections that have not shown the token


def serve(path: Path, on_start: Callable[[str], object], root: Path = ROOT, grace: float = GRACE) -> None:
    """Serve the lab of a spec until it ends; ``on_start`` is told its address once it can be opened.

    Raises:
        DlxError: the spec is none, or it cannot be trained.
        Interrupted: a signal has ended it; runs that were kept are saved.
    """
    Playground(path, root)  # what is wrong with the spec is said at once
    with noted_signals() as signals:
        asyncio.run(_serve(path, on_start, root, grace, signals))
        if signals:
            raise Interrupted(signals[0], "the lab has ended")


async def _serve(path: Path, on_start: Callable[[str], object], root: Path, grace: float, signals: list[int]) -> None:
    sockets = bind_sockets(0, HOST)
    hub = Hub(Address(sockets[0].getsockname()[1]), path, root, grace)
    server = LabServer(application(hub), max_body_size=LARGEST_REQUEST, max_header_size=LARGEST_REQUEST)
    server.strangers = hub.strangers
    server.add_sockets(sockets)
    try:
        on_start(hub.address.url)
        while not signals and not hub.ended.is_set():
            await asyncio.sleep(GLANCE)
    finally:
        server.stop()
        await hub.close()


class LabServer(HTTPServer):
    """Of connections that have not shown the token yet the oldest gives way, so that nobody can use all of them up."""

    strangers: dict[IOStream, None]

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve a connection that has just come."""
        self.strangers[stream] = None
        for other in [other for other in self.strangers if other.closed()]:
            del self.strangers[other]
        while len(self.strangers) > MOST_STRANGERS:
            oldest = next(iter(self.strangers))
            del self.strangers[oldest]
            oldest.close()
        super().handle_stream(stream, address)
