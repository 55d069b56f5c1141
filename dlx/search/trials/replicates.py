"""Replicates: the same experiment on the same dev and test examples with other random numbers, so that chance shows."""

from __future__ import annotations

import numpy as np

from dlx.spec.sections import Spec, Stream
from dlx.training.streams import PURPOSES

SHARED = ("split",)  # all replicates are measured on the same examples


def replicate(spec: Spec, number: int) -> Spec:
    """Replicate 0 is the spec itself; the others draw everything anew but the split.

    They draw other first weights, orders, dropout masks, augmentations, and other examples of train where
    `data.train_examples` leaves only some of them in. Each of these streams is pinned to a seed that follows from the
    spec's seed (or from the one it was pinned to) and the number. So two specs with the same seed have the same
    random numbers in the same replicate, and their results can be paired.
    """
    if number == 0:
        return spec
    pinned = {purpose: _pinned(spec, purpose, number) for purpose in PURPOSES if purpose not in SHARED}
    return spec.model_copy(update={"randomness": spec.randomness.model_copy(update=pinned)})


def _pinned(spec: Spec, purpose: str, number: int) -> Stream:
    before: Stream | None = getattr(spec.randomness, purpose)
    seed = spec.seed if before is None else before.seed
    state = np.random.SeedSequence((seed, number), spawn_key=(PURPOSES.index(purpose),)).generate_state(1)
    return (before or Stream(seed=0)).model_copy(update={"seed": int(state[0])})
