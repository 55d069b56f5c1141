"""The importance of hyperparameters: ranked, in percent, and sure or not."""

from __future__ import annotations

from dlx.documents.tuning import Importance
from dlx.show.charts.importance import ShareBar, importance_bars


def test_the_most_important_comes_first_and_equal_ones_keep_their_order() -> None:
    shares = [Importance(key, value, low, 0.5) for key, value, low in SHARES]
    bars = importance_bars(shares)
    assert bars == [ShareBar("b", 50, 25, 50), ShareBar("a", 25, 0, 50), ShareBar("c", 25, 12.5, 50)]
    assert [bar.is_sure for bar in bars] == [True, False, True]


SHARES = (("a", 0.25, 0.0), ("b", 0.5, 0.25), ("c", 0.25, 0.125))
