"""A long afternoon with the lab: thousands of messages, a page that does not read, and one that says too much."""

from __future__ import annotations

import gc
import time
from contextlib import suppress
from pathlib import Path

import pytest

from dlx.lab.draft import MOST_UNDONE
from dlx.lab.page_socket import LEAD, MOST_WAITING, TOO_MUCH
from dlx.lab.playground import Playground
from dlx.lab.stage import Stage
from dlx.training.supervised import Supervised
from tests.lab.conftest import Served

pytest.importorskip("tornado", reason="the extra lab is not installed")

TURNS, IN_A_TURN = 20, 100  # messages of one pull come many at a time


def slide(playground: Playground) -> None:
    """Pull a slider to and fro, and play a little after each pull."""
    for number in range(TURNS):
        pull = [
            {"do": "change", "key": "optimizer.learning_rate", "value": 0.01 + (i + number) / 1000, "gesture": number}
            for i in range(IN_A_TURN)
        ]
        playground.turn([*pull, {"do": "step"}])


def test_of_thousands_of_slides_one_training_is_left(spec: Path, tmp_path: Path) -> None:
    playground = Playground(spec, tmp_path)
    slide(playground)
    assert playground.player.number == TURNS  # of each pull its last place alone was trained
    gc.collect()
    kinds = [type(each) for each in gc.get_objects()]
    assert [kinds.count(kind) for kind in (Stage, Supervised)] == [1, 1]
    for number in range(2 * MOST_UNDONE):
        playground.draft.set("seed", number)
    assert len(playground.draft._past) == MOST_UNDONE
    assert playground.outbox == []


def test_a_page_that_does_not_read_keeps_nobody_waiting(own_lab: Served) -> None:
    slow, other = own_lab.page("slow"), own_lab.page("other")
    slow.send("change", key="training.epochs", value=100_000)
    slow.send("play")
    for _ in range(3):
        other.send("restart", seed="other")
        other.wait("spec")
    slow.send("pause")
    assert slow.wait("frame", lambda frame: frame["epoch"] > 0 and not frame["playing"])


def test_a_page_that_says_too_much_is_closed_and_others_are_not(own_lab: Served) -> None:
    loud, other = own_lab.page("loud"), own_lab.page("other")
    loud.send("change", key="training.epochs", value=100_000)
    from tornado.websocket import WebSocketClosedError

    with suppress(WebSocketClosedError):  # it may be closed before it has said everything
        for _ in range(5 * MOST_WAITING):
            loud.send("restart")
    while loud.read() is not None:
        pass
    assert loud.socket.close_code == TOO_MUCH
    other.send("hello")
    assert other.wait("spec")["name"] == "tiny"


def test_a_page_that_is_slow_is_not_sent_more_than_it_takes_in(
    own_lab: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlx.lab.page_socket.PATIENCE", 20.0)
    slow = own_lab.page("slow")
    slow.send("seen")  # it is one that tells
    slow.send("change", key="training.epochs", value=1_000_000)
    slow.send("play")
    frames = [slow.wait("frame", lambda frame: frame["playing"])]
    time.sleep(0.5)  # in which a page that tells nothing gets some twenty
    slow.send("pause")  # which is heeded, though nothing was taken in
    while frames[-1]["playing"]:
        frames.append(slow.wait("frame"))
    assert len(frames) <= LEAD + 3
