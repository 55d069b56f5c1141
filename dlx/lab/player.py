"""The player: moves the training on the stage on, by steps, by epochs or by the passing of time."""

from __future__ import annotations

from dlx.lab.speed import Speed
from dlx.lab.stage import Stage

FRAME = 1 / 40  # seconds between two pictures: thirty a second, and room for what comes between
WORK = 0.6  # of them in which it trains; the rest is for the pictures
LONG = 60.0  # seconds that a single step may take


class Player:
    """What trains, and whether it plays.

    Attributes:
        number: of the training, counted from the first on the page.
        goal: epochs, up to which it trains without being asked to play.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage, self.speed = stage, Speed()
        self.number, self.is_playing = 0, False
        self.goal: float | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it goes on by itself."""
        return self.is_playing or self.goal is not None

    @property
    def place(self) -> tuple[int, int]:
        """Which training, and after which of its steps."""
        return self.number, self.stage.experiment.position.step

    def put(self, stage: Stage) -> None:
        """Another training in place of this one."""
        self.stage, self.number = stage, self.number + 1

    def rest(self) -> None:
        """Neither play nor train to a goal."""
        self.is_playing, self.goal = False, None

    def step(self) -> None:
        """Take one step."""
        self.rest()
        self.stage.trainer.advance(LONG, 1)

    def finish_epoch(self) -> None:
        """Train to the end of the epoch, from there to the end of the next one."""
        self.is_playing, self.goal = False, float(int(self.stage.epochs_done) + 1)

    def go_on(self, seconds: float) -> None:
        """Train for the time of a frame."""
        trainer = self.stage.trainer
        if self.goal is not None:
            if (left := self.stage.steps_to(self.goal)) > 0:
                left -= trainer.advance(WORK * seconds, left)
            if trainer.has_ended or left <= 0:
                self.goal = None
        elif self.is_playing:
            trainer.advance(WORK * seconds, self.speed.steps_in(seconds))
        if trainer.has_ended:
            self.is_playing = False
