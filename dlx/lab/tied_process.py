"""A command of dlx as a process that is tied to its owner: when that is gone, it saves what it has reached and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from runpy import run_module
from threading import Thread
from typing import IO


def start(words: Sequence[str], output: IO[bytes], messages: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start ``dlx`` with these words. Its input is a pipe that ends with this process, even where that is killed."""
    command = [sys.executable, "-m", __name__, *words]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=messages)


def main() -> None:
    """Run the command that the arguments are."""
    Thread(target=_end_with_owner, daemon=True).start()
    run_module("dlx", run_name="__main__", alter_sys=True)


def _end_with_owner() -> None:
    while os.read(sys.stdin.fileno(), 1):  # nothing is ever written there
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
