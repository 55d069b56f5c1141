"""The rules of the house, held by reading the source: imports go down only, and nn touches nothing but arrays."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "dlx"

# Lowest first; a module may import its own room and those before it, wherever in the file the import stands.
ROOMS = (
    "language", "text", "calls", "synonyms", "errors", "extras", "words", "types", "events", "registry", "component",
    "plain_data", "locks", "files", "nn", "stats", "data", "spec", "training", "documents", "gradcheck", "diagnose",
    "show", "runs", "search", "api", "sklearn", "lab", "guide", "cli", "__main__",
)  # fmt: skip
# Of the rooms with sub-rooms: from which of these a sub-room takes something. All others do not know each other.
BESIDE: dict[str, dict[str, tuple[str, ...]]] = {
    "data": {
        "files": (),
        "values": (),
        "text_tables": ("files", "values"),
        "rows": ("values",),
        "targets": ("values",),
        "splitting": ("values", "targets"),
        "formats": ("files", "values", "text_tables", "rows", "splitting"),
        "profile": ("values", "text_tables", "formats"),
    },
    "diagnose": {
        "remedies": (),
        "data": ("remedies",),
        "models": ("data",),
        "before": ("remedies", "data", "models"),
        "after": ("remedies", "data", "models", "before"),
        "steps": ("remedies", "data", "models", "before", "after"),
    },
    "show": {"charts": (), "terminal": ("charts",), "pictures": ("charts",), "page": ("charts",)},
    "runs": {
        "files": (),
        "reading": ("files",),
        "predictions": ("files", "reading"),
        "compare": ("files", "reading", "predictions"),
        "training": ("files", "reading", "predictions", "compare"),
        "before": ("files", "reading", "training"),
        "diagnosis": ("files", "reading", "predictions", "training"),
        "integrity": ("files", "reading"),
        "export": ("files", "reading", "predictions"),
    },
    "search": {
        "trials": (),
        "repair": ("trials",),
        "tune": ("trials",),
        "study": ("trials",),
        "learning_curve": ("trials",),
        "folds": ("trials",),
    },
}
LIGHT = {
    "dlx",
    "__version__",
    "language",
    "text",
    "calls",
    "synonyms",
    "errors",
    "words",
    "types",
}  # what a command starts with
ALSO_LIGHT = {"dlx.runs.training.signals", "dlx.data.files.reading"}
# What is imported before the command is known.
FIRST = {
    *("dlx", "dlx.__main__", "dlx.cli", "dlx.cli.late_imports", "dlx.cli.messages", "dlx.cli.remarks"),
    *("dlx.cli.standard_streams", "dlx.cli.reading_bar", "dlx.cli.commands", "dlx.cli.layout", "dlx.cli.loading"),
    "dlx.cli.quiet",
}
# What is imported where it is used: the command line, so that Ctrl-C is heeded meanwhile, and what needs Optuna.
OPTIONAL = {("dlx.__main__", "dlx.cli"), ("dlx.search.tune.methods", "dlx.search.tune.tpe")}
ONLY_IN = {
    "rich": "dlx.show.terminal",
    "matplotlib": "dlx.show.pictures",
    "typer": "dlx.cli",
    "yaml": "dlx.spec.yaml_text",
    "onnx": "dlx.runs.export",
    "pyarrow": "dlx.data",
    "openpyxl": "dlx.data",
    "h5py": "dlx.data",
    "scipy": "dlx.data",
    "PIL": "dlx.data",
    "distributed": "dlx.search.trials",
    "optuna": "dlx.search.tune",
    "tensorboard": "dlx.runs.export",
    "mlflow": "dlx.runs.export",
    "sklearn": "dlx.sklearn",
    "tornado": "dlx.lab",
}

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
    """A module that is imported, where, and whether only when a function runs, or for types alone."""

    module: str
    line: int
    in_function: bool
    for_types: bool

    @property
    def later(self) -> bool:
        """Whether the module comes without it at first."""
        return self.in_function or self.for_types


class Imports(ast.NodeVisitor):
    """Collects what a module imports, also for types alone and inside functions."""

    def __init__(self, tree: ast.Module) -> None:
        self.imports: list[Import] = []
        self._inside_function = self._for_types = False
        self.visit(tree)

    def visit_Import(self, node: ast.Import) -> None:
        self._add([alias.name for alias in node.names], node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        names = [f"{module}.{alias.name}" for alias in node.names]
        self._add([name if is_module(name) else module for name in names], node.lineno)

    def _add(self, modules: list[str], line: int) -> None:
        where = self._inside_function, self._for_types
        self.imports += [Import(module, line, *where) for module in dict.fromkeys(modules)]

    def visit_If(self, node: ast.If) -> None:
        before, self._for_types = self._for_types, ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
        self.generic_visit(node)
        self._for_types = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        before, self._inside_function = self._inside_function, True
        self.generic_visit(node)
        self._inside_function = before


@cache
def is_module(name: str) -> bool:
    """Whether there is a module of dlx of this dotted name."""
    path = ROOT / Path(*name.split("."))
    return name.startswith("dlx.") and (path.with_suffix(".py").is_file() or (path / "__init__.py").is_file())


def room(module: str) -> str:
    """The part of dlx that a module belongs to: ``dlx.nn.layers`` → ``nn``."""
    return [*module.split("."), "dlx"][1]


def sub_room(module: str) -> str:
    """The part of its room that a module belongs to: ``dlx.show.page.page`` → ``page``; nothing in the room itself."""
    name = f"{module}..".split(".")[2]
    return name if name in BESIDE.get(room(module), {}) else ""


def height(module: str) -> int:
    """The place of a module's room among them all; that of the package itself is below them."""
    return ROOMS.index(room(module)) if room(module) in ROOMS else -1


