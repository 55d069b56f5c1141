"""What advice on a run is made from: its diagnosis, what its data can give, where it lies, and what was done before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlx.diagnose.gaps import questions
from dlx.diagnose.next_step import NOTHING_TYPED, Cost, NextStep, TypedOptions
from dlx.diagnose.remedies.changes import Overrides
from dlx.diagnose.supply import Supply, Way, words_of
from dlx.diagnose.verdict import between
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.earlier_run import EarlierRun
from dlx.spec.sections import Spec
from dlx.stats.intervals import exact
from dlx.text import command


@dataclass(frozen=True)
class AdviceContext:
    """A run that advice is given on.

    document: ``diagnosis.json``.
    supply: the complete spec, and what its data can give.
    run: its directory.
    config: the file of its spec.
    typed: what was just asked for.
    earlier: the run that it was made from, where there is one.
    """

    document: DiagnosisDocument
    supply: Supply
    run: Path
    config: Path
    typed: TypedOptions = NOTHING_TYPED
    earlier: EarlierRun | None = None

    @property
    def spec(self) -> Spec:
        """Of the run, complete."""
        return self.supply.spec

    @property
    def without_effect(self) -> str:
        """What was just changed without effect, in words; empty where nothing was."""
        document = self.document
        return self.earlier.without_effect(document.judged_errors, document.task) if self.earlier else ""

    def looking(self, advice: str) -> NextStep:
        """Looking at the rows that the network is most wrong about."""
        return self.typed.looking(self.run, advice)

    def racing(self, advice: str, joint: str = ": ") -> NextStep:
        """Remedies in a race, after what is said of why; ``joint`` is what stands between."""
        return self.typed.racing(self.run, advice, joint)

    def training(self, overrides: Overrides, advice: str, effect: str = "") -> NextStep:
        """The spec trained with these overrides."""
        cost = Cost.of(self.spec, overrides, self.supply.facts)
        return NextStep(train_command(self.config, words_of(overrides)), advice, effect, cost)

    def ways(self) -> Iterator[tuple[str, Way]]:
        """What would settle each gap that is open, unless it is the tolerance to the last digit."""
        document = self.document
        estimates = {**document.judged_errors, "optimal": exact(document.optimal_error)}
        is_rate = document.task.has_one_class and document.measure is None if document.task else True
        pairs = between(document.judged_errors)
        for name, question in questions(estimates, pairs, document.tolerance, is_rate).items():
            gap = document.gaps[name]
            if gap is not None and gap.level == "unsettled" and gap.value != document.tolerance:
                yield name, self.supply.settling(question, gap.settled_by)


def train_command(spec: Path, overrides: Sequence[str]) -> str:
    """How to train a spec with these overrides."""
    return command("train", spec, *overrides)
