"""Sequential looks: after which replicates an effect is judged, and the risk that each of these looks may take."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

from dlx.stats.effects import RANKED, examples_half, spread_of_replicates
from dlx.stats.intervals import CONFIDENCE
from dlx.stats.student import two_sided
from dlx.types import Array

LONGER = 3  # times the replicates where the first ones leave it open
HALFWAY_RISK, RISK, LATER_RISK = 0.01, 0.02, 0.012  # of the look halfway, the one at all replicates, each later one
FIRST_RISK = 0.023  # of the one at all replicates where there is none halfway
LAST, LAST_RISK = 6, 0.008  # times the replicates, for what is left as the best bet
MOST_REPLICATES = 1000  # beyond which nobody trains, to settle one effect


@dataclass(frozen=True)
class Look:
    """An effect is judged in so many replicates, with this risk of a miss."""

    replicates: int
    risk: float


def looks(replicates: int) -> list[Look]:
    """The looks at one effect: halfway, at so many replicates, at twice, `LONGER` and `LAST` times as many.

    Together they miss an effect with a probability of 5 % at most, however many of them it takes to decide. Their risks
    add up to 6 %, but looks at the same replicates often miss together: where chance lies in replicates alone, and is
    normal, one of the five misses in 5.0 % (as with the constant boundaries of S. Pocock, Biometrika 64 (1977)), and
    what chance lies in the dev examples is the same at each. Little is spent on the early looks (K. Lan & D. DeMets,
    Biometrika 70 (1983)): only large effects show there. Betting on each replicate, which would allow any number of
    looks, takes 5 replicates before even a spec that always wins can be certain at 5 % (2⁵ > 20; I. Waudby-Smith & A.
    Ramdas, JRSS B 86 (2024)), and an anytime-valid t interval (H. Wang & A. Ramdas, "Anytime-valid t-tests and
    confidence sequences", 2024) is as wide as these at 3 replicates, and half as wide again or more from 5 on.
    """
    halfway = replicates // 2 + 1
    later = [Look(times * replicates, LATER_RISK) for times in range(2, LONGER + 1)]
    later.append(Look(LAST * replicates, LAST_RISK))
    if 3 <= halfway < replicates:  # two replicates tell next to nothing of their spread
        return [Look(halfway, HALFWAY_RISK), Look(replicates, RISK), *later]
    return [Look(replicates, FIRST_RISK), *later]


def share_among(order: int) -> float:
    """The divisor of the risk of the order-th effect that is judged, from 1: 3/2, 9/2, 27/2 …

    Their reciprocals add up to 1, however many effects come up for judgement in the end: a weighted Bonferroni that
    spends most on what looked best at first, just enough for ranks to tell in 5 replicates (`RANKED`).
    """
    return float(3**order) / 2


def replicates_to_settle(d: Array, tried: int, most: int = MOST_REPLICATES, risk: float = 1 - CONFIDENCE) -> int | None:
    """The number of replicates in which the present mean and spread of d would be certain; None beyond ``most``.

    Args:
        d: (k, m), what each example adds to the change of the error in each replicate, k > 1.
        tried: remedies that could have been chosen for their luck on these examples.
        most: replicates, of which none are too many.
        risk: of a miss.
    """
    mean, spread = abs(float(d.mean())), spread_of_replicates(d)
    examples = examples_half(d, risk / tried)
    if examples >= mean:
        return None
    low, high = 2, 2
    while not _is_certain(mean, examples, spread, high, risk):
        low, high = high, 2 * high
        if low > most:
            return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _is_certain(mean, examples, spread, middle, risk) else (middle + 1, high)
    return high if high <= most else None


def examples_to_settle(d: Array, tried: int) -> int | None:
    """The number of examples at which their own chance would leave the mean of d certain; None where it is 0."""
    mean, m = abs(float(d.mean())), d.shape[1]
    return int(-(-m * (examples_half(d, (1 - CONFIDENCE) / tried) / mean) ** 2 // 1)) if mean > 0 else None


def _is_certain(mean: float, examples: float, spread: float, replicates: int, risk: float) -> bool:
    half = two_sided(1 - (1 - RANKED) * risk, replicates - 1) * sqrt(spread / replicates)
    return hypot(examples, half) < mean
