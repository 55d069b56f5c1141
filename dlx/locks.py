"""Locks on open files: one process at a time has such a lock, which ends with the process."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

FAR = 2**30  # the byte that is locked on Windows, where nobody else can read what a lock covers

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, waits: bool, shares: bool = False) -> None:
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)
else:
    import fcntl

    def _lock(descriptor: int, waits: bool, shares: bool = False) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shares else fcntl.LOCK_EX) | (0 if waits else fcntl.LOCK_NB))


def take(descriptor: int, *, shares: bool = False) -> bool:
    """Lock an open file until it is closed; false where another process has it locked.

    Others that share it may have it at the same time, on systems that know such locks.

    Raises:
        OSError: the file system knows no locks.
    """
    try:
        _lock(descriptor, waits=False, shares=shares)
    except (BlockingIOError, PermissionError):  # of POSIX, of Windows
        return False
    return True


def wait_for(descriptor: int) -> None:
    """The same, however long another process has it locked; a file system without locks has to do without."""
    with suppress(OSError):
        _lock(descriptor, waits=True)
