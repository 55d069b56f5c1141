"""Units behind numbers, such as 50 kg, and signs of censored ones, such as <0.5 and 10+."""

from __future__ import annotations

import re
from typing import NamedTuple

LETTER = r"[^\W\d_]"
UNIT = rf"(?:{LETTER}|[°'\"″′/%‰$€£¥])[^\d<>]{{0,18}}[23]?"
NUMBER = r"[-+\u2212]?\s*(?:[0-9](?:[.,'\u2019\u00a0\u202f ]?[0-9])*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
MEASURED = re.compile(rf"(?P<sign>(?:[<>≤≥]=?|=[<>])?)\s*(?P<number>{NUMBER})(?P<plus>\+?)\s*(?P<unit>(?:{UNIT})?)")
ORDINALS = frozenset(("st", "nd", "rd", "th"))


class Measured(NamedTuple):
    """The parts of a text such as `<1.5 mg`: number and unit as text, and whether it is no more than a limit."""

    number: str
    unit: str
    is_limit: bool


def measured(text: str) -> Measured | None:
    """The parts of a number that may have a unit or be censored; None where it is anything else."""
    match = MEASURED.fullmatch(text.strip())
    if match is None:
        return None
    return Measured(match["number"].strip(), match["unit"].strip(), bool(match["sign"] or match["plus"]))


def same_unit(unit: str) -> str:
    """What all spellings of a unit have in common: kg and KG, year and years, min and min.; but mW is not MW."""
    plain = unit.strip().rstrip(".").strip()
    if len(plain) > 2 or not plain.startswith("M"):
        plain = plain.casefold()
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") else plain
