"""The rules of the house, held by reading the source: imports go down only, and nn touches nothing but arrays."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dlx"

# Lowest floor first; a module may import its own floor and those below it.
FLOORS = (
    {"dlx", "__version__", "errors", "shell", "signals", "types", "visible"},
    {"component", "paths"},
    {"nn"},
    {"files", "manifest", "provenance", "records", "stored", "threads", "tree"},
    {"data", "first_parameters"},
    {"streams"},
    {"spec"},
    {"yaml_loader", "short_forms", "number_list", "contradictions", "spec_problems", "plugins", "schema"},
    {"trust"},
    {"spec_file", "starter"},
    {"layer_watch", "trail"},
    {"evaluation"},
    {"experiment"},
    {"train", "model"},
    {"runs", "past_runs", "run_references", "locked_directory", "metrics", "checkpoint", "gradcheck", "diagnose"},
    {"render", "plots", "report"},
    {"minimized"},
    {"repeat", "session", "inference"},
    {"rehearsal", "examination", "reporting", "comparison", "export", "search", "health"},
    {"run_plugins"},
    {"cli", "__main__"},
)
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}

ONLY_IN = {"rich": "render", "matplotlib": "plots", "typer": "cli"}

NN_STANDARD = {"__future__", "abc", "collections", "dataclasses", "functools", "itertools", "math", "typing"}
NN_IMPORTS = {*NN_STANDARD, "dlx", "numpy", "pydantic"}
NN_FORBIDDEN = re.compile(
    r"(open|print|input|exec|eval|breakpoint)"
    r"|np\.(load|save|savez|savez_compressed|loadtxt|savetxt|genfromtxt|fromfile|memmap)"
    r"|np\.random\.(?!(Generator|RandomState|BitGenerator)$)\w+"
    r"|.*\.(tofile|dump)"
)

TOP = {"pyproject.toml", "README.md", "dlx", "configs", "experiments", "tests", "Makefile", "LICENSE", "CHANGELOG.md"}
MADE_BY_COMMANDS = {"runs", "build", "dist"}
SOMEBODYS_MACHINE = re.compile(r"(?<![\w.~])/(?:work|root|home|Users|opt|mnt)/\w|\bissues? #?\d")


@dataclass(frozen=True)
class Import:
    """A module that is imported, where, and whether only when a function runs."""

    module: str
    line: int
    inside_function: bool


class Imports(ast.NodeVisitor):
    """Collects what a module imports; what stands under TYPE_CHECKING is never imported."""

    def __init__(self, source: str) -> None:
        self.found: list[Import] = []
        self._depth = 0
        self.visit(ast.parse(source))

    def visit_Import(self, node: ast.Import) -> None:
        self.found += [Import(alias.name, node.lineno, self._depth > 0) for alias in node.names]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        modules = [f"dlx.{alias.name}" for alias in node.names] if module == "dlx" else [module]
        self.found += [Import(name, node.lineno, self._depth > 0) for name in modules]

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) not in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._depth += 1
        self.generic_visit(node)
        self._depth -= 1


def room(module: str) -> str:
    """The part of dlx that a module belongs to: ``dlx.nn.layers`` → ``nn``."""
    return [*module.split("."), "dlx"][1]


def faults(module: str, source: str) -> list[str]:
    """What in the source of a module of dlx breaks a rule of the house."""
    here = room(module)
    found = [f"{module}:{i.line} imports {i.module}: {why}" for i in Imports(source).found for why in wrong(here, i)]
    return found + ([f"{module}:{line}" for line in impurities(source)] if here == "nn" else [])


def wrong(here: str, imported: Import) -> Iterator[str]:
    """Why this import may not stand in this room."""
    top = imported.module.split(".")[0]
    if top == "":
        yield "relative"
    if top == "dlx" and room(imported.module) not in FLOOR:
        yield "it has no floor in this test"
    elif top == "dlx" and FLOOR[room(imported.module)] > FLOOR[here]:
        yield f"it stands above {here}"
    if ONLY_IN.get(top, here) != here:
        yield f"only {ONLY_IN[top]} may"
    if top == "matplotlib" and not imported.inside_function:
        yield "only where a picture is drawn"
    if here == "nn" and top not in NN_IMPORTS:
        yield "nn is arrays in, arrays out"
    if here == "cli" and not imported.inside_function and slows_start(imported.module):
        yield "the command line starts without it"


def slows_start(module: str) -> bool:
    """Whether ``dlx --help`` should do without it."""
    top = module.split(".")[0]
    return room(module) not in FLOORS[0] | {"cli"} if top == "dlx" else top not in {*sys.stdlib_module_names, "typer"}


def impurities(source: str) -> Iterator[str]:
    """Uses of files, the terminal and global randomness."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name | ast.Attribute) and NN_FORBIDDEN.fullmatch(ast.unparse(node)):
            yield f"{node.lineno} uses {ast.unparse(node)}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("np.random."):
            yield f"{node.lineno} makes randomness: it is an argument in nn"


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


