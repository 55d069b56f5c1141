"""The draft: a spec file and the values that were changed on the page, as a spec, as YAML and as a command."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff
from functools import cached_property
from pathlib import Path
from typing import Any

from dlx.diagnose.supply import words_of
from dlx.errors import UsageError
from dlx.files import write_atomically
from dlx.spec.loader import Resolved, dump_yaml, load_spec
from dlx.spec.trust import NamedBy
from dlx.text import command

FOLDER = "lab"  # below the folder of runs, for specs that are saved on the page
MOST_UNDONE = 200  # changes that can be taken back
MOST_SAVED = 1000  # specs of one name

Changes = Mapping[str, Any]


class Draft:
    """What is on the page: a file, and other values of some of its keys, each of which may be taken back.

    Args:
        path: of the file; it is never written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.changes: Changes = {}
        self._past: list[Changes] = []
        self._future: list[Changes] = []
        self._gesture: object = None

    @cached_property
    def original(self) -> Resolved:
        """The file as it is; raises as `load_spec`."""
        return load_spec(self.path, named_by=NamedBy.USER)

    @property
    def overrides(self) -> list[str]:
        """The changes as they are typed behind the file."""
        return words_of(dict(self.changes))

    def resolve(self) -> Resolved:
        """The spec with the changes; raises `SpecError` with every problem that they make."""
        return load_spec(self.path, self.overrides, named_by=NamedBy.USER)

    def set(self, key: str, value: object, gesture: object = None) -> None:
        """Give a key this value. Changes of one ``gesture``, such as the pull of a slider, are taken back at once."""
        rest = {name: other for name, other in self.changes.items() if not _is_replaced(name, key)}
        self._put(rest if self._is_original(key, value) else {**rest, key: value}, gesture)

    def assign(self, changes: Changes) -> None:
        """Let these be all changes."""
        self._put(dict(changes), None)

    def reset(self) -> None:
        """Take all changes back."""
        self._put({}, None)

    def _put(self, changes: Changes, gesture: object) -> None:
        if changes == self.changes:
            return
        if gesture is None or gesture != self._gesture:
            self._past = [*self._past, self.changes][-MOST_UNDONE:]
        self._gesture, self._future, self.changes = gesture, [], changes

    def undo(self) -> None:
        """Take the last change back, if there is one."""
        if self._past:
            self._future.append(self.changes)
            self.changes, self._gesture = self._past.pop(), None

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        if self._future:
            self._past.append(self.changes)
            self.changes, self._gesture = self._future.pop(), None

    def _is_original(self, key: str, value: object) -> bool:
        """Whether the file says the same; of its components only the name is compared."""
        at: Any = self.original.spec.dump()
        for name in key.split("."):
            at = at.get(name) if isinstance(at, dict) else None
        return at is not None and at == value and type(at) is type(value)

    def document(self, resolved: Resolved) -> dict[str, Any]:
        """What the page shows of it: the whole spec, as `dlx config show` prints it, and what differs from the file."""
        return {
            "name": resolved.spec.name,
            "file": str(self.path),
            "yaml": dump_yaml(resolved.spec),
            "difference": self.difference(resolved),
            "changed": list(self.changes),
            "command": self.command(),
            "mayUndo": bool(self._past),
            "mayRedo": bool(self._future),
        }

    def difference(self, resolved: Resolved) -> list[str]:
        """The lines of the complete spec that differ from the file's, which have a minus in front."""
        before, after = (dump_yaml(spec).splitlines() for spec in (self.original.spec, resolved.spec))
        lines = unified_diff(before, after, n=0, lineterm="")
        return [line for line in lines if not line.startswith(("---", "+++", "@@"))]

    def command(self) -> str:
        """What trains the same from the shell."""
        return command("train", self.path, *self.overrides)

    @staticmethod
    def command_of(path: Path) -> str:
        """What trains a spec that was saved."""
        return command("train", path)

    def save(self, resolved: Resolved, root: Path) -> Path:
        """Write the complete spec into the folder ``lab`` of the runs' folder, over no other file; returns where."""
        folder, name = root / FOLDER, resolved.spec.name
        folder.mkdir(parents=True, exist_ok=True)
        names = [name, *(f"{name}-{number}" for number in range(2, MOST_SAVED))]
        for path in (folder / f"{each}.yaml" for each in names):
            if not path.exists() and not path.is_symlink():
                write_atomically(path, dump_yaml(resolved.spec).encode())
                return path
        raise UsageError(f"{folder}: holds {MOST_SAVED:,} specs called {name}; give it another name")


def _is_replaced(name: str, key: str) -> bool:
    """Whether what was said of one key is void once another is set: the same, or an option of another component."""
    section = key.removesuffix(".name") if key.endswith(".name") else key
    return name == key or name.startswith(f"{section}.")
