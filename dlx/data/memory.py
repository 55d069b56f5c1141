"""Memory: how much is free, and the refusal of files that would take too much of it, before or while they are read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from dlx.errors import DataError

SHARE = 4  # one in so many bytes that are free may hold what is read: its parts, normalized, need as much again
UNKNOWN = 2**32  # bytes that are taken to be free where nobody tells
SUSPICIOUS, RATIO = 2**24, 100  # so many unpacked bytes, each hundred out of less than one: hardly data

_CGROUPS = (  # limit, and what of it is in use, of a container
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def room() -> int:
    """The bytes that what is read from one file may take."""
    return max(0, min([*_of_system(), *_of_containers(), *_of_process()], default=UNKNOWN)) // SHARE


def check_room(place: Path | str, size: int) -> None:
    """Raises `DataError` where so many bytes do not fit."""
    limit = room()
    if size > limit:
        what = f"takes {_amount(size)} of memory, and {_amount(limit)} are there for it (a quarter of what is free)"
        raise DataError(f"{place}: {what}; give the inputs as an .npy file, whose rows stay on disk, or fewer of them")


def check_ratio(place: Path | str, unpacked: int, packed: int) -> None:
    """Raises `DataError` where so few packed bytes become so many."""
    if unpacked > SUSPICIOUS and unpacked > RATIO * packed:
        what = f"{_amount(packed)} of it unpack to {_amount(unpacked)}, more than {RATIO} times as much"
        raise DataError(f"{place}: {what}: hardly data; if it is, unpack the file first")


def _amount(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e8 else f"{size / 1e6:,.1f} MB"


def _of_system() -> list[int]:
    with suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    with suppress(OSError, ValueError, AttributeError):
        return [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2]
    return []


def _of_containers() -> list[int]:
    free = []
    for limit, used in _CGROUPS:
        with suppress(OSError, ValueError):  # ValueError: the limit is "max"
            free.append(int(Path(limit).read_text()) - int(Path(used).read_text()))
    return free


def _of_process() -> list[int]:
    """What `ulimit -v` leaves."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            return [limit - pages * resource.getpagesize()]
    return []
