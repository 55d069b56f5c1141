"""The properties of schedules: a positive α in each unit, by the unit and by α₀ alone, from the first unit on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from numbers import Real

import numpy as np

from dlx.gradcheck.rules.options import ignored_option
from dlx.gradcheck.rules.rule import FAILS, Lack, Properties
from dlx.nn.schedules import Schedule

ALPHA, TOTALS, LONG = 0.2, (1, 2, 3, 10, 50), 1000
WARMUP = 3
SAME = 1e-9
HIGHEST = 100  # times α₀: one cycle begins with a 25th


@dataclass(frozen=True)
class Scheduling:
    """A schedule, which may have other options than its defaults."""

    schedule: Schedule
    is_default: bool

    @cached_property
    def rates(self) -> dict[int, list[float]]:
        """α in each unit of trainings of several lengths."""
        return {total: rates_of(self.schedule, total) for total in TOTALS}

    @property
    def has_options(self) -> bool:
        """Whether it has numbers of its own, from which α may come."""
        return bool(type(self.schedule).model_fields.keys() - Schedule.model_fields.keys())

    def with_option(self, **options: object) -> Schedule:
        """The same with another option."""
        own = {name: getattr(self.schedule, name) for name in type(self.schedule).model_fields}
        return type(self.schedule).model_validate(own | options)


def rates_of(schedule: Schedule, total: int, alpha0: float = ALPHA) -> list[float]:
    """α in each of so many units."""
    return [schedule.learning_rate(alpha0, done, total) for done in range(total)]


def gives_numbers(each: Scheduling) -> Lack | None:
    """α is a finite number, in the first and the last unit too."""
    for total in TOTALS:
        for done in range(total):
            try:
                rate = each.schedule.learning_rate(ALPHA, done, total)
            except Exception as error:
                return Lack(FAILS, f"{type(error).__name__} in {_unit(done, total)}: {error}")
            if not isinstance(rate, Real) or not np.isfinite(float(rate)):
                return Lack("no number", f"α is {rate!r} in {_unit(done, total)}")
    return None


def _unit(done: int, total: int) -> str:
    return f"unit {done + 1:,} of {total:,}"


def keeps_nothing(each: Scheduling) -> Lack | None:
    """α is that of the unit, whenever it is asked for."""
    for total in reversed(TOTALS):
        again = [each.schedule.learning_rate(ALPHA, done, total) for done in reversed(range(total))]
        if again[::-1] != each.rates[total]:
            return Lack("state kept", "α of the same unit is another one when it is asked for again: use t alone")
    return None


def is_never_negative(each: Scheduling) -> Lack | None:
    """No unit goes uphill."""
    for rates in (*each.rates.values(), rates_of(each.schedule, LONG)):
        if min(rates) < 0:
            first = next(done for done, rate in enumerate(rates) if rate < 0)
            return Lack("negative", f"α is {rates[first]:.4g} in {_unit(first, len(rates))}: its steps go uphill")
    return None


def is_never_zero(each: Scheduling) -> Lack | None:
    """Each unit trains, or at least one."""
    if not each.is_default:
        return None
    if not any(each.rates[TOTALS[-1]]):
        return Lack("zero", "α is 0 in each unit: nothing trains")
    for total, rates in each.rates.items():
        zeros = [done for done, rate in enumerate(rates) if rate == 0]
        if zeros:
            name = "off by one" if len(zeros) == 1 and zeros[0] in (0, total - 1) else "zero"
            what = f"α is 0 in {_unit(zeros[0], total)}: it trains nothing; t of the first is {_first(each)}"
            return Lack(name, what, is_remark=True)
    return None


def _first(each: Scheduling) -> int:
    return int(each.schedule.first)


def heeds_alpha(each: Scheduling) -> Lack | None:
    """α follows optimizer.learning_rate, where it has no numbers of its own."""
    once, twice = (np.array(rates_of(each.schedule, 10, factor * ALPHA)) for factor in (1, 2))
    if (once == twice).all() and not each.has_options:
        return Lack("learning_rate ignored", "α is the same for any optimizer.learning_rate: begin with alpha0")
    if np.allclose(twice, 4 * once, rtol=SAME, atol=0):
        return Lack("learning_rate twice", "α is 4 times as large where optimizer.learning_rate is 2 times as large")
    return None


def heeds_the_unit(each: Scheduling) -> Lack | None:
    """What changes with the length of the training changes with the unit too, and not without bounds."""
    if (highest := max(each.rates[50]) / ALPHA) > HIGHEST and not each.has_options:
        return Lack("rises", f"α rises to {highest:.3g}·α₀ in 50 units", is_remark=True)
    is_constant = all(len(set(rates)) == 1 for rates in each.rates.values())
    if is_constant and len({rates[0] for rates in each.rates.values()}) > 1:
        return Lack("total in place of t", "α is the same in each unit, and another one in longer trainings")
    return None


def warms_up(each: Scheduling) -> Lack | None:
    """``warmup`` is heeded, and the schedule begins after it."""
    if each.schedule.warmup or not each.is_default:
        return None
    rates = rates_of(each.with_option(warmup=WARMUP), 10 + WARMUP)
    rising = [ALPHA * (done + 1) / WARMUP for done in range(WARMUP)]
    if not np.allclose(rates[:WARMUP], rising, rtol=SAME, atol=0):
        return Lack("warmup ignored", "α does not rise to α₀ over warmup units: define rate, not learning_rate")
    if not np.allclose(rates[WARMUP:], each.rates[10], rtol=SAME, atol=0):
        return Lack("warmup ignored", "after the warm-up it does not begin from its beginning: take t, not done")
    return None


def begins_in_time(each: Scheduling) -> Lack | None:
    """Its first stage is as long as the others, and where t begins at 0 it begins with α₀."""
    if not each.is_default:
        return None
    rates = each.rates[50]
    lengths = [len(list(group)) for _, group in groupby(rates)]
    first, *others = lengths[:-1] or [0]
    if len(others) > 1 and len(set(others)) == 1 and others[0] > 1 and abs(first - others[0]) == 1:
        words = f"α stays for {first} units at first, and for {others[0]} later"
        return Lack("off by one", f"{words}: t of the first unit is {_first(each)}, which `first: First = …` states")
    if _first(each) == 0 and not _begins_with_alpha(each, rates):
        words = f"α begins with {rates[0] / ALPHA:.4g}·α₀ in unit 1, where t is 0"
        return Lack("off by one", f"{words}, and falls from there", is_remark=True)
    return None


def _begins_with_alpha(each: Scheduling, rates: Sequence[float]) -> bool:
    """Whether its first rate is α₀, or rises from there, or an option of its own may have set it."""
    if abs(rates[0] / ALPHA - 1) < SAME or max(rates) > rates[0]:
        return True
    own = type(each.schedule).model_fields.keys() - Schedule.model_fields.keys()
    is_ratio = np.isclose(rates[0] / ALPHA, [v for name in own if isinstance(v := getattr(each.schedule, name), float)])
    return bool(own) and not is_ratio.any()


def heeds_its_options(each: Scheduling) -> Lack | None:
    """Each option changes α in some unit."""
    if not each.is_default:
        return None
    totals = (*TOTALS, LONG)
    return ignored_option(
        each.schedule, lambda other: np.concatenate([rates_of(other, total) for total in totals]).tobytes()
    )


PROPERTIES = Properties(
    Scheduling,
    (
        gives_numbers,
        keeps_nothing,
        is_never_negative,
        is_never_zero,
        heeds_alpha,
        heeds_the_unit,
        warms_up,
        begins_in_time,
        heeds_its_options,
    ),
)
