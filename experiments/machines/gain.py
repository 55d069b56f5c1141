"""How many times as fast several machines are that average their gradients, each with its part of the batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from .steps import StepTime

BYTES = 4  # of a number of the gradient


@dataclass(frozen=True)
class Link:
    """What stands between two machines: bits a second, of which TCP carries some 94 %, and seconds for a message."""

    name: str
    bits: float
    latency: float

    def seconds_to_average(self, parameters: int, machines: int) -> float:
        """Of a ring: each of 2·(n − 1) rounds sends the n-th part of the gradient to the next machine.

        No algorithm sends less than its 2·(n − 1)/n of the gradient (Patarasuk & Yuan 2009).
        """
        rounds = 2 * (machines - 1)
        return rounds * (self.latency + 8 * BYTES * parameters / machines / (0.94 * self.bits))


LINKS = (Link("1 Gbit/s", 1e9, 100e-6), Link("10 Gbit/s", 1e10, 30e-6))


def gain(step: StepTime, batch: int, machines: int, link: Link, cores: float = 1.0, overlapped: bool = False) -> float:
    """The time of a step on one machine by that on several.

    overlapped: all of the gradient's way is hidden behind backprop, as far as that takes long enough: the best that an
        engine can do.
    """
    compute, way = step.seconds(batch / machines, cores), link.seconds_to_average(step.parameters, machines)
    return step.seconds(batch, cores) / (max(compute, way) if overlapped else compute + way)


def pays_from(
    step: StepTime, machines: int, link: Link, cores: float, overlapped: bool, batches: Sequence[int]
) -> int | None:
    """The smallest batch that is trained at least half as many times as fast as there are machines; None: none is."""
    enough = (batch for batch in batches if gain(step, batch, machines, link, cores, overlapped) >= machines / 2)
    return next(enough, None)


def simulated(step: StepTime, batch: int, machines: int, link: Link, cores: float = 1.0) -> float:
    """The gain without overlap once more, message by message: a part waits for its machine, its link and its turn."""
    free = [step.seconds(batch / machines, cores)] * machines  # when each machine has done all that it was to do
    part = 8 * BYTES * step.parameters / machines / (0.94 * link.bits)
    for _ in product(range(2), range(machines - 1)):  # gathering sums, then handing them round
        sent = [time + part for time in free]
        free = [max(sent[machine], sent[machine - 1] + link.latency) for machine in range(machines)]
    return step.seconds(batch, cores) / max(free)
