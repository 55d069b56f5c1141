"""The topics of the gallery: what each shows, and the results that were written for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from dlx.search.study_file import load_study
from dlx.yaml_loader import load

ROOT = Path(__file__).parents[1]
RESULTS, PICTURES = ROOT / "results", ROOT / "pictures"


@dataclass(frozen=True)
class Topic:
    """One topic: its name is that of its Make target, of its results and of its pictures."""

    name: str
    title: str
    shows: str
    study: Path
    pictures: tuple[str, ...]

    @property
    def results_file(self) -> Path:
        """Where its numbers are kept."""
        return RESULTS / f"{self.name}.json"

    def picture_file(self, picture: str) -> Path:
        """Where one of its pictures is kept."""
        return PICTURES / f"{self.name}_{picture}.png"

    def digest(self) -> str:
        """SHA-256 of everything that decides its results: the study with its base, every default filled in."""
        return sha256(load_study(self.study).plan.text().encode()).hexdigest()

    def results(self) -> dict[str, Any]:
        """What was written when it was last reproduced."""
        found: dict[str, Any] = json.loads(self.results_file.read_text(encoding="utf-8"))
        return found


def topics(names: Sequence[str] = ()) -> list[Topic]:
    """Those of these names, or all, in the order of the gallery."""
    told = load(ROOT / "topics.yaml").plain()
    unknown = [name for name in names if name not in told]
    if unknown:
        raise SystemExit(f"there is no topic {unknown[0]!r} (allowed {', '.join(told)})")
    return [
        Topic(name, one["title"], one["shows"], (ROOT / one["study"]).resolve(), tuple(one["pictures"]))
        for name, one in told.items()
        if not names or name in names
    ]
