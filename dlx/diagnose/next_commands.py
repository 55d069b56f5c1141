"""Commands: what can be typed next, given a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dlx.diagnose.advice import Remedy, remedies
from dlx.diagnose.gaps import questions
from dlx.diagnose.remedies.changes import DataFacts, Overrides, SpecContext
from dlx.diagnose.remedies.optimization import may_train, tested_learning_rate
from dlx.diagnose.supply import Supply, words_of
from dlx.diagnose.verdict import between
from dlx.documents.diagnosis import GAPS, DiagnosisDocument, Ending
from dlx.spec.sections import Spec
from dlx.stats.intervals import exact
from dlx.text import command

MOST = 3  # remedies of which the first are shown
BIGGER = ("wider", "deeper")  # what the recipe says first against bias
MORE_EXAMPLES = (  # what the recipe says first against variance
    "all_the_examples",
    "rest_of_the_examples",
    "more_examples",
    "shift_images",
    "rotate_images",
)
AGAINST_RISING = ("early_stopping", "weak_l2", "strong_l2", "dropout")  # where the dev cost has been lower


def commands(document: DiagnosisDocument, spec: Spec, facts: DataFacts, run: Path, config: Path) -> list[str]:
    """What to type after a run: the likeliest remedies, what settles the verdict, or what a good network is for.

    Each is accepted as it stands, but for FILE, for which the reader has a file of examples. What settles the verdict
    comes first, unless something is surely high, or something was found that can be cured; where the data cannot settle
    it, remedies race before one of them is advised.

    Args:
        document: the diagnosis of the run.
        spec: the complete spec of the run.
        facts: of its data.
        run: its directory.
        config: the file of its spec.
    """
    is_ill_rated = not may_train(SpecContext(spec, facts, document.learning_rate), spec.optimizer.learning_rate)
    remedies_in_order = _in_order(document, remedies(document, spec, facts), is_ill_rated)
    tried = [train_command(config, words_of(remedy.overrides)) for remedy in remedies_in_order[:MOST]]
    mended = [train_command(config, finding.overrides) for finding in document.serious if finding.overrides]
    reachable = list(_stating_the_reachable(document, run)) if _against_bias_is_idle(document) else []
    settling = [train_command(config, words_of(overrides)) for overrides in _settling(document, Supply(spec, facts))]
    is_high = any(map(document.is_high, GAPS)) or any(
        _is_serious(document, remedy.against) for remedy in remedies_in_order
    )
    race = [command("diagnose", run, "--act")] if tried and not settling else []  # which compares before it advises
    likely = [*tried, *reachable] if document.is_high("variance") else [*reachable, *tried]
    in_order = [*likely, *settling] if is_high else [*settling, *race, *tried]
    uses = list(_with_the_network(document, run))
    in_order = [*mended, *in_order]  # data that are wrong come before all that is trained on them
    return [*uses, *in_order[:MOST]] if _is_done(document) else [*in_order[:MOST], *uses]


def _in_order(document: DiagnosisDocument, candidates: list[Remedy], is_ill_rated: bool) -> list[Remedy]:
    """The remedies that agree best with the evidence first: cures, then what the end of the training asks for.

    is_ill_rated: whether a range test has found that the learning rate cannot do.
    """
    ending = document.ending or Ending()
    is_idle = _against_bias_is_idle(document)

    def rank(remedy: Remedy) -> int:
        if remedy.against not in ("bias", "variance"):
            return 0 if _is_serious(document, remedy.against) else 3
        if remedy.against == "variance":
            if ending.dev_rising:
                return 1 if remedy.name in AGAINST_RISING else 3
            return 2 if remedy.name in MORE_EXAMPLES else 3
        if remedy.name == tested_learning_rate.name and is_ill_rated:
            return 1
        if remedy.name == "longer_training" and ending.falling:
            return 1
        return 2 if remedy.name in BIGGER else 3

    return sorted((remedy for remedy in candidates if not (is_idle and remedy.against == "bias")), key=rank)


def _is_serious(document: DiagnosisDocument, name: str) -> bool:
    return any(finding.name == name for finding in document.serious)


def _against_bias_is_idle(document: DiagnosisDocument) -> bool:
    """Whether nothing is left to try against a high bias: no model does better, and nothing explains it."""
    still_falls = document.ending is not None and document.ending.falling
    return document.is_high("bias") and document.unbeaten is not None and not document.serious and not still_falls


def _stating_the_reachable(document: DiagnosisDocument, run: Path) -> Iterator[str]:
    """How to judge by what models reach; not where the network shows on train that less can be reached."""
    assert document.unbeaten is not None
    error = document.unbeaten.error
    if document.errors["train"].value >= error:
        yield command("diagnose", run, f"diagnosis.optimal_error={error:.4g}")


def _settling(document: DiagnosisDocument, supply: Supply) -> Iterator[Overrides]:
    """A first dev set where there is none, or what settles the first gap that is open and can be settled."""
    if document.variance is None and (overrides := supply.first_dev()):
        yield overrides
        return
    errors = document.judged_errors
    estimates = {**errors, "optimal": exact(document.optimal_error)}
    is_rate = document.task.has_one_class and document.measure is None if document.task else True
    for name, question in questions(estimates, between(errors), document.tolerance, is_rate).items():
        gap = document.gaps[name]
        if gap is None or gap.level != "unsettled" or gap.value == document.tolerance:
            continue
        if overrides := supply.settling(question, gap.settled_by).overrides:
            yield overrides
            return


def train_command(spec: Path, overrides: Sequence[str]) -> str:
    """How to train a spec with these overrides."""
    return command("train", spec, *overrides)


def _with_the_network(document: DiagnosisDocument, run: Path) -> Iterator[str]:
    """Measuring on more examples where that is what is missing; where nothing is, what the network was trained for."""
    if _is_done(document):
        yield command("report", run)
        yield command("predict", run, "FILE")
        yield command("export", run, "--to", "onnx")
    elif any(gap is not None and gap.level == "unsettled" for gap in list(document.gaps.values())[1:]):
        yield command("evaluate", run, "FILE")


def _is_done(document: DiagnosisDocument) -> bool:
    """Whether bias and variance are low, nothing is high, and nothing that was found is to be mended."""
    is_high = any(map(document.is_high, GAPS))
    return document.verdict == "low bias and low variance" and not is_high and not document.serious
