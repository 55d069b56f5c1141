"""The file calls of this process below one folder, seen one by one, each before it is made and after it."""

from __future__ import annotations

import builtins
import io
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

OPEN, CREATE, WRITE, FSYNC, RENAME, UNLINK, MKDIR, RMDIR, LINK, TRUNCATE = (
    "open", "create", "write", "fsync", "rename", "unlink", "mkdir", "rmdir", "link", "truncate"
)  # fmt: skip


@dataclass(frozen=True)
class FileCall:
    """One call: what it does, to which path, and what else it takes."""

    operation: str
    path: str
    other: str = ""  # the new name, or the target of a link
    content: bytes = b""
    offset: int = 0
    failed: bool = False  # of itself, as to unlink what is not there does

    def __str__(self) -> str:
        return f"{self.operation} {self.path}{f' → {self.other}' if self.other else ''}"


@dataclass
class Hooks:
    """Replaces the calls, once and for all in this process, by ones that go through ``around``.

    Args:
        folder: calls on paths outside are none of its business.
        before: may raise, or end the process.
        after: of what has been done, also where it failed of itself.
    """

    folder: Path
    before: Callable[[FileCall], None]
    after: Callable[[FileCall], None] = lambda call: None

    def install(self) -> None:
        """From now on."""
        self._paths: dict[int, str] = {}
        self._exists = os.path.lexists
        for name in ("rename", "replace", "link", "symlink"):
            setattr(os, name, self._of_two(name, getattr(os, name)))
        for name, operation in (("unlink", UNLINK), ("remove", UNLINK), ("mkdir", MKDIR), ("rmdir", RMDIR)):
            setattr(os, name, self._of_one(operation, getattr(os, name)))
        os.open, os.fsync, os.write = self._os_open(os.open), self._fsync(os.fsync), self._write(os.write)
        os.fdatasync = os.fsync
        os.truncate, os.ftruncate = self._truncate(os.truncate), self._truncate(os.ftruncate)
        builtins.open = io.open = self._open(io.open)

    def place(self, path: Any, dir_fd: int | None = None) -> str:
        """The path from the folder on; empty for one outside."""
        if isinstance(path, int):
            return self._paths.get(path, "")
        text = os.fsdecode(path)
        if dir_fd is not None:
            if dir_fd not in self._paths:
                return ""
            text = os.path.join(self.folder, self._paths[dir_fd], text)  # noqa: PTH118
        relative = os.path.relpath(os.path.abspath(text), self.folder)  # noqa: PTH100
        return "" if relative.startswith("..") else relative

    def perform(self, call: FileCall, function: Callable[[], Any]) -> Any:
        """What the call returns, seen on its way."""
        if not call.path:
            return function()
        self.before(call)
        try:
            result = function()
        except OSError:
            self.after(replace(call, failed=True))
            raise
        self.after(call)
        return result

    def _of_two(self, name: str, original: Any) -> Any:
        operation = RENAME if name in ("rename", "replace") else LINK

        def call(
            source: Any, target: Any, *rest: Any, src_dir_fd: Any = None, dst_dir_fd: Any = None, **keys: Any
        ) -> Any:
            keys |= {key: fd for key, fd in (("src_dir_fd", src_dir_fd), ("dst_dir_fd", dst_dir_fd)) if fd is not None}
            file_call = (
                FileCall(RENAME, self.place(source, src_dir_fd), self.place(target, dst_dir_fd))
                if operation == RENAME
                else FileCall(LINK, self.place(target, keys.get("dir_fd")), os.fsdecode(source))
            )
            return self.perform(file_call, lambda: original(source, target, *rest, **keys))

        return call

    def _of_one(self, operation: str, original: Any) -> Any:
        def call(path: Any, *rest: Any, dir_fd: int | None = None) -> Any:
            keys = {} if dir_fd is None else {"dir_fd": dir_fd}
            return self.perform(FileCall(operation, self.place(path, dir_fd)), lambda: original(path, *rest, **keys))

        return call

    def _opening(self, path: str, writes: bool, truncates: bool) -> FileCall:
        """Opening a file for writing makes it, or empties it; everything else changes nothing."""
        if not writes:
            return FileCall(OPEN, path)
        exists = self._exists(self.folder / path) if path else True
        return FileCall(TRUNCATE if exists and truncates else OPEN if exists else CREATE, path)

    def _os_open(self, original: Any) -> Any:
        def call(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            place, keys = self.place(path, dir_fd), {} if dir_fd is None else {"dir_fd": dir_fd}
            file_call = self._opening(place, bool(flags & (os.O_CREAT | os.O_TRUNC)), bool(flags & os.O_TRUNC))
            descriptor: int = self.perform(file_call, lambda: original(path, flags, mode, **keys))
            self._paths.pop(descriptor, None)
            if place:
                self._paths[descriptor] = place
            return descriptor

        return call

    def _fsync(self, original: Any) -> Any:
        def call(file: Any) -> None:
            number = file if isinstance(file, int) else file.fileno()
            self.perform(FileCall(FSYNC, self._paths.get(number, "")), lambda: original(number))

        return call

    def _write(self, original: Any) -> Any:
        def call(descriptor: int, content: Any) -> int:
            place = self._paths.get(descriptor, "")
            offset = os.lseek(descriptor, 0, os.SEEK_CUR) if place else 0
            file_call = FileCall(WRITE, place, content=bytes(content) if place else b"", offset=offset)
            return int(self.perform(file_call, lambda: original(descriptor, content)))

        return call

    def _truncate(self, original: Any) -> Any:
        def call(path: Any, length: int) -> None:
            self.perform(FileCall(TRUNCATE, self.place(path), offset=length), lambda: original(path, length))

        return call

    def _open(self, original: Any) -> Any:
        def call(
            file: Any,
            mode: str = "r",
            buffering: int = -1,
            encoding: Any = None,
            errors: Any = None,
            newline: Any = None,
            closefd: bool = True,
            opener: Any = None,
        ) -> Any:
            place = self.place(file)
            if not place:
                return original(file, mode, buffering, encoding, errors, newline, closefd, opener)
            raw = self._raw(file, place, mode, closefd, opener)
            if buffering == 0:
                return raw
            both = "+" in mode
            kind: Any = io.BufferedRandom if both else io.BufferedReader if "r" in mode else io.BufferedWriter
            buffer = kind(raw)
            if "b" in mode:
                return buffer
            return io.TextIOWrapper(buffer, encoding or "utf-8", errors, newline, line_buffering=buffering == 1)

        return call

    def _raw(self, file: Any, place: str, mode: str, closefd: bool, opener: Any) -> io.FileIO:
        hooks, file_call = self, self._opening(place, "r" not in mode, "w" in mode)

        class Raw(io.FileIO):
            """A file whose writes are seen."""

            def write(self, content: Any) -> int:
                offset = os.lseek(self.fileno(), 0, os.SEEK_END if "a" in mode else os.SEEK_CUR)
                call = FileCall(WRITE, place, content=bytes(content), offset=offset)
                return int(hooks.perform(call, lambda: io.FileIO.write(self, content)) or 0)

        flags = mode.replace("b", "").replace("t", "")
        if isinstance(file, int):
            return Raw(file, flags, closefd, opener)
        raw: io.FileIO = self.perform(file_call, lambda: Raw(file, flags, closefd, opener))
        self._paths[raw.fileno()] = place
        return raw


def record(folder: Path, log: Path) -> None:
    """From now on put every call of this process into a file, which is whole whenever the process ends."""
    descriptor, write = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), os.write

    def note(call: FileCall) -> None:
        content = pickle.dumps(call)
        write(descriptor, len(content).to_bytes(8, "big") + content)

    Hooks(folder, lambda call: None, note).install()


@lru_cache(maxsize=2)
def recorded(log: Path) -> list[FileCall]:
    """The calls in such a file."""
    content, calls, place = log.read_bytes(), list[FileCall](), 0
    while place < len(content):
        end = place + 8 + int.from_bytes(content[place : place + 8], "big")
        calls.append(pickle.loads(content[place + 8 : end]))
        place = end
    return calls
