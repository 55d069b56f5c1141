"""README and guide are true: their commands run, their plugin trains, their spec and figures are the project's."""

from __future__ import annotations

import re
import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from dlx.guide import REFERENCE, TOPICS, pages
from tests.conftest import leave_probes_out
from tests.english import in_english

pytestmark = pytest.mark.usefixtures("blank_pictures")

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = ROOT / "dlx" / "guide"
TRANSLATED = {"curso": "course"}  # pages that say the same as another in its language
PAGES = {"README": README} | {topic: page.text for topic, page in pages().items() if topic not in TRANSLATED}
PETS = "height,color,weight,kind\n" + "".join(
    f"{1 + i % 2 + i / 100:.2f},{('red', 'blue', 'green')[i % 3]},{3 + 2 * (i % 2)},{('cat', 'dog')[i % 2]}\n"
    for i in range(40)
)


def blocks(language: str, text: str = "\n".join(PAGES.values())) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands(block: str) -> list[list[str]]:
    """The arguments of every ``dlx`` in a shell block, without the shell's own words."""
    matches = [re.search(r"(?:^|\$\()dlx ([^)#]*)", line) for line in block.splitlines()]
    return [shlex.split(match.group(1)) for match in matches if match]


TUTORIAL = [arguments for block in blocks("sh", PAGES["tutorial"]) for arguments in commands(block)]


def sequences() -> Iterator[tuple[str, list[list[str]]]]:
    """Commands that run one after the other: those of a block, all of the tutorial; checks of gradients stand alone.

    ``dlx lab`` serves until it is told to end: ``tests/cli/test_lab.py`` starts and ends it.
    """
    times = Counter[str]()
    for page, text in PAGES.items():
        inside = [[line for line in commands(block) if line[0] != "lab"] for block in blocks("sh", text)]
        for sequence in [TUTORIAL] if page == "tutorial" else filter(None, inside):
            if page == "README" and all(arguments in TUTORIAL for arguments in sequence):
                continue
            alone = sequence[0][0] == "gradcheck"
            for order in [[arguments] for arguments in sequence] if alone else [sequence]:
                name = f"{page}: {' '.join(order[0])}"
                times[name] += 1
                yield name if times[name] == 1 else f"{name} ({times[name]})", order


def without_repetitions(orders: dict[str, list[list[str]]]) -> Iterator[tuple[str, list[list[str]]]]:
    """Those that neither begin another one nor repeat an earlier one: pages show the same commands."""
    for place, (name, order) in enumerate(orders.items()):
        begun = [other for other in orders.values() if other[: len(order)] == order]
        if all(other == order for other in begun) and [*orders.values()].index(order) == place:
            yield name, order


ORDERS = dict(without_repetitions(dict(sequences())))
PETS_ORDER = "data pets.csv --target kind"
# What is the same in every language: code and data, the English guide, components with their whole docstrings.
ENGLISH = {"config show", "list optimizer", "guide", "new", "predict", "trust", "average", "--csv", "--to", "--step"}
# Of runs, keys of specs and the words of a plan, beside those of dlx that are the same in Spanish.
NAMES = (
    "first",
    "kept",
    "escrito   study",
    "escrito   search",
    "layers",
    "units",
    "Adam reaches a low cost within a few epochs",
    "out-of-fold",
)
# Pages whose trainings end with what is tried on copies of networks.
PROBED = ("README", "tutorial", "diagnosis", "comparing")
# What they find is no matter here.
SHORTER = {
    "tune": ["search.trials=2", "search.fresh_seeds=2", "search.finalists=1", "base.data.train_examples=200"],
    "train": ["training.epochs=2"],
    "gradcheck configs/digits.yaml": ["architecture.hidden=[8]"],
}
UNCHANGED = (
    "configs/memorized.yaml",
    "--learning-rate",
    "--resume",
    "configs/objectives/",
    "training.epochs=",
)  # beside which the shorter ones cannot stand


def smaller(memorized: str) -> str:
    """The spec of the tutorial with fewer units, which are by far enough to know 100 digits by heart."""
    assert memorized.count("[128, 64]") == 1
    return memorized.replace("[128, 64]", "[32]")


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory, call_dlx: Callable[..., Any]) -> Path:
    """Where a reader stands who has trained the pets and, twice, the digits; not to be changed."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "configs", folder / "configs")
    memorized = folder / "configs" / "memorized.yaml"
    memorized.write_text(smaller(memorized.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "pets.csv").write_text(PETS)
    for number in range(40):
        photo = folder / "photos" / ("cat", "dog")[number % 2] / f"{number}.png"
        photo.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8, 3), 3 * number, np.uint8)).save(photo)
    (folder / "lion.py").write_text(python_block("class Lion"), encoding="utf-8")
    for block in blocks("yaml"):
        if named := re.match(r"# (\w+\.yaml)\n", block):
            (folder / named.group(1)).write_text(block, encoding="utf-8")
    digits = ["train", "configs/digits.yaml"]
    for arguments in (
        *ORDERS[f"README: {PETS_ORDER}"][1:3],
        [*digits, "training.epochs=1"],
        [*digits, "training.epochs=8"],
    ):
        assert call_dlx(*arguments, cwd=folder).code == 0
    return folder


@pytest.fixture
def folder(start: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(start, tmp_path / "reader", symlinks=True))


@pytest.mark.parametrize("order", ORDERS)
def test_every_command_runs_and_speaks_spanish(
    order: str, folder: Path, call_alone: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the other language, so that what no catalog has is noticed."""
    monkeypatch.setenv("DLX_LANG", "es")
    if order.partition(":")[0] not in PROBED:
        leave_probes_out(monkeypatch)
    if order.endswith(PETS_ORDER):  # it makes what the others stand on
        shutil.rmtree(folder / "first")
        (folder / "pets.yaml").unlink()
    for arguments in ORDERS[order]:
        shorter = SHORTER.get(" ".join(arguments), SHORTER.get(arguments[0], []))
        if any(argument.startswith(UNCHANGED) for argument in arguments):
            shorter = []
        alone = ["--workers", "1"] if "--workers" in arguments else []  # the last one counts
        result = call_alone(*arguments, *shorter, *alone, cwd=folder)
        assert result.code == 0, f"dlx {' '.join(arguments)}: {result.stderr}"
        assert result.stdout
        if (
            " ".join(arguments[:2]) not in ENGLISH
            and arguments[0] not in ENGLISH
            and not {*arguments} & {*ENGLISH}
            and arguments != ["list"]
        ):
            assert in_english(f"{result.stdout}{result.stderr}".splitlines(), NAMES) == []
        if "--resume" in arguments:
            assert "detenido" in result.stdout or "completado" in result.stdout


