"""A case of the bench: one or more faults put into dlx from outside, and what was wrong with its answer."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .bits import Bits, bits, differences
from .commands import Ended, call

RUN = "run"
SPEC = "spec.yaml"


@dataclass(frozen=True)
class Case:
    """What is injected, by name, how many injections that is, and the judge of it."""

    name: str
    judge: Callable[[Path], list[str]]  # in an empty folder: what was wrong, a line for each injection
    injections: int = 1


@dataclass(frozen=True)
class Bench:
    """The seed, how much of the whole is done, and a folder for what several cases need."""

    seed: int
    share: float
    folder: Path

    def numbers(self, count: int) -> list[int]:
        """This bench's share of the first whole numbers, one at least."""
        sample = random.Random(self.seed).sample(range(count), max(1, round(self.share * count)))
        return sorted(sample)

    def draw(self, cases: Sequence[Case], most: int | None = None) -> list[Case]:
        """This bench's share of them; of a whole bench ``most``."""
        sample = random.Random(self.seed).sample(range(len(cases)), min(len(cases), most or len(cases)))
        return [cases[sample[number]] for number in self.numbers(len(sample))]

    def of_all_kinds(self) -> Bench:
        """The bench that shares with those of all other kinds what is in its folder."""
        return replace(self, folder=self.folder.parent)

    def shared(self, name: str, make: Callable[[Path], None]) -> Path:
        """The folder of that name, made when it is first needed, whole or not at all."""
        path = self.folder / name
        if not path.exists():
            unfinished = Path(tempfile.mkdtemp(dir=self.folder))
            make(unfinished)
            try:
                unfinished.rename(path)
            except OSError:  # another process was first
                shutil.rmtree(unfinished)
        return path


def copy(source: Path, target: Path) -> None:
    """Copy what is in a folder, links as links."""
    shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content, and every link with its target."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir()]
    return {
        str(path.relative_to(folder)): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in paths
    }


def troubles(ended: Sequence[Ended]) -> list[str]:
    """What none of these commands may have done."""
    return [end.trouble for end in ended if end.trouble]


def finish(commands: Sequence[Sequence[str]], folder: Path) -> tuple[list[str], list[Ended]]:
    """Try commands until one ends well, as a user would; what is wrong if none does, and what each did."""
    ended: list[Ended] = []
    for arguments in commands:
        ended.append(call(arguments, folder))
        if ended[-1].code == 0 or ended[-1].trouble:
            break
    if wrong := troubles(ended):
        return wrong, ended
    answers = "; ".join(f"{end} → {end.code}: {end.last_line}" for end in ended)
    return ([] if ended[-1].code == 0 else [f"nothing goes on: {answers}"]), ended


def same_bits(expected: Bits, folder: Path) -> list[str]:
    """What is not as it should be in a folder, in a line."""
    changes = differences(expected, bits(folder))
    return [", ".join(changes)] if changes else []
