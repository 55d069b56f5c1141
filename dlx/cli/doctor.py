"""``dlx doctor``: the facts about this installation that a bug report needs."""

from __future__ import annotations

from typing import Any

from dlx.cli.options import Json
from dlx.cli.rows import print_rows


def doctor(json: Json = False) -> None:
    """Print the facts that a bug report needs."""
    from dlx import render

    facts = _facts()
    if json:
        render.facts({"schema_version": 1} | facts, json=True)
        return
    groups = [(name, value if isinstance(value, dict) else {"": value}) for name, value in facts.items()]
    print_rows([(f"{name} {key}".strip(), str(fact)) for name, group in groups for key, fact in group.items()])


def _facts() -> dict[str, Any]:
    import locale
    import os
    import sys
    from pathlib import Path

    import dlx
    from dlx.provenance import blas, versions
    from dlx.threads import available

    return {
        "versions": versions(),
        "packages": _packages(),
        "blas": blas() or "not recognized",
        "cores": available(),
        "executable": sys.executable,
        "installed_in": str(Path(dlx.__file__).parent),
        "encoding": f"{sys.stdout.encoding}, files {locale.getpreferredencoding(False)}",
        "terminal": os.environ.get("TERM", "") if sys.stdout.isatty() else "none",
        "environment": {name: value for name, value in sorted(os.environ.items()) if _matters(name)},
    }


def _packages() -> dict[str, str]:
    """The version of every package that dlx requires or can use, as its metadata names them."""
    import re
    from importlib.metadata import PackageNotFoundError, requires, version

    found: dict[str, str] = {}
    for requirement in requires("dlx") or []:
        name = re.split(r"[^A-Za-z0-9._-]", requirement)[0]
        if "extra == 'dev'" in requirement:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _matters(variable: str) -> bool:
    """Whether an environment variable can change what dlx computes or how it prints."""
    return variable.endswith("_NUM_THREADS") or variable in ("NO_COLOR", "COLUMNS", "PYTHONPATH", "PYTHONHASHSEED")
