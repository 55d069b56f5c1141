"""Windows: shuffling rows that stay in their file, so that it is read in long pieces and little of it is held."""

from __future__ import annotations

import numpy as np

from dlx.data.rows.mapped import MappedRows
from dlx.types import Array, Rng

BLOCK = 50  # neighbouring rows that stay together on the way into a window
WINDOW_ROWS = 20_000
WINDOW_BYTES = 2**25


class Windows:
    """The rows of a file in epochs of their own order.

    What the shuffle guarantees: an epoch has every row once. Blocks of 50 neighbouring rows are drawn in random order
    and fill a window of 400 blocks, or as many as 32 MiB hold; the rows of a window follow each other in random order,
    then comes the next window. So two rows may follow each other wherever they stand in the file, and a mini-batch is
    drawn evenly from a window, whose blocks are drawn evenly from the file; but rows of one block are never farther
    apart than one window. A file no larger than one window is shuffled perfectly.
    """

    def __init__(self, X: MappedRows) -> None:
        self.X = X
        row_bytes = X.dtype.itemsize * X.shape[1]
        self._blocks_in_window = max(1, min(WINDOW_ROWS, WINDOW_BYTES // row_bytes) // BLOCK)
        self._window_of = np.empty(0, np.int64)  # of each block, in the current order
        self._start_of = np.empty(0, np.int64)  # of each block, in its window
        self._held, self._rows = -1, np.empty(0)  # the window in memory

    def order(self, rng: Rng) -> Array:
        """A new order of all rows; `take` is fast for consecutive pieces of it."""
        count = -(-len(self.X) // BLOCK)
        blocks = rng.permutation(count)
        self._window_of, self._start_of, self._held = np.empty(count, np.int64), np.empty(count, np.int64), -1
        order = []
        for window, first in enumerate(range(0, count, self._blocks_in_window)):
            chosen = np.sort(blocks[first : first + self._blocks_in_window])
            self._window_of[chosen], self._start_of[chosen] = window, BLOCK * np.arange(len(chosen))
            rows = self._rows_of(chosen)
            order.append(rows[rng.permutation(len(rows))])
        return np.concatenate(order)

    def take(self, index: Array) -> Array:
        """The rows with these numbers, in memory."""
        windows = self._windows_touched(index)
        if not windows:
            return self.X.take(index)
        blocks = index // BLOCK
        places = self._start_of[blocks] + index % BLOCK
        if len(windows) == 1:
            return np.asarray(self._window(windows[0]).take(places, 0, mode="clip"))
        out = np.empty((len(index), self.X.shape[1]), self.X.dtype)
        for window in windows:
            here = self._window_of[blocks] == window
            out[here] = self._window(window)[places[here]]
        return out

    def _windows_touched(self, index: Array) -> range:
        """The windows with these rows, or none where reading whole windows for them would not pay."""
        if len(self._window_of) == 0 or index[-1] - index[0] == len(index) - 1:
            return range(0)
        windows = self._window_of[index // BLOCK]
        touched = range(int(windows.min()), int(windows.max()) + 1)
        return touched if len(touched) <= 2 + len(index) // (self._blocks_in_window * BLOCK) else range(0)

    def _window(self, window: int) -> Array:
        if window != self._held:
            self._held, self._rows = window, self.X.take(self._rows_in(window))
            self.X.expect(self._rows_in(window + 1))
        return self._rows

    def _rows_in(self, window: int) -> Array:
        return self._rows_of(np.flatnonzero(self._window_of == window))

    def _rows_of(self, blocks: Array) -> Array:
        """The rows of ascending blocks; the file's last block may be shorter."""
        rows = (blocks[:, np.newaxis] * BLOCK + np.arange(BLOCK)).ravel()
        return rows[: np.searchsorted(rows, len(self.X))]
