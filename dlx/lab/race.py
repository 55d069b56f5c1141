"""The race of remedies: the basic recipe run on a kept training by a process of its own, and followed by its files."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from dlx.errors import DlxError
from dlx.files import identity
from dlx.lab import tied_process
from dlx.lab.messages import Message
from dlx.language import translated
from dlx.runs.compare.run import ComparedRun, differing, is_of
from dlx.runs.files.file_names import FACTS, METRICS, TRIALS
from dlx.runs.reading.result import Result
from dlx.show.charts.recipe import STATUS
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command

BUDGET = "60s"
PATIENCE = 5.0  # seconds in which the process may end by itself
OF_REPLICATES = ("name", "seed", "randomness", "data.fold", "data.folds", "data.split")  # no remedy sets these
MOST_LANES = 40
MOST_POINTS = 200  # of a lane


class RemedyRace:
    """``dlx diagnose RUN --act`` in a process of its own, which ends with this one; what it has trained stays.

    Args:
        path: the directory of a run that has ended.
        budget: how long it may take.

    Attributes:
        has_ended: whether its end has been told.
    """

    def __init__(self, path: Path, budget: str = BUDGET) -> None:
        self.path = path
        self._base = ComparedRun.read(path)
        words = ["diagnose", str(path), "--act", "--budget", budget, "--json"]
        with ExitStack() as opened:  # of files, since what the process writes may be more than a pipe holds
            self._output = opened.enter_context(TemporaryFile())
            self._messages = opened.enter_context(TemporaryFile())
            self._process = tied_process.start(words, self._output, self._messages)
            self._opened = opened.pop_all()
        self._lanes_so_far: dict[Path, tuple[object, dict[str, Any]]] = {}  # with the identity of their files
        self._message: Message = {}
        self._before: Message | None = None  # that the page has
        self.has_ended = False

    def news(self) -> list[Message]:
        """How far the trainings are, where that is another place than before; at the end what the recipe came to."""
        if not self.has_ended:
            self._message = self._now()
        is_new = self._message != self._before
        self._before = self._message
        return [self._message] if is_new else []

    def renew(self) -> None:
        """Tell all with the next news, as to a page that was loaded anew."""
        self._before = None

    def _now(self) -> Message:
        is_running = self._process.poll() is None
        message: Message = {"about": "race", "running": is_running, "task": str(self._base.task or "")}
        message |= {"lanes": self._lanes(), "command": command("diagnose", self.path, "--act")}
        if not is_running:
            message["end"], self.has_ended = self._end(), True
        return message

    def _lanes(self) -> list[dict[str, Any]]:
        """A lane for each training: the remedy that it tries, and the dev error so far."""
        lanes = []
        for file in sorted(self.path.glob(f"{TRIALS}/*/{FACTS}"))[:MOST_LANES]:
            with suppress(DlxError):  # it is being written
                lanes.append(self._lane(file.parent))
        return sorted(lanes, key=lambda lane: str(lane["label"]))

    def _lane(self, path: Path) -> dict[str, Any]:
        """That of a training; of one whose files have not changed nothing is read."""
        sign, before = (identity(path / FACTS), identity(path / METRICS)), self._lanes_so_far.get(path)
        if before is not None and before[0] == sign:
            return before[1]
        label = before[1]["label"] if before is not None else self._label(ComparedRun.read(path))
        run = Result.read(path)
        points = [list(pair) for pair in zip(run.metrics["epoch"], run.metrics["dev_error"], strict=True)]
        every = -(-len(points) // MOST_POINTS) or 1
        lane = {"label": label, "status": str(run.status), "points": points[-1::-every][::-1]}
        self._lanes_so_far[path] = sign, lane
        return lane

    def _label(self, run: ComparedRun) -> str:
        """What a training does otherwise than the run; nothing where only its replicate is another."""
        keys = [key for key in differing([self._base, run]) if not is_of(key, OF_REPLICATES)]
        parts = [f"{key.removesuffix('.name')} {_value(run.settings, key)}" for key in keys[:2]]
        return ", ".join(parts)

    def _end(self) -> dict[str, Any]:
        """The remedies with their verdicts, the outcome in words, and what to type; or why there is none."""
        for file in (self._output, self._messages):
            file.seek(0)
        text, words = self._output.read().decode(errors="replace"), self._messages.read().decode(errors="replace")
        try:
            repair = json.loads(text)["act"]
        except (ValueError, KeyError, TypeError):
            return {"fault": words.strip()[-1000:] or translated("the recipe was ended"), "remedies": []}
        remedies = [remedy for race in repair["rounds"] for remedy in race["remedies"]]
        bet = repair["bet"]
        spec = repair["spec"] or (bet or {}).get("spec")
        return {
            "fault": "",
            "outcome": translated(STATUS[repair["status"]]),
            "verdict": repair["verdict"],
            "remedies": [
                {"title": _title(remedy["name"]), "change": remedy["change"], "verdict": remedy["verdict"]}
                for remedy in remedies
            ],
            "bet": bet and {"title": _title(bet["name"]), "probability": bet["probability"]},
            "command": command("train", spec) if spec else None,
        }

    def close(self) -> None:
        """End the process, which saves what it has reached."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._opened.close()


def _value(settings: Mapping[str, Any], key: str) -> str:
    return dump_scalar(settings[key]) if key in settings else "–"


def _title(remedy: str) -> str:
    return translated(remedy.replace("_", " "))
