"""What is wrong with a claim, before anything is trained: its words, its variants, and what their data can answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from dlx.diagnose.causes import CAUSES
from dlx.errors import allowed
from dlx.runs.files.tables import LAYER_COLUMNS
from dlx.runs.objective import MOST_SHOWN
from dlx.search.study.claim_parser import ClaimError
from dlx.search.study.claims import (
    CONTAINED,
    EQUALITY,
    Claim,
    ClaimOperation,
    Expression,
    Quantity,
    Reaching,
    Term,
    Words,
    term_of,
)
from dlx.search.study.measures import FINDINGS, LAYER, NEEDED, OF_DIAGNOSIS, PLAIN, ROWS, STATUSES, VARIABLE, VERDICTS
from dlx.spec.quantities import metric_of
from dlx.spec.sections import Spec
from dlx.training.experiment import Experiment
from dlx.training.minimization import Minimization
from dlx.training.records import COLUMNS
from dlx.training.sampling import next_sample
from dlx.training.supervised import Supervised

POSSIBLE_TEXTS = {"status": STATUSES, "verdict": VERDICTS}


def check_claim(claim: Claim, specs: Mapping[str, Spec]) -> None:
    """Refuse what no training of these variants could answer.

    Args:
        claim: what is claimed.
        specs: of each variant, complete.

    Raises:
        ClaimError: with the place in the claim, and the nearest right one.
    """
    for quantity in claim.quantities:
        term = term_of(quantity)
        if term.variant not in specs:
            what = f"there is no variant {term.variant!r} {allowed(term.variant, list(specs))}"
            raise ClaimError(what, term.position)
        problem = _misnamed(quantity, specs[term.variant]) or _no_row(term, specs[term.variant])
        if problem is not None:
            raise ClaimError(problem, term.position)
    for (left, right), sign in zip(pairwise(claim.sides), claim.signs, strict=True):
        _check_kinds(left, sign, right)


def check_against_data(claim: Claim, experiments: Mapping[str, Supervised | Minimization]) -> None:
    """Refuse what the data of its variants, now that they are loaded, cannot tell: ``dev_error`` without a dev set.

    Raises:
        ClaimError: with the place in the claim.
    """
    for quantity in claim.quantities:
        term = term_of(quantity)
        experiment = experiments[term.variant]
        problem = _no_part(term, experiment) or _no_sample(term, experiment)
        if problem is not None:
            raise ClaimError(problem, term.position)


def _misnamed(quantity: Quantity, spec: Spec) -> str | None:
    """What is wrong with the name of a measure; None for nothing."""
    term, columns = term_of(quantity), (*COLUMNS, *spec.metric_columns)
    if isinstance(quantity, Reaching):
        plain = term.epoch is None and len(term.path) == 1 and term.path[0] in columns
        return None if plain else _unknown(term.path, columns)
    head, rest, is_minimized = term.path[0], term.path[1:], spec.objective is not None
    if LAYER.fullmatch(head):
        layers = 0 if is_minimized else len(spec.architecture.hidden) + 1
        return _misnamed_layer(int(head[5:]), rest, layers)
    if head in ROWS:
        if term.epoch is not None:
            return f"{head} is a row of its own: leave @{term.epoch} out"
        return None if len(rest) == 1 and rest[0] in columns else _unknown(rest, columns)
    if is_minimized and VARIABLE.fullmatch(head) and not rest:
        return None if int(head[1:]) <= MOST_SHOWN else f"run.json tells the variables of {MOST_SHOWN} at most"
    if rest or head not in (*PLAIN, *columns):
        if not rest and metric_of(head) is not None and not is_minimized:
            return _unknown(term.path, columns)
        names = (*PLAIN, *spec.metric_columns, *ROWS, "layer1", *(("w1",) if is_minimized else ()))
        return f"there is no measure {'.'.join(term.path)!r} {allowed(head, names)}"
    if term.epoch is not None and head not in columns:
        return f"{head} is no column of metrics.csv, of which there is one for each epoch"
    return None


def _misnamed_layer(number: int, rest: tuple[str, ...], layers: int) -> str | None:
    if layers == 0:
        return "an objective has no layers"
    if not 1 <= number <= layers:
        return f"there is no layer{number}: the layers are layer1 to layer{layers}, the last one the output"
    return None if len(rest) == 1 and rest[0] in LAYER_COLUMNS[2:] else _unknown(rest, LAYER_COLUMNS[2:])


def _unknown(path: tuple[str, ...], names: tuple[str, ...]) -> str:
    name = ".".join(path)
    if (metric := metric_of(name)) is not None:
        return f"{name} is measured where the spec says so: metrics: [{metric.name}]"
    return f"there is no column {name!r} {allowed(name, names)}"


def _no_row(term: Term, spec: Spec) -> str | None:
    """What is wrong with an epoch that has no row in metrics.csv."""
    training, epoch = spec.training, term.epoch
    if epoch is None or LAYER.fullmatch(term.path[0]):
        return None
    if 1 <= epoch <= training.epochs and ((epoch - 1) % training.evaluate_every == 0 or epoch == training.epochs):
        return None
    nearest = min(max(epoch, 1), training.epochs)
    nearest -= (nearest - 1) % training.evaluate_every
    rows = f"every {training.evaluate_every} epochs up to {training.epochs}"
    return f"epoch {epoch} has no row: there is one {rows}, such as {nearest}"


def _check_kinds(left: Expression, sign: str, right: Expression) -> None:
    """Numbers are compared with numbers, texts with texts that there are, and findings are asked for by their names."""
    for side in (left, right):
        if isinstance(side, ClaimOperation) and (leaf := next(_not_numbers(side), None)) is not None:
            raise ClaimError(f"{leaf} is no number: nothing can be computed with it", leaf.position)
    others = [leaf for side in (left, right) for leaf in _not_numbers(side)]
    if sign in CONTAINED:
        _check_finding(left, right)
    elif others and (len(others) < 2 or sign not in EQUALITY or any(_is_findings(leaf) for leaf in others)):
        form = f'"NAME" in {others[0]}' if _is_findings(others[0]) else f'{others[0]} == "…"'
        raise ClaimError(f"{others[0]} is no number: what can be asked is {form}", others[0].position)
    elif others:
        _check_text(*others)


def _not_numbers(side: Expression) -> Iterator[Term | Words]:
    if isinstance(side, Words) or (isinstance(side, Term) and side.path[0] in (*POSSIBLE_TEXTS, FINDINGS)):
        yield side
    elif isinstance(side, ClaimOperation):
        for operand in side.operands:
            yield from _not_numbers(operand)


def _is_findings(side: Expression) -> bool:
    return isinstance(side, Term) and side.path == (FINDINGS,)


def _check_finding(name: Expression, where: Expression) -> None:
    assert isinstance(name, Words)  # so the parser has it
    if not _is_findings(where):
        raise ClaimError('expected "NAME" in VARIANT.findings', name.position)
    if name.value not in CAUSES:
        raise ClaimError(f"there is no finding {name.value!r} {allowed(name.value, list(CAUSES))}", name.position)


def _check_text(left: Term | Words, right: Term | Words) -> None:
    """A text that a measure never has would be a claim that can never hold, or always does."""
    for term, words in ((left, right), (right, left)):
        if isinstance(term, Term) and isinstance(words, Words) and words.value not in POSSIBLE_TEXTS[term.path[0]]:
            head = term.path[0]
            what = f"there is no {head} {words.value!r} {allowed(words.value, POSSIBLE_TEXTS[head])}"
            raise ClaimError(what, words.position)


def _no_part(term: Term, experiment: Supervised | Minimization) -> str | None:
    """What is asked of a part that the data do not have."""
    name = term.path[-1]
    if isinstance(experiment, Minimization):
        if VARIABLE.fullmatch(name):
            count = experiment.landscape.w.size
            return None if int(name[1:]) <= count <= MOST_SHOWN else f"run.json tells no {name} of {count} variables"
        return f"an objective has no {name}: its J is train_cost" if name in NEEDED or name in OF_DIAGNOSIS else None
    needed = () if LAYER.fullmatch(term.path[0]) else NEEDED.get(name, ())
    if name in experiment.spec.metric_columns and name.startswith("dev_"):
        needed = ("dev",)
    lacking = [part for part in needed if part not in experiment.dataset.parts]
    return f"{term.variant} has no {lacking[0].replace('_', '-')} set to measure {name} on" if lacking else None


def _no_sample(term: Term, experiment: Experiment) -> str | None:
    """What is wrong with an epoch in which the layers are not looked at."""
    if term.epoch is None or not LAYER.fullmatch(term.path[0]):
        return None
    sampled = list(sampled_epochs(experiment))
    if term.epoch in sampled:
        return None
    nearest = min(sampled, key=lambda epoch: abs(epoch - (term.epoch or 0)))
    return f"the layers are not looked at in epoch {term.epoch}; the nearest in which they are is {nearest}"


def sampled_epochs(experiment: Experiment) -> Iterator[int]:
    """The epochs that layers.csv has rows of, where training is not stopped early."""
    training, due, count = experiment.spec.training, 1, 1
    yield 0
    for epoch in sorted({*range(1, training.epochs + 1, training.evaluate_every), training.epochs}):
        if epoch >= due or epoch == training.epochs:
            yield epoch
            due, count = next_sample(count, epoch, experiment.steps_per_epoch), count + 1
