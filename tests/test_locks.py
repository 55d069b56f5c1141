"""Locks on open files: one process at a time, by the calls of POSIX and by those of Windows."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dlx import locks

TAKES_IT = "import sys; from dlx import locks; print(locks.take(sys.stdin.fileno()))"


def msvcrt() -> ModuleType:
    """Windows's calls, made of a lock of Linux that is likewise of single bytes and of the open file."""
    module = ModuleType("msvcrt")
    vars(module).update(LK_LOCK=1, LK_NBLCK=2)

    def locking(descriptor: int, mode: int, length: int) -> None:
        here = os.lseek(descriptor, 0, os.SEEK_CUR)
        request = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, here, length, 0)
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLKW if mode == 1 else fcntl.F_OFD_SETLK, request)
        except BlockingIOError as error:
            raise PermissionError(error.errno, "Permission denied") from error

    vars(module)["locking"] = locking
    return module


def locks_of_windows() -> ModuleType:
    """The module as it is where there is no fcntl."""
    spec = importlib.util.find_spec("dlx.locks")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as inside:
        inside.setattr(sys, "platform", "win32")
        inside.setitem(sys.modules, "msvcrt", msvcrt())
        inside.setitem(sys.modules, "fcntl", None)
        spec.loader.exec_module(module)
    return module


ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Windows's locks are played with those of Linux")


@pytest.fixture(params=["posix", pytest.param("windows", marks=ON_LINUX)])
def system(request: pytest.FixtureRequest) -> ModuleType:
    """The module as it is on this system, or as on Windows."""
    return locks if request.param == "posix" else locks_of_windows()


def test_an_open_file_is_locked_until_it_is_closed(system: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("w+", encoding="utf-8") as first, path.open("r+", encoding="utf-8") as second:
        assert system.take(first.fileno())
        assert not system.take(second.fileno())
        first.close()
        system.wait_for(second.fileno())
        with path.open("r+", encoding="utf-8") as third:
            assert not system.take(third.fileno())


def test_what_is_written_and_read_meanwhile_is_no_matter(system: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("w", encoding="utf-8") as file:
        file.write("to")
        file.flush()
        assert system.take(file.fileno())
        file.write("ken")
        file.flush()
        assert path.read_text(encoding="utf-8") == "token"


def test_a_process_that_ends_gives_it_up(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("w+b") as file, path.open("r+b") as other:
        command = [sys.executable, "-c", TAKES_IT]
        assert subprocess.run(command, stdin=other, capture_output=True, text=True, check=True).stdout == "True\n"
        other.close()
        assert locks.take(file.fileno())
