"""Mutated specs and plans, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import yaml

from .specs import SPECS, STUDY, TUNE

PIECES = (
    b"[",
    b"]",
    b"{",
    b"}",
    b": ",
    b"- ",
    b"&a ",
    b"*a ",
    b"!!int ",
    b"\0",
    b"\x1b[2J",
    b"\xff",
    b"\t",
    b"# ",
    b"'",
    b'"',
    b"? ",
    b"1e400",
    "é".encode(),
)


def mutations(seed: int) -> Iterator[tuple[str, bytes]]:
    """Names of files and their contents, without end; a search is called tune…, a study study…"""
    rng = random.Random(seed)
    bases = [("spec.yaml", spec) for spec in SPECS] + [("tune.yaml", TUNE), ("study.yaml", STUDY)]
    texts = [(name, yaml.safe_dump(spec, sort_keys=False).encode()) for name, spec in bases]
    while True:
        name, text = rng.choice(texts)
        for _ in range(rng.randint(1, 3)):
            text = _mutated(text, rng)
        yield name, text


def _mutated(text: bytes, rng: random.Random) -> bytes:
    lines = text.split(b"\n")
    place, line = rng.randrange(len(text) + 1), rng.randrange(len(lines))
    change = rng.randrange(6)
    if change == 0:
        return text[:place] + rng.choice(PIECES) + text[place:]
    if change == 1:
        return text[:place] + text[place + rng.randint(1, 3) :]
    if change == 2:
        return text[:place]
    if change == 3:
        return text[:place] + bytes([rng.randrange(256)]) + text[place + 1 :]
    moved = [*lines[:line], *lines[line + 1 :]] if change == 4 else [*lines[:line], lines[line], *lines[line:]]
    return b"\n".join(moved)
