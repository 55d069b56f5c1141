"""The order of remedies: those that agree best with the verdict and with how the training ended come first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dlx.diagnose.beaten import beaten_by, has_learned_less
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.data.label_noise import LABEL_NOISE
from dlx.diagnose.models.simple_models import LinearModel
from dlx.diagnose.remedies.length import patience_to_the_end
from dlx.diagnose.remedies.optimization import tested_learning_rate
from dlx.diagnose.remedies.targets import log_targets, weighed_classes
from dlx.diagnose.steps.advice import Remedy
from dlx.documents.diagnosis import DiagnosisDocument, Ending

BIGGER = ("wider", "deeper")  # what the recipe says first against bias
LESS = ("no_penalty", "no_dropout")  # the same where the network has weights enough to learn train by heart
MORE_EXAMPLES = (  # what the recipe says first against variance
    "all_the_examples",
    "rest_of_the_examples",
    "more_examples",
    "shift_images",
    "rotate_images",
)
AGAINST_SLOWNESS = ("normalize_inputs", "tested_learning_rate")  # where a simple model fits train better
AGAINST_MEMORY = ("narrower",)  # where a line errs less on new examples only
LONGER = ("enough_steps", "longer_training", "much_longer_training")  # of no use where early stopping has ended it
USUAL_DROPOUT = "usual_dropout"  # of which more is far beyond what the notes advise
AGAINST_RISING = ("early_stopping", "weak_l2", "strong_l2", "dropout")  # where the dev cost has been lower


def in_order(document: DiagnosisDocument, candidates: list[Remedy], is_ill_rated: bool) -> list[Remedy]:
    """The remedies that agree best with the evidence first: of findings, then what the end of the training asks for.

    is_ill_rated: whether a range test has found that the learning rate cannot do.
    """
    ending = document.ending or Ending()
    against_worse = _against_being_beaten(document)
    is_of_variance = document.is_high("variance") and not document.is_high("bias")
    is_of_bias = document.is_high("bias") and not document.is_high("variance")
    refuted = [
        finding.name for finding in document.notes if finding.is_refuted and CAUSES[finding.name].explains_training
    ]
    is_likely_after_all = document.is_high("bias") and not document.serious  # which no simple model's error excuses
    has_bigger = any(remedy.name in BIGGER for remedy in candidates)

    def rank(remedy: Remedy) -> int:
        if remedy.name == weighed_classes.name:
            return 0
        if remedy.against not in ("bias", "variance"):
            if is_serious(document, remedy.against):
                return 0
            return 1 if is_likely_after_all and remedy.against in refuted else 3
        if (remedy.against == "bias" and is_of_variance) or (remedy.against == "variance" and is_of_bias):
            return 4
        if remedy.name in (*against_worse, USUAL_DROPOUT):
            return 1
        if remedy.against == "variance":
            if ending.dev_rising:
                return 1 if remedy.name in AGAINST_RISING else 3
            return 2 if remedy.name in MORE_EXAMPLES else 3
        if remedy.name == tested_learning_rate.name and is_ill_rated:
            return 1
        if remedy.name == patience_to_the_end.name and ending.stopped and ending.falling:
            return 1
        if remedy.name == log_targets.name or (remedy.name == "longer_training" and ending.falling):
            return 1
        return 2 if remedy.name in (BIGGER if has_bigger else LESS) else 3

    return sorted(_possible(document, candidates), key=rank)


def _possible(document: DiagnosisDocument, candidates: Iterable[Remedy]) -> Iterator[Remedy]:
    """Those that the evidence leaves: no bigger network for wrong labels, which fitting does harm, and no more epochs
    than early stopping takes.
    """
    is_idle = document.bias_is_unbeaten or is_serious(document, LABEL_NOISE.name)
    is_stopped = document.ending is not None and document.ending.stopped
    for remedy in candidates:
        is_against_nothing = is_idle and remedy.against == "bias" and remedy.name != log_targets.name
        if not is_against_nothing and not (is_stopped and remedy.name in LONGER):
            yield remedy


def _against_being_beaten(document: DiagnosisDocument) -> tuple[str, ...]:
    """What helps where a simple model is surely better: inputs and rate if on train too, else less to memorize with."""
    beaten = beaten_by(document)
    if beaten is None:
        return ()
    if has_learned_less(document, beaten):
        return AGAINST_SLOWNESS
    return AGAINST_MEMORY if beaten.name == LinearModel.name else ()


def is_serious(document: DiagnosisDocument, name: str) -> bool:
    return any(finding.name == name for finding in document.serious)
