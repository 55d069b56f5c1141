"""Streams: one independent stream of random numbers per purpose, all derived from one seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlx.spec.sections import Randomness, Stream

PURPOSES = ("split", "initializer", "shuffle", "dropout", "augmentation", "subset", "gradient_noise")

Random = np.random.Generator | np.random.RandomState


class Streams:
    """The random numbers of a run.

    Each purpose draws from its own PCG64, seeded by SeedSequence(seed, spawn_key=(number of the purpose,)), so that
    drawing more for one leaves the others as they were. A pinned stream is seeded by its own seed alone, and with
    ``generator: legacy`` a stream is a ``numpy.random.RandomState``, as in the course's notebooks.
    """

    def __init__(self, seed: int, randomness: Randomness) -> None:
        self._legacy = randomness.generator == "legacy"
        self._pinned: dict[str, Stream | None] = {purpose: getattr(randomness, purpose) for purpose in PURPOSES}
        self._generators = {purpose: self._new(seed, purpose) for purpose in PURPOSES}

    def _new(self, seed: int, purpose: str) -> Random:
        pinned = self._pinned[purpose]
        sequence = np.random.SeedSequence(seed, spawn_key=(PURPOSES.index(purpose),))
        if self._legacy:
            return np.random.RandomState(sequence.generate_state(1)[0] if pinned is None else pinned.seed)
        return np.random.default_rng(sequence if pinned is None else pinned.seed)

    def __getitem__(self, purpose: str) -> Random:
        """The one generator of a purpose; restarting changes its state, never the object."""
        return self._generators[purpose]

    def restarts(self, unit: str) -> tuple[str, ...]:
        """The purposes that start anew at each ``unit`` (epoch or step)."""
        return tuple(name for name, pinned in self._pinned.items() if pinned is not None and pinned.reseed == unit)

    def restart(self, purpose: str, k: int) -> None:
        """Start a pinned stream anew with seed + increment·k, k counted from 0."""
        pinned, generator = self._pinned[purpose], self._generators[purpose]
        assert pinned is not None
        seed = (pinned.seed + pinned.increment * k) % 2**32
        if isinstance(generator, np.random.RandomState):
            generator.seed(seed)
        else:
            generator.bit_generator.state = np.random.PCG64(seed).state

    def state(self, purpose: str) -> dict[str, Any]:
        """Where a stream stands, as plain data."""
        generator = self._generators[purpose]
        if not isinstance(generator, np.random.RandomState):
            return dict(generator.bit_generator.state)
        state = generator.get_state(legacy=False)
        return {**state, "state": {**state["state"], "key": state["state"]["key"].tolist()}}

    def set_state(self, purpose: str, state: dict[str, Any]) -> None:
        """Put a stream where ``state`` says."""
        generator = self._generators[purpose]
        if isinstance(generator, np.random.RandomState):
            generator.set_state(state)
        else:
            generator.bit_generator.state = state

    def skip(self, purpose: str, words: int) -> None:
        """Put a stream where so many 64-bit integers would have been drawn."""
        bits = self._generators[purpose]
        if isinstance(bits, np.random.Generator) and isinstance(bits.bit_generator, np.random.PCG64):
            bits.bit_generator.advance(words)
