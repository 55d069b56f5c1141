"""Baselines of a training in folds: simple models, fitted in each fold, on examples that its network was not given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.rows.mapped import MappedRows
from dlx.diagnose.models.baselines import SKIPPED, Mistakes, beside, comparison, fitted_examples
from dlx.diagnose.models.simple_models import SIMPLE_MODELS, Fitting
from dlx.documents.baselines import BaselineRecord, Baselines
from dlx.stats.metrics.answers import Answers


@dataclass(frozen=True)
class FoldBaseline:
    """A simple model that was fitted on the train of one fold, and what it and the network make of the fold."""

    title: str
    fitted_on: int
    model: Mistakes
    network: Mistakes


def fold_baselines(dataset: Dataset, answers: Answers) -> dict[str, FoldBaseline]:
    """All simple models on the part test of a fold, by name; none where the data stay in their file.

    Args:
        dataset: of the fold.
        answers: of its network, on test.
    """
    if any(isinstance(part.X, MappedRows) for part in dataset.parts.values()):
        return {}
    fitting, entries = Fitting.of(dataset), {}
    for kind in SIMPLE_MODELS:
        with np.errstate(over="ignore", invalid="ignore"):
            model = fitting.fitted(kind)
            pair = beside(fitting, model, dataset.parts["test"], answers)
        entries[kind.name] = FoldBaseline(model.title(dataset), fitted_examples(kind, dataset), *pair)
    return entries


def pooled_baselines(folds: Sequence[Mapping[str, FoldBaseline]], dataset: Dataset, part: str) -> Baselines:
    """What `baselines` gives, on the examples of all folds together, by what each fold's own models make of it.

    Args:
        folds: of each, its models.
        dataset: of one of them; what is learned is the same in all.
        part: what these examples are called.
    """
    if not all(folds):
        return Baselines(skipped=SKIPPED)
    records = {}
    for name in folds[0]:
        models = [fold[name] for fold in folds]
        titles = list(dict.fromkeys(model.title for model in models))
        of_models = Mistakes.joined([model.model for model in models])
        of_networks = Mistakes.joined([model.network for model in models])
        title = titles[0] if len(titles) == 1 else "always what most have"
        fitted_on = min(model.fitted_on for model in models)
        records[name] = BaselineRecord(title, fitted_on, {part: comparison(of_models, of_networks, dataset)})
    return Baselines(records)
