"""A lab that is served by a process of its own, and a page there that sends what a hand would do and takes frames."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

PATIENCE = 60.0  # seconds for a message
SPEC = """name: tiny
data: {source: {name: moons, m: 60, noise: 0.2, seed: 1}, split: {train: 40, dev: 20}}
architecture: {hidden: [3]}
training: {epochs: 5, batch_size: 20}
"""


def with_runs(folder: Path, count: int) -> None:
    """Put so many runs into the folder of runs there: one that is trained, and copies of it."""
    (folder / "tiny.yaml").write_text(SPEC, encoding="utf-8")
    place = Path("runs", "tiny")
    words = ("train", "tiny.yaml", "--out", str(place / "20260101T000000Z-000000"), "--quiet")
    subprocess.run([sys.executable, "-m", "dlx", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    for number in range(1, count):
        copy = folder / place / f"20260101T000000Z-{number:06x}"
        shutil.copytree(folder / place / "20260101T000000Z-000000", copy)


class ServedLab:
    """``dlx lab`` in a folder, and its page; ``training`` is the number of the training that the last frame was of."""

    def __init__(self, folder: Path) -> None:
        words = [sys.executable, "-m", "dlx", "lab", "--no-browser"]
        self._process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self.training, self._loop = 0, asyncio.new_event_loop()
        self._socket = self._loop.run_until_complete(self._connect())

    async def _connect(self) -> Any:
        origin = "/".join(self.url.split("/")[:3])
        address = f"{self.url.replace('http', 'ws', 1)}socket?page=measured"
        return await websocket_connect(HTTPRequest(address, headers={"Origin": origin}))

    def send(self, name: str, **more: Any) -> None:
        """Send a message."""
        self._loop.run_until_complete(self._write(json.dumps({"do": name, **more})))

    async def _write(self, text: str) -> None:
        await self._socket.write_message(text)

    def wait(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next frame that fits."""
        while True:
            message = json.loads(self._loop.run_until_complete(self._read()))
            if message["about"] == "frame":
                self.training = message["training"]
                if fits(message):
                    return dict(message)

    async def _read(self) -> str:
        return str(await asyncio.wait_for(self._socket.read_message(), PATIENCE))

    def get(self, path: str) -> Any:
        """The document at a path."""
        with urlopen(self.url + path, timeout=PATIENCE) as answer:
            return json.load(answer)

    def processor_seconds(self) -> float:
        """What the server has computed so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """The memory that the server has."""
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._loop.close()
