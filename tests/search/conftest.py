"""What tests of searches share: two worker processes, whose start costs more than all that most tests train."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dlx.search.trials.processes import Processes


@pytest.fixture(scope="session")
def two_workers() -> Iterator[Processes]:
    """For tests in which they live on."""
    with Processes(2) as executor:
        yield executor
