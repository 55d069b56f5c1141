"""The reference: nothing that dlx knows is missing in it, every link leads somewhere, and documents have its keys."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.cli.commands import COMMANDS, EXAMPLES
from dlx.cli.documents import FURTHER
from dlx.cli.loading import load_command
from dlx.cli.reference import WRITERS, anchor, page, write_site
from dlx.component import REGISTRY
from dlx.diagnose.causes import CAUSES
from dlx.guide import REFERENCE
from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile
from dlx.spec.keys import keys

Run = Callable[..., Any]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of README and guide as `make guide` has it, with the reference."""
    site = tmp_path_factory.mktemp("site")
    shutil.copy(ROOT / "README.md", site)
    shutil.copytree(ROOT / "dlx" / "guide", site / "dlx" / "guide", ignore=shutil.ignore_patterns("*.py", "__*"))
    write_site(site)
    return site


def headings(text: str) -> list[str]:
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [heading.strip("`") for heading in re.findall(r"^#+ (.*)$", prose, re.MULTILINE)]


def test_nothing_is_missing() -> None:
    there = {topic: {*headings(page(topic).text)} for topic in WRITERS}
    assert WRITERS.keys() == REFERENCE.keys()
    assert there["keys"] >= {*keys(), *keys(TuneFile), *keys(StudyFile)}
    assert there["findings"] >= CAUSES.keys()
    assert there["metrics"] >= {f"metric {name}" for name in REGISTRY["metric"]}
    others = {f"{kind} {name}" for kind, members in REGISTRY.items() if kind != "metric" for name in members}
    assert there["components"] >= others
    below = {f"{name} {word}" for name in COMMANDS for word in getattr(load_command(name), "commands", {})}
    assert there["commands"] >= {f"dlx {words}" for words in {*COMMANDS, *below}}
    text = page("commands").text
    assert all(example in text for examples in EXAMPLES.values() for example in examples[1:])
    assert [line[:4] for line in text.splitlines()[-8:]] == [*(f"- {code}:" for code in range(7)), "- 13"]


def test_every_link_leads_somewhere(site: Path) -> None:
    guide = site / "dlx" / "guide"
    anchors = {path.resolve(): {*map(anchor, headings(path.read_text()))} for path in guide.glob("*.md")}
    links = 0
    for path in [site / "README.md", *guide.glob("*.md")]:
        prose = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for target, name in re.findall(r"\]\(([^)#]*\.md|)(?:#([^)]+))?\)", prose):
            place = (path.parent / target if target else path).resolve()
            if not place.is_relative_to(guide.resolve()):  # of the checkout: tests/house/test_readme.py looks at these
                continue
            links += 1
            assert place in anchors, (path.name, target)
            assert not name or name in anchors[place], (path.name, target, name)
    assert links > 150


def test_pages_lead_to_the_reference_but_code_stays_as_it_is(site: Path) -> None:
    text = (site / "dlx" / "guide" / "reference.md").read_text(encoding="utf-8")
    assert "[`dlx guide findings`](findings.md)" in text
    assert "[`dlx explain dead_units`](findings.md#dead_units)" in text
    assert "\ndlx explain dead_units\n" in text
    readme = (site / "README.md").read_text(encoding="utf-8")
    assert "[`dlx guide`](dlx/guide/commands.md#dlx-guide)" in readme


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, call_dlx: Run) -> Path:
    """A folder with a table, a spec and a study."""
    folder = tmp_path_factory.mktemp("documents")
    rows = "".join(f"{1 + i % 2 + i / 100:.2f},{('cat', 'dog')[i % 2]}\n" for i in range(40))
    (folder / "pets.csv").write_text(f"height,kind\n{rows}", encoding="utf-8")
    (folder / "spec.yaml").write_text(
        "data: {source: {name: file, path: pets.csv, target: kind}, split: {train: 30, dev: 10}}\n"
        "training: {epochs: 1}\n",
        encoding="utf-8",
    )
    (folder / "series.csv").write_text("x\n1\n2\n", encoding="utf-8")
    study = "base: spec.yaml\nseeds: 1\nvariants: {small: {}, large: {architecture.hidden: [6]}}\n"
    (folder / "study.yaml").write_text(study, encoding="utf-8")
    assert call_dlx("study", "study.yaml", "--out", "search", "--quiet", cwd=folder).code == 0
    return folder


@pytest.mark.usefixtures("blank_pictures")
def test_documents_have_the_keys_that_the_reference_names(trained: Path, call_dlx: Run) -> None:
    typed = {
        "train": "train spec.yaml",
        "average": "average series.csv",
        "config check": "config check spec.yaml",
        "evaluate": "evaluate pets.csv",
        "explain": "explain relu",
        "export": "export --to pytorch",
        "new": "new pets.csv --target kind",
        "predict": "predict pets.csv",
        "runs tag": "runs tag latest good",
        "watch RUN": "watch latest",
        "watch SEARCH": "watch search",
    }
    assert {*FURTHER} >= {*typed}
    for command, names in FURTHER.items():
        result = call_dlx(*shlex.split(typed.get(command, command)), "--json", cwd=trained)
        assert result.code == 0, (command, result.stderr)
        missing = {*names.split(", ")} - json.loads(result.stdout).keys()
        assert not missing, command


def test_pages_say_null_and_not_none() -> None:
    for topic in ("documents", "components", "metrics"):
        text = page(topic).text
        assert not re.findall(r"\bNone\b|``[^`]", text.replace("```", "")), topic
