"""The run that another was made from, by its spec with overrides: what was changed, and what it had reached."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlx.documents.reading import NO_KEY
from dlx.stats.intervals import Estimate, difference
from dlx.words import Task, error_text, interval_text

FALLEN = 0.05  # of itself, by which a train cost is lower that a longer training has brought down
OF_LENGTH = "training."  # the keys of what makes a training longer or shorter
OF_ERRORS = ("diagnosis", "task", "loss")  # the keys of how they are counted, and of which mistakes count how much
OF_CHANCE = ("name", "seed", "randomness", "training.threads", "training.engine")  # which change no rule
OF_DEV = ("data.split", "data.dev", "data.source", "data.fold", "data.folds")  # by which other examples may be held out
OF_DATA = ("data", "task", "loss", "diagnosis")  # what errors are of, which no error says should go back
TRAIN = "train"


@dataclass(frozen=True)
class EarlierRun:
    """What ``run.json`` keeps of the run whose own spec was trained with other values.

    run: its directory.
    keys: those whose values were stated anew.
    errors: of its network, by part, or what was judged in their place.
    train_cost: of its network.
    values: which those keys had there; none where they are not known.
    change: of the error on what was not trained on, now − before, paired by example; None where that cannot be.
    """

    run: str
    keys: tuple[str, ...]
    errors: dict[str, Estimate]
    train_cost: float | None = None
    values: dict[str, Any] = field(default_factory=dict)
    change: Estimate | None = field(default=None, compare=False, metadata=NO_KEY)

    def to_document(self) -> dict[str, Any]:
        """As JSON has it: what can be measured anew is not kept."""
        return {key: value for key, value in vars(self).items() if key != "change"}

    def has_tried(self, keys: Collection[str]) -> bool:
        """Whether a change of these keys is of what was stated anew, and of nothing else."""
        return all(any(is_within(key, other) or is_within(other, key) for other in self.keys) for key in keys)

    def without_effect(self, errors: Mapping[str, Estimate], task: Task | None, train_cost: float | None = None) -> str:
        """Such as `architecture.hidden was just changed, and …`; empty where the error is surely lower than it was.

        Also where the two cannot be compared, because the part has another size now; and where a training was made
        longer or shorter, and its train cost or error fell, as it should.
        """
        pairs = list(self._pairs(errors))
        is_as_meant = self._is_of_length and self._is_fitted_better(pairs, train_cost)
        if not pairs or self._is_lower(pairs[:1]) or is_as_meant:
            return ""
        part, before, now = pairs[0]
        values = f"{error_text(before.value, task)} in {self.run}, {error_text(now.value, task)} here"
        if (change := self._paired(part)) is not None:
            ends = interval_text(change.low, change.high, task)
            is_none = change.low == change.high == 0
            paired = "every example comes out as before" if is_none else f"the change, paired by example, is {ends}"
            values = f"{values}; {paired}"
        part = part.replace("_", "-")
        were = f"{' and '.join(self.keys)} {'were' if len(self.keys) > 1 else 'was'}"
        relation = "larger" if self.is_surely_larger(errors) else "not surely lower"
        return f"{were} just changed, and the {part} error is {relation} ({values})"

    def to_undo(self, errors: Mapping[str, Estimate], train_cost: float | None = None) -> dict[str, Any]:
        """The values from before, where the change came to a larger error, if only by chance, and to a surely lower one
        on no part: each change has to pay.
        """
        pairs = list(self._pairs(errors))
        if not pairs or self._is_lower(pairs) or pairs[0][2].value <= pairs[0][1].value:
            return {}
        is_of_data = any(is_within(key, section) for key in self.keys for section in OF_DATA)
        is_as_meant = self._is_of_length and self._is_fitted_better(pairs, train_cost)
        return {} if is_of_data or is_as_meant else self.values

    def is_no_lower(self, errors: Mapping[str, Estimate]) -> bool:
        """Whether the error on what was not trained on is as large as it was, or larger."""
        _, before, now = next(self._pairs(errors), ("", None, None))
        return before is not None and now is not None and now.value >= before.value

    def is_surely_larger(self, errors: Mapping[str, Estimate]) -> bool:
        """Whether the error on what was not trained on has grown, by more than chance."""
        part, before, now = next(self._pairs(errors), ("", None, None))
        return before is not None and now is not None and self._change(part, before, now).low > 0

    def _pairs(self, errors: Mapping[str, Estimate]) -> Iterator[tuple[str, Estimate, Estimate]]:
        """The parts that can be compared, with the errors before and now; what was not trained on comes first."""
        if any(is_within(key, section) for key in self.keys for section in OF_ERRORS):
            return
        for part in ("out_of_fold", "dev", TRAIN):
            before, now = self.errors.get(part), errors.get(part)
            if before is not None and now is not None and before.m == now.m:
                yield part, before, now

    @property
    def _is_of_length(self) -> bool:
        return all(key.startswith(OF_LENGTH) for key in self.keys)

    def _is_fitted_better(self, pairs: list[tuple[str, Estimate, Estimate]], train_cost: float | None) -> bool:
        """Whether the network errs surely less on train, or its cost there has fallen."""
        if self._is_lower(pairs[-1:]):
            return True
        before = self.train_cost
        return before is not None and train_cost is not None and train_cost < (1 - FALLEN) * before

    def _is_lower(self, pairs: list[tuple[str, Estimate, Estimate]]) -> bool:
        """Whether the error of any of these parts is surely lower than it was."""
        return any(self._change(*pair).high < 0 for pair in pairs)

    def _change(self, part: str, before: Estimate, now: Estimate) -> Estimate:
        """By how much the error has grown: paired by example where that is known, else by the intervals of both."""
        return self._paired(part) or difference(now, before)

    def _paired(self, part: str) -> Estimate | None:
        return None if part == TRAIN else self.change


def is_within(key: str, section: str) -> bool:
    """Whether a dotted key is that of a section, or of what is in it."""
    return f"{key}.".startswith(f"{section}.")