def faults(module: str, tree: ast.Module) -> list[str]:
    """What in a module of dlx breaks a rule of the house."""
    return [*forbidden(module, Imports(tree).imports), *impure(module, ast.walk(tree))]


def forbidden(module: str, imports: list[Import]) -> Iterator[str]:
    """What a module imports and may not."""
    yield from (f"{module}:{i.line} imports {i.module}: {why}" for i in imports for why in wrong(module, i))


def impure(module: str, nodes: Iterable[ast.AST]) -> Iterator[str]:
    """What a module of nn does that is no arithmetic."""
    if room(module) == "nn":
        yield from (f"{module}:{line}" for line in impurities(nodes))


def wrong(module: str, imported: Import) -> Iterator[str]:
    """Why this import may not stand in this module."""
    top, here = imported.module.split(".")[0], room(module)
    if top == "":
        yield "relative"
    if top == "dlx" and room(imported.module) not in (*ROOMS, "dlx", "__version__"):
        yield "it is no room of the house"
    elif top == "dlx" and height(imported.module) > height(module):
        yield f"it stands above {here}"
    if room(imported.module) == here and (there := sub_room(imported.module)):
        mine = sub_room(module)
        if mine not in ("", there) and there not in BESIDE[here][mine]:
            yield f"{mine} does not know {there}"
    if not f"{module}.".startswith(f"{ONLY_IN.get(top, module)}."):
        yield f"only {ONLY_IN[top]} may"
    if top == "matplotlib" and not imported.later:
        yield "only where a picture is drawn"
    natively = {"ctypes", "llvmlite", "sys", "threading"} if module.startswith("dlx.nn.compiled.") else set()
    if here == "nn" and top not in NN_IMPORTS | natively:
        yield "nn is arrays in, arrays out"
    if module in FIRST and not imported.later and slows_start(imported.module):
        yield "the command line starts without it"
    if top == "dlx" and imported.in_function and (module, imported.module) not in OPTIONAL:
        yield "it belongs to the top of the module"


def slows_start(module: str) -> bool:
    """Whether ``dlx --help`` should do without it."""
    top = module.split(".")[0]
    if top == "dlx":
        return room(module) not in LIGHT and module not in ALSO_LIGHT | FIRST
    return top not in {*sys.stdlib_module_names, "typer"}


