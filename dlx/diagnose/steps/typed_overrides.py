"""Overrides as they were typed, with other values for some keys, each of which may be given only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dlx.diagnose.remedies.changes import Overrides
from dlx.diagnose.supply import words_of
from dlx.errors import Place
from dlx.spec.yaml_text.reading import parse


def with_changes(overrides: Sequence[str], changes: Overrides) -> list[str]:
    """The overrides less what they say of the keys that change, then the changes."""
    others = (_without(override, changes) for override in overrides)
    return [*filter(None, others), *words_of(changes)]


def _without(override: str, keys: Iterable[str]) -> str:
    """The override; less these keys in a section ``optimizer={name: adam, learning_rate: 0.1}``; empty if it is one."""
    stated, _, text = override.partition("=")
    if any(stated == key or stated.startswith(f"{key}.") for key in keys):
        return ""
    paths = [key.removeprefix(f"{stated}.").split(".") for key in keys if key.startswith(f"{stated}.")]
    section = parse(text, Place("command line")).plain() if paths else None
    removed = [_remove(section, path) for path in paths]
    return words_of({stated: section})[0] if any(removed) else override


def _remove(section: Any, path: Sequence[str]) -> bool:
    """Take a key out of a section, where it is in it."""
    *outer, last = path
    for name in outer:
        section = section.get(name) if isinstance(section, dict) else None
    return isinstance(section, dict) and section.pop(last, section) is not section
