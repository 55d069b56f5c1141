"""Fresh examples: many more of the kind that a case is judged by, which neither training nor diagnosis has seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from dlx.data.sources import Source
from dlx.errors import DataError
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import MODEL
from dlx.runs.predictions.predict import trained
from dlx.search.trials.outcome import Outcome
from dlx.spec.sections import Spec
from dlx.stats.effects import contributions

from .bases import Base
from .cases import Case
from .files import FRESH, Array, Workshop, features_of, fresh_beside, parts_of
from .kinds import KINDS
from .measuring import unit

Examples = tuple[Array, Array]


def fresh_examples(case: Case, workshop: Workshop) -> Examples:
    """X and y that a case is judged by: as its dev examples, with what the fault does to them, but others.

    Of digits and penguins, of which there are no others, they are those of dev. What hides in dev is not among them; a
    column that the fault has added there, such as a leak, says nothing then: it has the mean of train.
    """
    base = replace(case.base, spec=_with_fresh_dev(case.base, workshop))
    kind = KINDS[case.fault] if case.fault else None
    if kind is None or kind.hides:
        return _with_columns_of(case.spec, base.spec)
    spec = kind.put(base, case.severity, workshop)
    assert spec is not None
    return parts_of(spec)["dev"]


def _with_columns_of(spec: Spec, base: Spec) -> Examples:
    """The dev examples of the base, with the features of another spec."""
    X, y = parts_of(base)["dev"]
    names, of_base = features_of(spec), features_of(base)
    if names == of_base or len(names) == X.shape[1]:
        return X, y
    means = parts_of(spec)["train"][0].mean(axis=0)
    columns = [
        X[:, of_base.index(name)] if name in of_base else np.full(len(X), mean)
        for name, mean in zip(names, means, strict=True)
    ]
    return np.column_stack(columns), y


def healthy_examples(case: Case, workshop: Workshop) -> Examples:
    """The same for the healthy spec, which knows nothing of the fault."""
    return parts_of(_with_fresh_dev(case.base, workshop))["dev"]


def _with_fresh_dev(base: Base, workshop: Workshop) -> Spec:
    """The spec with the same train, and a dev set of fresh examples where there are any."""
    source = base.spec.data.source
    assert source is not None
    examples = _more_of(source)
    if examples is None:
        return base.spec
    return workshop.with_parts(base.spec, {"train": parts_of(base.spec)["train"], "dev": examples})


def _more_of(source: Source) -> Examples | None:
    if source.name == "digits":
        return None
    if source.name == "file":
        return fresh_beside(Path(source.path))  # type: ignore[attr-defined]
    seed = source.seed + 1  # type: ignore[attr-defined]
    data = source.model_copy(update={"m": FRESH, "seed": seed}).load()["all"]
    return np.asarray(data.X, np.float64), np.asarray(data.y)


def as_seen_by(spec: Spec, examples: Examples, before: Spec) -> Examples:
    """The same examples with the features that a spec has left of those that it had before."""
    left, all_of_them = features_of(spec), features_of(before)
    if left == all_of_them:
        return examples
    return examples[0][:, [all_of_them.index(name) for name in left]], examples[1]


def added(outcome: Outcome, spec: Spec, examples: Examples) -> Array:
    """What each of these examples adds to the error of a trained spec, (m,); of a regression in its deviations.

    A network that has no finite answers, or a regression that is worse than train's mean, counts as a constant answer.
    """
    X, y = examples
    train = parts_of(spec)["train"][1]
    if y.ndim > 1:
        mistakes, constant = _squares(outcome, examples), ((y - train.mean(axis=0)) ** 2).mean(axis=1)
        with np.errstate(all="ignore"):
            worse = not mistakes.mean() < constant.mean()
        return contributions(constant if worse else mistakes, regression=True) / unit(spec)
    A = _outputs(outcome, X)
    if not np.isfinite(A).all():
        return np.asarray(y != np.bincount(train.astype(np.int64)).argmax(), dtype=np.float64)
    classes = A.argmax(axis=1) if A.shape[1] > 1 else A[:, 0] > 0.5
    return np.asarray(classes != y, dtype=np.float64)


def _squares(outcome: Outcome, examples: Examples) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(((_outputs(outcome, examples[0]) - examples[1]) ** 2).mean(axis=1))


def _outputs(outcome: Outcome, X: Array) -> Array:
    try:
        return np.asarray(trained(RunDirectory.open(outcome.run), MODEL).outputs(X), np.float64)
    except DataError:  # it diverged before there was a network to keep
        return np.full((len(X), 1), np.nan)
