"""The names of the months as tables write them, in a dozen languages."""

from __future__ import annotations

ENGLISH = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
OF_OTHERS = (
    "januar jänner januari enero janvier gennaio janeiro jän ene gen janv ocak stycznia styczeń sty января январь янв",
    "februar feber februari febrero février fevrier febbraio fevereiro fév "
    "févr fevr fev şubat lutego luty lut февраля февраль фев",
    "märz maerz maart marzo mars março marco mär mrz mrt mart marca marzec марта март мар",
    "abril avril aprile avr abr nisan kwietnia kwiecień kwi апреля апрель апр",
    "mai mei mayo maggio maio mag mayıs maj maja мая май",
    "juni junio juin giugno junho giu haziran czerwca czerwiec cze июня июнь июн",
    "juli julio juillet luglio julho juil lug temmuz lipca lipiec lip июля июль июл",
    "augustus agosto août aout ago aoû aou ağustos augusti sierpnia sierpień sie августа август авг",
    "september septiembre setiembre septembre settembre setembro sept set "
    "eylül września wrzesień wrz сентября сентябрь сен сент",
    "oktober octubre octobre ottobre outubro okt ott out ekim października październik paź октября октябрь окт",
    "noviembre novembre novembro kasım listopada listopad lis ноября ноябрь ноя нояб",
    "dezember diciembre décembre decembre dicembre dezembro dez dic "
    "déc aralık desember grudnia grudzień gru декабря декабрь дек",
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
