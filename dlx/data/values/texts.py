"""Texts: a column of them as places among the different ones, so that work on them is done once for each of these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import overload

import numpy as np

from dlx.types import Array


class Places(dict[str, int]):
    """The place of each different text, in the order in which they first came; a new one gets the next place."""

    def __missing__(self, text: str) -> int:
        self[text] = place = len(self)
        return place

    def of(self, texts: Sequence[str]) -> Array:
        """The place of each text."""
        return np.fromiter(map(self.__getitem__, texts), np.int32, len(texts))


class Texts:
    """A column of texts.

    Args:
        codes: (m,) int32, the place of each text among the different ones, −1 where it is missing.
        different: the texts, each once; some may not occur.
    """

    def __init__(self, codes: Array, different: Sequence[str]) -> None:
        self.codes, self.different = codes, list(different)

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Texts:
        """These texts, of which None is missing."""
        places, column = Places(), list(values)
        codes = np.fromiter((-1 if text is None else places[text] for text in column), np.int32, len(column))
        return cls(codes, list(places))

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, rows: Array | slice) -> Texts: ...

    @overload
    def __getitem__(self, rows: int) -> str | None: ...

    def __getitem__(self, rows: int | Array | slice) -> Texts | str | None:
        if isinstance(rows, np.ndarray | slice):
            return Texts(self.codes[rows], self.different)
        code = int(self.codes[rows])
        return None if code < 0 else self.different[code]

    @property
    def is_missing(self) -> Array:
        """(m,) Where there is no text."""
        return self.codes < 0

    @cached_property
    def counts(self) -> Array:
        """How often each of the different texts occurs."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.different))

    @cached_property
    def present(self) -> list[str]:
        """The different texts that occur."""
        return [text for text, count in zip(self.different, self.counts.tolist(), strict=True) if count]

    def tolist(self) -> list[str | None]:
        """All texts, None where one is missing."""
        different = [*self.different, None]
        return [different[code] for code in self.codes.tolist()]

    def objects(self) -> Array:
        """All texts as an array of objects, None where one is missing."""
        return np.array([*self.different, None], object)[self.codes]

    def strings(self) -> Array:
        """All texts, none of which may be missing, as an array of strings that is as wide as the longest of them."""
        different = np.zeros(len(self.different), np.array(self.present, np.str_).dtype)
        is_present = self.counts > 0
        different[is_present] = np.array(self.present, np.str_)
        return different[self.codes]

    def are(self, texts: Collection[str]) -> Array:
        """(m,) Where one of these texts stands."""
        return np.array([*(text in texts for text in self.different), False])[self.codes]

    def without(self, texts: Collection[str]) -> Texts:
        """The column in which these texts are missing."""
        if not texts:
            return self
        remaining = [text for text in self.different if text not in texts]
        place = {text: code for code, text in enumerate(remaining)}
        codes = np.array([*(place.get(text, -1) for text in self.different), -1], np.int32)
        return Texts(codes[self.codes], remaining)


Values = Array | Texts


def as_texts(values: Values) -> Texts:
    """Texts as they are; numbers as Python writes them, NaN being missing."""
    if isinstance(values, Texts):
        return values
    return Texts.of(None if value is None or value != value else str(value) for value in values.tolist())


def as_array(values: Values) -> Array:
    """Numbers as they are, texts as objects."""
    return values.objects() if isinstance(values, Texts) else values
