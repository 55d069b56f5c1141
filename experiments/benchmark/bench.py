"""Measuring: each peer trains in a process of its own, only one works at a time, and rounds take one sample of each."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import IO, Any, TypeVar

from .workloads import Workload, write_examples

Sample = dict[str, Any]  # what a worker says of itself or of one sample
K = TypeVar("K")
T = TypeVar("T")

ROOT = Path(__file__).parents[2]
WORKER = (sys.executable, "-m", "experiments.benchmark.worker")
REST = 0.05  # seconds between samples, for the thread pools of the last one to fall asleep


class Worker:
    """One peer on one workload with a number of threads (0: as it decides itself)."""

    def __init__(self, peer: str, threads: int, work: Workload, folder: Path) -> None:
        command = [*WORKER, peer, str(threads), str(folder), json.dumps(asdict(work))]
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (it lives as long as the worker)
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            bufsize=1,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.requests: IO[str] = self.process.stdin
        self.answers: IO[str] = self.process.stdout
        self.threads = threads
        self.about = self._answer()

    def _answer(self) -> Sample:
        line = self.answers.readline()
        if not line:
            self.process.wait()
            self.log.seek(0)
            raise RuntimeError(self.log.read()[-2000:])
        answer: Sample = json.loads(line)
        return answer

    def sample(self, seconds: float) -> Sample:
        time.sleep(REST)
        self.requests.write(f"{seconds}\n")
        how = {"candidate": self.about["candidate"], "threads": self.threads}
        return self._answer() | how

    def close(self) -> None:
        self.requests.close()
        self.process.wait()
        self.log.close()


class Bench:
    """What is common to all measurements: rounds, seconds of a sample, and the folder for examples."""

    def __init__(self, rounds: int, seconds: float, folder: Path) -> None:
        self.rounds, self.seconds, self.folder = rounds, seconds, folder
        self.versions: set[str] = set()

    def examples(self, work: Workload) -> Path:
        folder = self.folder / f"{work.m}x{work.units[0]}-{work.units[-1]}"
        if not folder.exists():
            folder.mkdir()
            write_examples(work, folder)
        return folder

    def start(self, peer: str, work: Workload) -> list[Worker]:
        """The peer with one thread and with all cores; dlx decides for itself."""
        workers = []
        for threads in (0,) if peer.startswith("dlx") else (1, len(os.sched_getaffinity(0))):
            try:
                workers.append(Worker(peer, threads, work, self.examples(work)))
            except RuntimeError as error:
                if peer == "dlx":
                    raise
                print(f"{peer} does not run here: {error}", file=sys.stderr)
        return workers

    def measure(self, works: dict[Any, tuple[str, Workload]]) -> dict[Any, list[Sample]]:
        """Samples of each label's (peer, workload), one a round, with the number of threads that was faster."""
        workers = {label: self.start(*pair) for label, pair in works.items()}
        every = [worker for started in workers.values() for worker in started]
        samples = interleaved({worker: partial(worker.sample, self.seconds) for worker in every}, self.rounds)
        for worker in every:
            self.versions |= set(worker.about["versions"])
            worker.close()
        taken = {label: [samples[worker] for worker in started] for label, started in workers.items() if started}
        return {label: min(choices, key=median_time) for label, choices in taken.items()}


def median_time(samples: list[Sample]) -> float:
    """µs per step."""
    return float(median(sample["microseconds"] for sample in samples))


def interleaved(
    samplers: Mapping[K, Callable[[], T]], rounds: int, fewer: Mapping[K, int] | None = None
) -> dict[K, list[T]]:
    """One call of each a round, in random order; the first round warms up and does not count.

    Of those in ``fewer`` there are at most so many samples, in the first rounds that count; they do not warm up.
    """
    limits = fewer or {}
    samples: dict[K, list[T]] = {label: [] for label in samplers}
    for number in range(1 + rounds):
        labels = [label for label in samplers if label not in limits or 0 < number <= limits[label]]
        for label in random.sample(labels, len(labels)):
            sample = samplers[label]()
            if number > 0:
                samples[label].append(sample)
    return samples
