"""Power loss: at each moment of a command the disk is rebuilt as it may be without what was not fsynced."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from .bits import bits
from .cases import RUN, Bench, Case, finish, same_bits, tree
from .failing_calls import LOG, SCENES, WHOLE, Scene
from .file_calls import CREATE, FSYNC, LINK, MKDIR, OPEN, RENAME, RMDIR, TRUNCATE, UNLINK, WRITE, FileCall, recorded

WAYS = ("nothing unsynced", "names without contents", "names with half of the contents", "some of the names")
MOST = {"train": 250, "train-objective": 100, "resume": 100, "tune": 60, "study": 60, "act": 10}

Tree = dict[str, bytes | None]  # a file's content, None for a folder


@dataclass(eq=False)
class File:
    """A file: its content as the system shows it, and as the disk has it."""

    content: bytes = b""
    synced: bytes = b""

    def remains(self, way: str) -> bytes:
        """What may be left of it."""
        if way == WAYS[2] and self.content != self.synced:
            return self.content[: len(self.content) // 2]
        return self.synced


@dataclass(eq=False)
class Folder:
    """A folder: its names as the system shows them, and as the disk has them."""

    entries: dict[str, File | Folder] = field(default_factory=dict)
    synced: dict[str, File | Folder] = field(default_factory=dict)

    def remains(self, way: str, rng: random.Random) -> dict[str, File | Folder]:
        """The names that may be left."""
        if way == WAYS[0]:
            return self.synced
        if way != WAYS[3]:
            return self.entries
        changed = [
            name for name in {**self.synced, **self.entries} if self.synced.get(name) is not self.entries.get(name)
        ]
        names = dict(self.synced)
        for name in sorted(changed):
            if rng.random() < 0.5:
                names.pop(name, None)
                names |= {name: self.entries[name]} if name in self.entries else {}
        return names


class Disk:
    """A folder of files under a log of calls."""

    def __init__(self, start: Tree) -> None:
        self.root = Folder()
        for path, content in sorted(start.items()):
            item = Folder() if content is None else File(content, content)
            folder, name = self._place(path)
            folder.entries[name] = folder.synced[name] = item

    def apply(self, call: FileCall) -> None:
        """Do what the call did."""
        folder, name = self._place(call.path)
        there = self.root if call.path == "." else folder.entries.get(name)
        if call.operation in (CREATE, MKDIR):
            folder.entries[name] = File() if call.operation == CREATE else Folder()
        elif call.operation in (UNLINK, RMDIR):
            del folder.entries[name]
        elif call.operation == RENAME:
            target, new = self._place(call.other)
            target.entries[new] = folder.entries.pop(name)
        elif call.operation == LINK:
            folder.entries[name] = File(call.other.encode())
        elif isinstance(there, File):
            self._apply_to_file(call, there)
        elif call.operation == FSYNC and there is not None:
            there.synced = dict(there.entries)

    def _apply_to_file(self, call: FileCall, file: File) -> None:
        if call.operation == WRITE:
            file.content = (
                file.content[: call.offset].ljust(call.offset, b"\0")
                + call.content
                + (file.content[call.offset + len(call.content) :])
            )
        elif call.operation == TRUNCATE:
            file.content = file.content[: call.offset]
        elif call.operation == FSYNC:
            file.synced = file.content

    def after_power_loss(self, way: str, rng: random.Random) -> Tree:
        """What may be on the disk."""
        return dict(_flat(self.root, "", way, rng))

    def _place(self, path: str) -> tuple[Folder, str]:
        *folders, name = PurePosixPath(path).parts or ("",)
        folder = self.root
        for part in folders:
            inner = folder.entries[part]
            assert isinstance(inner, Folder)
            folder = inner
        return folder, name


def _flat(folder: Folder, prefix: str, way: str, rng: random.Random) -> Iterator[tuple[str, bytes | None]]:
    for name, item in folder.remains(way, rng).items():
        path = f"{prefix}{name}"
        yield path, item.remains(way) if isinstance(item, File) else None
        if isinstance(item, Folder):
            yield from _flat(item, f"{path}/", way, rng)


def cases(bench: Bench) -> list[Case]:
    """States of the disk that may be left of a training, a search, a study and a repair, at any of their calls."""
    scenes = [scene for scene in SCENES if scene.name in MOST]
    if bench.share < 1:
        scenes = scenes[: max(1, round(len(scenes) * min(1, 8 * bench.share)))]
    return [case for scene in scenes for case in _of_scene(bench, scene)]


def _of_scene(bench: Bench, scene: Scene) -> list[Case]:
    calls = recorded(scene.recorded(bench) / LOG)
    every = [
        Case(f"{scene.name}, {way} after file call {k} ({file_call})", partial(_judge, bench, scene, k, way))
        for k, file_call in enumerate(calls, start=1)
        for way in WAYS
        if file_call.operation != OPEN and not file_call.failed
    ]
    return bench.draw(every, MOST[scene.name])


def _state(before: Path, calls: Sequence[FileCall], way: str) -> Tree:
    """What may be left after these calls."""
    folders: Tree = {str(path.relative_to(before)): None for path in before.rglob("*") if path.is_dir()}
    disk = Disk({**folders, **tree(before)})
    for file_call in calls:
        if not file_call.failed:
            disk.apply(file_call)
    return disk.after_power_loss(way, random.Random(len(calls)))


def _judge(bench: Bench, scene: Scene, k: int, way: str, folder: Path) -> list[str]:
    place = bench.folder / f"{scene.name}-recorded"
    state = _state(bench.folder / f"{scene.name}-before", recorded(place / LOG)[:k], way)
    for path, content in sorted(state.items()):
        if content is None:
            (folder / path).mkdir(parents=True)
        else:
            (folder / path).write_bytes(content)
    wrong, _ = finish(scene.later, folder)
    return wrong or same_bits(bits(place / WHOLE / RUN), folder / RUN)
