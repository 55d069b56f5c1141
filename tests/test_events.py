"""Events: a result comes after them, and whoever leaves early leaves the work where it is."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from dlx.events import Count, finish


def counted(steps: list[str]) -> Generator[Count, None, str]:
    """Three events and a result; notes how it was left."""
    try:
        for done in range(3):
            yield Count(done, 3)
        return "the result"
    finally:
        steps.append("left")


def test_the_result_comes_after_all_events() -> None:
    steps: list[str] = []
    events: list[Count] = []
    assert finish(counted(steps), events.append) == "the result"
    assert events == [Count(0, 3), Count(1, 3), Count(2, 3)]
    assert finish(counted([])) == "the result"


def test_where_an_event_is_not_taken_the_work_is_left_at_once() -> None:
    steps: list[str] = []

    def refuse(event: Count) -> None:
        steps.append(f"{event.done}")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        finish(counted(steps), refuse)
    assert steps == ["0", "left"]  # also while the exception, with its frames, is still there
    assert caught.value is not None
