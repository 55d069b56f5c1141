"""Units behind numbers (50 kg), currencies in front of them (CHF 50), and signs of censored ones (<0.5 and 10+)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

LETTER = r"[^\W\d_]"
UNIT = rf"(?:{LETTER}|[°'\"″′/%‰$€£¥])[^\d<>]{{0,18}}[23]?"
NUMBER = r"[-+\u2212]?\s*(?:[0-9](?:[.,'\u2019\u00a0\u202f ]?[0-9])*|[.,][0-9]+)(?:[eE][-+]?[0-9]+)?"
CURRENCY = (  # in front of a number; other words there make a name of it, such as Room 5
    r"(?i:usd|eur|gbp|chf|fr|sfr|jpy|cny|rmb|inr|rs|brl|rub|krw|aud|cad|nzd|sek|nok|dkk|kr|pln|czk|huf|ron|try|tl|zar"
    r"|mxn|clp|cop|ars|pen|sgd|hkd|twd|thb|idr|rp|myr|rm|php|vnd|ils|aed|sar|egp|ngn|kes|dm)\.?"
    r"|(?:US|A|AU|C|CA|NZ|HK|S|NT|R|MX)\$"
)
FEWEST = 10  # different texts that are rather numbers with a unit than names, such as 12A
ORDINALS = frozenset(("st", "nd", "rd", "th"))
# Units that may stand for each other in a column, as `same_unit` has them.
KINDS_OF_UNITS = tuple(
    frozenset(units.split())
    for units in (
        "µg mcg mg g gr gram kg kilo t ton tonne lb lbs pound oz ounce stone",
        "µm mm cm dm m km in inch \" ' ft feet foot yd yard mi mile nm metre meter",
        "ns µs ms s sec second min minute h hr hrs hour d day w week wk mo month mth y yr year",
        "µl ml cl dl l liter litre gal gallon qt pt cup",
        "b kb mb MB gb tb pb kib mib gib bit byte",
        "°c °f c f k °k",
        "k m M mn mio mln million b bn mrd billion thousand tsd",
        "hz khz mhz ghz",
        "mw w kw MW gw hp bhp ps",
        "v mv kv MV",
        "pa hpa kpa bar mbar psi atm mmhg",
        "j kj cal kcal kwh wh",
        "€ $ £ ¥ eur usd gbp chf jpy euro dollar",
        "km/h kmh kph mph m/s knot kn",
        "m² m2 km² km2 ft² ft2 sqft sqm ha acre",
        "% ‰ ppm",
    )
)


class Measured(NamedTuple):
    """The parts of a text such as `<1.5 mg`: number and unit as text, and whether it is no more than a limit."""

    number: str
    unit: str
    is_limit: bool


@cache
def _form() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<sign>(?:[<>≤≥]=?|=[<>])?)\s*(?P<currency>(?:{CURRENCY})?)\s*(?P<number>{NUMBER})(?P<plus>\+?)"
        rf"\s*(?P<unit>(?:{UNIT})?)"
    )


def measured(text: str) -> Measured | None:
    """The parts of a number that may have a unit or be censored; None where it is anything else."""
    match = _form().fullmatch(text.strip())
    if match is None or (match["currency"] and match["unit"]):
        return None
    unit = match["currency"] or match["unit"].strip()
    return Measured(match["number"].strip(), unit, bool(match["sign"] or match["plus"]))


def number_setting(texts: Collection[str]) -> str:
    """What of a column must be stated so that these texts are numbers, as YAML; nothing where they would not be.

    All must be numbers of the same unit, or some of them limits and the others plain: few such texts may be names.
    """
    parts = [measured(text) for text in texts]
    sound = [part for part in parts if part is not None]
    units = {same_unit(part.unit): part.unit for part in sound if part.unit not in ("", "%")}
    limits = sum(part.is_limit for part in sound)
    if len(parts) < FEWEST or len(sound) < len(parts) or len(units) > 1 or ORDINALS & units.keys():
        return ""
    if limits == len(parts) or not (units or limits):
        return ""
    unit = [f"unit: {json.dumps(text, ensure_ascii=False)}" for text in units.values()]
    return f"{{{', '.join(['kind: number', *unit, *['censored: true'] * (limits > 0)])}}}"


def are_of_a_kind(units: Collection[str]) -> bool:
    """Whether units, as `same_unit` has them, measure the same, such as g and kg."""
    return any(kind.issuperset(units) for kind in KINDS_OF_UNITS)


def same_unit(unit: str) -> str:
    """What all spellings of a unit have in common: kg and KG, year and years, min and min.; but mW is not MW."""
    plain = unit.strip().rstrip(".").strip()
    if len(plain) > 2 or not plain.startswith("M"):
        plain = plain.casefold()
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") else plain
