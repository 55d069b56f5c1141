"""The names of the months as tables write them: English, German, Spanish, French, Italian, Portuguese, Dutch."""

from __future__ import annotations

ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
OF_OTHERS = (
    "januar jänner januari enero janvier gennaio janeiro jän ene gen",
    "februar feber februari febrero février fevrier febbraio fevereiro fév févr fevr fev",
    "märz maerz maart marzo mars março marco mär mrz mrt",
    "abril avril aprile avr abr",
    "mai mei mayo maggio maio mag",
    "juni junio juin giugno junho giu",
    "juli julio juillet luglio julho juil lug",
    "augustus agosto août aout ago aoû aou",
    "september septiembre setiembre septembre settembre setembro sept set",
    "oktober octubre octobre ottobre outubro okt ott out",
    "noviembre novembre novembro",
    "dezember diciembre décembre decembre dicembre dezembro dez dic déc",
)
MONTHS = {name[:3]: number for number, name in enumerate(ENGLISH, 1)}
MONTHS |= {name: number for number, name in enumerate(ENGLISH, 1)}
MONTHS |= {name: number for number, names in enumerate(OF_OTHERS, 1) for name in names.split()}


def month(name: str) -> int:
    """The number of a month by its name or what that is shortened to; 0, which has no day, where it is none.

    >>> [month(name) for name in ("Sept", "MÄRZ", "août", "Foo")]
    [9, 3, 8, 0]
    """
    return MONTHS.get(name.lower(), 0)