def impurities(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Uses of files, the terminal and global randomness."""
    for node in nodes:
        if isinstance(node, ast.Name | ast.Attribute) and NN_FORBIDDEN.fullmatch(ast.unparse(node)):
            yield f"{node.lineno} uses {ast.unparse(node)}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("np.random."):
            yield f"{node.lineno} makes randomness: it is an argument in nn"


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("dlx.nn.layers", "from dlx.spec import loader", "dlx.nn.layers:1 imports dlx.spec.loader: it stands above nn"),
        (
            "dlx.training.fit",
            "def f():\n    from dlx import runs",
            "dlx.training.fit:2 imports dlx.runs: it stands above",
        ),
        ("dlx.data.dataset", "if TYPE_CHECKING:\n    from dlx.spec.sections import Spec", "it stands above data"),
        ("dlx.errors", "import dlx.component", "it stands above errors"),
        ("dlx.training.fit", "from dlx.helpers import f", "it is no room of the house"),
        ("dlx.nn.losses", "from . import tape", "relative"),
        ("dlx.search.tune.tuner", "from dlx.search.repair import race", "tune does not know repair"),
        ("dlx.search.trials.pool", "from dlx.search.tune.tuner import Tuning", "trials does not know tune"),
        ("dlx.show.page.page", "def f():\n    from dlx.show.terminal import lines", "page does not know terminal"),
        ("dlx.diagnose.before.checks", "from dlx.diagnose import after", "before does not know after"),
        (
            "dlx.runs.compare.run",
            "if TYPE_CHECKING:\n    from dlx.runs.export import code",
            "compare does not know export",
        ),
        ("dlx.show.pictures.curves", "from rich.table import Table", "only dlx.show.terminal may"),
        ("dlx.show.page.page", "def f():\n    import matplotlib.pyplot", "only dlx.show.pictures may"),
        ("dlx.show.pictures.curves", "from matplotlib.figure import Figure", "only where a picture is drawn"),
        ("dlx.spec.loader", "import yaml", "only dlx.spec.yaml_text may"),
        ("dlx.show.page.page", "from dlx.show.terminal import summary", "page does not know terminal"),
        ("dlx.show.charts.curves", "from dlx.show.page.page import page", "charts does not know page"),
        ("dlx.cli", "import numpy as np", "the command line starts without it"),
        ("dlx.cli", "from dlx.spec.loader import load_spec", "the command line starts without it"),
        ("dlx.cli", "from dlx.cli.train import train", "the command line starts without it"),
        ("dlx.cli.train", "def f():\n    from dlx.show import terminal", "it belongs to the top of the module"),
        ("dlx.nn.layers", "import time", "nn is arrays in, arrays out"),
        ("dlx.nn.layers", "def f(W):\n    print(W)", "2 uses print"),
        ("dlx.nn.layers", "open('W.txt')", "1 uses open"),
        ("dlx.nn.layers", "W = np.load('W.npy')", "1 uses np.load"),
        ("dlx.nn.layers", "np.random.seed(1)", "1 uses np.random.seed"),
        ("dlx.nn.layers", "np.random.RandomState(1)", "makes randomness"),
    ],
)
def test_planted_fault_is_caught(module: str, source: str, fault: str) -> None:
    assert any(fault in found for found in faults(module, ast.parse(source)))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("dlx.spec.loader", "if TYPE_CHECKING:\n    from dlx.data.dataset import Dataset"),
        ("dlx.nn.layers", "def f(rng: np.random.Generator): return rng.random(3)"),
        ("dlx.cli", "import typer\nfrom dlx.errors import DlxError"),
        ("dlx.search.tune.tuner", "from dlx.search.trials.pool import run_trials\nfrom dlx.search.tune import space"),
        ("dlx.diagnose.after.checks", "from dlx.diagnose.before import activations\nfrom dlx.diagnose import findings"),
        ("dlx.cli.train", "import typer\nfrom dlx.show import terminal"),
        ("dlx.show.page.page", "from dlx.show.charts.curves import Curves\nfrom dlx.show.page.words import section"),
        ("dlx.show.pictures.curves", "def f():\n    from matplotlib.figure import Figure"),
    ],
)
def test_what_is_allowed_passes(module: str, source: str) -> None:
    assert faults(module, ast.parse(source)) == []


def test_every_sub_room_has_its_place() -> None:
    for name, known in BESIDE.items():
        there = {path.parent.name for path in (PACKAGE / name).glob("*/__init__.py")}
        assert there <= known.keys()


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The groups of modules that import each other, however far around."""
    sorter, graph = TopologicalSorter(graph), dict(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = error.args[1]
        return [circle, *circles({name: set(to) - {circle[0]} for name, to in graph.items() if name != circle[0]})]
    return []


@cache
def import_graph() -> dict[str, set[str]]:
    """What each module imports of dlx."""
    names = dict(modules())
    return {
        name: {i.module for i in file_of(path).imports if i.module in names} - {name} for name, path in names.items()
    }


def test_no_module_imports_itself_through_others() -> None:
    assert circles(import_graph()) == []


OPENS_FILE = re.compile(r"(.*\.)?open|.*\.(read|write)_(text|bytes)")


def opened_in(tree: ast.Module) -> list[str]:
    """The calls that open a file."""
    calls = (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call for call in calls if OPENS_FILE.fullmatch(call)]


def test_nothing_that_nn_reaches_opens_a_file() -> None:
    graph, paths = import_graph(), dict(modules())
    reached = {name for name in graph if room(name) == "nn"}
    while further := {to for name in reached for to in graph[name]} - reached:
        reached |= further
    assert {"dlx.nn.tape", "dlx.component", "dlx.errors"} <= reached
    assert {name: opened for name in reached if (opened := opened_in(ast.parse(paths[name].read_bytes())))} == {}
    assert opened_in(ast.parse("open(x)\npath.open()\npath.read_text()\nopened(x)")) == [
        "open",
        "path.open",
        "path.read_text",
    ]


def test_circles_are_noticed() -> None:
    [circle] = circles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})
    assert set(circle) == {"a", "b", "c"}
    assert circles({"a": ["b"], "b": ["c"]}) == []


