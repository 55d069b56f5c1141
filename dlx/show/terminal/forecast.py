"""What a training would take, on the terminal: its size, its steps, and time and memory in round numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlx.language import translated
from dlx.show.numbers import duration
from dlx.show.terminal.lines import facts, table

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def forecast(document: Mapping[str, Any], json: bool = False) -> None:
    """Prints what `dlx train --dry-run` has found out: one JSON document, or a line for each thing."""
    if json:
        facts(document, json)
    else:
        table([(translated(name), text) for name, text in _rows(document)])


def _rows(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "name", str(document["name"])
    if "task" in document:
        yield "task", translated(str(document["task"]))
        yield "n x", translated(f"{document['n_x']:,} input{'s' * (document['n_x'] != 1)}")
        yield "n y", translated(f"{document['n_y']:,} output{'s' * (document['n_y'] != 1)}")
        yield "examples", ", ".join(f"{part} {count:,}" for part, count in document["examples"].items())
    yield "parameters", f"{document['parameters']:,}"
    if "folds" in document:
        yield "folds", f"{document['folds']}"
    each = brief(document["seconds_per_step"])
    first = "of the first fold, " if "folds" in document else ""
    yield "steps", translated(f"{document['steps']:,}, {first}{each} each")
    yield "first cost", f"{document['first_cost']:.4g}"
    time, threads = duration(document["predicted_seconds"]), document["threads"]
    yield "time", translated(f"about {time}, on {threads:,} thread{'s' * (threads != 1)}")
    yield "memory", translated(f"about {size(document['predicted_bytes'])}")


def brief(seconds: float) -> str:
    """A time that may be far below a second.

    >>> [brief(seconds) for seconds in (0.0000321, 0.0321, 3.21)]
    ['32 µs', '32 ms', '3.2 s']
    """
    if seconds >= 1:
        return duration(seconds)
    thousandth, unit = (1e3, "ms") if seconds >= 1e-3 else (1e6, "µs")
    return f"{seconds * thousandth:.0f} {unit}"


def size(count: float) -> str:
    """A number of bytes to three digits.

    >>> [size(count) for count in (12, 1_234, 212_275_248, 1_500_000_000_000)]
    ['12 bytes', '1.23 kB', '212 MB', '1.5 TB']
    """
    power = 0
    while count >= 1000 and power < len(UNITS) - 1:
        count, power = count / 1000, power + 1
    return f"{count:.3g} {UNITS[power]}"
