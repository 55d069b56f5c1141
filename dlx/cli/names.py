"""The names that a shell completes, read off the program and kept in a file, since reading them takes a second.

``python -m dlx.cli.names`` writes ``names.json`` beside this file; ``make schema`` does so, too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dlx.diagnose.fail_on import NAMES
from dlx.guide.explain import topics
from dlx.runs.export.formats import TARGETS
from dlx.runs.export.tracking import TRACKERS
from dlx.runs.reading.listing import COLUMNS
from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile
from dlx.spec.keys import Key, keys
from dlx.spec.schema import choices_of, components

FILE = Path(__file__).with_name("names.json")


def names() -> dict[str, Any]:
    """Keys with their values, components by kind, and all else that can be named."""
    return {
        "keys": _with_values(keys()),
        "tune": _with_values(keys(TuneFile)),
        "study": _with_values(keys(StudyFile)),
        "kinds": {kind: list(members) for kind, members in components().items()},
        "sections": sorted({path.rpartition(".")[0] for path in keys() if "." in path} - components().keys()),
        "topics": sorted(set(topics([TuneFile, StudyFile]))),
        "fail_on": list(NAMES),
        "columns": list(COLUMNS),
        "formats": [*TARGETS, *TRACKERS],
    }


def _with_values(spec_keys: dict[str, Key]) -> dict[str, list[str]]:
    return {path: _values(key) for path, key in spec_keys.items()}


def _values(key: Key) -> list[str]:
    """What may stand behind a key, as far as it can be listed."""
    if key.family is not None:
        names = list(key.family.members())
        return [f"[{name}]" for name in names] if key.step.shape.entries else names
    choices = [str(choice) for choice in choices_of(key.step.options, key.step.key) if isinstance(choice, str)]
    if "true or false" in key.allowed():
        choices += ["true", "false"]
    default = key.default()
    return choices or ([str(default)] if isinstance(default, int | float) and default else [])


if __name__ == "__main__":
    FILE.write_text(json.dumps(names(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