def test_the_house_has_exactly_these_rooms() -> None:
    there = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert there == {*ROOMS, "__init__"}


def unstated_encodings(nodes: Iterable[ast.AST]) -> Iterator[int]:
    """The lines where text is read or written in whatever encoding the system prefers."""
    for node in nodes:
        if not isinstance(node, ast.Call) or any(keyword.arg == "encoding" for keyword in node.keywords):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        modes = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        is_text = all(isinstance(mode, str) and re.fullmatch("[rwax+t]+", mode) for mode in modes)
        opens_text = name == "open" and is_text and len(modes) == len(node.args) < 2
        if opens_text or (name == "read_text" and not node.args) or (name == "write_text" and len(node.args) < 2):
            yield node.lineno


def test_an_unstated_encoding_is_noticed() -> None:
    for call, count in (("path.open()", 1), ("path.open('w')", 1), ("path.open('rb')", 0), ("path.read_text()", 1)):
        assert len(list(unstated_encodings(ast.walk(ast.parse(call))))) == count
    stated = ast.parse("path.write_text(text, encoding='ascii'); Run.open(path)")
    assert not list(unstated_encodings(ast.walk(stated)))


MOST_LINES, MOST_FUNCTION_LINES = 250, 40


def long_parts(source: str, nodes: Iterable[ast.AST]) -> Iterator[str]:
    """A module that is too long, and its functions that are."""
    if (lines := len(source.splitlines())) > MOST_LINES:
        yield f"the module has {lines} lines"
    for node in nodes:
        if not isinstance(node, ast.FunctionDef):
            continue
        assert node.end_lineno is not None
        if (lines := node.end_lineno - node.lineno + 1) > MOST_FUNCTION_LINES:
            yield f"{node.name} has {lines} lines"


def test_what_is_too_long_is_noticed() -> None:
    for source, long in (
        ("x = 1\n" * 251, ["the module has 251 lines"]),
        ("def f():\n" + "    x = 1\n" * 40, ["f has 41 lines"]),
        ("x = 1\n" * 250, []),
    ):
        assert list(long_parts(source, ast.walk(ast.parse(source)))) == long


def test_every_class_has_a_name_of_its_own() -> None:
    names = Counter(name for _, path in modules() for name in file_of(path).classes if not name.startswith("_"))
    assert [name for name, count in names.items() if count > 1] == []


# Names that say nothing of the thing. The texts of measurements are hashed for the gallery, the fields of documents are
# keys of JSON files, and one is also a number.
VAGUE = re.compile("told|found|one|some|given|known|said|made|kept|asked|shown|wanted|seen|drawn", re.IGNORECASE)
MEASUREMENTS, DOCUMENTS = ROOT / "experiments" / "measurements", PACKAGE / "documents"
NUMBER_ONE = {PACKAGE / "nn" / "activations.py", PACKAGE / "nn" / "functions.py"}


