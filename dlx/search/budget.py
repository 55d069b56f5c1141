"""A budget: how long a search or a repair may take, in the words of a command line."""

from __future__ import annotations

import re

from dlx.errors import UsageError
from dlx.text import option

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def seconds_of(text: str | float) -> float:
    """A time such as ``90s``, ``10m`` or ``1h30m`` in seconds; a number is in seconds already.

    Raises:
        UsageError: it is something else, or nothing.
    """
    match = re.fullmatch(r"(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s?)?", str(text))
    try:
        parts = [float(number or 0) for number in match.groups()] if match else []
    except ValueError:  # such as 1.2.3
        parts = []
    seconds = sum(number * unit for number, unit in zip(parts, UNITS.values(), strict=False))
    if seconds <= 0:
        raise UsageError(f"{option('budget', text)}: expected a time such as 90s, 10m or 1h30m")
    return seconds
