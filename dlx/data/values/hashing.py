"""Hashed texts: a few of a fixed number of features are 1, by hashes that are the same on every machine."""

from __future__ import annotations

from hashlib import blake2b

PLACES = 4  # features that a text sets to 1, so that two texts rarely share all of theirs, as in a Bloom filter


def places(text: str, features: int) -> list[int]:
    """The features that a text sets to 1, some of which may be the same.

    Sources: Weinberger et al. 2009, "Feature hashing for large scale multitask learning"; Serrà & Karatzoglou 2017,
    "Getting deep recommenders fit: Bloom embeddings for sparse binary input/output networks".
    """
    digest = blake2b(text.encode(errors="surrogatepass"), digest_size=4 * PLACES).digest()
    return [int.from_bytes(digest[4 * i : 4 * i + 4], "little") % features for i in range(PLACES)]
