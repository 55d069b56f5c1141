"""From a run directory to its page: runs of every kind and at every moment of their life have one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from dlx.runs.files.collection import RunCollection, StudyDirectory, TuneDirectory
from dlx.show.page.images import png

pytestmark = pytest.mark.usefixtures("blank_pictures")

CONFIGS = Path(__file__).parents[2] / "configs"
DIGITS = [CONFIGS / "digits.yaml", "training.epochs=2"]
CIRCLES = [CONFIGS / "course" / "circles_he.yaml", "training={epochs: 20, batch_size: full, evaluate_every: 1}"]
REGRESSION = [CONFIGS / "regression.yaml", "training.epochs=3"]
HOSTILE = "a,b,kind\n" + "".join(f"{i},{i % 7},{('<i>&', 'שלום', 'x' * 90)[i % 3]}\n" for i in range(60))

Run = Callable[..., Any]


class Page(HTMLParser):
    """The ids of the sections, and the text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.sections: list[str | None] = []
        self.names: set[str] = set()
        self.scripts = 0
        self.links: list[str | None] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.scripts += tag == "script"
        self.links += [dict(attrs)["href"]] if tag == "a" else []
        if tag == "section":
            self.sections.append(dict(attrs)["id"])

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def circles(call_dlx: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that several tests begin with, not to be changed."""
    folder = tmp_path_factory.mktemp("circles")
    assert call_dlx("train", *CIRCLES, "--out", "run", "--quiet", cwd=folder).code == 0
    assert call_dlx("report", "run", cwd=folder).code == 0
    return folder


@pytest.fixture
def copied(circles: Path, tmp_path: Path) -> Path:
    """A copy of that run."""
    return Path(shutil.copytree(circles / "run", tmp_path / "run"))


@pytest.fixture
def page_of(call_dlx: Run, tmp_path: Path) -> Callable[..., Page]:
    """``page_of(*arguments)``: trains with them, and reads the page of the run."""

    def make(*arguments: object) -> Page:
        result = call_dlx("train", *arguments, "--out", "run", "--quiet", cwd=tmp_path)
        assert result.code in (0, 4), result.stderr
        return report(call_dlx, tmp_path)

    return make


def report(call_dlx: Run, folder: Path) -> Page:
    result = call_dlx("report", "run", cwd=folder)
    assert result.code == 0, result.stderr
    assert result.stdout == f"{Path('run') / 'report.html'}\n"
    return Page(folder / "run" / "report.html")


def test_images(page_of: Callable[..., Page], tmp_path: Path) -> None:
    page = page_of(*DIGITS)
    assert page.sections == ["curves", "diagnosis", "metrics", "classes", "worst", "signal", "spec", "environment"]
    assert "img" in page.names
    assert (tmp_path / "run" / "report.html").stat().st_size < 1_000_000


def test_two_inputs_without_a_dev_set(copied: Path) -> None:
    page = Page(copied / "report.html")
    assert page.sections == [
        "curves",
        "diagnosis",
        "metrics",
        "classes",
        "boundary",
        "worst",
        "signal",
        "spec",
        "environment",
    ]
    assert "variance is unknown: hold out a dev set" in page.text


def test_a_regression(page_of: Callable[..., Page]) -> None:
    page = page_of(*REGRESSION)
    assert page.sections == ["curves", "diagnosis", "metrics", "boundary", "signal", "spec", "environment"]
    assert "train RMSE" in page.text


def test_a_run_that_diverged_before_its_first_row(page_of: Callable[..., Page]) -> None:
    page = page_of(*REGRESSION, "optimizer={name: gradient_descent, learning_rate: 1000}")
    assert page.sections == ["diagnosis", "metrics", "boundary", "signal", "spec", "environment"]
    assert "diverged in epoch 1, step 2" in page.text


def test_labels_and_tags_that_look_like_something_else(
    page_of: Callable[..., Page], call_dlx: Run, tmp_path: Path
) -> None:
    (tmp_path / "file.csv").write_text(HOSTILE, encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(
        "name: hostile\narchitecture: {hidden: [4]}\ntraining: {epochs: 2}\n"
        "data: {source: {name: file, path: file.csv, target: kind}, split: {train: 40, dev: 20}}\n",
    )
    page_of("spec.yaml")
    assert call_dlx("runs", "tag", "run", 'q"<script>&', cwd=tmp_path).code == 0
    page = report(call_dlx, tmp_path)
    assert "i" not in page.names
    assert page.scripts == 1  # its own
    assert all(text in page.text for text in ('q"<script>&', "<i>&", "שלום", "x" * 90))


def test_fifty_classes(page_of: Callable[..., Page], tmp_path: Path) -> None:
    rows = "".join(f"{i % 50},{(i % 50) ** 2 % 17},kind {i % 50}\n" for i in range(400))
    (tmp_path / "file.csv").write_text(f"a,b,kind\n{rows}", encoding="utf-8")
    source = "data={source: {name: file, path: file.csv, target: kind}, split: {train: 300, dev: 100}}"
    (tmp_path / "spec.yaml").write_text("name: many\narchitecture: {hidden: [4]}\ntraining: {epochs: 2}\n")
    page = page_of("spec.yaml", source)
    assert "30 more classes" in page.text
    assert all(f"kind {i}" in page.text for i in range(50))


def test_a_run_that_was_killed_in_training(
    copied: Path, call_dlx: Run, tmp_path: Path, rewrite: Callable[[Path, object], None]
) -> None:
    run = copied
    for name in ("model.npz", "diagnosis.json", "boundary.png"):
        rewrite(run / name, None)
    facts = json.loads((run / "run.json").read_text(encoding="utf-8"))
    left = {key: value for key, value in facts.items() if key not in ("final", "best", "test", "course", "ended")}
    rewrite(run / "run.json", left | {"status": "running"})
    page = report(call_dlx, tmp_path)
    assert page.sections == ["curves", "signal", "spec", "environment"]
    assert "interrupted, epoch 20 so far" in page.text


def test_the_page_of_a_run_whose_data_are_gone_says_so(
    page_of: Callable[..., Page], call_dlx: Run, tmp_path: Path
) -> None:
    (tmp_path / "pets.csv").write_text("a,kind\n" + "".join(f"{i},{'cd'[i % 2]}\n" for i in range(40)))
    assert call_dlx("new", "pets.csv", "--target", "kind", "--out", "pets.yaml", cwd=tmp_path).code == 0
    assert "classes" in page_of("pets.yaml", "training.epochs=2").sections
    (tmp_path / "pets.csv").unlink()
    page = report(call_dlx, tmp_path)
    assert "the errors are those of diagnosis.json, because" in page.text
    assert page.sections == ["curves", "diagnosis", "metrics", "signal", "spec", "environment"]


def test_the_page_of_a_run_whose_plugin_is_gone_says_so(
    copied: Path, call_dlx: Run, tmp_path: Path, rewrite: Callable[[Path, object], None]
) -> None:
    config = copied / "config.yaml"
    rewrite(config, config.read_text(encoding="utf-8").replace("plugins: []", "plugins: [gone.py]"))
    page = report(call_dlx, tmp_path)
    assert "nothing could be measured anew" in page.text
    assert "gone.py" in page.text
    assert page.sections == ["curves", "diagnosis", "metrics", "boundary", "signal", "spec", "environment"]


def test_a_file_of_ones_own_and_json(copied: Path, call_dlx: Run, tmp_path: Path) -> None:
    first = (copied / "report.html").read_bytes()
    assert f"dlx train {Path('run') / 'config.yaml'}".encode() in first
    result = call_dlx("report", "run", "--out", "own.html", "--json", cwd=tmp_path)
    assert json.loads(result.stdout) == {"schema_version": 1, "run": "run", "path": "own.html"}
    assert (tmp_path / "own.html").read_bytes() == first


def test_what_is_no_run_is_refused(call_dlx: Run, tmp_path: Path) -> None:
    result = call_dlx("report", "nowhere", cwd=tmp_path)
    assert result.code == 2
    assert "nowhere: is no run directory" in result.stderr


STUDY: dict[str, Any] = {
    **{"name": "many", "task": "binary", "status": "completed", "seeds": 1, "seconds": 2.5},
    "variants": [
        {
            **{"name": "a", "changes": {}, "trials": ["1f"], "status": ["diverged"], "messages": ["a <message>"]},
            "errors": {"test": {"value": 0.25, "low": 0.125, "high": 0.5, "m": 8}},
            **{"difference": None, "train_cost": None, "epochs": None, "seconds": None},
        }
    ],
    "claims": [],
}
TUNE: dict[str, Any] = {
    **{"name": "many", "task": "binary", "status": "completed", "seeds": 1, "seconds": 2.5, "method": "random"},
    **{"objective": "dev_error", "counts": {}, "best_spec": None},
    **{"space": [], "rounds": [], "importance": [], "trials": []},
}


@pytest.mark.parametrize(
    ("kind", "command", "document"), [(TuneDirectory, "tune", TUNE), (StudyDirectory, "study", STUDY)]
)
def test_a_directory_of_many_runs_has_a_page(
    kind: type[RunCollection], command: str, document: dict[str, Any], call_dlx: Run, tmp_path: Path
) -> None:
    with kind.create("many", out=tmp_path / "many") as many:
        many.write_results({**document, "messages": ["a <message>"]})
        many.write_plan("name: many\n")
        many.write_picture("overlay", png(np.zeros((2, 3), np.uint8)))
    result = call_dlx("report", "many", cwd=tmp_path)
    assert (result.code, result.stdout) == (0, f"{Path('many') / 'report.html'}\n"), result.stderr
    page = Page(tmp_path / "many" / "report.html")
    assert {"pictures", "plan"} <= set(page.sections)
    assert "a <message>" in page.text
    assert f"dlx {command} {Path('many') / 'plan.yaml'}" in page.text


def test_the_links_of_a_study_lead_to_its_runs_from_wherever_the_page_is(
    circles: Path, call_dlx: Run, tmp_path: Path
) -> None:
    trials = tmp_path / "many #1" / "trials"
    with StudyDirectory.create("many", out=trials.parent) as many:
        many.write_results({**STUDY, "variants": [{**STUDY["variants"][0], "trials": ["1f", "2f", "gone"]}]})
    for key in ("1f", "2f"):
        shutil.copytree(circles / "run", trials / key)
    (trials / "1f" / "report.html").unlink()
    (tmp_path / "elsewhere").mkdir()
    began = json.loads((circles / "run" / "run.json").read_text(encoding="utf-8"))["started"]
    for out in ("many #1/report.html", "elsewhere/own.html"):
        assert call_dlx("report", "many #1", "--out", out, cwd=tmp_path).code == 0
        page = Page(tmp_path / out)
        assert f"many, {began[:10]} {began[11:16]} UTC" in page.text
        links = [link for link in page.links if link is not None and not link.startswith("#")]
        targets = [((tmp_path / out).parent / unquote(link)).resolve() for link in links]
        assert [path.relative_to(trials.resolve()).as_posix() for path in targets] == ["1f", "2f/report.html"]
        assert "curves" in page.sections
    damaged = Path("many #1") / "trials" / "2f" / "manifest.json"
    (tmp_path / damaged).write_bytes((tmp_path / damaged).read_bytes()[:-9])
    result = call_dlx("report", "many #1", cwd=tmp_path)
    assert result.stderr.startswith(f"remark: {damaged}: is damaged")
    assert result.stderr.endswith("its curves are left out\n")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"claims": [None]}, "claims[0] is None, expected a mapping"),
        ({"claims": 10**400}, "claims is 1"),
        ({"seconds": "long"}, "seconds is 'long', expected a number"),
        (
            {"variants": [{**STUDY["variants"][0], "errors": {"test": {"value": 1, "low": 0, "high": {}, "m": 3}}}]},
            "variants[0].errors.test.high is {}, expected a number",
        ),
        ({"status": "ready"}, "status is 'ready', expected one of "),
    ],
)
def test_a_damaged_document_of_many_runs_is_named_with_its_key(
    change: dict[str, Any], fault: str, call_dlx: Run, tmp_path: Path
) -> None:
    with StudyDirectory.create("many", out=tmp_path / "many") as many:
        many.write_results({**STUDY, **change})
    result = call_dlx("report", "many", cwd=tmp_path)
    assert (result.code, result.stdout) == (5, "")
    assert f"study.json: is damaged: {fault}" in result.stderr
