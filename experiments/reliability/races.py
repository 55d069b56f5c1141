"""Races: two commands at a time on one directory; one wins or waits, the other says why not, and nothing is damaged."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .bits import bits
from .cases import RUN, SPEC, Bench, Case, copy, finish, same_bits, troubles
from .commands import Ended, call, start
from .specs import SHORT, TUNE, Document, write

COUNT = 200
QUIET = "--quiet"
LONG = {**SHORT, "training": {**SHORT["training"], "epochs": 1200, "evaluate_every": 50}}
TRAIN = ("train", SPEC, "--out", RUN, QUIET)
RESUME = ("train", "--resume", RUN, QUIET)
TUNE_COMMAND, RETUNE = ("tune", SPEC, "--out", RUN, QUIET), ("tune", "--resume", RUN, QUIET)
REFUSED = (2, 5, 6)


@dataclass(frozen=True)
class Race:
    """Two commands; ``stops_at``: of the whole time, where the directory's first command has been killed before."""

    name: str
    spec: Document
    first: tuple[str, ...]
    second: tuple[str, ...]
    begun: bool = False
    later: tuple[tuple[str, ...], ...] = (RESUME, TRAIN)


RACES = (
    Race("two resume a run", LONG, RESUME, RESUME, begun=True),
    Race("two train into one directory", LONG, TRAIN, TRAIN),
    Race("diagnosed while it trains", LONG, TRAIN, ("diagnose", RUN, "--json")),
    Race("reported while it trains", LONG, RESUME, ("report", RUN), begun=True),
    Race("removed while it trains", LONG, RESUME, ("runs", "remove", RUN, "--yes"), begun=True),
    Race("tagged while it trains", LONG, RESUME, ("runs", "tag", RUN, "mine"), begun=True),
    Race("two resume a search", TUNE, RETUNE, RETUNE, begun=True, later=(RETUNE, TUNE_COMMAND)),
    Race("two search into one directory", TUNE, TUNE_COMMAND, TUNE_COMMAND, later=(RETUNE, TUNE_COMMAND)),
)


def cases(bench: Bench) -> list[Case]:
    """200 races, the second command a random moment after the first."""
    rng = random.Random(bench.seed)
    moments = [rng.random() ** 2 for _ in range(COUNT)]
    return bench.draw(
        [
            Case(f"{race.name}, {moment:.3f} of the whole time later", partial(_judge, bench, race, moment))
            for k, moment in enumerate(moments)
            for race in [RACES[k % len(RACES)]]
        ]
    )


def _begin_command(race: Race) -> tuple[str, ...]:
    return TRAIN if race.spec is LONG else TUNE_COMMAND


def _whole(race: Race, folder: Path) -> None:
    write(race.spec, folder / SPEC)
    ended = call(_begin_command(race), folder)
    assert ended.code == 0, ended.stderr
    (folder / "seconds").write_text(f"{ended.seconds}")


def _begun(bench: Bench, race: Race, folder: Path) -> None:
    """What a kill in the middle leaves behind."""
    seconds = float((_whole_of(bench, race) / "seconds").read_text())
    write(race.spec, folder / SPEC)
    child = start(_begin_command(race), folder)
    document = folder / RUN / ("config.yaml" if race.spec is LONG else "tune.json")
    while not document.exists() and time.monotonic() < child.started + 30:
        time.sleep(0.001)
    time.sleep(0.3 * seconds)
    child.kill()
    child.wait()


def _whole_of(bench: Bench, race: Race) -> Path:
    return bench.shared(f"whole {race.spec['name']}", partial(_whole, race))


def _judge(bench: Bench, race: Race, moment: float, folder: Path) -> list[str]:
    whole = _whole_of(bench, race)
    write(race.spec, folder / SPEC)
    if race.begun:
        copy(bench.shared(f"begun {race.spec['name']}", partial(_begun, bench, race)), folder)
    first = start(race.first, folder)
    time.sleep(moment * float((whole / "seconds").read_text()))
    second = start(race.second, folder)
    ended = [first.wait(), second.wait()]
    if wrong := troubles(ended) or _wrong_ends(race, ended):
        return wrong
    if not (folder / RUN).exists():
        return [] if "remove" in race.second and ended[1].code == 0 else [f"{RUN} is gone: {ended}"]
    wrong, _ = finish(race.later, folder)
    return wrong or same_bits(bits(whole / RUN), folder / RUN)


def _wrong_ends(race: Race, ended: list[Ended]) -> list[str]:
    """What is wrong with their exit codes."""
    wrong = [f"{end} → {end.code}: {end.last_line}" for end in ended if end.code not in (0, *REFUSED)]
    wrong += [f"{end} → {end.code} without a message" for end in ended if end.code and not end.last_line]
    if all(end.code for end in ended):
        wrong.append(f"neither went well: {'; '.join(f'{end} → {end.code}: {end.last_line}' for end in ended)}")
    return wrong
