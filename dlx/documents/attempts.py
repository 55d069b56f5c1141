"""Attempts: what was changed on the way to a run, or from it, and what that did to the error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FEW_CHANGES = 2  # without success, after which it is time to let remedies race: one alone may have been bad luck


@dataclass(frozen=True)
class Attempt:
    """A change of a spec, by the values of its keys before and after, and the errors that both came to.

    run: the directory of the run that was changed.
    error, changed: of that run on what was not trained on, and of the one with the change.
    """

    run: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    error: float
    changed: float

    @property
    def has_harmed(self) -> bool:
        """Whether the error was higher with the change."""
        return self.changed > self.error

    @property
    def has_helped(self) -> bool:
        """Whether the error was lower with the change, if only by chance: it keeps advice from going in circles."""
        return self.changed < self.error

    def is_repeated_by(self, overrides: Mapping[str, Any]) -> bool:
        """Whether these overrides are the same change."""
        return dict(self.after) == dict(overrides)

    def is_carried_farther_by(self, overrides: Mapping[str, Any]) -> bool:
        """Whether these overrides take the same keys as far as the change did, or farther."""
        return self.after.keys() == overrides.keys() == self.before.keys() and all(
            _is_as_far(now, self.before[key], overrides[key]) for key, now in self.after.items()
        )

    def is_undone_by(self, overrides: Mapping[str, Any]) -> bool:
        """Whether these overrides take any key as far back as it was, or farther."""
        return any(
            _is_as_far(old, self.after[key], overrides[key])
            for key, old in self.before.items()
            if key in overrides and key in self.after
        )


def _is_as_far(old: Any, now: Any, proposed: Any) -> bool:
    """Whether what is proposed lies on the side of the old value, and is not nearer to the present one."""
    sizes = [_size(value) for value in (old, now, proposed)]
    if None in sizes:
        return bool(proposed == old)
    past, present, next_one = sizes
    return next_one >= past if past > present else past < present and next_one <= past  # type: ignore[operator]


def _size(value: Any) -> float | None:
    """A number, or how many units layers have; None of anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, list | tuple) and all(isinstance(layer, Mapping) and "units" in layer for layer in value):
        return float(sum(layer["units"] for layer in value))
    return None


@dataclass(frozen=True)
class Attempts:
    """What was tried before.

    way: the changes that led to a run, the last first.
    beside: those of the run itself that others were trained with.
    """

    way: Sequence[Attempt] = ()
    beside: Sequence[Attempt] = ()

    def speak_against(self, overrides: Mapping[str, Any]) -> bool:
        """Whether a change was tried without success, goes on in what harmed, or would undo what has helped."""
        tried = (*self.way, *self.beside)
        helpful = (attempt for attempt in self.way if attempt.has_helped)
        is_vain = any(attempt.is_repeated_by(overrides) for attempt in tried if not attempt.has_helped)
        is_worse = any(attempt.is_carried_farther_by(overrides) for attempt in tried if attempt.has_harmed)
        return is_vain or is_worse or any(attempt.is_undone_by(overrides) for attempt in helpful)

    @property
    def for_nothing(self) -> Attempt | None:
        """The attempt that began with the lowest error on the way, where several changes since came to none lower."""
        if not self.way:
            return None
        best = min(self.way, key=lambda attempt: attempt.error)
        since = self.way.index(best) + 1
        return best if since >= FEW_CHANGES and best.error <= self.way[0].changed else None

    def since(self, attempt: Attempt) -> list[str]:
        """The keys that were changed from an attempt on, in their order."""
        later = self.way[: self.way.index(attempt) + 1]
        return list(dict.fromkeys(key for each in reversed(later) for key in each.after))
