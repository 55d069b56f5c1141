"""What advice on a run is made from: its diagnosis, what its data can give, where it lies, and what was done before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from dlx.diagnose.gaps import questions
from dlx.diagnose.remedies.changes import Overrides
from dlx.diagnose.steps.next_step import NOTHING_TYPED, Cost, NextStep, TypedOptions
from dlx.diagnose.steps.typed_overrides import with_changes
from dlx.diagnose.supply import Supply, Way, words_of
from dlx.diagnose.verdict import between
from dlx.documents.attempts import Attempts
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.earlier_run import EarlierRun
from dlx.documents.folds import FoldsDocument
from dlx.errors import SpecError
from dlx.spec.loader import derive
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
    train_cost: of its network.
    was_in_folds: whether it was trained after its spec was in folds, which have judged what they can.
    folds: what they came to, where that is known.
    judged_by: the directory of a training in folds that has judged this spec since.
    attempts: what was tried on the way to the run, and beside it.
    """

    document: DiagnosisDocument
    supply: Supply
    run: Path
    config: Path
    typed: TypedOptions = NOTHING_TYPED
    earlier: EarlierRun | None = None
    train_cost: float | None = None
    was_in_folds: bool = False
    folds: FoldsDocument | None = None
    judged_by: Path | None = None
    attempts: Attempts = field(default_factory=Attempts)

    @property
    def spec(self) -> Spec:
        """Of the run, complete."""
        return self.supply.spec

    @property
    def without_effect(self) -> str:
        """What was just changed without effect, in words; empty where nothing was."""
        document = self.document
        if self.earlier is None:
            return ""
        return self.earlier.without_effect(document.judged_errors, document.task, self.train_cost)

    @cached_property
    def undone(self) -> Overrides:
        """What was just changed for the worse, as it was before; such a change has no part in what is tried next."""
        if self.earlier is None:
            return {}
        values = self.earlier.to_undo(self.document.judged_errors, self.train_cost)
        try:
            derive(self.supply.spec, values)
        except SpecError:
            return {}
        return values

    @property
    def spec_to_change(self) -> Spec:
        """What remedies are tried on: the spec, without what was changed for the worse."""
        return derive(self.spec, self.undone) if self.undone else self.spec

    def trying(self, overrides: Overrides, advice: str, effect: str) -> NextStep:
        """A remedy trained, and what was changed for the worse undone."""
        words = with_changes(words_of(self.undone), overrides)
        cost = Cost.of(self.spec_to_change, overrides, self.supply.facts)
        back = [key for key in self.undone if key not in overrides]
        if back:
            advice = f"{advice}; {' and '.join(back)} as before, {self._why_undone}"
        return NextStep(train_command(self.config, words), advice, effect, cost)

    @property
    def _why_undone(self) -> str:
        """What speaks for values from before."""
        if self.earlier is not None and self.earlier.is_surely_larger(self.document.judged_errors):
            return "since the error is larger now"
        return "since nothing shows that another value pays"

    def looking(self, advice: str) -> NextStep:
        """Looking at the rows that the network is most wrong about."""
        return self.typed.looking(self.run, advice)

    def racing(self, advice: str, joint: str = ": ") -> NextStep:
        """Remedies in a race, after what is said of why; ``joint`` is what stands between."""
        before = Path(self.earlier.run) if self.earlier and self.undone else self.run
        return self.typed.racing(before if before.is_dir() else self.run, advice, joint)

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
