"""dlx as a user runs it: `dlx new`, `dlx train`, `dlx predict`, no file edited in between."""

from __future__ import annotations

import csv
import io
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Commands:
    """The three commands for the files of one split, with the processor time that they have taken so far."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.seconds = folder, 0.0

    def new(self, target: str) -> str:
        """The SHA-256 of the spec that is written for train."""
        spec = self.folder / "spec.yaml"
        spec.unlink(missing_ok=True)
        self._dlx("new", "train.csv", "--target", target, "--out", spec.name)
        return sha256(spec.read_bytes()).hexdigest()

    def train(self, seed: int) -> None:
        """Train by this spec; its seed splits train once more, and initializes the network."""
        shutil.rmtree(self.folder / "run", ignore_errors=True)
        self._dlx("train", "spec.yaml", f"seed={seed}", "--out", "run", "--quiet")

    def predict(self) -> list[str]:
        """What the network says of each row of test, empty where it cannot say anything."""
        rows = csv.DictReader(io.StringIO(self._dlx("predict", "run", "test.csv")))
        return [row["class"] if "class" in row else row["value"] for row in rows]

    def _dlx(self, *arguments: str) -> str:
        before = _seconds_of_children()
        environment: Mapping[str, str] = {**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "dlx", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{self.folder}: dlx {' '.join(arguments)}\n{done.stderr}")
        self.seconds += _seconds_of_children() - before
        return done.stdout


def _seconds_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
