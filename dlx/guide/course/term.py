"""A term of the course: what it means, and where the notes speak of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CourseTerm:
    """A term.

    meaning: in two sentences.
    notes: the heading and the page of the course notes.
    related: keys, findings and components that can be explained, too.
    example: the words of a command behind ``dlx``.
    others: other names of it, also in Spanish.
    """

    meaning: str
    notes: str
    related: tuple[str, ...]
    example: tuple[str, ...]
    others: tuple[str, ...] = ()