def test_no_block_of_commands_is_left_out() -> None:
    there = {" ".join(arguments) for block in blocks("sh") for arguments in commands(block)}
    there = {line for line in there if not line.startswith("lab")}
    assert {" ".join(arguments) for order in ORDERS.values() for arguments in order} == there
    assert len(there) > 100


def python_block(part: str) -> str:
    """The one that has this in it."""
    (text,) = (block for block in blocks("python") if part in block)
    return text


def test_the_program_of_the_readme_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    digits = folder / "configs" / "digits.yaml"
    shorter, count = re.subn(r"\bepochs: \d+", "epochs: 2", digits.read_text(encoding="utf-8"))
    assert count == 1
    digits.write_text(shorter, encoding="utf-8")
    X = np.random.default_rng(0).normal(size=(200, 2))
    names = {"X": X, "y": X[:, 0] > X[:, 1]}
    exec(compile(python_block("import dlx"), "README.md", "exec"), names)
    assert (folder / "runs" / "latest").exists()


def test_the_optimizer_of_the_readme_is_short_and_learns(folder: Path, call_alone: Callable[..., Any]) -> None:
    text = python_block("class Lion")
    assert len([line for line in text.splitlines() if line.strip()]) < 20
    overrides = ["plugins=[lion.py]", "optimizer.name=lion", "optimizer.learning_rate=0.001", "training.epochs=10"]
    result = call_alone("train", "configs/digits.yaml", *overrides, "--json", cwd=folder)
    assert result.code == 0, result.stderr
    facts = yaml.safe_load(result.stdout)
    assert facts["final"]["train_error"] < 0.1


def test_the_spec_of_the_readme_is_the_shipped_one() -> None:
    shipped = (ROOT / "configs" / "digits.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(blocks("yaml")[0]) == yaml.safe_load(shipped)


def test_the_readme_is_one_page() -> None:
    assert len(README.encode()) <= 8_000
    assert all(f"(dlx/guide/{topic}.md)" in README for topic in TOPICS)
    assert {path.stem for path in GUIDE.glob("*.md")} == {*TOPICS}
    for page in pages().values():
        assert len(page.title) < 40
        assert 30 < len(page.summary) < 120


def test_the_figures_of_the_benchmark_are_those_that_it_wrote() -> None:
    section = pages()["figures"].text
    quoted = [line for line in section.splitlines() if line.startswith("|")]
    written = (ROOT / "experiments" / "benchmark" / "results.md").read_text(encoding="utf-8").splitlines()
    assert len(quoted) > 8
    assert set(quoted) <= set(written)


@pytest.mark.parametrize("topic", TRANSLATED)
def test_a_translation_has_the_same_commands(topic: str) -> None:
    course = PAGES[TRANSLATED[topic]]
    assert pages()[topic].text.count("\n### ") == course.count("\n### ")
    there = blocks("sh", pages()[topic].text)
    assert there == blocks("sh", course)[: len(there)]


def test_the_site_has_the_pages_in_their_order() -> None:
    site = (ROOT / ".ci" / "mkdocs.yml").read_text(encoding="utf-8")
    assert re.findall(r"- dlx/guide/(\w+)\.md\n", site) == [*TOPICS, *REFERENCE]


def anchors(text: str) -> set[str]:
    """Where a link may lead in a page: its headings as forges spell them."""
    headings = [line.lstrip("# ").lower() for line in text.splitlines() if re.match("#+ ", line)]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", [ROOT / "README.md", *sorted(GUIDE.glob("*.md"))], ids=lambda path: path.stem)
def test_what_a_page_links_to_is_there(file: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]+))?\)", file.read_text(encoding="utf-8")):
        place = file.parent / target if target else file
        assert place.exists(), target
        if anchor:
            assert anchor in anchors(place.read_text(encoding="utf-8")), anchor


def test_the_architecture_names_what_is_there() -> None:
    """Every file, folder and target that dlx/README.md speaks of exists, and every room is in its table."""
    text = (ROOT / "dlx" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:\w+/)+[\w.]*|\w+\.py)`", text))
    assert [name for name in named if not (ROOT / name).exists() and not list((ROOT / "dlx").rglob(name))] == []
    targets = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"\n{target}:" in targets for target in re.findall(r"`make ([\w-]+)`", text))
    there = {path.name for path in (ROOT / "dlx").iterdir() if not path.name.startswith("__") and path.suffix != ".pyc"}
    assert {name.rstrip("/") for name in named} >= there - {"py.typed", "README.md"}
