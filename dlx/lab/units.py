"""The units of hidden layers: which of them are dead or saturated on examples of train, while the network trains."""

from __future__ import annotations

import numpy as np

from dlx.data.batches import Reader
from dlx.nn.layers import Activate
from dlx.training.layer_statistics import limits
from dlx.training.supervised import Supervised

MOST_EXAMPLES = 300  # evenly spread
NEARLY_ALL = 0.95  # of a unit's outputs in the flat parts of its activation
DEAD, SATURATED = "dead", "saturated"


class UnitStates:
    """A pass over examples of train, which says of each hidden unit whether it still learns."""

    def __init__(self, experiment: Supervised) -> None:
        reader = Reader(experiment.dataset, "train", experiment.spec.dtype)
        index = np.linspace(0, reader.m - 1, min(reader.m, MOST_EXAMPLES)).astype(np.intp)
        X, Y = reader.buffers(len(index))
        reader.fill(index, X, Y)
        self._step = experiment.network.record_evaluation(X, Y)
        activations = [layer.activation for layer in experiment.network.layers if isinstance(layer, Activate)]
        self._limits = [limits(activation) for activation in activations]

    def words(self) -> list[list[str]]:
        """For each hidden layer the state of each unit: dead, saturated or nothing.

        A dead unit passes no gradient for any of the examples; nearly all outputs of a saturated one are in the flat
        parts of its activation.
        """
        with np.errstate(all="ignore"):
            self._step.tape.run()
        layers = []
        for Z, limit in zip(self._step.Zs, self._limits, strict=False):  # the last Z are the logits
            dead = Z.max(axis=1) <= limit.dead
            flat = ((limit.low > Z) | (limit.high < Z)).mean(axis=1) >= NEARLY_ALL
            layers.append(
                [DEAD if is_dead else SATURATED if is_flat else "" for is_dead, is_flat in zip(dead, flat, strict=True)]
            )
        return layers
