"""The searches of `experiments/tuning/digits.yaml`, 64 trials each: the dev error of the winner in fresh trainings.

Grid, random and coarse to fine over α, β₁, batch size, λ, layers and units; of random and coarse to fine the mean over
five draws; of twenty is what `make tuning` has found in twenty, more by how much that is above coarse to fine, draw by
draw, and within the half width of its 95 % interval. Importance is the share of the variance of the errors that the
value of one hyperparameter explains by itself, the mean over the five random searches. Then α alone, from 10⁻⁴ to 1,
for three hidden layers of 128 units, with four trials on a linear and on a logarithmic scale, means over six draws.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dlx.documents.tuning import tuning_of
from dlx.events import finish
from dlx.runs.files.collection import TuneDirectory
from dlx.search.tune.file import load_tune
from dlx.search.tune.forecast import check
from dlx.search.tune.tuner import Tuning
from dlx.show import pictures
from dlx.spec.loader import dump_yaml
from experiments.reproduce.measuring import Bench, Measured
from experiments.reproduce.topics import ROOT

PLAN, TWENTY = ROOT / "tuning/digits.yaml", ROOT / "tuning/results.md"
DEEPER = "base.architecture.hidden=[128, 128, 128]"
DRAWS = {"grid": 1, "random": 5, "coarse_to_fine": 5}
ALPHA_DRAWS, ALPHA_TRIALS = 6, 4
SHORT = {
    "optimizer.learning_rate": "alpha",
    "optimizer.beta1": "beta1",
    "training.batch_size": "batch_size",
    "regularization.l2": "l2",
    "architecture.hidden.layers": "layers",
    "architecture.hidden.units": "units",
}
ALPHA = """base: {base}
search:
  method: random
  trials: {trials}
  halving: false
  finalists: 1
  fresh_seeds: 2
  space: {{optimizer.learning_rate: {{{scale}: [1.0e-4, 1]}}}}
"""


def measure(bench: Bench) -> Measured:
    """All searches."""
    found = {
        method: [_search(bench, PLAN, f"search.method={method}", f"search.seed={seed}") for seed in range(1, draws + 1)]
        for method, draws in DRAWS.items()
    }
    rows: dict[str, dict[str, float]] = {}
    for method, documents in found.items():
        winners = [_winner(document) for document in documents]
        rows[method] = {
            "seen": float(np.mean([_seen(document) for document in documents])),
            "fresh": float(np.mean([one["fresh"]["value"] for one in winners])),
            **_of_twenty(method.replace("_", " ")),
        }
    rows["importance"] = _importance(found["random"])
    rows |= {f"alpha_{scale}": _alone(bench, scale) for scale in ("uniform", "log_uniform")}
    at_random, shown = tuning_of(found["random"][0]), tuning_of(found["coarse_to_fine"][0])
    return Measured(
        rows,
        {
            "settings": pictures.settings(at_random),
            "importance": pictures.importance(at_random.name, at_random.importance),
            "learning_rate": pictures.hyperparameter(shown, "optimizer.learning_rate"),
            "beta1": pictures.hyperparameter(shown, "optimizer.beta1"),
        },
    )


def _search(bench: Bench, file: Path, *overrides: str) -> Mapping[str, Any]:
    plan, space = load_tune(file, overrides)
    folder = Path(tempfile.mkdtemp(dir=bench.folder))
    with TuneDirectory.create(plan.name, out=folder / "search") as directory:
        return finish(Tuning(plan, space, directory, bench.executor, check(plan, space)).run()).to_document()


def _winner(document: Mapping[str, Any]) -> Mapping[str, Any]:
    finalists: Sequence[Mapping[str, Any]] = document["finalists"]
    return next(one for one in finalists if one["index"] == document["winner"])


def _importance(documents: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The mean over searches, the most important first."""
    found = [{one["key"]: one["value"] for one in document["importance"]} for document in documents]
    means = {short: float(np.mean([one[key] for one in found])) for key, short in SHORT.items()}
    return dict(sorted(means.items(), key=lambda item: -item[1]))


def _of_twenty(method: str) -> dict[str, float]:
    """What the table of `make tuning` tells: the mean fresh dev error, and what it is more than coarse to fine."""
    text = TWENTY.read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.startswith(f"| {method} |")]
    _, _, error, _, _, more, *_ = line.split("|")
    numbers = [float(number) / 100 for number in re.findall(r"[+-]?[\d.]+", more)]
    mean = re.match(r" ([\d.]+) %", error)
    assert mean is not None
    return {"of_twenty": float(mean[1]) / 100} | dict(zip(("more", "within"), numbers, strict=False))


def _seen(document: Mapping[str, Any]) -> float:
    """The lowest dev error of all trials."""
    return float(min(one["search"] for one in document["finalists"]))


def _alone(bench: Bench, scale: str) -> dict[str, float]:
    """The best dev error seen where only α is searched."""
    base, file = bench.folder / "base.yaml", bench.folder / f"{scale}.yaml"
    base.write_text(dump_yaml(load_tune(PLAN, [DEEPER])[0].base.spec), encoding="utf-8")
    file.write_text(ALPHA.format(base=base.name, trials=ALPHA_TRIALS, scale=scale), encoding="utf-8")
    seen = [_seen(_search(bench, file, f"search.seed={seed}")) for seed in range(1, ALPHA_DRAWS + 1)]
    return {"seen": float(np.mean(seen))}
