"""Supply: which larger parts the source of a spec has the examples for, as overrides that can be typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from dlx.data.dataset import Dataset
from dlx.data.rows.mapped import MappedRows
from dlx.data.sources import File
from dlx.data.splitting.division import within_fold
from dlx.data.splitting.splits import Split, part_sizes
from dlx.diagnose.remedies.changes import DataFacts, Overrides, fits_batches, side_of
from dlx.diagnose.remedies.targets import are_of_factors, are_unequal
from dlx.errors import DataError, SpecError
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.stats.enough_examples import Question, Sizes
from dlx.words import PARTS, percent

LEAST_TRAIN = 0.5  # the share of the present train that is left to it: with less another network is judged
RACE = "--act"  # an option of `dlx diagnose`
RACE_IN_WORDS, OR_RACE = f"let remedies race ({RACE})", "; meanwhile "
FOLDS = 5
LIKELY = 0.5  # the chance of settling anything from which folds are advised; below it remedies race
SELDOM = 0.05  # the chance from which they are spoken of
MOST_TIMES, ALWAYS = 10, 3000  # as many examples as there are, that anyone is asked to collect; or these
NEW_DEV = 0.2  # of the examples, where there was no dev, or one so large that train had few
LITTLE = 0.4  # of the examples, below which others could well be train's


@dataclass(frozen=True)
class Way:
    """What would settle a gap: in words, and the overrides that do it; none where the data cannot.

    wants_race: whether remedies may race instead.
    narrows: what does not settle it, but tells more of it than anything else that the data allow.
    """

    words: str
    overrides: Overrides = field(default_factory=dict)
    wants_race: bool = False
    narrows: Overrides = field(default_factory=dict)

    def sentence(self) -> str:
        """The words, with what can be typed."""
        return f"{self.words}: {' '.join(words_of(self.overrides))}" if self.overrides else self.words


def words_of(overrides: Overrides) -> list[str]:
    """The overrides as words of a command line."""
    return [f"{key}={dump_scalar(value)}" for key, value in overrides.items()]


@dataclass(frozen=True)
class Supply:
    """A complete spec with the facts of its data: what can be taken for dev and test, and what is left to train."""

    spec: Spec
    facts: DataFacts

    @classmethod
    def of(cls, spec: Spec, dataset: Dataset) -> Self:
        """That of a spec whose data set this is."""
        parts = {name: part.m for name, part in dataset.parts.items()}
        rows = _rows(spec, dataset)
        from_source = {name: m for name, m in parts.items() if getattr(spec.data, name) is None}
        leaves_over = rows and spec.data.split is not None and not spec.data.train_examples and spec.data.folds is None
        spare = max(rows - sum(from_source.values()), 0) if leaves_over and spec.data.more is None else 0
        unequal, images, side = are_unequal(dataset), dataset.image_shape is not None, side_of(dataset.image_shape)
        facts = DataFacts(
            parts["train"], images, spare, "dev" in parts, parts, rows, side, are_of_factors(dataset), unequal
        )
        return cls(spec, facts)

    def larger_parts(self, sizes: Mapping[str, int]) -> Overrides:
        """Parts of at least these sizes; none where the source has too few, or train would keep too few."""
        data = self.spec.data
        own = {part: getattr(data, part, None) for part in sizes}  # what folds judge is no part that could be cut
        if all(source is not None for source in own.values()):
            counts = {f"data.{part}.m": sizes[part] for part, source in own.items() if hasattr(source, "m")}
            if "data.train.m" in counts and data.train_examples is None:
                while not fits_batches(self.spec, counts["data.train.m"]):
                    counts["data.train.m"] += 1
            return self._checked(counts) if len(counts) == len(sizes) else {}
        if any(source is not None for source in own.values()) or not self._can_be_cut:
            return {}
        present = {part: m for part, m in self.facts.parts.items() if getattr(data, part) is None}
        if not sizes.keys() <= present.keys():
            return {}
        return self._split({**present, **sizes}, grows="train" in sizes)

    def first_dev(self) -> Overrides:
        """A dev of a fifth of the examples, where there is none."""
        split = self.spec.data.split
        if "dev" in self.facts.parts or not self._can_be_cut or (split is not None and split.columns):
            return {}
        return self._split({**self.facts.parts, "dev": max(1, round(NEW_DEV * self.facts.rows))}, grows=False)

    def larger_train(self) -> Overrides:
        """More examples for train, where dev and test have most of them: a fifth of all is left to each."""
        data, rows, parts = self.spec.data, self.facts.rows, self.facts.parts
        if not self._can_be_cut or data.train_examples or parts["train"] >= LITTLE * rows:
            return {}
        held_out = {part: m for part, m in parts.items() if part in ("dev", "test") and getattr(data, part) is None}
        smaller = {part: min(m, max(1, round(NEW_DEV * rows))) for part, m in held_out.items()}
        return self._split({**parts, **smaller}, grows=False) if smaller != held_out else {}

    def folds(self) -> Overrides:
        """A training for each of five folds, which judges every example; none where folds cannot be.

        Nor where a spec keeps examples from train: these are first to be had.
        """
        data = self.spec.data
        by_group = data.split is not None and (data.split.columns or data.split.duplicates)
        is_small = self.facts.rows < 2 * FOLDS
        if data.folds is not None or data.train_examples or not self._can_be_cut or by_group or is_small:
            return {}
        no_refit = {"training.refit": False} if self.spec.training.refit else {}  # folds keep no network that predicts
        return self._checked({"data.folds": FOLDS} | no_refit) if self._folds_fit() else {}

    def _folds_fit(self) -> bool:
        """Whether no training of a fold has a last batch that is too small for a norm."""
        rows, split = self.facts.rows, self.spec.data.split or Split(train=1.0)
        if self.facts.spare and any(norm.least_batch > 1 for norm in self.spec.architecture.norms()):
            return False  # since the rows are not known to the last one
        others = {rows - rows // FOLDS, rows - -(-rows // FOLDS)}
        within = (within_fold(split, m) for m in others)
        return all(fits_batches(self.spec, int(parts.train) - int(parts.train_dev)) for parts in within)

    def typed(self, overrides: Overrides) -> str:
        """The overrides as they stand in a command line."""
        return " ".join(words_of(overrides))

    def settling(self, question: Question, sizes: Sizes | None) -> Way:
        """What would settle a gap with the data at hand."""
        overrides = self.larger_parts(sizes) if sizes else {}
        if sizes and overrides:
            return Way(f"{in_numbers(sizes)} would settle it in 4 of 5 cases", overrides)
        folds, rows = self.folds(), self.facts.rows
        if question.lower == "train" and question.upper in ("dev", "train_dev"):
            chance = question.chance({question.upper: rows}) if folds else 0.0
            if chance >= LIKELY:
                return Way(
                    f"{FOLDS} folds judge all {rows:,} examples, which settle it in {percent(chance)} of cases", folds
                )
            if chance >= SELDOM:
                few = f"{FOLDS} folds of all {rows:,} examples would settle it in {percent(chance)} of cases only"
                return Way(f"{few}; {self._collecting(sizes)}", wants_race=True, narrows=folds)
        most = self._at_hand
        if sizes and sum(sizes.values()) <= most:
            more = sum(max(0, m - self.facts.parts.get(part, 0)) for part, m in sizes.items())
            words = f"{in_numbers(sizes)} would settle it in 4 of 5 cases"
            return Way(f"{words}: collect {more:,} more, since train needs the rest", narrows=folds)
        too_few = f"the {most:,} examples at hand are too few to settle it"
        return Way(f"{too_few}; {self._collecting(sizes)}", wants_race=True, narrows=folds)

    @property
    def _at_hand(self) -> int:
        """All examples, as far as they are known."""
        return self.facts.rows or sum(self.facts.parts.values())

    def _collecting(self, sizes: Sizes | None) -> str:
        """How many examples there would have to be, where that can be had."""
        if sizes and sum(sizes.values()) <= max(ALWAYS, MOST_TIMES * self._at_hand):
            return f"collect more: {in_numbers(sizes)} would in 4 of 5 cases"
        return f"not even {MOST_TIMES} times as many surely would"

    @property
    def _can_be_cut(self) -> bool:
        """Whether there is one source whose rows a split divides."""
        data = self.spec.data
        is_one = data.source is not None and data.more is None and data.folds is None and data.fold is None
        return self.facts.rows > 0 and is_one

    def _split(self, sizes: Mapping[str, int], grows: bool) -> Overrides:
        """The counts of a split, train having what the others leave, or where it is to grow what is asked for."""
        held_out = {part: sizes[part] for part in ("dev", "test") if part in sizes}
        train_dev, before = sizes.get("train_dev", 0), self.facts.parts["train"]
        room = self.facts.rows - sum(held_out.values())
        train = sizes["train"] + train_dev if grows else room
        while not fits_batches(self.spec, train - train_dev) and train > 1:
            train -= 1
        if train > room or train - train_dev < max(2, LEAST_TRAIN * before, self.spec.data.train_examples or 0):
            return {}
        counts = {"train": train, **held_out} | ({"train_dev": train_dev} if train_dev else {})
        split = self.spec.data.split
        extra = {"rest": None} if split is not None and split.rest else {}
        return self._checked({"data.split": counts | extra})

    def _checked(self, overrides: Overrides) -> Overrides:
        """The overrides, where they make a valid spec whose split the rows allow."""
        try:
            derived = derive(self.spec, overrides)
            if derived.data.split is not None and "data.split" in overrides:
                part_sizes(derived.data.split, self.facts.rows)
        except (SpecError, DataError):
            return {}
        return overrides


def _rows(spec: Spec, dataset: Dataset) -> int:
    """The rows of the one source that a split divides, or could; what counts leave over may have some more."""
    source, numbers = spec.data.source, [part.rows for part in dataset.parts.values() if part.rows is not None]
    if source is None:
        return 0
    chooses = isinstance(source, File) and (source.where or source.missing_target == "drop")
    if chooses:
        return sum(map(len, numbers))
    if spec.data.split is not None or spec.data.folds is not None:
        return max((int(of_part.max()) + 1 for of_part in numbers), default=0)
    train = dataset.parts["train"]
    if spec.data.train_examples or isinstance(train.X, MappedRows):
        return 0
    return train.m if set(source.load()) == {"all"} else 0


def in_numbers(sizes: Sizes) -> str:
    """Such as `412 dev and 412 test examples`."""
    ordered = [part for part in PARTS if part in sizes] + [part for part in sizes if part not in PARTS]
    names = [f"{sizes[part]:,} {part.replace('_', '-')}" for part in ordered]
    return f"{' and '.join(names)} examples"
