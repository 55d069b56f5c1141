"""The answers of dlx to the commands of a trip, without what differs from one time to the next."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE
from typing import Any

import numpy as np

from .trips import Trip

INTERRUPTED = "interrupted"
SOME_ROWS = 4
SECONDS = 600
DLX = [sys.executable, "-P", "-m", "dlx"]
# Keys of documents whose values tell of the moment or the machine.
OF_THE_MOMENT = {"seconds", "started", "ended", "versions", "blas", "git", "id", "modified"}
TIMES = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?"), "TIME"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?"), "TIME"),
    (re.compile(r"\d{4}-?\d\d-?\d\dT\d{6}[-\w]*"), "RUN-ID"),
    (re.compile(r" *\b\d+(\.\d+)?(e-\d+)?(?:\s|&nbsp;)(s|ms|µs|min|h)\b(\s\d+\s(s|min)\b)?"), " DURATION"),
    (re.compile(r'data-value="[-+.\de]+">\s*DURATION'), "DURATION"),  # by which a table of a page is sorted
    (re.compile(r"[\d.]+ GB are free"), "MEMORY are free"),
    (re.compile(r"^(epoch|step) [\d,/]+  cost .*\n", re.MULTILINE), ""),  # progress is shown now and then
    (re.compile(r"(seconds per step|predicted seconds|predicted bytes) .*"), r"\1 MEASURED"),
    (re.compile(r'("[\w ]*(seconds|bytes)[\w ]*": )[-+.\de]+'), r"\1MEASURED"),
    (re.compile(r"[\d,]+ steps/s|[\d,]+ examples/s"), "SPEED"),
    (re.compile(r"-[0-9a-f]{12}\.(csv|json)"), r"-HASH.\1"),
]
TABLE, ROW, CELL = (re.compile(f"<{tag}[ >].*?</{tag}>", re.DOTALL) for tag in ("table", "tr", "t[hd]"))
MANIFEST = "manifest.json"  # only the names in it count: it has hashes of files that tell of times


def play(trip: Trip, commands: Sequence[Sequence[str]], folder: Path, source: Path) -> list[str]:
    """Run the commands with the dlx of a checkout; a text for each of what came of it."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("DLX_", "XDG_"))}
    environment |= {"PYTHONPATH": str(source), "HOME": str(folder.parent / "home"), "COLUMNS": "100", "NO_COLOR": ""}
    environment |= trip.environment
    return [_answer(command, folder, environment, source) for command in commands]


def _answer(command: Sequence[str], folder: Path, environment: dict[str, str], source: Path) -> str:
    if command[0] == INTERRUPTED:
        return _interrupted(command[1:], folder, environment)
    done = subprocess.run(
        [*DLX, *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
    )
    streams = (
        f"--- {name}\n{_stable(_table(text) if _is_table(text) else text, source)}"
        for name, text in (("out", done.stdout), ("err", done.stderr))
    )
    return f"exit code {done.returncode}\n" + "\n".join(streams)


def _interrupted(command: Sequence[str], folder: Path, environment: dict[str, str]) -> str:
    """Send a signal once some epochs are there; where it stopped is chance, and what comes of it in the end is not."""
    run, begun = folder / command[command.index("--out") + 1], time.monotonic()
    with subprocess.Popen([*DLX, *command], cwd=folder, env=environment, stdout=PIPE, stderr=PIPE) as process:
        while process.poll() is None and _rows(run) < SOME_ROWS and time.monotonic() < begun + SECONDS:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)
    return f"exit code {process.returncode}"


def _rows(run: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in run.rglob("metrics.csv"))


def contents(folder: Path) -> dict[str, str]:
    """A text for each file below a folder, by its path, and for each link."""
    texts = {}
    for path in sorted(folder.rglob("*")):
        name = _stable(path.relative_to(folder).as_posix(), folder)
        if path.is_symlink():
            texts[name] = f"link to {path.readlink()}"
        elif path.is_file():
            texts[name] = _content(path)
    return texts


def _content(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix in (".npz", ".npy"):
        return "\n".join(_arrays(path))
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return f"{len(data)} bytes: {data!r}"
    if path.name == MANIFEST:
        return "\n".join(re.findall(r'"([\w./-]+)":', _stable(text, path)))
    if path.suffix == ".csv":
        return _table(text)
    if path.suffix == ".html":
        text = TABLE.sub(lambda table: _without_seconds(table[0]), text)
    return _stable(text, path)


def _without_seconds(table: str) -> str:
    """A table of a page without its column of seconds."""
    rows = [CELL.findall(row) for row in ROW.findall(table)]
    columns = {k for k, cell in enumerate(rows[0] if rows else ()) if ">seconds<" in cell}
    return "\n".join(" ".join(cell for k, cell in enumerate(row) if k not in columns) for row in rows)


def _arrays(path: Path) -> Iterator[str]:
    loaded = np.load(path, allow_pickle=False)
    arrays = {"": loaded} if isinstance(loaded, np.ndarray) else loaded
    for name in arrays:
        array = arrays[name]
        if array.dtype.kind == "U" and array.ndim == 0:
            yield f"{name}: {_stable(str(array), path)}"
        else:
            yield f"{name}: {array.dtype} {array.shape} {array.tobytes()!r}"


def _is_table(text: str) -> bool:
    return ",seconds," in text.partition("\n")[0]


def _table(text: str) -> str:
    rows = list(csv.reader(io.StringIO(text)))
    of_the_moment = {k for k, name in enumerate(rows[0] if rows else ()) if name in OF_THE_MOMENT}
    lines = (",".join(cell for k, cell in enumerate(row) if k not in of_the_moment) for row in rows)
    return _stable("\n".join(lines), Path())


def _stable(text: str, source: Path) -> str:
    with suppress(ValueError):
        text = json.dumps(_without_moment(json.loads(text)), indent=1, ensure_ascii=False)
    for pattern, name in TIMES:
        text = pattern.sub(name, text)
    return text.replace(f"{source}/", "SOURCE/")


def _without_moment(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: "…" if key in OF_THE_MOMENT else _without_moment(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_without_moment(value) for value in document]
    return document
