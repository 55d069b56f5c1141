"""The package: wheel and sdist hold what dlx needs and nothing else, and the wheel works where only it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from dlx import __version__
from dlx.extras import DISTRIBUTION

backend = pytest.importorskip("hatchling.build", reason="hatchling builds the package: make test installs it")

ROOT = Path(__file__).parents[2]
# Of the files in the package.
KINDS = {".json", ".py", ".pyi", ".typed", ".npz", ".css", ".html", ".js", ".md", ".mo", ".po", ".svg", ".yaml"}
PACKAGES = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
OF_WHEEL = ("dlx/", "pyproject.toml", "README.md", "LICENSE", "PKG-INFO")  # what it is built from
INSTALL = (ROOT / "dlx/guide/install.md").read_text(encoding="utf-8")
CONTAINER = (ROOT / ".ci/Containerfile").read_text(encoding="utf-8")


def build(kind: str, source: Path, folder: Path) -> Path:
    """What the backend makes of a source tree."""
    with pytest.MonkeyPatch.context() as inside:
        inside.chdir(source)
        return folder / str(getattr(backend, f"build_{kind}")(str(folder)))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def contents(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def metadata(wheel: Path) -> Message:
    (content,) = (content for name, content in contents(wheel).items() if name.endswith(".dist-info/METADATA"))
    return BytesParser().parsebytes(content)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    own = f"{DISTRIBUTION.replace('-', '_')}-{__version__}.dist-info/"
    modules = {name for name in contents(wheel) if not name.startswith(own)}
    tree = (path for path in (ROOT / "dlx").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert modules == {path.relative_to(ROOT).as_posix() for path in tree}
    assert {Path(name).suffix for name in modules} == KINDS
    assert f"{own}licenses/LICENSE" in contents(wheel)
    assert contents(wheel)[f"{own}entry_points.txt"].split() == b"[console_scripts] dlx = dlx.__main__:main".split()


def test_the_metadata_tell_what_an_index_shows(wheel: Path) -> None:
    facts = metadata(wheel)
    assert (facts["Name"], facts["Version"]) == (DISTRIBUTION, __version__)
    assert facts["License-Expression"] == "MIT AND CC-BY-4.0"
    assert facts["Description-Content-Type"] == "text/markdown"
    assert facts["Requires-Python"] == ">=3.11"
    assert "Typing :: Typed" in facts.get_all("Classifier", [])
    assert not facts.get_all("Project-URL")  # until there is a place on the net that will stay
    assert not facts["Home-page"]


def test_the_sdist_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build("sdist", ROOT, tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        needed = [member for member in archive if member.name.partition("/")[2].startswith(OF_WHEEL)]
        archive.extractall(tmp_path, needed, filter="data")
    of_tests = {"tests/conftest.py", "configs/digits.yaml", ".ci/environment", ".github/CITATION.cff"}  # what they read
    assert {"README.md", "LICENSE", "CHANGELOG.md", "experiments/README.md", "Makefile", *of_tests} <= names
    assert not [name for name in names if name.startswith(("runs/", "dist/", ".venv", ".git/"))]
    again = build("wheel", tmp_path / f"{DISTRIBUTION.replace('-', '_')}-{__version__}", tmp_path)
    assert contents(again) == contents(wheel)


def test_the_container_has_all_that_the_wheel_is_built_from(wheel: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for line in re.findall(r"^COPY (.+)$", CONTAINER, re.MULTILINE):
        *paths, target = line.split()
        for path in map(ROOT.joinpath, paths):
            if path.is_dir():
                shutil.copytree(path, source / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (source / target).mkdir(parents=True, exist_ok=True)
                shutil.copy(path, source / target)
    assert contents(build("wheel", source, tmp_path)) == contents(wheel)
    assert all((source / name).is_file() for name in re.findall(r"CONSTRAINT=(\S+)", CONTAINER))
    assert CONTAINER.rstrip().endswith('ENTRYPOINT ["dlx"]')


class Fresh:
    """An environment of its own; what dlx requires lies beside it, since tests download nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        venv.create(path, with_pip=False, symlinks=os.name != "nt")
        self.scripts = path / ("Scripts" if os.name == "nt" else "bin")

    def install(self, wheel: Path) -> None:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(self.path)]
        subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True)
        (site,) = self.path.rglob("site-packages")
        (site / "beside.pth").write_text("\n".join(PACKAGES), encoding="utf-8")

    def run(self, *command: str, cwd: Path) -> str:
        path, *rest = command
        done = subprocess.run(
            [self.scripts / path, *rest],
            cwd=cwd,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    environment = Fresh(tmp_path_factory.mktemp("fresh") / "an environment")
    environment.install(wheel)
    return environment


def test_the_wheel_works_where_it_alone_is_installed(fresh: Fresh, tmp_path: Path) -> None:
    program = "import dlx, sys; from dlx.cli import main; print(dlx.__file__); sys.exit(main())"
    spec = ROOT / "configs/digits.yaml"
    out = fresh.run("python", "-c", program, "train", str(spec), "--dry-run", "training.epochs=1", cwd=tmp_path)
    assert Path(out.splitlines()[0]).is_relative_to(fresh.path)
    assert "parameters" in out
    assert fresh.run("dlx", "--version", cwd=tmp_path) == f"dlx {__version__}\n"


@pytest.mark.thorough
def test_the_installed_command_makes_a_spec_and_trains_it(fresh: Fresh, tmp_path: Path) -> None:
    assert "Usage" in fresh.run("dlx", "--help", cwd=tmp_path)
    fresh.run("dlx", "new", "--out", "spec.yaml", cwd=tmp_path)
    for spec in ("spec.yaml", str(ROOT / "configs/digits.yaml")):
        run = fresh.run("dlx", "train", spec, "training.epochs=2", "--quiet", cwd=tmp_path).strip()
        assert (tmp_path / run / "model.npz").is_file()
        fresh.run("dlx", "report", run, cwd=tmp_path)


@pytest.mark.thorough
def test_the_lines_without_make_install_and_train(tmp_path: Path) -> None:
    """Those of the guide, with what they would download lying there already."""
    (block,) = re.findall(r"^```text\n(python -m venv .+?)^```", INSTALL, re.DOTALL | re.MULTILINE)
    lines = block.splitlines()
    on_posix = re.sub(r".* on macOS and Linux: ", "", lines[1])
    script = "\n".join(["set -e", f"'{sys.executable}' {lines[0].partition(' ')[2]}", on_posix, *lines[2:]])
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("dlx", "configs", "pyproject.toml", "README.md", "LICENSE"):
        (checkout / name).symlink_to(ROOT / name)
    offline = {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_DEPS": "1", "PYTHONPATH": os.pathsep.join(PACKAGES)}
    subprocess.run(["sh", "-c", script], cwd=checkout, env=os.environ | offline, check=True, timeout=120)
    assert list(checkout.glob("runs/digits/*/model.npz"))


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / ".github/CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    newest, *released = re.findall(
        r"^## \[(.+)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert newest in (("Unreleased", ""), (__version__, citation.get("date-released")))
    assert all(day for _, day in released)
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
