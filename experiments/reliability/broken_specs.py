"""Broken specs: mutated specs and plans, each answered at once, with line and column where something is wrong."""

from __future__ import annotations

import re
from functools import partial
from itertools import islice
from pathlib import Path

from .cases import Bench, Case
from .commands import Ended, call_each
from .mutations import mutants

COUNT, BATCH = 10_000, 25
SECONDS = 0.5  # of the processor
CODES = (0, 2, 5)
PLACED = re.compile(r":\d+:\d+: |: the file is empty")  # an empty file has no line


def cases(bench: Bench) -> list[Case]:
    """10,000 mutations, a few in a child."""
    return bench.draw(
        [Case(f"from mutation {k * BATCH}", partial(_judge, bench.seed, k), BATCH) for k in range(COUNT // BATCH)]
    )


def _judge(seed: int, batch: int, folder: Path) -> list[str]:
    files = []
    for number, mutant in enumerate(islice(mutants(seed * COUNT + batch), BATCH)):  # each batch has draws of its own
        files.append(f"{number}-{mutant.base.name}")
        (folder / files[-1]).write_bytes(mutant.content)
    ended = call_each([("config", "check", file) for file in files], folder)
    return [wrong for end in ended if (wrong := _wrong(end))]


def _wrong(ended: Ended) -> str:
    if ended.trouble:
        return ended.trouble
    if ended.code not in CODES:
        return f"{ended} → {ended.code}: {ended.last_line}"
    text = ended.stdout + ended.stderr
    if ended.code == 2 and not PLACED.search(text):
        return f"{ended} → 2 without line and column: {text.strip()[:200]}"
    if any(ord(letter) < 32 and letter != "\n" for letter in text):
        return f"{ended} → {ended.code}: control characters in what it says"
    return f"{ended} takes {ended.seconds:.2f} s" if ended.seconds > SECONDS else ""
