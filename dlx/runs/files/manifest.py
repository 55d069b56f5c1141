"""The manifest of a directory: what dlx wrote into it, by which damage, edits and foreign files are recognized."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from dlx import files
from dlx.errors import DataError, UsageError
from dlx.text import command, option

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Content:
    """What a file holds: so many bytes with this SHA-256; where it ``grows``, more may follow after them."""

    size: int
    sha256: str
    grows: bool = False

    @classmethod
    def of(cls, content: bytes | memoryview) -> Self:
        """The content that these bytes are."""
        return cls(len(content), sha256(content).hexdigest())

    def fits(self, content: bytes) -> bool:
        """Whether a file that holds ``content`` is as it was written."""
        if len(content) < self.size or (len(content) > self.size and not self.grows):
            return False
        return sha256(memoryview(content)[: self.size]).hexdigest() == self.sha256

    def to_data(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {"bytes": self.size, "sha256": self.sha256} | ({"grows": True} if self.grows else {})


ANYTHING = Content(0, sha256(b"").hexdigest(), grows=True)  # of a file that must be there and vouches for itself


class Manifest:
    """The files that dlx wrote into a directory, each with what it may hold.

    That is one content, or two while a file is being replaced: the manifest names the new one before the file has it,
    so that a crash at any moment leaves every file with a content that the manifest knows. None stands for no file.
    One that is not ``complete`` stands where an older dlx wrote none: what it does not list is taken as it is.
    """

    def __init__(self, contents: Mapping[str, tuple[Content | None, ...]] | None = None, complete: bool = True) -> None:
        self.contents, self.complete = dict(contents or {}), complete
        self.unwritten = False  # whether more has been confirmed than stands in the file

    @classmethod
    def read(cls, directory: Path) -> Self | None:
        """The manifest in a directory; None where there is none: an older dlx wrote none.

        Raises:
            DataError: it is damaged, or of another version.
        """
        path = directory / MANIFEST
        if not path.exists():
            return None
        document = files.from_signed_json(files.read(path))
        if document is None:
            raise DataError(
                f"{path}: is damaged: its own SHA-256 does not fit, so no file beside it can be verified "
                f"({command('doctor', directory)} says what to do)"
            )
        files.of_this_version(path, document)
        try:
            return cls({name: tuple(map(_content, states)) for name, states in document["files"].items()})
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise DataError(f"{path}: is damaged: {type(error).__name__}: {error}") from error

    def write(self, directory: Path, durable: bool) -> None:
        """Put it into the directory."""
        contents = {name: [state and state.to_data() for state in states] for name, states in self.contents.items()}
        files.write_atomically(
            directory / MANIFEST, files.to_signed_json(files.versioned({"files": contents})), durable
        )
        self.unwritten = False

    def announce(self, changes: Mapping[str, Content | None]) -> None:
        """Note what is about to be written; None is for a file that is about to be removed."""
        for name, content in changes.items():
            self.contents[name] = (*self.contents.get(name, (None,)), content)

    def confirm(self, name: str) -> None:
        """Note that what was announced last of this file has happened."""
        *_, last = self.contents.pop(name)
        self.unwritten = True
        if last is not None:
            self.contents[name] = (last,)

    def settle(self, directory: Path) -> bool:
        """Find out what has happened of that which a process that died had announced; returns whether it left any."""
        pending = [name for name, states in self.contents.items() if len(states) > 1]
        for name in pending:
            states, path = self.contents[name], directory / name
            if not path.exists():
                self.contents[name] = (None,) if None in states else states[-1:]
            else:
                content = files.read(path)
                self.contents[name] = next(((state,) for state in states if state and state.fits(content)), states[-1:])
        self.contents = {name: states for name, states in self.contents.items() if states != (None,)}
        return bool(pending)

    def may_be_missing(self, name: str) -> bool:
        """Whether there need be no such file."""
        return None in self.contents.get(name, (None,))

    def knows(self, name: str, content: bytes) -> bool:
        """Whether dlx wrote this content under this name."""
        return any(state is not None and state.fits(content) for state in self.contents.get(name, ()))

    def fault(self, name: str, content: bytes) -> str | None:
        """What is wrong with the file that holds ``content``; None where it is as it was written."""
        states = [state for state in self.contents.get(name, ()) if state is not None]
        if not states:
            return "was not written by dlx" if self.complete else None
        if self.knows(name, content):
            return None
        size = states[-1].size
        if len(content) < size:
            return f"is damaged: {len(content):,} of its {size:,} bytes are there"
        if len(content) == size or states[-1].grows:
            return f"is damaged, or was edited: its SHA-256 is not the one in {MANIFEST}"
        return f"was edited, or is damaged: dlx wrote {size:,} bytes, it has {len(content):,}"


class JointChange:
    """Changes of files that a manifest names all at once, before the first of them is made."""

    def __init__(self) -> None:
        self._changes: list[tuple[str, bytes | memoryview | None]] = []

    def write(self, name: str, content: bytes | memoryview) -> None:
        """Note that a file, which has been announced, is to be written."""
        self._changes.append((name, content))

    def confirm(self, name: str) -> None:
        """Note that what was announced of this file has happened already, once what was noted before it has."""
        self._changes.append((name, None))

    def content(self, name: str) -> bytes | memoryview | None:
        """What a file is going to hold; None where it is not to be written."""
        contents = (content for changed, content in reversed(self._changes) if changed == name)
        return next((content for content in contents if content is not None), None)

    def make(self, manifest: Manifest, directory: Path, durable: bool) -> None:
        """Make the changes, in their order; raises EnvironmentProblem where a file cannot be written."""
        if not self._changes:
            return
        manifest.write(directory, durable)
        for name, content in self._changes:
            if content is not None:
                files.write_atomically(directory / name, content, durable)
            manifest.confirm(name)


def write_output(name: str, path: Path, content: bytes, is_ours: Callable[[bytes], bool]) -> None:
    """Write where an option of the user says: a new file, or over one of its kind that dlx made; into a pipe or device.

    Args:
        name: of the option, such as ``out``, for the message.
        path: a link is followed.
        content: of the file.
        is_ours: whether a file's content is of the same kind and was made by dlx.

    Raises:
        UsageError: there is a directory, a file of the user, or a file that a run keeps.
        EnvironmentProblem: it cannot be written.
    """
    place = path.resolve() if path.is_symlink() else path
    if place.is_dir():
        raise UsageError(f"{option(name, path)}: is a directory: the name of a file is needed")
    if place.exists() and not place.is_file():  # a pipe or a device, which a new file is not to replace
        with files.writing(path), place.open("wb") as file:
            file.write(content)
        return
    if place.is_file() and (before := files.read(place)) and not is_ours(before):
        raise UsageError(f"{option(name, path)}: is there already, and dlx made no such file: give another name")
    if place.name in _own_names(place.parent):
        raise UsageError(
            f"{option(name, path)}: belongs to the files that dlx keeps in {place.parent}: give another name"
        )
    files.write_atomically(place, content)


def _own_names(directory: Path) -> Iterable[str]:
    """The names of the files that dlx wrote into one of its directories; of any other directory none."""
    manifest = files.unless_damaged(lambda: Manifest.read(directory), None)
    return manifest.contents if manifest else ()


def refuse_links(directory: Path) -> None:
    """Raise UsageError where the directory or something in it is a symbolic link: it could lead to anybody's files."""
    for path in (directory, *(directory.iterdir() if directory.is_dir() else ())):
        if path.is_symlink():
            raise UsageError(
                f"{path}: is a link to {path.readlink()}; dlx follows no links inside its directories "
                "(put what it points to in its place, or remove it)"
            )


def _content(state: dict[str, Any] | None) -> Content | None:
    if state is None:
        return None
    size, digest, grows = state["bytes"], state["sha256"], state.get("grows", False)
    if type(size) is not int or type(digest) is not str or type(grows) is not bool:
        raise TypeError(f"no content: {state}")
    return Content(size, digest, grows)
