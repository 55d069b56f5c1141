"""``dlx doctor``: the facts about this installation that a bug report needs, and the health of a run's files."""

from __future__ import annotations

import locale
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import dlx
from dlx.cli.options import Json
from dlx.cli.rows import print_rows
from dlx.errors import DataError, UsageError
from dlx.extras import name_of, requirements
from dlx.language import translated
from dlx.runs.integrity import health
from dlx.runs.training import provenance
from dlx.show import terminal
from dlx.training import threads

if TYPE_CHECKING:
    from dlx.runs.integrity.file_health import FileHealth

Directory = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN", help="A run, a search or a study whose files are to be verified.", show_default=False
    ),
]
Accept = Annotated[bool, typer.Option("--accept", help="Accept RUN's files as they are now, as if dlx had made them.")]


def doctor(run: Directory = None, json: Json = False, accept: Accept = False) -> None:
    """Print the facts that a bug report needs, or verify the files of a run: exit code 5 where one is faulty."""
    if run is not None:
        if not _verify(run, json, accept):
            raise DataError
        return
    if accept:
        raise UsageError("--accept takes the files of a RUN as they are: name one")
    facts = _facts()
    if json:
        terminal.document(facts)
        return
    groups = [(name, value if isinstance(value, dict) else {"": value}) for name, value in facts.items()]
    print_rows(
        [
            (f"{translated(name)} {key}".strip(), translated(str(fact)))
            for name, group in groups
            for key, fact in group.items()
        ]
    )


def _verify(run: str, json: bool, accept: bool) -> bool:
    """Print the health of a directory; returns whether it is intact."""
    directory = health.directory_of(run)
    if accept:
        directory.accept_files()
    result = health.health(directory)
    if json:
        terminal.document(result.document())
    else:
        status = [(translated("status"), translated(result.status.replace("_", " ")))] if result.status else []
        print_rows([(translated("directory"), str(result.path)), *status])
        print_rows([(file.name, _state(file)) for file in result.files])
        print_rows([(translated("advice"), translated(sentence)) for sentence in result.advice])
    return result.intact


def _state(file: FileHealth) -> str:
    return ": ".join(translated(text) for text in (file.state, file.what) if text)


def _facts() -> dict[str, Any]:
    return {
        "versions": provenance.versions(),
        "packages": _packages(),
        "blas": provenance.blas() or "not recognized",
        "cores": threads.available(),
        "executable": sys.executable,
        "installed_in": str(Path(dlx.__file__).parent),
        "encoding": f"{sys.stdout.encoding}, files {locale.getpreferredencoding(False)}",
        "terminal": os.environ.get("TERM", "") if sys.stdout.isatty() else "none",
        "environment": {name: value for name, value in sorted(os.environ.items()) if _matters(name)},
    }


def _packages() -> dict[str, str]:
    """The version of every package that dlx requires or can use, as its metadata names them."""
    packages: dict[str, str] = {}
    for requirement in requirements():
        name = name_of(requirement)
        if "extra == 'dev'" in requirement:
            continue
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = "not installed"
    return packages


def _matters(variable: str) -> bool:
    """Whether an environment variable can change what dlx computes or how it prints."""
    return variable.endswith("_NUM_THREADS") or variable in ("NO_COLOR", "COLUMNS", "PYTHONPATH", "PYTHONHASHSEED")
