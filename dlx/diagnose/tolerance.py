"""The tolerance of a verdict: the gap above which one is high, where the spec states none."""

from __future__ import annotations

import numpy as np

from dlx.words import Task

TOLERANCE, RELATIVE_TOLERANCE = 0.02, 0.1


def default_tolerance(task: Task, train_targets: np.ndarray) -> float:
    """What counts as high where nothing is stated.

    The default of ``diagnosis.tolerance`` is 0.02. In the notes' four columns gaps of up to 1 % are let pass and those
    from 10 % on called high, which leaves the choice open from 1 to 10 %. 2 % lies near the strict end: a gap counts
    from twice the largest that the notes let pass. A stricter one would seldom be decided, because the examples that
    tell a gap from a tolerance grow with 1/(difference)²: train and dev errors of 1 and 1.5 % take 500 dev examples to
    be called low at 2 %, and 3,000 at 1 %. Where nearly all examples have the same class, or the same labels, it is
    half the error of always answering that: else who has learned nothing errs little. A regression has a tenth of the
    standard deviation of train's targets: a tenth of the error of always answering their mean.

    Args:
        task: binary, multiclass, multilabel or regression.
        train_targets: y of train, (m,) or (m, k).
    """
    if task is Task.MULTILABEL:
        shares = train_targets.mean(axis=0)
        return min(TOLERANCE, float(np.minimum(shares, 1 - shares).mean()) / 2) or TOLERANCE
    if not task.is_regression:
        rest = len(train_targets) - int(np.bincount(train_targets).max())
        return min(TOLERANCE, rest / len(train_targets) / 2) or TOLERANCE
    return RELATIVE_TOLERANCE * float(train_targets.std(axis=0).mean()) or TOLERANCE