@pytest.mark.parametrize(("module", "path"), [pytest.param(*pair, id=pair[0]) for pair in modules()])
def test_module_keeps_the_rules(module: str, path: Path) -> None:
    assert room(module) in FLOOR, "a new room needs its floor: add it to FLOORS"
    assert faults(module, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("dlx.nn.layers", "from dlx.spec import Layer", "dlx.nn.layers:1 imports dlx.spec: it stands above nn"),
        ("dlx.train", "def f():\n    from dlx import runs", "dlx.train:2 imports dlx.runs: it stands above train"),
        ("dlx.errors", "import dlx.component", "it stands above errors"),
        ("dlx.train", "from dlx.helpers import f", "it has no floor"),
        ("dlx.nn.losses", "from . import tape", "relative"),
        ("dlx.runs", "from rich.table import Table", "only render may"),
        ("dlx.report", "def f():\n    import matplotlib.pyplot", "only plots may"),
        ("dlx.plots", "from matplotlib.figure import Figure", "only where a picture is drawn"),
        ("dlx.cli.train", "import numpy as np", "the command line starts without it"),
        ("dlx.cli.train", "from dlx.spec_file import load_spec", "the command line starts without it"),
        ("dlx.nn.layers", "import time", "nn is arrays in, arrays out"),
        ("dlx.nn.layers", "def f(W):\n    print(W)", "2 uses print"),
        ("dlx.nn.layers", "open('W.txt')", "1 uses open"),
        ("dlx.nn.layers", "W = np.load('W.npy')", "1 uses np.load"),
        ("dlx.nn.layers", "np.random.seed(1)", "1 uses np.random.seed"),
        ("dlx.nn.layers", "np.random.RandomState(1)", "makes randomness"),
    ],
)
def test_planted_fault_is_caught(module: str, source: str, fault: str) -> None:
    assert any(fault in found for found in faults(module, source))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("dlx.data.dataset", "if TYPE_CHECKING:\n    from dlx.spec import Data"),
        ("dlx.nn.layers", "def f(rng: np.random.Generator): return rng.random(3)"),
        ("dlx.cli.train", "import typer\nfrom dlx.errors import DlxError\ndef f():\n    from dlx import train, render"),
        ("dlx.plots", "def f():\n    from matplotlib.figure import Figure"),
    ],
)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    assert faults(module, source) == []


def python_files() -> list[Path]:
    return [path for folder in ("dlx", "experiments", "tests") for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_file_opens_with_one_sentence(path: Path) -> None:
    opening = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    assert opening.endswith("."), "a file opens with a sentence that says what it is"
    assert not re.search(r"[.!?]\s+[A-Z]", opening), "one sentence, then an empty line"


def test_top_of_the_house_holds_only_what_belongs_there() -> None:
    names = {path.name for path in ROOT.iterdir() if path.name[0] != "." and path.suffix != ".egg-info"}
    assert names - MADE_BY_COMMANDS <= TOP


def test_no_file_speaks_of_somebodys_machine() -> None:
    places = [ROOT / name for name in (*TOP, ".ci", ".gitignore")]
    files = [
        file
        for place in places
        for file in (place, *place.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    texts = (
        (file, file.read_bytes().decode("utf-8", errors="replace"))
        for file in files
        if file.suffix not in {".npz", ".gz", ".png"}
    )
    assert [
        f"{file.relative_to(ROOT)}: {found[0]}" for file, text in texts if (found := SOMEBODYS_MACHINE.search(text))
    ] == []


def test_words_about_somebodys_machine_are_noticed() -> None:
    assert all(map(SOMEBODYS_MACHINE.search, ("see /home" + "/ann/x", "as issue" + " 7 says")))
    assert not SOMEBODYS_MACHINE.search("runs/digits, ~/work/x, https://example.org/opt/x, the issue")
