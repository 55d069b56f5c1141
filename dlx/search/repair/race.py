"""The race: remedies of one family against the present spec, the weak ones dismissed early, the best one confirmed."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence

from dlx.diagnose.steps.advice import Remedy
from dlx.events import RaceState, TrialEnd
from dlx.search.repair.measurements import BASE, Measurements
from dlx.search.repair.race_setup import RaceSetup
from dlx.search.repair.successive_rejects import finalists, rejections
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.stats.effects import clipped, effect, standard_error, verdict
from dlx.stats.intervals import CONFIDENCE, Estimate
from dlx.stats.sequential import LAST, LAST_RISK, LONGER, Look, looks, replicates_to_settle, share_among
from dlx.types import Array

CHUNK = 2  # remedies that are tried before looking whether one of them makes all well
LONG_CHUNK = 6  # that are tried before one will do that is much better


class Race:
    """One family of remedies and their trials: each remedy once, then the best of them in further replicates.

    Remedies are trained in replicate 0, in their order, until one of a chunk of `CHUNK` makes bias and variance
    low, or one of `LONG_CHUNK` surely halves what the error is above the optimal one. The best `finalists` of those
    that beat the present spec there, or of those that make bias and variance low, go on: replicates 1, 2 … train
    them and the present spec, side by side, and the worst of them is dismissed after each phase (see `rejections`).
    Whoever is left is judged in replicates from 1 on only, at the `looks`, and the race is over as soon as it
    surely helps. As long as it may help by more than the tolerance, it goes on to `LONGER` times as many
    replicates: no fewer can distinguish a spec that fails now and then from one that never does. If it does not
    help surely, the other remedies of the family are tried in the same way, then those that were dismissed, at last
    the best of those that help by less. So the race ends with a winner, with nothing left to try, or with the time.
    """

    def __init__(self, ground: RaceSetup, base: Spec, remedies: Sequence[Remedy]) -> None:
        self.ground, self.remedies = ground, remedies
        specs = {BASE: base} | {remedy.name: derive(base, remedy.overrides) for remedy in remedies}
        self.measured = Measurements(ground, specs)
        self.untried = [remedy.name for remedy in remedies]
        self.finalists: list[str] = []  # who has gone on after replicate 0
        self.judged: list[str] = []  # in the order of their first look
        self.effects: dict[str, Estimate] = {}  # of the judged
        self.counted: dict[str, list[int]] = {}  # the replicates that they were measured in
        self.looks = looks(ground.replicates)
        self.early = [look for look in self.looks if look.replicates <= ground.replicates]
        self.later = self.looks[len(self.early) : -1]

    def run(self) -> Generator[RaceState | TrialEnd]:
        """Train as much as it takes, and as there is time for."""
        yield from self._train([BASE], 0, self.ground.left)
        if not self.measured.has(BASE, 0):
            return
        reserve, arms = True, list[str]()
        while (self.untried or arms) and self.ground.left > 0 and not self.winner:
            untried = len(self.untried)
            yield from self._screen(reserve)
            yield from self._reject(self._new_finalists())
            arms = self._new_finalists()
            reserve = bool(arms) or len(self.untried) < untried
        if not self.winner:
            yield from self._look_again()

    @property
    def winner(self) -> str | None:
        """The remedy that surely helps."""
        return next((name for name in self.effects if self.verdict(name) == "keep"), None)

    def verdict(self, name: str) -> str:
        """Of a remedy that was judged."""
        return verdict(self.effects[name], self.ground.tolerance)

    def ran_out_of_time(self) -> bool:
        """Whether there would have been more to try."""
        return not self.winner and self.ground.left <= 0

    def _screen(self, reserve: bool) -> Iterator[RaceState | TrialEnd]:
        """Untried remedies in replicate 0, until one is good enough, or while confirming one leaves time for them."""
        seconds = self.ground.left
        if reserve:
            seconds = max(seconds - self._seconds_to_confirm(), seconds / 2)
        until = self.ground.elapsed + seconds
        screened: list[str] = []
        while self.untried and self.ground.elapsed < until:
            chunk = self.untried[:CHUNK]
            yield from self._train(chunk, 0, until - self.ground.elapsed)
            ended = [name for name in chunk if (name, 0) in self.measured.outcomes]
            self.untried = [name for name in self.untried if name not in ended]
            screened += [name for name in ended if self.measured.has(name, 0)]
            is_long = len(screened) >= LONG_CHUNK
            if any(self._makes_low(name) or (is_long and self._halves(name)) for name in screened):
                return

    def _makes_low(self, name: str) -> bool:
        """Whether no others need be tried: bias and variance are low."""
        return self.ground.is_low(self.measured.outcomes[name, 0])

    def _halves(self, name: str) -> bool:
        """Whether half of what could go has surely gone."""
        before, after = self.measured.added(BASE, [0]), self.measured.added(name, [0])
        halved = after.mean() - self.ground.optimal <= (before.mean() - self.ground.optimal) / 2
        return bool(halved) and effect(before, after, len(self.remedies)).high < 0

    def _seconds_to_confirm(self) -> float:
        """What the replicates up to the first look take for one remedy, if it trains as long as the present spec."""
        at_a_time = -(-2 * self.ground.design.folds // self.ground.at_a_time)
        return self.looks[0].replicates * at_a_time * self.measured.seconds_of_training()

    def _new_finalists(self) -> list[str]:
        """The best of those that were screened and have not gone on yet, or of those among them that make all well.

        Once some have gone on, of those that lower the error by more than the tolerance.
        """
        names = [remedy.name for remedy in self.remedies if remedy.name not in self.finalists]
        screened = {name: self.measured.added(name, [0])[0] for name in names if self._is_sound(name, 0)}
        before = self.measured.added(BASE, [0])[0]
        least = self.ground.tolerance if self.finalists else 0.0
        better = [name for name, added in screened.items() if before.mean() - added.mean() > least]
        chosen = [name for name in better if self._makes_low(name)] or better
        return finalists(before, {name: screened[name] for name in chosen})

    def _is_sound(self, name: str, number: int) -> bool:
        return name not in self.measured.bad and self.measured.has(name, number)

    def _reject(self, arms: list[str]) -> Iterator[RaceState | TrialEnd]:
        """Replicate by replicate, each complete before the next; the worst is dismissed after each phase.

        Whoever is left, and may help by more than the tolerance, goes on to the later looks.
        """
        self.finalists += arms
        phases = rejections(len(arms))
        for number in range(1, self.ground.replicates + 1):
            if not arms or self.ground.left <= 0:
                return
            yield from self._train([BASE, *arms], number, self.ground.left)
            arms = [name for name in arms if self._is_sound(name, number)]
            for _ in range(phases.count(number + 1)):
                if len(arms) > 1:
                    arms.remove(self._weakest(arms))
            if self._is_settled(arms, number):
                return
        for look in self.later:
            for name in [name for name in self.promising() if name in arms]:
                if not self.winner and self.ground.left > 0:
                    yield from self._up_to(name, look)

    def _is_settled(self, arms: Sequence[str], number: int) -> bool:
        """At a look, or where time is up: whether one of them surely helps, or none could in all replicates."""
        look = next((look for look in self.looks if look.replicates >= number), self.looks[-1])
        if look.replicates > number and self.ground.left > 0:
            return False
        for name in arms:
            self._judge(name, look)
        return self.winner is not None or not any(self._can_be_certain(name) for name in arms)

    def _weakest(self, arms: Sequence[str]) -> str:
        """Who is dismissed: the worst, or where all are within one standard error of the best, the last in order.

        So the remedy of a finding stays before the recipe's (L. Breiman et al., Classification and Regression Trees,
        1984, take the simplest within that distance).
        """
        numbers = [0, *self.measured.shared(arms[0])]
        numbers = [number for number in numbers if all(self._is_sound(name, number) for name in arms)]
        added = {name: self.measured.added(name, numbers) for name in arms}
        best = min(arms, key=lambda name: float(added[name].mean()))
        in_order = sorted(arms, key=list(self.measured.specs).index)
        far = [name for name in arms if not _is_close(added[best], added[name])]
        return max(far, key=lambda name: float(added[name].mean())) if far else in_order[-1]

    def _look_again(self) -> Iterator[RaceState | TrialEnd]:
        """Those that may help by more than the tolerance, in more and more replicates, at last the best alone.

        Where nothing helps by so much, the best of all, if the first replicates may be enough to show that it helps.
        """
        for stage in (self.early, *([look] for look in self.later)):
            for name in self.promising():
                for look in stage:
                    if self.winner or self.ground.left <= 0:
                        return
                    yield from self._up_to(name, look)
        if best := self.promising(LAST)[:1]:
            yield from self._up_to(best[0], self.looks[-1])
        for name in self.promising(1, least=0.0)[:1]:
            for look in self.early:
                if not self.winner and self.ground.left > 0:
                    yield from self._up_to(name, look)

    def promising(self, times: int = LONGER, least: float | None = None) -> list[str]:
        """Those that lower the error by more than the tolerance, and could come to be certain, the best first.

        times: as many replicates as there are at first, that there may be.
        least: by more than this in place of the tolerance.
        """
        least = self.ground.tolerance if least is None else least
        changes = {name: self._mean_change(name) for name in self.finalists if self.measured.shared(name)}
        names = [name for name in changes if changes[name] < -least and name not in self.measured.bad]
        names = [name for name in names if self._can_be_certain(name, times)]
        return sorted(names, key=changes.__getitem__)

    def _can_be_certain(self, name: str, times: int = LONGER) -> bool:
        """Whether its mean change would be certain in the replicates that there may be; two at least tell.

        At the last look strictly, since it costs as much as all before.
        """
        numbers = self.measured.shared(name)
        if len(numbers) < 2:
            return True
        most = times * self.ground.replicates
        risk = LAST_RISK if times == LAST else 1 - CONFIDENCE
        return replicates_to_settle(self.measured.change(name, numbers), len(self.remedies), most, risk) is not None

    def _mean_change(self, name: str) -> float:
        return float(self.measured.change(name, self.measured.shared(name)).mean())

    def _up_to(self, name: str, look: Look) -> Iterator[RaceState | TrialEnd]:
        """Train a remedy in the replicates that it lacks before a look, and judge it there."""
        for number in range(1, look.replicates + 1):
            if self.ground.left > 0 and name not in self.measured.bad:
                yield from self._train([BASE, name], number, self.ground.left)
        if name not in self.measured.bad:
            self._judge(name, look)

    def _judge(self, name: str, look: Look) -> None:
        """The effect in the replicates that there are, if they are more than at its last look."""
        numbers = [number for number in self.measured.shared(name) if number <= look.replicates]
        if len(numbers) <= max(len(self.counted.get(name, ())), 1):
            return
        if name not in self.judged:
            self.judged.append(name)
        before, after = self.measured.added(BASE, numbers), self.measured.added(name, numbers)
        share = share_among(self.judged.index(name) + 1)
        self.effects[name] = clipped(
            effect(before, after, len(self.remedies), share, look.risk), self.ground.design.largest
        )
        self.counted[name] = numbers

    def _train(self, names: Iterable[str], number: int, seconds: float) -> Iterator[RaceState | TrialEnd]:
        missing = tuple(name for name in names if (name, number) not in self.measured.outcomes)
        if missing:
            standing = self.measured.leader(self.finalists)
            yield RaceState(missing, number, self.ground.elapsed, self.ground.budget, *standing)
            yield from self.measured.train(missing, number, seconds)


def _is_close(best: Array, other: Array) -> bool:
    """Whether the error is within one standard error of the best; both (k, m)."""
    return float(other.mean() - best.mean()) <= standard_error(best, other)
