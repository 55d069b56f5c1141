"""Lessons: guided ways through the playground, in English and Spanish, read from the files that ship with the lab."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from dlx.errors import UsageError, allowed
from dlx.spec.yaml_text.reading import load


def names() -> list[str]:
    """The lessons that there are."""
    return sorted(path.name.removesuffix(".yaml") for path in files("dlx.lab").joinpath("lessons").iterdir())


def lesson(name: object) -> Mapping[str, Any]:
    """What the file of a lesson holds; raises `UsageError` where there is no such lesson.

    spec, speed: the file to begin with, and how fast it is trained.
    steps: for each the values that are set in that file.
    check: in the lesson that checks gradients what is planted in each step: none, any mistake, or the one of that name.
    notes: the sentence of the course's notes, and its page.
    en, es: the texts; of each step what it shows, a question, and what happened. ``{cost}``, ``{error}`` and ``{dev}``
        stand there for what the training came to, ``{before}``, ``{before_error}`` and ``{before_dev}`` for the step
        before; of a check ``{planted}``, ``{difference}``, ``{wrong}``, ``{operation}`` and ``{sentence}``.
    """
    if not isinstance(name, str) or name not in names():
        raise UsageError(f"there is no lesson {name!r} {allowed(name, names())}")
    document: Mapping[str, Any] = load(_path("lessons", f"{name}.yaml")).plain()
    return document


def spec_of(document: Mapping[str, Any]) -> Path:
    """The file of the spec that a lesson begins with."""
    return _path("specs", document["spec"])


def _path(folder: str, name: str) -> Path:
    return Path(str(files("dlx.lab").joinpath(folder, name)))
