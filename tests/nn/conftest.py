"""What the tests of nn share: an exponential may overflow, as it may in training, where 1/∞ is the 0 that is meant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def overflow_is_no_warning() -> Iterator[None]:
    with np.errstate(over="ignore"):
        yield
