"""The messages of a page: what they may change, and which of many still count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from dlx.errors import DlxError, SpecError, UsageError, allowed
from dlx.lab.controls import SECTIONS
from dlx.language import translated

Message = dict[str, Any]


def settled(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages in turn; of the pull of a slider only its last place."""
    for message, following in zip_longest(messages, messages[1:]):
        if following is None or _pull(message) is None or _pull(message) != _pull(following):
            yield message


def key_of(key: object) -> str:
    """A key that has a control; others, such as `plugins`, which would run code, are not changed from a page."""
    section = key.partition(".")[0] if isinstance(key, str) else ""
    if section not in SECTIONS:
        raise UsageError(f"{key}: is not changed on the page {allowed(section, SECTIONS)}")
    return str(key)


def problems_of(error: DlxError) -> list[str]:
    """What is wrong with a spec, all of it."""
    return [translated(str(each)) for each in (error.problems if isinstance(error, SpecError) else [error])]


def _pull(message: Message) -> tuple[Any, Any] | None:
    """The slider that a message is of, and the pull of it."""
    return (message.get("key"), message["gesture"]) if message.get("gesture") is not None else None
