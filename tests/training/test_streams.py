"""Streams of random numbers: independent by purpose, restartable, and put back where they stood."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dlx.spec.sections import Randomness
from dlx.training.streams import PURPOSES, Streams


def randomness(**options: object) -> Randomness:
    return Randomness.model_validate(options)


@pytest.mark.parametrize("generator", ["pcg64", "legacy"])
def test_drawing_for_one_purpose_leaves_the_others_alone(generator: str) -> None:
    plain, drawn = (Streams(1, randomness(generator=generator)) for _ in range(2))
    drawn["dropout"].standard_normal(1000)
    np.testing.assert_array_equal(plain["shuffle"].permutation(50), drawn["shuffle"].permutation(50))


@pytest.mark.parametrize("generator", ["pcg64", "legacy"])
def test_every_purpose_has_a_stream_of_its_own(generator: str) -> None:
    streams = Streams(1, randomness(generator=generator))
    first = {tuple(streams[purpose].permutation(50)) for purpose in PURPOSES}
    assert len(first) == len(PURPOSES)


def test_a_pinned_legacy_stream_is_the_random_state_of_its_seed() -> None:
    streams = Streams(1, randomness(generator="legacy", shuffle={"seed": 11, "reseed": "epoch"}))
    assert streams.restarts("epoch") == ("shuffle",)
    for k in range(3):
        streams.restart("shuffle", k)
        expected = np.random.RandomState(11 + k).permutation(20)
        np.testing.assert_array_equal(streams["shuffle"].permutation(20), expected)


def test_a_pinned_stream_is_the_default_generator_of_its_seed() -> None:
    streams = Streams(1, randomness(dropout={"seed": 5, "reseed": "step", "increment": 0}))
    for k in range(3):
        streams.restart("dropout", k)
        np.testing.assert_array_equal(streams["dropout"].permutation(20), np.random.default_rng(5).permutation(20))


@pytest.mark.parametrize("generator", ["pcg64", "legacy"])
def test_a_stream_goes_on_from_a_state_that_has_been_through_json(generator: str) -> None:
    streams = Streams(1, randomness(generator=generator))
    streams["shuffle"].standard_normal(3)
    state = json.loads(json.dumps(streams.state("shuffle")))
    expected = streams["shuffle"].standard_normal(5)
    streams.set_state("shuffle", state)
    np.testing.assert_array_equal(streams["shuffle"].standard_normal(5), expected)
