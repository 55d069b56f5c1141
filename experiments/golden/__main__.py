"""Compares all that dlx prints and writes with what it did at another commit, over the trips; also with its runs."""

from __future__ import annotations

import argparse
import difflib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .answers import contents, play
from .trips import TRIPS, Trip

ROOT = Path(__file__).parents[2]
MOST_LINES = 12  # of one difference
FROM_BEFORE = " on the runs from before"
Difference = tuple[str, list[str]]  # what differs, and the lines of both sides


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="experiments.golden", description=__doc__)
    parser.add_argument("revision", nargs="?", default="HEAD", help="the commit to compare the checkout with")
    parser.add_argument("--only", nargs="+", default=[trip.name for trip in TRIPS], help="these trips")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="trips at a time")
    parser.add_argument("--show", action="store_true", help="print the answers of the checkout as well")
    parser.add_argument("--lines", type=int, default=MOST_LINES, help="lines to print of a difference")
    return parser.parse_args()


def main() -> int:
    """Make all trips at both commits; returns 1 where anything differs."""
    settings = options()
    trips = [trip for trip in TRIPS if trip.name in settings.only]
    with tempfile.TemporaryDirectory(prefix="golden-") as temporary:
        before = Path(temporary) / "before"
        _check_out(settings.revision, before)
        with ThreadPoolExecutor(settings.workers) as executor:
            judged = executor.map(lambda trip: list(_differences(trip, before, Path(temporary), settings.show)), trips)
            differences = 0
            for trip, different in zip(trips, judged, strict=True):
                print(
                    f"{trip.name}: {len(different)} differences in {len(trip.commands) + 2 * len(trip.later)} commands"
                )
                for what, lines in different:
                    print(f"  {what}")
                    print(*(f"    {line}" for line in lines[: settings.lines]), sep="\n", flush=True)
                differences += len(different)
    return int(differences > 0)


def _check_out(revision: str, folder: Path) -> None:
    folder.mkdir()
    archive = subprocess.run(["git", "archive", revision], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)


def _differences(trip: Trip, before: Path, temporary: Path, show: bool) -> Iterator[Difference]:
    """What differs: in the checkout's own runs, and where it goes on with the runs of the commit before."""
    home = temporary / trip.name.replace(" ", "-")
    folder, made_before = home / "here", home / "made-before"
    _start(trip, folder)
    answers = {"before": play(trip, trip.commands, folder, before)}
    shutil.copytree(folder, made_before, symlinks=True)
    shutil.copytree(home / "home", home / "home-before")
    answers["before"] += play(trip, trip.later, folder, before)
    first = contents(folder)

    _start(trip, folder)
    answers["now"] = play(trip, (*trip.commands, *trip.later), folder, ROOT)
    if show:
        for command, answer in zip((*trip.commands, *trip.later), answers["now"], strict=True):
            print(f"$ dlx {' '.join(command)}\n{answer}\n")
    yield from _answers((*trip.commands, *trip.later), answers["before"], answers["now"])
    yield from _files(first, contents(folder))

    shutil.rmtree(folder)
    made_before.rename(folder)
    shutil.rmtree(home / "home")
    (home / "home-before").rename(home / "home")
    old = answers["before"][len(trip.commands) :]
    yield from _answers(trip.later, old, play(trip, trip.later, folder, ROOT), FROM_BEFORE)
    yield from _files(first, contents(folder), FROM_BEFORE)


def _start(trip: Trip, folder: Path) -> None:
    for place in (folder, folder.parent / "home"):
        if place.exists():
            shutil.rmtree(place)
        place.mkdir(parents=True)
    for name, content in trip.files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)


def _answers(
    commands: Sequence[Sequence[str]], before: list[str], now: list[str], where: str = ""
) -> Iterator[Difference]:
    for command, old, new in zip(commands, before, now, strict=True):
        if old != new:
            yield f"dlx {' '.join(command)}{where}", _lines(old, new)


def _files(before: dict[str, str], now: dict[str, str], where: str = "") -> Iterator[Difference]:
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, "no such file"), now.get(name, "no such file")
        if old != new:
            yield f"{name}{where}", _lines(old, new)


def _lines(old: str, new: str) -> list[str]:
    compared = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
    removed = [line[1:] for line in compared if line.startswith("-")]
    added = [line[1:] for line in compared if line.startswith("+")]
    if len(removed) == len(added):
        return [line for pair in zip(removed, added, strict=True) for line in _around(*pair)]
    return [line[:200] for line in compared if not line.startswith("@@")]


def _around(old: str, new: str) -> tuple[str, str]:
    """The two lines around the first place where they differ."""
    place = next((k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    first = max(0, place - 80)
    return f"- {old[first : place + 80]}", f"+ {new[first : place + 80]}"


if __name__ == "__main__":
    sys.exit(main())