def vague_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Where a variable, an argument, an attribute, a function or a class has such a name."""
    for node in nodes:
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store(), lineno=line)
                | ast.Attribute(attr=name, ctx=ast.Store(), lineno=line)
                | ast.arg(arg=name, lineno=line)
                | ast.FunctionDef(name=name, lineno=line)
                | ast.ClassDef(name=name, lineno=line)
            ) if VAGUE.fullmatch(name.strip("_")):
                yield f"{line} {name}"


def is_named(path: Path) -> bool:
    """Whether the names in a file are held to that."""
    return path not in NUMBER_ONE and not {MEASUREMENTS, DOCUMENTS, ROOT / "tests"} & {*path.parents}


def test_vague_names_are_noticed() -> None:
    source = "class Told:\n    def made(self, given):\n        self._kept = found = [one for one in given]"
    assert [name.split()[1] for name in vague_names(ast.walk(ast.parse(source)))] == [
        "Told",
        "made",
        "given",
        "_kept",
        "found",
        "one",
    ]
    assert list(vague_names(ast.walk(ast.parse("estimate = made(found, given=1)")))) == []


FOLDERS = ("dlx", "experiments", "tests")


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


MODULES = {path: name for name, path in modules()}


@dataclass(frozen=True)
class File:
    """What the rules ask of a file."""

    faults: list[str]
    imports: list[Import]
    classes: list[str]


@cache
def file_of(path: Path) -> File:
    """A file, read once for all rules."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    nodes, imports = list(ast.walk(tree)), Imports(tree).imports if path in MODULES else []
    classes = [node.name for node in nodes if isinstance(node, ast.ClassDef)]
    return File([*faults_of(path, source, nodes, imports)], imports, classes)


def faults_of(path: Path, source: str, nodes: list[ast.AST], imports: list[Import]) -> Iterator[str]:
    """What in a file breaks a rule."""
    tree = nodes[0]
    assert isinstance(tree, ast.Module)
    yield from bad_opening(ast.get_docstring(tree) or "")
    if is_named(path):
        yield from vague_names(nodes)
    if module := MODULES.get(path):
        if room(module) not in (*ROOMS, "dlx"):
            yield "no room"
        yield from forbidden(module, imports)
        yield from impure(module, nodes)
        yield from (f"line {line}: the encoding is not stated" for line in unstated_encodings(nodes))
        yield from long_parts(source, nodes)


def bad_opening(docstring: str) -> Iterator[str]:
    opening = docstring.split("\n\n")[0]
    if not opening.endswith("."):
        yield "a file opens with a sentence that says what it is"
    if re.search(r"[.!?]\s+[A-Z]", opening):
        yield "one sentence, then an empty line"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_keeps_the_rules(folder: str) -> None:
    files = python_files(folder)
    assert len(files) > 20
    assert [f"{path.relative_to(ROOT)}: {fault}" for path in files for fault in file_of(path).faults] == []


def test_a_bad_opening_is_noticed() -> None:
    assert list(bad_opening("What it is.\n\nWhy. And how.")) == []
    assert [len(list(bad_opening(text))) for text in ("", "What it is", "What it is. Why.", "What? Why")] == [
        1,
        1,
        1,
        2,
    ]


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


PAGE = PACKAGE / "lab" / "page"
OPENING = re.compile(r"(/\*\*?|<!DOCTYPE html>\n<!--|<!--) (?P<sentence>[^\n]*\.) (\*/|-->)\n")
MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|\bhttps?://")


def faults_of_page(source: str) -> Iterator[str]:
    """What in a file of the lab's page breaks a rule: it is held to the same length and opening as a module."""
    opening = OPENING.match(source)
    yield from bad_opening(opening["sentence"] if opening else "")
    if (lines := len(source.splitlines())) > MOST_LINES:
        yield f"the file has {lines} lines"
    if markup := MARKUP.search(source.replace("http://www.w3.org/2000/svg", "")):
        yield f"{markup[0]} would show text as markup, run it, or ask another machine"


@pytest.mark.parametrize("path", sorted(PAGE.iterdir()), ids=lambda path: path.name)
def test_file_of_the_page_keeps_the_rules(path: Path) -> None:
    assert list(faults_of_page(path.read_text(encoding="utf-8"))) == []


def test_faults_of_the_page_are_noticed() -> None:
    assert list(faults_of_page("/** What it is. */\nlet x = 1;\n")) == []
    assert len(list(faults_of_page("let x = 1;\n"))) == 1
    assert len(list(faults_of_page("/** What it is. */\n" + "x;\n" * 250))) == 1
    assert len(list(faults_of_page("/** What it is. */\nelement.innerHTML = name;\n"))) == 1
