"""The playground: a draft and its training as a page sees them, moved on by messages and by the passing of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlx.errors import DlxError, UsageError, allowed
from dlx.lab.controls import Controls
from dlx.lab.draft import Draft
from dlx.lab.gradients import GradientBench
from dlx.lab.judgement import judgement
from dlx.lab.keeping import KeptRun
from dlx.lab.lessons import lesson, spec_of
from dlx.lab.messages import Message, key_of, problems_of, settled
from dlx.lab.player import FRAME, Player
from dlx.lab.stage import Stage
from dlx.language import translated
from dlx.runs.files.latest import ROOT
from dlx.spec.loader import Resolved


class Playground:
    """What one page works on.

    `take` does what a message asks, `go_on` trains for the time of a frame; both put what the page must know into
    ``outbox``. What goes wrong becomes a message as well, and leaves the page as it was.

    Args:
        path: the spec to begin with.
        root: the folder of runs, in which alone it writes.
    """

    def __init__(self, path: Path, root: Path = ROOT) -> None:
        self.path, self.root, self.draft, self.controls = path, root, Draft(path), Controls()
        self.gradients = GradientBench()
        self.outbox: list[Message] = []
        self.problems: list[str] = []
        self.kept_run: KeptRun | None = None
        self._judged_at: tuple[int, int] | None = None  # training and step
        self.resolved: Resolved = self.draft.original
        self.player = Player(Stage(self.resolved))
        self._commands: Mapping[str, Callable[[Message], None]] = {
            "hello": self._greet,
            "open": self._open,
            "change": self._change,
            "assign": self._assign,
            "undo": lambda message: self._revise(self.draft.undo),
            "redo": lambda message: self._revise(self.draft.redo),
            "reset": lambda message: self._revise(self.draft.reset),
            "play": self._play,
            "pause": lambda message: self.player.rest(),
            "step": lambda message: self.player.step(),
            "epoch": lambda message: self.player.finish_epoch(),
            "restart": self._restart,
            "speed": lambda message: self.player.speed.set(message.get("speed")),
            "look": lambda message: self.stage.look(message.get("unit")),
            "save": self._save,
            "keep": self._keep,
            "help": self._help,
            "lines": lambda message: self.outbox.append(self.gradients.lines(self._sound())),
            "check": lambda message: self.outbox.append(self.gradients.check(self._sound(), message)),
        }

    @property
    def stage(self) -> Stage:
        """What is trained and shown now."""
        return self.player.stage

    @property
    def is_busy(self) -> bool:
        """Whether it goes on by itself."""
        return self.player.is_busy

    def turn(self, messages: Sequence[Message]) -> list[Message]:
        """Do what the messages ask, train for a frame, or judge at rest; returns what the page must know."""
        for message in settled(messages):
            self.take(message)
        if self.is_busy:
            self.go_on()
        elif not messages and self.needs_judgement:
            self.judge()
        self.outbox += self.kept_run.news() if self.kept_run is not None else []
        outbox, self.outbox = self.outbox, []
        return outbox

    def take(self, message: Message) -> None:
        """Do what a message asks."""
        try:
            name = message.get("do")
            if not isinstance(name, str) or name not in self._commands:
                raise UsageError(f"there is no command {name!r} {allowed(name, list(self._commands))}")
            self._commands[name](message)
        except DlxError as error:
            self._say(str(error), is_error=True)
        self._tell_frame()

    def go_on(self, seconds: float = FRAME) -> None:
        """Train for a frame, and tell the page how far that has come."""
        try:
            self.player.go_on(seconds)
        except DlxError as error:  # of a run that is kept: a full disk, say
            self.player.rest()
            self._say(str(error), is_error=True)
        self._tell_frame()

    def close(self) -> None:
        """End a run that is kept, and what would help it, so that both can be gone on with."""
        if self.kept_run is not None:
            self.kept_run.end()
            self.kept_run = None

    def _play(self, message: Message) -> None:
        self._sound()
        if self.stage.trainer.has_ended:
            self._begin()
        self.player.goal, self.player.is_playing = None, True

    def _restart(self, message: Message) -> None:
        """Begin anew, with the same seed or another one."""
        self.player.goal = None
        if message.get("seed") == "other":
            self.draft.set("seed", (self.resolved.spec.seed + 1) % 2**32)
            self._resolve()
        else:
            self._begin()

    def _begin(self) -> None:
        """Put a fresh training of the present spec on the stage."""
        self.close()
        self.player.put(self.stage.anew(self.resolved))

    def _greet(self, message: Message) -> None:
        """Tell a page that has just been loaded all it needs."""
        self.stage.renew()
        if self.kept_run is not None:
            self.kept_run.renew()
        self._judged_at = None
        self._tell_spec()

    def _open(self, message: Message) -> None:
        """Begin with the spec of a lesson, or with the lab's own again."""
        name, player = message.get("lesson"), self.player
        draft = Draft(self.path if name is None else spec_of(lesson(name)))
        player.rest()
        stage = Stage(draft.original)
        self.close()
        self.draft, self.resolved, self.problems = draft, draft.original, []
        player.put(stage)
        self._tell_spec()

    def _change(self, message: Message) -> None:
        key, value = key_of(message.get("key")), message.get("value")
        self._revise(lambda: self.draft.set(key, value, message.get("gesture")))

    def _assign(self, message: Message) -> None:
        """Let these be all changes to the file, and begin anew."""
        changes = message.get("changes")
        if not isinstance(changes, dict):
            raise UsageError("changes are a mapping of keys to values")
        self.player.rest()
        self.draft.assign({key_of(key): value for key, value in changes.items()})
        self._resolve()

    def _revise(self, revision: Callable[[], None]) -> None:
        """Change the draft, and train what it is now as far as what it was before."""
        player = self.player
        goal = player.goal if player.goal is not None else self.stage.epochs_done
        revision()
        if self._resolve() and not player.is_playing and goal > 0:
            player.goal = goal

    def _resolve(self) -> bool:
        """Take the draft over, if it is a spec that can be trained; else say what is wrong with it, all at once."""
        try:
            resolved = self.draft.resolve()
            stage = self.stage.anew(resolved)
        except DlxError as error:
            self.problems = problems_of(error)
            self.player.rest()
        else:
            self.close()
            self.resolved, self.problems = resolved, []
            self.player.put(stage)
        self._tell_spec()
        return not self.problems

    def _save(self, message: Message) -> None:
        path = self.draft.save(self._sound(), self.root)
        self._say(f"saved as {path}", command=self.draft.command_of(path))

    def _keep(self, message: Message) -> None:
        self._say(f"kept as {self._keeping().path}")

    def _help(self, message: Message) -> None:
        """Try what would help: a race of remedies on this training, once it has ended."""
        if not self.stage.trainer.has_ended:
            raise UsageError("train to the end first: remedies are tried on what it comes to")
        self._keep(message)
        self._keeping().try_remedies()

    def _keeping(self) -> KeptRun:
        """The run directory of this training, with what it has come to; it is one like any other from then on."""
        self._sound()
        self.kept_run = self.kept_run or KeptRun(self.stage.trainer, self.draft, self.root)
        return self.kept_run

    def _sound(self) -> Resolved:
        """The spec; raises `UsageError` where what is on the page is none."""
        if self.problems:
            raise UsageError("the spec has problems: mend them, or take the change back")
        return self.resolved

    def _say(self, text: str, is_error: bool = False, **more: Any) -> None:
        self.outbox.append({"about": "note", "text": translated(text), "error": is_error, **more})

    def _tell_spec(self) -> None:
        sections = self.controls.of(self.resolved.spec, self.draft.original.spec)
        document = self.draft.document(self.resolved) | {"own": self.draft.path == self.path, "problems": self.problems}
        self.outbox.append({"about": "spec", "sections": sections, **document})

    def _tell_frame(self) -> None:
        """How far training has come; a run that has ended is left to others."""
        if self.kept_run is not None and self.stage.trainer.has_ended:
            self.kept_run.close()
        elif self.kept_run is not None and self.kept_run.is_broken:  # it cannot be written any more
            self.kept_run.give_up(self.stage.trainer)
            self.kept_run = None
        run, player = self.kept_run.path.name if self.kept_run else None, self.player
        frame = {"training": player.number, "playing": player.is_busy, "speed": player.speed.name, "kept": run}
        self.outbox.append({"about": "frame", **frame, **self.stage.frame(is_at_rest=not player.is_busy)})

    @property
    def needs_judgement(self) -> bool:
        """Whether it rests at a step whose errors the page has not been told yet."""
        return not self.is_busy and self._judged_at != self.player.place

    @property
    def has_news(self) -> bool:
        """Whether there may be something to tell without being asked."""
        return self.needs_judgement or (self.kept_run is not None and self.kept_run.has_news)

    def judge(self) -> None:
        """Tell what the errors say now, which takes longer than a frame."""
        self._judged_at = self.player.place
        verdict = judgement(self.stage.trainer)
        self.outbox.append({"about": "verdict", "training": self.player.number, "judgement": verdict})
