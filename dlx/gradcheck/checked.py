"""How the outcome of a gradient check is shown: the verdict with its number first, then where it failed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from html import escape

from dlx.documents.brief import Brief
from dlx.nn.gradcheck import GREAT


class Checked(Brief, ABC):
    """The outcome of a check."""

    first = ("passed", "difference", "fault")

    @property
    @abstractmethod
    def passed(self) -> bool:
        """Whether it passed everywhere."""

    @property
    @abstractmethod
    def difference(self) -> float | None:
        """‖dθ − numeric‖₂ / (‖dθ‖₂ + ‖numeric‖₂) where it failed, or the largest; None where there is no gradient."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """What was checked, in words."""

    def headline(self) -> str:
        """The verdict with its number, and of what."""
        verdict = "passed" if self.passed else "failed"
        if self.difference is None:
            return f"{verdict}: {self.subject}"
        return f"{verdict}: difference {self.difference:.1e} (at most {GREAT:g} is right), {self.subject}"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return f"<pre>{escape(str(self))}</pre>"
