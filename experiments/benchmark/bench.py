"""Measuring: each peer trains in a process of its own, only one works at a time, and rounds take one sample of each."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from workloads import Workload, write_examples

REST = 0.05  # seconds between samples, for the thread pools of the last one to fall asleep


class Worker:
    """One peer on one workload with a number of threads (0: as it decides itself)."""

    def __init__(self, peer: str, threads: int, work: Workload, folder: Path) -> None:
        command = [
            sys.executable,
            Path(__file__).with_name("worker.py"),
            peer,
            str(threads),
            folder,
            json.dumps(asdict(work)),
        ]
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 (it lives as long as the worker)
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, bufsize=1
        )
        self.threads = threads
        self.about = self._answer()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.log.seek(0)
            raise RuntimeError(self.log.read()[-2000:])
        return json.loads(line)

    def sample(self, seconds: float) -> dict:
        time.sleep(REST)
        self.process.stdin.write(f"{seconds}\n")
        return self._answer()

    def close(self) -> None:
        self.process.stdin.close()
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

    def start(self, peer: str, work: Workload) -> Worker | None:
        """The peer with one thread or with all cores, whichever is faster; dlx decides for itself."""
        choices = (0,) if peer == "dlx" else (1, len(os.sched_getaffinity(0)))
        workers = []
        for threads in choices:
            try:
                workers.append(Worker(peer, threads, work, self.examples(work)))
            except RuntimeError as error:
                if peer == "dlx":
                    raise
                print(f"{peer} does not run here: {error}", file=sys.stderr)
        if not workers:
            return None
        pace = {worker: min(worker.sample(self.seconds)["microseconds"] for _ in range(3)) for worker in workers}
        best = min(workers, key=pace.__getitem__)
        for worker in workers:
            if worker is not best:
                worker.close()
        self.versions |= set(best.about["versions"])
        return best

    def measure(self, works: dict[str, tuple[str, Workload]]) -> dict[str, list[dict]]:
        """Samples of each label's (peer, workload), one a round."""
        workers = {label: self.start(*pair) for label, pair in works.items()}
        workers = {label: worker for label, worker in workers.items() if worker}
        samples = interleaved({label: self.sampler(worker) for label, worker in workers.items()}, self.rounds)
        for worker in workers.values():
            worker.close()
        return samples

    def sampler(self, worker: Worker) -> Callable[[], dict]:
        how = {"candidate": worker.about["candidate"], "threads": worker.threads}
        return lambda: worker.sample(self.seconds) | how


def interleaved(samplers: dict[str, Callable], rounds: int) -> dict[str, list]:
    samples: dict[str, list] = {label: [] for label in samplers}
    for _ in range(rounds):
        for label in random.sample(list(samplers), len(samplers)):
            samples[label].append(samplers[label]())
    return samples
