"""Bare errors that were typed in another way than as the one word behind ``--errors``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dlx.errors import UsageError
from dlx.words import PARTS

RATES = (*PARTS, "optimal", "tolerance", *(f"m_{part}" for part in PARTS))  # what --errors takes


def of_options(arguments: Sequence[str], value: Callable[[str], str]) -> str:
    """What was typed as options, ``--train 0.01``, as one word; empty where none was.

    value: of an option, as it was typed.
    """
    names = (word.partition("=")[0] for word in arguments if word.startswith("--"))
    plain = {name: re.sub("_(error|loss)$", "", name.lstrip("-").replace("-", "_")) for name in names}
    return ",".join(f"{name}={value(option) or 'RATE'}" for option, name in plain.items() if name in RATES)


def refuse_as_run(source: str | None, others: Sequence[str]) -> None:
    """Raise UsageError where errors stand in the place of a run, ``train=0.01 dev=0.1``."""
    if source is not None and source.partition("=")[0] in RATES:
        raise UsageError(f"{source}: bare errors are one word: --errors {','.join([source, *others])}")
