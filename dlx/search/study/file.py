"""A file for ``dlx study``, read into the variants and claims that it describes, checked against each other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from dlx.errors import MOST_SHOWN, Place, Problem, SpecError
from dlx.search.plan import Plan, read_plan
from dlx.search.study.claim_check import check_claim
from dlx.search.study.claim_parser import ClaimError, parse_claim
from dlx.search.study.claims import Claim, term_of
from dlx.search.study.section import StudyFile
from dlx.search.trials.replicates import replicate
from dlx.spec.loader import Resolved
from dlx.spec.overrides import combine, nested
from dlx.spec.sections import Spec
from dlx.spec.tree import Node, dotted, tree_of
from dlx.spec.trust import NamedBy
from dlx.spec.yaml_text.writing import dump_scalar

MOST_VARIANTS, MOST_KEYS = 200, 20
LONGEST_NAME = 80  # characters


@dataclass(frozen=True)
class Variant:
    """A variant and its complete spec."""

    name: str
    resolved: Resolved

    @property
    def spec(self) -> Spec:
        """The complete spec."""
        return self.resolved.spec

    def trained(self, seeds: int | Sequence[int]) -> list[Spec]:
        """Its specs, one for each seed: replicates on the same dev examples, or the spec with each seed."""
        if isinstance(seeds, int):
            return [replicate(self.spec, number) for number in range(seeds)]
        return [self.spec.model_copy(update={"seed": seed}) for seed in seeds]


@dataclass(frozen=True)
class Expected:
    """A claim of a study."""

    claim: Claim
    why: str | None


@dataclass(frozen=True)
class Study:
    """A study as it was read: its plan, its variants in their order, and its claims."""

    plan: Plan[StudyFile]
    variants: tuple[Variant, ...]
    claims: tuple[Expected, ...]

    @property
    def seeds(self) -> int | tuple[int, ...]:
        """How many trainings, or with which seeds."""
        return self.plan.options.seeds

    @property
    def repetitions(self) -> int:
        """How many trainings of each variant."""
        return self.seeds if isinstance(self.seeds, int) else len(self.seeds)


def misclaimed(plan: Plan[StudyFile], error: ClaimError, number: int) -> Problem:
    """What is wrong with a claim of a plan, with its place in the file and in the claim."""
    node, _ = plan.places.nearest(("expect", number, "claim"))
    return Problem(node.place, f"expect.{number}", f"{plan.options.expect[number].claim}: {error}")


def load_study(path: Path | Node, overrides: Sequence[str] = (), *, named_by: NamedBy = NamedBy.FILE) -> Study:
    """The study of a file, or of the tree of one.

    Raises:
        SpecError: with everything that is wrong with the file, its base, its variants and its claims.
    """
    return _StudyReader(*read_plan(path, overrides, StudyFile, named_by)).study()


class _StudyReader:
    """From a plan to a study, collecting what is wrong."""

    def __init__(self, plan: Plan[StudyFile], problems: list[Problem]) -> None:
        self.plan = plan
        self.section = "variants" if plan.options.sweep is None else "sweep"
        self.problems = problems

    def study(self) -> Study:
        changes = self._changes()
        variants = []
        for name, tree in changes.items():
            if len(self.problems) <= MOST_SHOWN and (variant := self._variant(name, tree)):
                variants.append(variant)
        self._refuse_equal(variants, changes)
        specs = {variant.name: variant.spec for variant in variants}
        node = self.plan.places.child(self.section)
        stated = changes.keys() | (node.value if node is not None and isinstance(node.value, dict) else {}).keys()
        claims = self._claims(specs, wrong=stated - specs.keys()) if changes else []
        if self.problems:
            raise SpecError(sorted(self.problems, key=lambda problem: problem.place.order()))
        return Study(self.plan, tuple(variants), tuple(claims))

    def _changes(self) -> dict[str, Node]:
        """For each variant a tree of changes, in which every value has its place."""
        options, places = self.plan.options, self.plan.places
        if (options.variants is None) == (options.sweep is None):
            if not self.problems:  # which may be the reason
                self.problems.append(Problem(places.place, "variants", "a study has variants, or a sweep"))
            return {}
        if options.sweep is not None:
            return self._swept(options.sweep)
        node, trees = places.child("variants"), {}
        if not self._are_few("variants", len(options.variants or ())):
            return {}
        for name in options.variants or ():
            tree = node.child(name) if node else None
            try:
                self._check_name(name, tree.key if tree is not None else places.place)
                trees[name] = _spread(tree) if tree is not None else _empty(places.place)
            except SpecError as error:
                self._note(error, name)
        return trees

    def _check_name(self, name: str, place: Place) -> None:
        """Claims have to be able to spell it, and tables to hold it."""
        if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME or ("'" in name and '"' in name):
            what = f"expected a name of 1 to {LONGEST_NAME} characters, without quotes of both kinds, got {name!r}"
            self.problems.append(Problem(place, self.section, what))

    def _swept(self, sweep: Mapping[str, tuple[Any, ...]]) -> dict[str, Node]:
        count = 1
        for values in sweep.values():
            count *= len(values)
        if len(sweep) > MOST_KEYS:
            self.problems.append(
                Problem(self._section_place(), "sweep", f"has {len(sweep):,} keys (allowed {MOST_KEYS})")
            )
            return {}
        if not self._are_few("sweep", count):
            return {}
        variants: dict[str, Node] = {}
        for indices in product(*(range(len(values)) for values in sweep.values())):
            trees, names = [_empty(self.plan.places.place)], []
            for (key, values), index in zip(sweep.items(), indices, strict=True):
                node, _ = self.plan.places.nearest(("sweep", key, index))
                trees.append(nested(key, node, node.place))
                names.append(f"{key.rpartition('.')[2]}={dump_scalar(tree_of(values[index], node.place).plain())}")
            name = ", ".join(names)
            if name in variants:
                self.problems.append(Problem(node.place, self.section, f"{name} is given twice"))
            variants[name] = combine(trees, self.problems)
        return variants

    def _are_few(self, section: str, count: int) -> bool:
        """Whether so many variants can be trained at all; otherwise that is noted."""
        if 1 <= count <= MOST_VARIANTS:
            return True
        what = f"makes {count:,} variants (allowed 1 to {MOST_VARIANTS})"
        self.problems.append(Problem(self._section_place(), section, what))
        return False

    def _section_place(self) -> Place:
        return self.plan.places.nearest((self.section,))[0].place

    def _variant(self, name: str, tree: Node) -> Variant | None:
        try:
            return Variant(name, self.plan.resolved(tree))
        except SpecError as error:
            self._note(error, name)
            return None

    def _note(self, error: SpecError, name: str) -> None:
        """Take over what is wrong with a variant; a value of a sweep is wrong in several, and is named once."""
        within = (self.section,) if self.section == "sweep" else (self.section, name)
        problems = self.plan.undoubted(error.problems)
        named = [replace(problem, key=dotted((*within, problem.key))) for problem in problems]
        self.problems += [problem for problem in named if problem not in self.problems]

    def _refuse_equal(self, variants: Sequence[Variant], changes: Mapping[str, Node]) -> None:
        names: dict[str, str] = {}
        for variant in variants:
            same = names.setdefault(variant.spec.model_dump_json(), variant.name)
            if same != variant.name:
                what = f"is the same spec as {same}: two variants differ in something"
                self.problems.append(Problem(changes[variant.name].place, dotted((self.section, variant.name)), what))

    def _claims(self, specs: Mapping[str, Spec], wrong: Collection[str]) -> list[Expected]:
        """The claims, checked where all variants that they speak of are right."""
        claims = []
        for number, expectation in enumerate(self.plan.options.expect):
            try:
                claim = parse_claim(expectation.claim)
                if not any(term_of(quantity).variant in wrong for quantity in claim.quantities):
                    check_claim(claim, specs)
                claims.append(Expected(claim, expectation.why))
            except ClaimError as error:
                self.problems.append(misclaimed(self.plan, error, number))
        return claims


def _empty(place: Place) -> Node:
    return Node({}, place, place)


def _spread(changes: Node) -> Node:
    """A variant's changes with its dotted keys as sections in sections."""
    entries = changes.value.items() if isinstance(changes.value, dict) else ()
    twice: list[Problem] = []
    trees = [_empty(changes.place), *(nested(key, node, node.key) for key, node in entries)]
    tree = combine(trees, twice)
    if twice:
        raise SpecError(twice)
    return tree
