"""Whether nothing but the result is to be said: ``-q`` of commands that have no other meaning for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

NAMES = ("-q", "--quiet")
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


def is_quiet() -> bool:
    """Whether remarks and progress are left out."""
    return _quiet.get()


@contextmanager
def quiet_by_command() -> Iterator[None]:
    """Inside, `without_quiet` decides; afterwards all is as before."""
    token = _quiet.set(False)
    try:
        yield
    finally:
        _quiet.reset(token)


def without_quiet(arguments: list[str]) -> list[str]:
    """The arguments without ``-q``, which is heeded from now on; what stands behind ``--`` is left alone."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = [argument for argument in arguments[:end] if argument not in NAMES]
    _quiet.set(len(options) < end)
    return [*options, *arguments[end:]]
