"""Files are written whole or not at all, and JSON is strict."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import DataError, EnvironmentProblem, ReadFailure
from dlx.files import identity, parse_json, read, to_json, write_atomically


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content in (b"one", memoryview(b"two")):
        write_atomically(path, content)
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_being_read_is_replaced_on_windows_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the system refuses it until the reader has closed the file."""
    refusals, replace = [PermissionError(13, "Access is denied")] * 2, Path.replace

    def refuse_at_first(path: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse_at_first)
    with pytest.raises(EnvironmentProblem, match="Access is denied"):
        write_atomically(tmp_path / "file", b"old")
    monkeypatch.setattr("dlx.files.ON_WINDOWS", True)
    write_atomically(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"new")]


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    write_atomically(tmp_path / "mine", b"")
    (tmp_path / "usual").touch()
    assert (tmp_path / "mine").stat().st_mode == (tmp_path / "usual").stat().st_mode


@contextmanager
def full_disk() -> Iterator[None]:
    """A limit on the size of files: writing past it fails as on a full disk, for pytest's own output as well."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handled)


def test_a_disk_without_room_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"old")
    with pytest.raises(EnvironmentProblem, match=r"/a: cannot be written: File too large$"), full_disk():
        write_atomically(path, bytes(10_000))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/self/mem is a file that the system fails to read")
def test_where_the_machine_fails_to_read_nothing_follows_about_the_file(call_dlx: Callable[..., Any]) -> None:
    unreadable = Path("/proc/self/mem")
    with pytest.raises(ReadFailure, match=r"^/proc/self/mem: cannot be read: Input/output error$"):
        read(unreadable)
    result = call_dlx("config", "check", unreadable)
    assert (result.code, result.stderr) == (6, f"error: {unreadable}: cannot be read: Input/output error\n")


def test_a_place_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match=r"gone/a: cannot be written: No such file or directory"):
        write_atomically(tmp_path / "gone" / "a", b"")


@dataclass
class Row:
    epoch: int
    cost: float


def test_json_is_strict_and_plain() -> None:
    document = {
        "row": Row(3, float("inf")),
        "numpy": [np.float32(0.5), np.float64("nan"), np.int64(7), np.bool_(True), np.arange(2)],
        "path": Path("a/b"),
        1: ("ñ", None, True, 2**70, 0.1 + 0.2),
    }
    assert json.loads(to_json(document)) == {
        "row": {"epoch": 3, "cost": None},
        "numpy": [0.5, None, 7, True, [0, 1]],
        "path": "a/b",
        "1": ["ñ", None, True, 2**70, 0.1 + 0.2],
    }
    assert "ñ" in to_json(document).decode()


def test_a_file_name_that_is_no_text_survives_in_json() -> None:
    name = os.fsdecode(b"caf\xe9")
    assert json.loads(to_json({"command": name})) == {"command": name}


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000], ids=["empty", "cut", "no text", "deep"])
def test_damaged_json_names_the_file(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DataError, match=r"run\.json: is damaged"):
        parse_json(content, tmp_path / "run.json")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gone: cannot be read: No such file or directory"):
        read(tmp_path / "gone")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_too_deep_to_be_walked_is_damaged(opening: str, closing: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"

    def document(depth: int) -> bytes:
        return f'{{"course": {opening * depth}1{closing * depth}}}'.encode()

    assert set(parse_json(document(100), path)) == {"course"}
    for depth in (101, 800):
        with pytest.raises(DataError) as caught:
            parse_json(document(depth), path)
        assert str(caught.value) == f"{path}: is damaged: course is nested more than 100 deep"


def test_a_file_is_known_by_what_changes_when_it_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert identity(path) is None
    path.write_bytes(b"a")
    assert identity(path) is None  # another write now need not show
    os.utime(path, (10**9, 10**9))
    before = identity(path)
    assert before == identity(path) is not None
    path.write_bytes(b"b")
    os.utime(path, (10**9, 10**9))
    assert identity(path) not in (None, before)
