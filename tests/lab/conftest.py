"""A lab that is served while a test asks it, and a page that works there as a browser's would."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlsplit

import pytest

GRACE = 0.2
SPEC = """name: tiny
data: {source: {name: moons, m: 120, noise: 0.2, seed: 1}, split: {train: 80, dev: 40}}
architecture: {hidden: [4]}
optimizer: {name: adam, learning_rate: 0.05}
training: {epochs: 6, batch_size: 16}
"""


class Served:
    """A lab in a thread of its own; ``url`` is its address."""

    def __init__(self, spec: Path, root: Path, grace: float = GRACE) -> None:
        from dlx.lab import server

        addresses: Queue[str] = Queue()
        self.thread = threading.Thread(target=server.serve, args=(spec, addresses.put, root, grace), daemon=True)
        self.thread.start()
        self.url = addresses.get(timeout=20)
        parts = urlsplit(self.url)
        self.host, self.token = parts.netloc, parts.path.strip("/")
        assert parts.hostname
        assert parts.port
        self.at = parts.hostname, parts.port

        self.pages: list[Page] = []

    def page(self, name: str = "test", **headers: str) -> Page:
        page = Page(self, name, {"Origin": f"http://{self.host}", **headers})
        self.pages.append(page)
        return page

    def end(self) -> None:
        if self.thread.is_alive():
            self.page("last")
        for page in self.pages:
            page.close()
        self.thread.join(20)
        assert not self.thread.is_alive()


class Page:
    """A page: it sends messages and waits for what they bring."""

    def __init__(self, served: Served, name: str, headers: dict[str, str]) -> None:
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        self.loop, self.is_open = asyncio.new_event_loop(), True
        address = f"ws://{served.host}/{served.token}/socket?page={name}"

        async def connect() -> Any:
            return await websocket_connect(HTTPRequest(address, headers=headers))

        try:
            self.socket = self.loop.run_until_complete(connect())
        except BaseException:  # it was refused
            self.loop.close()
            raise

    def send(self, name: str, **more: Any) -> None:
        self.write(json.dumps({"do": name, **more}))

    def write(self, text: str) -> None:
        async def write() -> None:
            await self.socket.write_message(text)

        self.loop.run_until_complete(write())

    def next(self) -> dict[str, Any]:
        text = self.read()
        assert text is not None, f"closed: {self.socket.close_code}"
        message: dict[str, Any] = json.loads(text)
        return message

    def read(self) -> str | None:
        """The next message; None where the socket is closed."""

        async def read() -> Any:
            return await asyncio.wait_for(self.socket.read_message(), 20)

        text: str | None = self.loop.run_until_complete(read())
        self.is_open = text is not None
        return text

    def wait(self, about: str, fits: Callable[[dict[str, Any]], bool] = lambda message: True) -> dict[str, Any]:
        """The next message about that which fits."""
        while True:
            message = self.next()
            if message["about"] == about and fits(message):
                return message

    def close(self) -> None:
        if self.loop.is_closed():
            return

        async def close() -> None:  # inside the loop: outside of it another one would be made, and left open
            self.socket.close()

        self.loop.run_until_complete(close())
        while self.is_open:
            self.read()
        self.loop.close()


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The lab of a tiny spec, for all tests of a module that leave it as it is: none of them closes its page."""
    pytest.importorskip("tornado")
    folder = tmp_path_factory.mktemp("lab")
    (folder / "tiny.yaml").write_text(SPEC, encoding="utf-8")
    served = Served(folder / "tiny.yaml", folder / "runs")
    yield served
    served.end()


@pytest.fixture
def own_lab(spec: Path, tmp_path: Path) -> Iterator[Served]:
    """The same for one test."""
    pytest.importorskip("tornado")
    served = Served(spec, tmp_path / "runs")
    yield served
    served.end()
