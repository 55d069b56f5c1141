"""Hashed texts: a few of a fixed number of features are 1, by hashes that are the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from dlx.types import Array

PLACES = 4  # features that a text sets to 1, so that two texts rarely share all of theirs, as in a Bloom filter


def hashed(texts: Sequence[str | None], features: int) -> Array:
    """The features (m, features), 0 or 1, of each text; NaN where it is missing.

    Sources: Weinberger et al. 2009, "Feature hashing for large scale multitask learning"; Serrà & Karatzoglou 2017,
    "Getting deep recommenders fit: Bloom embeddings for sparse binary input/output networks".
    """
    different = list(set(texts) - {None})
    rows = np.zeros((len(different) + 1, features))
    for number, text in enumerate(different):
        rows[number, places(str(text), features)] = 1
    rows[-1] = np.nan
    numbers = {text: number for number, text in enumerate(different)}
    return rows[[numbers.get(text, -1) for text in texts]]


def places(text: str, features: int) -> list[int]:
    """The features that a text sets to 1, some of which may be the same."""
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=4 * PLACES).digest()
    return [int.from_bytes(digest[4 * i : 4 * i + 4], "little") % features for i in range(PLACES)]
