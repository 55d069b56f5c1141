"""The cases of the bench: faults in good specs, and healthy specs, half of them fixed and half drawn by chance."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlx.spec.sections import Spec

from . import data_faults as data_faults  # registers its kinds
from . import label_faults as label_faults  # likewise
from . import spec_faults as spec_faults  # likewise
from . import training_faults as training_faults  # likewise
from .bases import Base, Rng, fixed_bases
from .drawing import draw_base
from .files import Workshop, load, parts_of
from .kinds import KINDS, Kind
from .measuring import Measured, harm_of_hiding, is_fault, is_healthy, measure
from .natures import NATURES, nature_base

MOST_DRAWS = 60  # before a kind is given up for a case


@dataclass(frozen=True)
class Case:
    """A spec of the bench, with the name of its kind of fault, or with none.

    severity: of the fault; harm: by how much it worsens the dev error.
    redrawn: how many bases were drawn in vain because they were not healthy, and how many faults because they did not
    go into their base or did no clear harm.
    """

    name: str
    half: str
    base: Base
    spec: Spec
    fault: str = ""
    harm: float = 0.0
    base_error: float = 0.0
    unhealthy: int = 0
    harmless: int = 0
    misfits: int = 0
    severity: float = 0.0

    @property
    def kind(self) -> Kind | None:
        """Of its fault."""
        return KINDS[self.fault] if self.fault else None


# The fixed half: base, kind, severity.
FIXED = (
    ("digits", "learning_rate_too_high", 100),
    ("circles", "learning_rate_too_high", 100),
    ("moons", "learning_rate_too_high", 300),
    ("regression", "learning_rate_too_high", 200),
    ("digits", "learning_rate_too_low", 100),
    ("spirals", "learning_rate_too_low", 100),
    ("blobs", "learning_rate_too_low", 300),
    ("regression", "learning_rate_too_low", 100),
    ("digits_norm", "decay_too_fast", 10),
    ("spirals", "decay_too_fast", 2),
    ("circles", "inverse_time_too_fast", 300),
    ("digits", "warmup_too_long", 300),
    ("moons", "beta_too_large", 100_000),
    ("digits", "betas_swapped", 1000),
    ("digits", "epsilon_too_large", 10),
    ("moons", "clipped_to_nothing", 10_000),
    ("moons", "batch_of_one", 2),
    ("digits", "batch_of_one", 4),
    ("digits_norm", "batch_norm_on_pairs", 2),
    ("blobs", "batch_norm_on_pairs", 2),
    ("spirals", "batch_norm_never_settles", 100_000),
    ("digits", "zeros", 1),
    ("circles", "zeros", 1),
    ("digits", "weights_too_large", 10),
    ("regression", "weights_too_large", 10),
    ("digits", "weights_too_small", 6),
    ("moons", "weights_too_small", 5),
    ("digits", "dead_relus", 20),
    ("circles", "dead_relus", 10),
    ("digits", "deep_sigmoids", 6),
    ("moons", "deep_sigmoids", 5),
    ("digits", "saturated_tanh", 5),
    ("spirals", "too_few_units", 2),
    ("digits", "bottleneck", 1),
    ("circles", "no_hidden_layer", 1),
    ("circles", "no_activation", 1),
    ("digits", "l2_too_strong", 1),
    ("moons", "l1_too_strong", 0.1),
    ("blobs", "weight_decay_too_strong", 3),
    ("digits", "dropout_too_strong", 0.1),
    ("digits", "beyond_recognition", 120),
    ("digits", "too_few_epochs", 30),
    ("spirals", "too_few_epochs", 60),
    ("moons", "impatient", 1),
    ("moons", "min_delta_too_large", 0.3),
    ("spirals", "min_delta_too_large", 0.6),
    ("spirals", "few_noisy_epochs", 8),
    ("digits", "few_noisy_epochs", 6),
    ("noisy_moons", "trained_too_long", 15),
    ("noisy_moons", "unregularized", 10),
    ("moons", "oscillating", 10),
    ("circles", "oscillating", 20),
    ("regression", "weight_decay_too_strong", 5),
    ("penguins", "not_normalized", 1),
    ("regression", "raw_units", 1000),
    ("moons", "offset", 100),
    ("digits", "tiny_inputs", 3000),
    ("regression", "large_targets", 30_000),
    ("digits", "wrong_labels", 0.4),
    ("spirals", "wrong_labels", 0.3),
    ("digits", "few_examples", 40),
    ("moons", "few_examples", 8),
    ("digits", "starved", 21),
    ("spirals", "starved", 22),
    ("digits", "dev_noisy", 1),
    ("blobs", "dev_moved", 1),
    ("circles", "dev_moved", 0.7),
    ("digits", "class_left_out", 100),
    ("penguins", "normalized_apart", 100),
    ("moons", "dev_on_another_scale", 10),
    ("noisy_moons", "copies_in_dev", 0.8),
    ("digits", "labels_slipped", 1),
    ("twenty_classes", "labels_slipped", 2),
    ("several_targets", "labels_slipped", 1),
    ("mixed", "labels_slipped", 1),
    ("moons", "labels_shuffled", 1),
    ("wide", "labels_shuffled", 1),
    ("regression", "labels_shuffled", 1),
    ("counts", "dev_coded_otherwise", 1),
    ("twenty_classes", "dev_coded_otherwise", 0.5),
    ("circles", "dev_coded_otherwise", 1),
    ("mixed", "other_rule_in_dev", 0.3),
    ("heavy_tails", "other_rule_in_dev", 0.2),
    ("several_targets", "other_rule_in_dev", 0.3),
    ("digits", "wrong_labels_in_dev", 0.3),
    ("counts", "wrong_labels_in_dev", 0.2),
    ("digits", "classes_as_quantities", 3),
    ("twenty_classes", "classes_as_quantities", 3),
    ("counts", "classes_as_quantities", 3),
    ("mixed", "leak", 0.03),
    ("heavy_tails", "leak", 0.01),
    ("regression", "leak", 0.03),
    ("twenty_classes", "leak", 0.01),
    ("mixed", "sorted_row_number", 1),
    ("circles", "sorted_row_number", 1),
    ("heavy_tails", "missing_as_numbers", 999),
    ("twenty_classes", "missing_as_numbers", 99),
    ("regression", "missing_as_numbers", 9999),
    ("twenty_classes", "augmented_before_the_split", 0.02),
    ("heavy_tails", "augmented_before_the_split", 0.01),
    ("regression", "augmented_before_the_split", 0.02),
    ("heavy_tails", "one_class_only", 10_000),
    ("counts", "one_class_only", 10_000),
)


def fixed_base(name: str, workshop: Workshop) -> Base:
    """The good spec of this name."""
    return nature_base(name, workshop) if name in NATURES else fixed_bases(workshop)[name]


def fixed_fault(number: int, folder: Path) -> Case | None:
    """One fault of the fixed half; None where it does no clear harm, or its base is not healthy (rounding decides)."""
    workshop = Workshop(folder)
    name, of_kind, severity = FIXED[number]
    kind = KINDS[of_kind]
    base = kind.healthy(fixed_base(name, workshop), severity)
    spec = kind.put(base, severity, workshop)
    healthy = measure(base.spec, folder)
    if spec is None or not is_healthy(base, healthy):
        return None
    harmful, worse = does_harm(kind, base, healthy, spec, folder)
    spec = without_test(spec, workshop) if kind.hides else spec
    words = f"{name}, {kind.description.format(severity)}"
    case = Case(words, "fixed", base, spec, of_kind, worse, healthy.error, severity=severity)
    return case if harmful else None


def does_harm(kind: Kind, base: Base, healthy: Measured, spec: Spec, folder: Path) -> tuple[bool, float]:
    """Whether the fault is one, and by how much the dev error is worse, or better than the truth where it hides."""
    faulty = measure(spec, folder)
    return harm_of_hiding(faulty, load(spec)) if kind.hides else is_fault(base, healthy, faulty)


def without_test(spec: Spec, workshop: Workshop) -> Spec:
    """The spec without the examples that tell the truth, which nobody has who would have to find the fault."""
    parts = {name: part for name, part in parts_of(spec).items() if name != "test"}
    return workshop.with_parts(spec, parts)


def draw_fault(seed: int, number: int, of_kind: str, folder: Path) -> Case | None:
    """A fault of this kind whose base, severity and everything else are drawn until it is one; None if it never is."""
    rng, workshop, kind = np.random.default_rng((seed, number, 0)), Workshop(folder), KINDS[of_kind]
    unhealthy = harmless = misfits = 0
    for _ in range(MOST_DRAWS):
        severity = kind.draw(rng)
        base = kind.healthy(draw_base(rng, workshop), severity)
        spec = kind.put(base, severity, workshop)
        if spec is None or spec == base.spec:
            misfits += 1
            continue
        healthy = measure(base.spec, folder)
        if not is_healthy(base, healthy):
            unhealthy += 1
            continue
        harmful, worse = does_harm(kind, base, healthy, spec, folder)
        if harmful:
            spec = without_test(spec, workshop) if kind.hides else spec
            name = f"{base.spec.name} {number}, {kind.description.format(severity)}"
            redrawn = unhealthy, harmless, misfits
            return Case(name, "drawn", base, spec, of_kind, worse, healthy.error, *redrawn, severity)
        harmless += 1
    return None


def draw_healthy(seed: int, number: int, folder: Path) -> Case:
    """A base that is drawn until it is healthy."""
    rng, workshop = np.random.default_rng((seed, number, 1)), Workshop(folder)
    for unhealthy in range(MOST_DRAWS):
        base = draw_base(rng, workshop)
        measured = measure(base.spec, folder)
        if is_healthy(base, measured):
            name = f"{base.spec.name} {number}"
            return Case(name, "drawn", base, base.spec, base_error=measured.error, unhealthy=unhealthy)
    raise AssertionError(f"none of {MOST_DRAWS} bases was healthy")


def kinds_to_draw(seed: int, count: int) -> list[str]:
    """Which kinds of faults the drawn half has: each as often as the others, but for one, in random order."""
    rng: Rng = np.random.default_rng((seed, 2))
    names = sorted(name for name, kind in KINDS.items() if kind.in_drawn_half)
    order = [names[i] for _ in range(-(-count // len(names))) for i in rng.permutation(len(names))]
    return order[:count]
