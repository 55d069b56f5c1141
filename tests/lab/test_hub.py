"""The hub: a lab ends when no page is left, and each page that was closed has its time to come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dlx.lab.address import Address
from dlx.lab.hub import Hub


def test_who_leaves_again_has_the_whole_time_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a page end the lab that another one may still come back to."""
    ends: list[asyncio.Event] = []  # of the times, in the order in which they began

    async def time_to_come_back(seconds: float) -> None:
        ends.append(asyncio.Event())
        await ends[-1].wait()

    async def leave(hub: Hub, page: str) -> asyncio.Task[None]:
        assert hub.take_seat(page) is not None
        task, count = asyncio.create_task(hub.leave_seat(page)), len(ends)
        while len(ends) == count:
            await asyncio.wait({task}, timeout=0.01)
        return task

    async def afternoon() -> None:
        hub = Hub(Address(1), tmp_path / "spec.yaml", tmp_path)
        first, again, other = [await leave(hub, page) for page in ("mine", "mine", "other")]
        for number, (task, is_over) in enumerate([(first, False), (again, False), (other, True)]):
            ends[number].set()
            await task
            assert hub.ended.is_set() == is_over

    monkeypatch.setattr("dlx.lab.hub.asyncio.sleep", time_to_come_back)
    asyncio.run(afternoon())
