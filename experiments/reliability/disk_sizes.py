"""Disk sizes: a disk too small for what a command writes; with more room the same command goes on to the same bits."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Self

from .bits import bits
from .cases import RUN, SPEC, Bench, Case, finish, same_bits
from .commands import call, often
from .failing_calls import SCENES, Scene
from .specs import write

COUNT = 50
NAMES = ("train", "tune", "study", "train-objective")
PAGE = 4096
FULL = 6


def cases(bench: Bench) -> list[Case]:
    """50 sizes between nothing and what the command needs."""
    rng, every = random.Random(bench.seed), list[Case]()
    scenes = [scene for scene in SCENES if scene.name in NAMES]
    for k in range(COUNT):
        scene, share = scenes[k % len(scenes)], rng.random()
        kind = "a disk" if can_mount(bench.folder) else "a largest file"
        what = f"{scene.name} on {kind} of {share:.3f} of what it needs"
        every.append(Case(what, partial(_judge, bench, scene, share)))
    return bench.draw(every)


@lru_cache
def can_mount(folder: Path) -> bool:
    """Whether this process may make small disks; without that, the size of every single file is limited."""
    place = folder / "mounted"
    place.mkdir(exist_ok=True)
    done = _mount("-t", "tmpfs", "tmpfs", str(place))
    if done:
        subprocess.run(["umount", str(place)], check=True)
    else:
        print(
            "disk-sizes: no right to mount a small disk; the size of single files is limited instead", file=sys.stderr
        )
    return done


def _mount(*arguments: str) -> bool:
    try:
        return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0
    except OSError:
        return False


class Disk:
    """A disk at a place, whose size can be changed while it is in use."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __enter__(self) -> Self:
        assert _mount("-t", "tmpfs", "-o", "size=256m", "tmpfs", str(self.place))
        return self

    def __exit__(self, *error: object) -> None:
        subprocess.run(["umount", str(self.place)], check=True)

    def leave(self, size: int) -> None:
        """So many bytes are free from now on."""
        used = os.statvfs(self.place)
        pages = used.f_blocks - used.f_bfree + max(1, size // PAGE)
        assert _mount("-o", f"remount,size={pages * PAGE}", str(self.place))


def _whole(scene: Scene, folder: Path) -> None:
    write(scene.spec, folder / SPEC)
    ended = call(scene.command, folder)
    assert ended.code == 0, ended.stderr


def _judge(bench: Bench, scene: Scene, share: float, folder: Path) -> list[str]:
    whole = bench.shared(scene.name, partial(_whole, scene))
    files = [path.stat().st_size for path in (whole / RUN).rglob("*")]
    if not can_mount(bench.folder):
        write(scene.spec, folder / SPEC)
        largest = int(share * max(files))
        return _judged(scene, whole, folder, partial(_limit, largest), lambda: None)
    needed = sum(-(-size // PAGE) * PAGE for size in files) + PAGE * len(files)
    with Disk(folder) as disk:
        write(scene.spec, folder / SPEC)
        disk.leave(int(share * needed))
        return _judged(scene, whole, folder, often, partial(disk.leave, 2**28))


def _limit(largest: int) -> None:
    """No file of this process may become larger."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    streams = sum(os.fstat(number).st_size for number in (1, 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(largest, streams + 1000), resource.RLIM_INFINITY))


def _judged(scene: Scene, whole: Path, folder: Path, before: Callable[[], None], grow: Callable[[], None]) -> list[str]:
    ended = call(scene.command, folder, before)
    if ended.trouble:
        return [ended.trouble]
    if ended.code not in (0, FULL) or (ended.code and not ended.last_line):
        return [f"{ended} → {ended.code} in place of {FULL}: {ended.last_line}"]
    grow()
    wrong, _ = finish(scene.later, folder)
    return wrong or same_bits(bits(whole / RUN), folder / RUN)
