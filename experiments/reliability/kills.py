"""Kills: training dies at a random moment, then goes on; the end must be that of the whole run, bit for bit."""

from __future__ import annotations

import random
import time
from functools import partial
from pathlib import Path

from .bits import bits
from .cases import RUN, SPEC, Bench, Case, finish, same_bits
from .commands import call, start
from .specs import SPECS, Document, with_data, write, write_data

KILLS_OF_A_SPEC = (1, 1, 1, 1, 2, 2, 2)
ENGINES = ("compiled", "numpy")  # in turn
TRAIN = ("train", SPEC, "--out", RUN, "--quiet")
RESUME = ("train", "--resume", RUN, "--quiet")


def cases(bench: Bench) -> list[Case]:
    """200 kills over 20 specs."""
    rng = random.Random(bench.seed)
    every = [
        Case(
            f"{spec['name']} ({engine}) killed {' and '.join(f'at {moment:.3f} of its time' for moment in moments)}",
            partial(_judge, bench, _with_engine(spec, engine), moments),
            kills,
        )
        for number, kills in enumerate(KILLS_OF_A_SPEC)
        for engine in [ENGINES[number % len(ENGINES)]]
        for spec in SPECS
        for moments in [[rng.random() for _ in range(kills)]]
    ]
    return bench.draw(every)


def _with_engine(spec: Document, engine: str) -> Document:
    return {**spec, "name": f"{spec['name']}-{engine}", "training": {**spec["training"], "engine": engine}}


def _whole(document: Document, folder: Path) -> None:
    """A run that nobody interrupts, and how long it takes."""
    write(document, folder / SPEC)
    ended = call(TRAIN, folder)
    assert ended.code == 0, f"{document['name']}: {ended.last_line}"
    (folder / "seconds").write_text(f"{ended.seconds}")


def _judge(bench: Bench, spec: Document, moments: list[float], folder: Path) -> list[str]:
    spec = with_data(spec, bench.shared("data", write_data))
    whole = bench.shared(spec["name"], partial(_whole, spec))
    seconds = float((whole / "seconds").read_text())
    write(spec, folder / SPEC)
    for moment in moments:
        has_begun = (folder / RUN / "config.yaml").exists()
        child = start(RESUME if has_begun else TRAIN, folder)
        time.sleep(moment * seconds)
        child.kill()
        ended = child.wait()
        if ended.code not in (0, 137):
            return [f"{ended} → {ended.code}: {ended.last_line}"]
    wrong, _ = finish([RESUME, TRAIN], folder)
    return wrong or same_bits(bits(whole / RUN), folder / RUN)
