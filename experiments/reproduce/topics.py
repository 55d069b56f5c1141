"""The topics of the gallery: what each shows, by which studies and measurements, and what was written for it."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from dlx.files import to_json
from dlx.search.study.claim_parser import parse_claim
from dlx.search.study.claims import Claim
from dlx.search.study.file import load_study
from dlx.spec.yaml_text.reading import load

ROOT = Path(__file__).parents[1]
RESULTS, PICTURES = ROOT / "results", ROOT / "pictures"


@dataclass(frozen=True)
class Part:
    """A study, or where the subject is not a training run a measurement: a file of Python with its claims beside it."""

    file: Path
    pictures: Mapping[str, str]  # of a study each with its message; a measurement writes its own
    expect: tuple[tuple[Claim, str | None], ...] = ()  # of a measurement; a study has its own
    reads: tuple[Path, ...] = ()  # results that a measurement is made of

    @property
    def name(self) -> str:
        """That of its file; pictures are named by it."""
        return self.file.stem

    @property
    def is_study(self) -> bool:
        """Rather than a measurement."""
        return self.file.suffix == ".yaml"

    def picture_file(self, picture: str) -> Path:
        """Where one of its pictures is kept."""
        return PICTURES / f"{self.name}_{picture}.png"

    def files_of(self, picture: str) -> tuple[Path, Path]:
        """The same with its dark twin, for readers of light text on a dark page."""
        light = self.picture_file(picture)
        return light, light.with_name(f"{light.stem}_dark.png")

    def digest(self) -> str:
        """SHA-256 of everything that decides its results: a study with its base and every default, or the code.

        Where code imports from does not count.
        """
        if self.is_study:
            return sha256(load_study(self.file).plan.text().encode()).hexdigest()
        claims = [[claim.text, why] for claim, why in self.expect]
        reads = [file.read_bytes() for file in self.reads]
        return sha256(b"".join([_code(self.file).encode(), *reads, to_json(claims)])).hexdigest()


def _code(file: Path) -> str:
    """The text of a module without its imports and empty lines."""
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for number in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                lines[number - 1] = ""
    return "\n".join(filter(str.strip, lines))


@dataclass(frozen=True)
class Topic:
    """One topic: its name is that of its Make target and of its results."""

    name: str
    title: str
    shows: str
    parts: tuple[Part, ...]
    question: str = ""
    lesson: str = ""  # five sentences
    command: str = ""  # that turns one knob
    then: str = ""

    @property
    def results_file(self) -> Path:
        """Where its numbers are kept."""
        return RESULTS / f"{self.name}.json"

    def results(self) -> dict[str, Any]:
        """What was written when it was last reproduced: of each part its document."""
        results: dict[str, Any] = json.loads(self.results_file.read_text(encoding="utf-8"))
        return results

    def is_reproduced(self) -> bool:
        """Whether there are results of all its parts."""
        return self.results_file.exists() and list(self.results()) == [part.name for part in self.parts]


def topics(names: Sequence[str] = ()) -> list[Topic]:
    """Those of these names, or all, in the order of the gallery."""
    sections, lessons = (load(ROOT / name).plain() for name in ("topics.yaml", "lessons.yaml"))
    unknown = [name for name in names if name not in sections]
    if unknown:
        raise SystemExit(f"there is no topic {unknown[0]!r} (allowed {', '.join(sections)})")
    return [
        Topic(
            name, section["title"], section["shows"], tuple(_part(each) for each in section["parts"]), **lessons[name]
        )
        for name, section in sections.items()
        if not names or name in names
    ]


def _part(section: dict[str, Any]) -> Part:
    listed = section.get("pictures", ())
    pictures = listed if isinstance(listed, dict) else dict.fromkeys(listed, "")
    if "study" in section:
        return Part((ROOT / section["study"]).resolve(), pictures)
    expect = tuple(
        (parse_claim(claim), None) if isinstance(claim, str) else (parse_claim(claim["claim"]), claim.get("why"))
        for claim in section["expect"]
    )
    reads = tuple(ROOT / name for name in section.get("reads", ()))
    return Part(ROOT / section["measure"], pictures, expect, reads)
