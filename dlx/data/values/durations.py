"""Durations that tables hold as text, in the ways in which none of them is a time of a day."""

from __future__ import annotations

import re

SECONDS = r"(?P<second>[0-9]+(?:[.,][0-9]+)?)"
OF_CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9](?:[.,][0-9]+)?)"
DAYS = "d|days?|Tage?|jours?|d[ií]as?|giorn[oi]"
HOURS = "h|hrs?|hours?|Std|Stunden?|heures?|horas?|or[ae]"
MINUTES = "m|min|mins|minutes?|Minuten?|minutos?|minut[oi]"
FORMS = (
    # of ISO 8601, without the years and months, which are not equally long
    re.compile(rf"P(?:(?P<week>[0-9]+)W)?(?:(?P<day>[0-9]+)D)?(?:T(?=[0-9])(?:(?P<hour>[0-9]+)H)?(?:(?P<minute>[0-9]+)M)?(?:{SECONDS}S)?)?"),
    re.compile(rf"(?P<day>-?[0-9]+) ?(?:{DAYS}),? \+?{OF_CLOCK}", re.IGNORECASE),  # of pandas and of Python
    re.compile(rf"(?P<day>[0-9]+)\.{OF_CLOCK}"),  # of .NET
    re.compile(r"(?P<minute>[0-9]{1,3}):(?P<second>[0-5][0-9][.,][0-9]+)"),  # of races
    re.compile(
        rf"(?:(?P<day>[0-9]+) ?(?:{DAYS})\.?)?,?\s*(?:(?P<hour>[0-9]+) ?(?:{HOURS})\.?)?,?\s*"
        rf"(?:(?P<minute>[0-9]+) ?(?:{MINUTES})\.?)?,?\s*(?:{SECONDS} ?(?:s|secs?|seconds?|Sekunden?|segundos?)\.?)?",
        re.IGNORECASE,
    ),
)  # fmt: skip
ONE_UNIT = re.compile(r"[0-9]+(?:[.,][0-9]+)? ?[^\W\d_]+\.?")  # such as 5 m, which may be metres
LENGTHS = {"week": 604_800, "day": 86_400, "hour": 3600, "minute": 60, "second": 1}


def duration(text: str) -> float | None:
    """The seconds of a duration such as ``PT1H5M``, ``1h 5m``, ``0 days 01:05:00`` or ``3:59.4``; None for others."""
    for form in FORMS:
        match = form.fullmatch(text)
        parts = {} if match is None else {name: value for name, value in match.groupdict().items() if value}
        if parts:
            return sum(LENGTHS[name] * float(value.replace(",", ".")) for name, value in parts.items())
    return None
