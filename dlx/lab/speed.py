"""The speed of a training on the page: as fast as it can, or so many steps a second."""

from __future__ import annotations

from dlx.errors import UsageError, allowed

SPEEDS: dict[str, float | None] = {"1": 1, "10": 10, "100": 100, "1000": 1000, "full": None}  # steps a second


class Speed:
    """How many steps are due as time passes; ``name`` is one of `SPEEDS`."""

    def __init__(self) -> None:
        self.name = "full"
        self._owed = 0.0

    def set(self, name: object) -> None:
        """Another speed; raises `UsageError` where there is none of this name."""
        if not isinstance(name, str) or name not in SPEEDS:
            raise UsageError(f"there is no speed {name!r} {allowed(name, list(SPEEDS))}")
        self.name, self._owed = name, 0.0

    def steps_in(self, seconds: float) -> int | None:
        """The steps that are due after so many seconds more; None at full speed. Parts of a step are not lost."""
        rate = SPEEDS[self.name]
        if rate is None:
            return None
        self._owed += rate * seconds
        steps = int(self._owed)
        self._owed -= steps
        return steps
