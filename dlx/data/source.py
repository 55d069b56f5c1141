"""What a source of examples is."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence

from dlx.component import Component
from dlx.data.examples import Column, Examples


class Source(Component):
    """Where examples come from."""

    kind = "source"

    @classmethod
    def meant_by(cls, name: object) -> str:
        if not isinstance(name, str) or not re.search(r"[./\\]", name):
            return ""
        return f"; did you mean {{name: file, path: {name}, target: COLUMN}}?"

    @abstractmethod
    def load(self) -> dict[str, Examples]:
        """All examples under ``all``, or the parts train, train_dev, dev and test as far as the source has them."""

    def load_with(self, split_columns: Mapping[str, str | int], as_features: bool = False) -> dict[str, Examples]:
        """The same, with the columns that a split goes by, by their role; only some files have any.

        as_features: whether features are made of them all the same.
        """
        return self.load()

    def load_like(self, columns: Sequence[Column]) -> dict[str, Examples]:
        """The same in the columns that train has; only tables differ, since they may lack or add some."""
        return self.load()
