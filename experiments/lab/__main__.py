"""Measures ``dlx lab`` through its socket, as a page uses it, on the spec that it ships (2-10-5-1 units, 300 examples).

    python -m experiments.lab [--minutes 10]

It prints how long it takes from a moved slider to a moved boundary, how many pictures a second come while a network
trains, also a second of the server's processor, what listing 1,000 runs costs, and how the server's memory grows in so
many minutes of sliding. The load of the machine stands beside it: times by the clock tell something where it is low.
Needs Linux and the extra `lab`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic

from experiments.lab.page import ServedLab, with_runs

PULLS = 200
TRAINED = 20  # epochs that have been trained when a slider is pulled
SECONDS = 10.0  # of playing
RUNS = 1000


def pull(lab: ServedLab, number: int) -> tuple[float, float]:
    """Seconds from another learning rate to the first boundary that is trained with it, and to the last one."""
    start = monotonic()
    lab.send("change", key="optimizer.learning_rate", value=0.05 + (number % 50) / 500, gesture=number)
    training = lab.training
    first = lab.wait(lambda frame: frame["training"] > training and frame["step"] > 0 and "picture" in frame)
    moved = monotonic() - start
    if first["playing"]:
        lab.wait(lambda frame: not frame["playing"])
    return moved, monotonic() - start


def train_a_little(lab: ServedLab) -> None:
    """Train some epochs from the beginning, so that there is a boundary that a slider can move."""
    lab.send("restart")
    for _ in range(TRAINED):
        lab.send("epoch")
        lab.wait(lambda frame: frame["playing"])
        lab.wait(lambda frame: not frame["playing"])


def measure_slider(lab: ServedLab) -> None:
    """Pull the slider of a training that rests."""
    train_a_little(lab)
    before = lab.processor_seconds()
    times = [pull(lab, number) for number in range(PULLS)]
    spent = (lab.processor_seconds() - before) / PULLS
    moved, still = (sorted(1000 * time for time in column) for column in zip(*times, strict=True))
    print(f"slider to moved boundary: {median(moved):.0f} ms in the median, {moved[int(0.95 * PULLS)]:.0f} of 95 %")
    print(f"slider to the boundary at rest: {median(still):.0f} ms in the median; {1000 * spent:.0f} ms of processor")


def measure_pictures(lab: ServedLab) -> None:
    """Play at full speed."""
    lab.send("change", key="training.epochs", value=1_000_000)
    lab.send("play")
    lab.wait(lambda frame: frame["playing"])
    before, start, pictures, steps = lab.processor_seconds(), monotonic(), 0, 0
    while (elapsed := monotonic() - start) < SECONDS:
        frame = lab.wait(lambda frame: True)
        pictures, steps = pictures + ("picture" in frame), frame["step"]
    spent = lab.processor_seconds() - before
    lab.send("pause")
    lab.wait(lambda frame: not frame["playing"])
    print(f"playing: {pictures / elapsed:.0f} pictures a second, {pictures / spent:.0f} a second of processor", end=" ")
    print(f"({spent / elapsed:.0%} of a core, {steps / elapsed:,.0f} steps a second)")


def measure_list(lab: ServedLab) -> None:
    """List runs that the server has not seen, and again."""
    for words in ("the first time", "again"):
        before, start = lab.processor_seconds(), monotonic()
        count = len(lab.get("runs/list")["runs"])
        spent = lab.processor_seconds() - before
        print(f"{count:,} runs listed {words}: {spent:.2f} s of processor, {monotonic() - start:.2f} s")


def measure_memory(lab: ServedLab, minutes: float) -> None:
    """Slide to and fro, and say how much memory the server has after each tenth of that."""
    train_a_little(lab)
    sizes, end, number = [lab.megabytes()], monotonic() + 60 * minutes, 0
    for part in range(1, 11):
        while monotonic() < end - 60 * minutes * (1 - part / 10):
            number += 1
            pull(lab, number)
        sizes.append(lab.megabytes())
    print(f"memory in {minutes:g} minutes, {number:,} pulls: {', '.join(f'{size:.0f}' for size in sizes)} MB")


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=0.0, help="of sliding, to see how the memory grows")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        with_runs(Path(name), RUNS)
        with ServedLab(Path(name)) as lab:
            measure_slider(lab)
            measure_pictures(lab)
            measure_list(lab)
            if options.minutes:
                measure_memory(lab, options.minutes)
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
