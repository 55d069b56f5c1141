"""The examples in docstrings: each of them runs, and gives what stands below it."""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = re.compile(r"^ *>>> ", re.MULTILINE)


def modules_with_examples() -> dict[str, int]:
    """Each module of dlx that has examples, and how many."""
    counts: dict[str, int] = {}
    for path in sorted((ROOT / "dlx").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if count := len(EXAMPLE.findall(path.read_text(encoding="utf-8"))):
            counts[".".join(part for part in parts if part != "__init__")] = count
    return counts


@pytest.mark.parametrize(("module", "count"), modules_with_examples().items())
def test_examples_are_right(module: str, count: int) -> None:
    results = doctest.testmod(import_module(module))
    assert (results.failed, results.attempted) == (0, count)
