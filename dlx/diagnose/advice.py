"""Remedies: what the findings of a diagnosis and the notes' basic recipe advise to try next, as changes of a spec."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dlx.diagnose.findings import SEVERITIES
from dlx.diagnose.remedies.against_bias import AGAINST_BIAS
from dlx.diagnose.remedies.against_variance import AGAINST_VARIANCE
from dlx.diagnose.remedies.changes import CHANGES, DataFacts, Overrides, SpecContext
from dlx.spec.loader import derive

if TYPE_CHECKING:
    from dlx.spec.sections import Spec

# What cures a finding, the likeliest first. Where there is nothing to change in a spec, the list is empty: labels and
# examples are the user's to mend.
CURES: dict[str, tuple[str, ...]] = {
    "constant_labels": (),
    "class_imbalance": (),
    "duplicates_across_parts": (),
    "parts_differ": (),
    "inputs_not_normalized": ("normalize_inputs",),
    "targets_not_normalized": ("learning_rate_x100", "learning_rate_hundredth", "learning_rate_x10", "adam"),
    "few_examples": ("all_the_examples", "rest_of_the_examples", "more_examples", "shift_images", "rotate_images"),
    "label_noise": ("early_stopping", "strong_l2", "strong_dropout", "narrower"),
    "symmetric_units": ("fitting_initializer",),
    "initial_cost": ("fitting_initializer", "normalize_inputs"),
    "vanishing_signal": ("fitting_initializer", "batch_norm", "relu"),
    "exploding_signal": ("fitting_initializer", "normalize_inputs", "batch_norm"),
    "vanishing_gradient": ("relu", "fitting_initializer", "batch_norm"),
    "exploding_gradient": ("fitting_initializer", "normalize_inputs", "clip_gradients", "batch_norm"),
    "wrong_gradient": (),
    "too_few_units": ("wider", "deeper"),
    "no_activation": ("relu",),
    "dead_units": ("learning_rate_tenth", "fitting_initializer", "leaky_relu", "normalize_inputs"),
    "saturated_units": ("normalize_inputs", "fitting_initializer", "batch_norm", "relu"),
    "batch_norm_small_batch": ("mini_batches", "no_batch_norm"),
    "cannot_overfit_a_batch": (),
    "batch_size_small": ("mini_batches",),
    "full_batch_fits": ("full_batch",),
    "batch_too_large": ("mini_batches",),
    "learning_rate_too_high": ("learning_rate_tenth", "learning_rate_third", "learning_rate_hundredth"),
    "learning_rate_too_low": ("learning_rate_x10", "learning_rate_x100", "learning_rate_x3", "fast_adam"),
    "decay_too_fast": ("constant_learning_rate",),
    "oscillation": ("learning_rate_tenth", "adam", "momentum", "decaying_learning_rate"),
    "plateau": ("fast_adam", "learning_rate_x10", "fitting_initializer"),
    "bad_beta": ("optimizer_defaults",),
    "too_few_epochs": ("longer_training", "much_longer_training", "patience_to_the_end"),
    "diverged": ("learning_rate_tenth", "learning_rate_hundredth", "normalize_inputs", "fitting_initializer"),
    "penalty_too_strong": ("weaker_penalty", "no_penalty"),
    "dropout_too_strong": ("milder_dropout", "no_dropout"),
    "augmentation_too_strong": ("no_augmentation",),
    "no_regularization": ("weak_l2", "early_stopping", "dropout"),
    "overtraining": ("early_stopping", "strong_l2"),
    "early_stopping_never_fired": ("longer_training",),
    "frozen_gap": ("batch_norm_defaults",),
}


@dataclass(frozen=True)
class Remedy:
    """One thing to try: the overrides that make it, what it is against, why it may help, its place in the notes."""

    name: str
    against: str
    overrides: Overrides
    why: str
    notes: str


def remedies(document: Mapping[str, Any], spec: Spec, facts: DataFacts) -> list[Remedy]:
    """What to try next, in the order of trying: cures of errors and warnings, the recipe, bias first, cures of notes.

    Each remedy's spec is valid and another than the present one and than those of the remedies before it, and has the
    same examples in dev and test. Where bias and variance are low there is nothing to try, whatever was found.

    Args:
        document: ``diagnosis.json``.
        spec: the complete spec that it is about.
        facts: of its data.
    """
    against = [gap for gap in ("bias", "variance") if is_needed(document, gap)]
    if not against:
        return []
    serious = [finding for finding in document["findings"] if finding["severity"] != "note"]
    notes = [finding for finding in document["findings"] if finding["severity"] == "note"]
    candidates = [*_cures(serious), *_recipe(against), *_cures(notes)]
    return list(_different(candidates, SpecContext(spec, facts)))


def is_needed(document: Mapping[str, Any], gap: str) -> bool:
    """Whether something is to be done about bias or variance: its value is above the tolerance.

    Also where its interval does not settle it: remedies are judged by intervals of their own.
    """
    estimate = document[gap]
    return estimate is not None and estimate["value"] > document["tolerance"]


def _cures(findings: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The names of the changes that may cure findings, with the finding that each is against."""
    for finding in sorted(findings, key=lambda finding: SEVERITIES.index(finding["severity"])):
        yield from ((name, finding["name"]) for name in CURES.get(finding["name"], ()))


def _recipe(against: Iterable[str]) -> Iterator[tuple[str, str]]:
    lists = {"bias": AGAINST_BIAS, "variance": AGAINST_VARIANCE}
    return ((name, gap) for gap in against for name in lists[gap])


def _different(candidates: Iterable[tuple[str, str]], now: SpecContext) -> Iterator[Remedy]:
    """The changes that apply, each spec once."""
    specs = [now.spec]
    for name, against in candidates:
        change = CHANGES[name]
        overrides = change.overrides(now)
        derived = derive(now.spec, overrides) if overrides else now.spec
        if derived not in specs:
            specs.append(derived)
            yield Remedy(name, against, overrides, change.why, change.notes)
