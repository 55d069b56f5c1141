"""The fault that a check comes to, and what an operation by itself comes to."""

from __future__ import annotations

from dataclasses import dataclass

ALONE = "alone"
TAILS, SPECIAL = "in the tails", "special inputs"
OFF_TAPE, IN_FLOAT32 = "off the tape", "in float32"
DESCRIBED = ("some entries", "some classes", "not finite", "chain", TAILS, SPECIAL, "digits of float32", OFF_TAPE)


@dataclass(frozen=True)
class Fault:
    """The first operation, from the cost backwards, whose gradient is wrong, and what the error looks like.

    ``place`` is the file and line of what writes the gradient, where that is not dlx itself, and ``method`` the name of
    that; ``at`` says where it shows, if not where the check began; ``spoils`` names the parameters whose gradients are
    wrong because of it.
    """

    operation: str
    layer: int | None
    parameter: str | None
    signature: str
    sentence: str
    place: str | None
    at: str | None = None
    spoils: tuple[str, ...] = ()
    method: str | None = None

    def __str__(self) -> str:
        signature = "" if self.is_described else f" ({self.signature})"
        return f"{self.operation}: {self.sentence}{signature}{f', {self.place}' if self.place else ''}"

    @property
    def is_of_inputs(self) -> bool:
        """Whether it shows on certain inputs alone, which the sentence names."""
        return self.signature in (TAILS, SPECIAL)

    @property
    def is_described(self) -> bool:
        """Whether the sentence says by itself what the signature is a name for."""
        return self.signature in DESCRIBED or self.signature.startswith("one ")

    @property
    def clarity(self) -> int:
        """0 where it says what is wrong, 1 where in a gradient, 2 in which operation, 3 where not even that.

        What was computed too early is below all: whatever else is wrong comes of it.
        """
        if self.signature == OFF_TAPE:
            return -1
        if self.operation == "chain":
            return 3
        return 2 if self.signature in ("unknown", "some entries") else int(self.signature.startswith("one "))


@dataclass(frozen=True)
class Alone:
    """An operation by itself, on inputs far beyond those of the batch: its largest difference in one entry."""

    operation: str
    passed: bool
    difference: float
    fault: Fault | None
