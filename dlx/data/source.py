"""What a source of examples is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from dlx.component import Component
from dlx.data.examples import Column, Examples


class Source(Component):
    """Where examples come from."""

    kind = "source"

    @abstractmethod
    def load(self) -> dict[str, Examples]:
        """All examples under ``all``, or the parts train, train_dev, dev and test as far as the source has them."""

    def load_like(self, columns: Sequence[Column]) -> dict[str, Examples]:
        """The same in the columns that train has; only tables differ, since they may lack or add some."""
        return self.load()
