"""The run that another was made from, by its spec with overrides: what was changed, and what it had reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from dlx.stats.intervals import Estimate, difference
from dlx.words import Task, error_text


@dataclass(frozen=True)
class EarlierRun:
    """What ``run.json`` keeps of the run whose own spec was trained with other values.

    run: its directory.
    keys: those whose values were stated anew.
    errors: of its network, by part, or what was judged in their place.
    """

    run: str
    keys: tuple[str, ...]
    errors: dict[str, Estimate]

    def has_tried(self, keys: Collection[str]) -> bool:
        """Whether a change of these keys is of what was stated anew, and of nothing else."""
        return all(any(_is_within(key, other) or _is_within(other, key) for other in self.keys) for key in keys)

    def without_effect(self, errors: Mapping[str, Estimate], task: Task | None) -> str:
        """Such as `architecture.hidden was just changed, and …`; empty where the error is surely lower than it was.

        Also where the two cannot be compared: the part has another size now.
        """
        part = "dev" if "dev" in self.errors and "dev" in errors else "train"
        before, now = self.errors.get(part), errors.get(part)
        if before is None or now is None or before.m != now.m or difference(before, now).low > 0:
            return ""
        values = f"{error_text(before.value, task)} in {self.run}, {error_text(now.value, task)} here"
        were = f"{' and '.join(self.keys)} {'were' if len(self.keys) > 1 else 'was'}"
        return f"{were} just changed, and the {part} error is not surely lower ({values})"


def _is_within(key: str, section: str) -> bool:
    return f"{key}.".startswith(f"{section}.")
