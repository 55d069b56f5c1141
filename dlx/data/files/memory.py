"""Memory: how much is free, and the refusal of files that would take too much of it, before or while they are read."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path

from dlx.errors import DataError

SHARE = 4  # one in so many bytes that are free may hold what is read: its parts, normalized, need as much again
UNKNOWN = 2**32  # bytes that are taken to be free where the system does not say
SUSPICIOUS, RATIO = 2**24, 100  # so many unpacked bytes, each hundred out of less than one: hardly data
SMALLER = "give the inputs as an .npy file, whose rows stay on disk, or fewer of them"

_CGROUPS = (  # limit, and what of it is in use, of a container
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def free() -> int:
    """The bytes that are free for this process, as far as the system says."""
    return max(0, min([*_of_system(), *_of_containers(), *_of_process()], default=UNKNOWN))


def room() -> int:
    """The bytes that what is read from one file may take."""
    return free() // SHARE


def check_room(place: Path | str, size: int, remedy: str = SMALLER) -> None:
    """Raises `DataError` where so many bytes do not fit."""
    limit = room()
    if size > limit:
        what = f"takes {amount(size)} of memory, and {amount(limit)} are there for it (a quarter of what is free)"
        raise DataError(f"{place}: {what}; {remedy}")


def check_ratio(place: Path | str, unpacked: int, packed: int, remedy: str = "unpack the file first") -> None:
    """Raises `DataError` where so few packed bytes become so many."""
    if unpacked > SUSPICIOUS and unpacked > RATIO * packed:
        what = f"{amount(packed)} of it unpack to {amount(unpacked)}, more than {RATIO} times as much"
        raise DataError(f"{place}: {what}: hardly data; if it is, {remedy}")


def amount(size: int) -> str:
    """Such as `3.2 GB`."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e8 else f"{size / 1e6:,.1f} MB"


def give_back() -> None:
    """What has been freed goes back to the system, where its allocator (that of glibc) would keep it in pieces."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _of_system() -> list[int]:
    with suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return [1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")]
    with suppress(OSError, ValueError, AttributeError):
        return [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2]
    return []


def _of_containers() -> list[int]:
    free = []
    for limit, used in _CGROUPS:
        with suppress(OSError, ValueError):  # ValueError: the limit is "max"
            free.append(int(Path(limit).read_bytes()) - int(Path(used).read_bytes()))
    return free


def _of_process() -> list[int]:
    """What `ulimit -v` leaves."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_bytes().split()[0])
            return [limit - pages * resource.getpagesize()]
    return []
