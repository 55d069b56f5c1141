"""Changes of a spec that the basic recipe may try: what each is, and what it needs to know."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from dlx.documents.range_test import TestedRates
from dlx.nn.norms.norm import Norm
from dlx.spec.sections import LayerSection, Spec, norms_of

Overrides = dict[str, Any]  # plain values under dotted keys, as `derive` takes them; none where a change does not apply


@dataclass(frozen=True)
class DataFacts:
    """What only the data tell: the size of train, whether rows are images, and how many examples the split leaves.

    side: of the images, the shorter one in pixels; 0 where it is not known.
    by_factors: of a regression, whether its targets seem to grow by factors.
    unequal: whether a class has less than half of the examples in train that the most frequent one has.
    parts: their sizes.
    rows: of the one source that a split divides, as far as it is known to have; 0 where there is no such source.
    """

    m: int
    images: bool = False
    spare: int = 0
    has_dev: bool = True
    parts: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0
    side: int = 0
    by_factors: bool = False
    unequal: bool = False


@dataclass(frozen=True)
class SpecContext:
    """A complete spec with its facts, and what a range test has found of its learning rate, where there was one."""

    spec: Spec
    facts: DataFacts
    tested: TestedRates | None = None

    @property
    def layers(self) -> tuple[LayerSection, ...]:
        """The hidden layers."""
        return self.spec.architecture.hidden

    @property
    def batch(self) -> int:
        """Examples in a mini-batch."""
        size = self.spec.training.batch_size
        return self.facts.m if size == "full" else min(size, self.facts.m)

    @property
    def steps(self) -> int:
        """Steps of the whole training."""
        return self.spec.training.epochs * -(-self.facts.m // self.batch)

    @property
    def keep_prob(self) -> float:
        """Of the layer that drops most."""
        return min((layer.keep_prob or 1.0 for layer in self.layers), default=1.0)

    @property
    def norms(self) -> list[Norm]:
        """Those of the hidden layers."""
        return self.spec.architecture.norms()

    @property
    def penalties(self) -> dict[str, float]:
        """The strengths of what pulls the weights towards 0, those above 0, by their keys."""
        regularization, optimizer = self.spec.regularization, self.spec.optimizer
        strengths: dict[str, float] = {
            "regularization.l2": regularization.l2,
            "regularization.l1": regularization.l1,
            "optimizer.weight_decay": optimizer.weight_decay,
        }
        return {key: value for key, value in strengths.items() if value > 0}

    def everywhere(self, section: str, key: str, value: Any) -> Overrides:
        """A setting for all layers: in its section, and no longer at single layers."""
        return {section: value} | self._without([key])

    def without_norms_of_batches(self) -> Overrides:
        """No norm in any layer that looks at the other examples of its batch."""
        of_batches = [norms_of(layer).items() for layer in self.layers]
        keys = sorted({key for norms in of_batches for key, norm in norms if norm.least_batch > 1})
        return {f"architecture.{key}": False for key in keys} | self._without(keys)

    def _without(self, keys: Collection[str]) -> Overrides:
        """Single layers without what they say of these keys, where any does."""
        hidden = self.spec.dump()["architecture"].get("hidden", [])
        if not any(key in layer for layer in hidden for key in keys):
            return {}
        return {"architecture.hidden": [{k: v for k, v in layer.items() if k not in keys} for layer in hidden]}


Rule = Callable[[SpecContext], Overrides]


@dataclass(frozen=True)
class Change:
    """What is altered, why that may help, and where the notes say so; called with a spec, it gives the overrides."""

    name: str
    why: str
    notes: str
    rule: Rule

    def __call__(self, now: SpecContext) -> Overrides:
        return self.rule(now)


def change(why: str, notes: str) -> Callable[[Rule], Change]:
    """Makes a rule a change of the same name."""
    return lambda rule: Change(rule.__name__, why, notes, rule)


def side_of(image_shape: tuple[int, ...] | None) -> int:
    """The shorter side of images in pixels; 0 where there are none."""
    return 0 if image_shape is None else min(image_shape[:2])


def rounded(value: float) -> float:
    """Two digits, so that a third of 0.01 is 0.0033."""
    return float(f"{value:.2g}")


def fits_batches(spec: Spec, m: int) -> bool:
    """Whether so many examples for train give no norm a last batch that is too small for it."""
    size, count = spec.training.batch_size, spec.data.train_examples or m
    least = max((norm.least_batch for norm in spec.architecture.norms()), default=1)
    return size == "full" or not 0 < count % size < least
