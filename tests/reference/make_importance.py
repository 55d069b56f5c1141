"""Makes importance.json: trials of functions with known Sobol' indices, and what Optuna's fANOVA makes of them.

Run with Optuna 4 and scikit-learn 1; the indices of the three functions are the published closed forms (Saltelli et al.
2008, Global Sensitivity Analysis: sections 4.5 and 5.9; of a sum of uniform variables they are c²/Σc²).
"""

import json
import warnings
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.importance import FanovaImportanceEvaluator

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
TRIALS, DIGITS = 256, 5
A = np.array([0, 1, 4.5, 9, 99, 99])
C = np.array([1, 0.6, 0.3, 0, 0])
OPTIONS = ("relu", "tanh", "sigmoid")
EFFECT = np.array([0.0, 1.0, 0.2])


def g_function(X: np.ndarray) -> np.ndarray:
    return np.asarray(np.prod((np.abs(4 * X - 2) + A) / (1 + A), axis=1))


def mixed(X: np.ndarray) -> np.ndarray:
    """Two numbers, of which the second does nothing, and a choice."""
    return np.asarray(X[:, 0] + EFFECT[X[:, 2].astype(int)])


def asked(X: np.ndarray, y: np.ndarray, choice: int | None) -> list[float]:
    """Optuna's importances, the mean over 5 seeds of its forest."""
    space: dict[str, BaseDistribution] = {
        f"x{j}": CategoricalDistribution(OPTIONS) if j == choice else FloatDistribution(0, 1) for j in range(X.shape[1])
    }
    study = optuna.create_study()
    for row, value in zip(X, y, strict=True):
        params = {f"x{j}": OPTIONS[int(at)] if j == choice else float(at) for j, at in enumerate(row)}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=space, value=float(value)))
    found = [
        optuna.importance.get_param_importances(study, evaluator=FanovaImportanceEvaluator(seed=seed), normalize=False)
        for seed in range(5)
    ]
    return [float(np.mean([one[key] for one in found])) for key in space]


rng = np.random.default_rng(1)
partial = 1 / 3 / (1 + A) ** 2
variances = np.array([1 / 12, 0, EFFECT.var()])
cases = {
    "g": (rng.random((TRIALS, 6)), g_function, partial / (np.prod(1 + partial) - 1), None),
    "additive": (rng.random((TRIALS, 5)), lambda X: X @ C, C**2 / (C**2).sum(), None),
    "mixed": (
        np.column_stack([rng.random((TRIALS, 2)), rng.integers(3, size=TRIALS)]),
        mixed,
        variances / variances.sum(),
        2,
    ),
}
document = {}
for name, (X, function, indices, choice) in cases.items():
    X = X.round(DIGITS)
    y = function(X)
    y = (y + 0.3 * y.std() * rng.normal(size=TRIALS)).round(DIGITS)
    document[name] = {
        "X": X.tolist(),
        "y": y.tolist(),
        "choice": choice,
        "indices": indices.tolist(),
        "optuna": asked(X, y, choice),
    }
    print(name, indices.round(3), np.round(document[name]["optuna"], 3))
path = Path(__file__).with_name("importance.json")
path.write_text(json.dumps(document) + "\n")
