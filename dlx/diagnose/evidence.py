"""Evidence: what advice must agree with: how the training ended, what simple models reach, what the data allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from dlx.diagnose.supply import Supply
from dlx.diagnose.trend import recent_fall
from dlx.stats.intervals import Estimate

BETTER, WORSE = "better", "worse"  # the network, beside a simple model
FALLEN = 0.05  # of itself, by the train cost over the last quarter of the epochs
RISEN = 0.1  # of itself, by the dev cost since it was lowest
LATE = 0.75  # of the epochs: a dev cost that was lowest after that has not risen for long
AS_GOOD = 0.05  # of the network's error, by which a model that does as well may err more


@dataclass(frozen=True)
class Ending:
    """How a training ended: whether its cost still fell, and whether the dev cost had been lower long before."""

    falling: bool = False
    dev_rising: bool = False

    @classmethod
    def recalled(cls, diagnosis: Mapping[str, Any]) -> Self:
        """That of ``diagnosis.json``; one of an older dlx says nothing of it."""
        ending = diagnosis.get("ending", {})
        return cls(ending.get("falling") is True, ending.get("dev_rising") is True)

    @classmethod
    def of(cls, metrics: Mapping[str, Sequence[float]]) -> Self:
        """That of the rows of metrics.csv."""
        epochs, train, dev = (metrics.get(name, ()) for name in ("epoch", "train_cost", "dev_cost"))
        if len(train) < 3 or len(epochs) != len(train):
            return cls()
        late = [number for number, epoch in enumerate(epochs) if epoch <= LATE * epochs[-1]]
        start = late[-1] if late else 0
        dev = dev if len(dev) == len(train) else ()
        least = min(range(len(dev)), key=lambda number: dev[number]) if len(dev) else 0
        rising = bool(len(dev)) and least <= start and dev[-1] > (1 + RISEN) * dev[least]
        fallen = recent_fall(epochs, train, 1 - LATE) > FALLEN
        return cls(fallen and not rising and (not len(dev) or recent_fall(epochs, dev, 1 - LATE) > 0), rising)


def unbeaten(baselines: Mapping[str, Any]) -> tuple[str, Estimate] | None:
    """The simple model that does as well as the network where none does surely better, and its error."""
    models = [] if "skipped" in baselines else list(baselines.values())
    compared = [(model["title"], next(iter(model["parts"].values()))) for model in models]
    if any(of_part["difference"]["verdict"] == WORSE for _, of_part in compared):
        return None
    equals = [(title, Estimate.from_document(of_part["error"])) for title, of_part in compared if _is_as_good(of_part)]
    return min(equals, key=lambda equal: (equal[1].value, equal[0]), default=None)


def _is_as_good(of_part: Mapping[str, Any]) -> bool:
    """Whether the model errs no more than the network, but for a little, and is not surely worse."""
    error, difference = of_part["error"]["value"], of_part["difference"]
    if error is None or difference["value"] is None or difference["verdict"] == BETTER:
        return False
    network = error + difference["value"]
    return bool(error <= (1 + AS_GOOD) * network)


@dataclass(frozen=True)
class Evidence:
    """What advice is checked against.

    supply: what the data can give.
    ending: of the training.
    unbeaten: the simple model that does as well as the network, where none does better, and its error.
    """

    supply: Supply
    ending: Ending = Ending()
    unbeaten: tuple[str, Estimate] | None = None

    def document(self) -> dict[str, Any]:
        """As ``diagnosis.json`` has it."""
        ending = {"ending": asdict(self.ending)}
        if self.unbeaten is None:
            return ending
        title, error = self.unbeaten
        ends = error.interval()
        return {**ending, "unbeaten": {"title": title, "error": error.value, "low": ends["low"], "high": ends["high"]}}
