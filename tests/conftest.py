"""What all tests share: one BLAS thread, the same hypothesis examples in every run, the command as a function."""

from __future__ import annotations

import gc
import io
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import FunctionType

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports NumPy: the suite runs in several processes, and each would start a thread per core. The
# variable is for experiments/bits, which plays other processors.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = os.environ.get("DLX_TEST_THREADS", "1")

# Compiling dlx anew is a third of what the start of a command takes, and the suite starts some hundreds.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What the output looks like is the test's to say, not the terminal's it was started from.
for variable in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "COLUMNS", "LINES"):
    os.environ.pop(variable, None)

# They read what dlx says in English.
os.environ["DLX_LANG"] = "en"

# What the tests write lies in memory where there is room for it: most of the time of a tiny training is fsync.
IN_MEMORY, ROOM = Path("/dev/shm"), 2**31
if os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))

TESTS = Path(__file__).parent
UNPROBED = ("api", "cli", "lab", "runs", "show")  # rooms

# Nothing of what is imported to collect the tests is garbage: to look for it is a seventh of the time that this takes.
gc.disable()

# Nor is it to matter that nohup has started it, or a shell in the background: what is ignored here is in children too.
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Of the examples that hypothesis draws, half are drawn in every run, and all of them by `make test-all`.
THOROUGH = settings(
    max_examples=100, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", THOROUGH)
settings.register_profile("same", THOROUGH, max_examples=50)
settings.load_profile("same")


def examples(thorough: int, share: float = 0.5) -> int:
    """How many examples to draw where each costs much: so many, or a share of them but where all tests are run."""
    every = settings.default is not None and settings.default.max_examples >= THOROUGH.max_examples
    return thorough if every else max(round(share * thorough), 1)


def pytest_collection_finish() -> None:
    """What stands by now stays to the end: the collector of garbage need not go through all tests again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _trusted_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests trust is not what the user trusts."""
    os.environ["DLX_TRUST_FILE"] = str(tmp_path_factory.mktemp("trust") / "trusted.json")


@pytest.fixture(scope="session", autouse=True)
def _pictures_drawn_here() -> None:
    """Inside a test's process none is made for pictures: it would be for a single training."""
    from dlx.show import drawing_process

    drawing_process.available = lambda: 1


@contextmanager
def own_plugins() -> Iterator[None]:
    """What plugins leave in the process is gone afterwards, as if this had been in a process of its own."""
    from dlx.component import REGISTRY
    from dlx.spec.sections import Spec  # noqa: F401 - registers every family, so that all are put back

    families = {kind: dict(members) for kind, members in REGISTRY.items()}
    modules = set(sys.modules)
    try:
        yield
    finally:
        for kind, members in families.items():
            REGISTRY[kind].clear()
            REGISTRY[kind].update(members)
        for module in set(sys.modules) - modules:
            if module.startswith("dlx_plugin_"):
                del sys.modules[module]


@pytest.fixture
def fresh_plugins() -> Iterator[None]:
    """What plugins leave in the process is gone after the test, as if each test had one of its own."""
    with own_plugins():
        yield


@pytest.fixture(scope="session")
def blank_picture() -> bytes:
    """A picture with nothing in it."""
    from dlx.show.pictures.canvas import new_figure, png

    return png(new_figure(1, 1, ""))


@pytest.fixture
def blank_pictures(blank_picture: bytes, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """For tests of what else a command leaves behind: to draw the pictures takes ten times as long as a tiny training.

    What they are to show is still worked out, and their files are there. Tests with the mark ``draws`` have them drawn.
    """
    from dlx.search.study import pictures as pictures_of_a_study
    from dlx.show import pictures

    if request.node.get_closest_marker("draws"):
        return
    for module in (pictures, pictures_of_a_study):
        for name, drawing in vars(module).items():
            if isinstance(drawing, FunctionType) and drawing.__annotations__.get("return") == "bytes":
                monkeypatch.setattr(module, name, lambda *arguments, **options: blank_picture)


@dataclass(frozen=True)
class Result:
    """How a command ended and what it said."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture
def exact_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what is promised of the very first parameters: experiments/bits changes their last digits elsewhere."""
    monkeypatch.delenv("DLX_TEST_ULP", raising=False)


@pytest.fixture(scope="session")
def run_dlx() -> Callable[..., Result]:
    """``run_dlx(*arguments, cwd=None, env=None)``: the installed command in a process of its own, ``env`` added to its
    environment."""
    command = Path(sysconfig.get_path("scripts")) / "dlx"

    def run(*arguments: object, cwd: Path | None = None, env: dict[str, str] | None = None) -> Result:
        done = subprocess.run(
            [command, *map(str, arguments)],
            cwd=cwd,
            env=os.environ | (env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def call_dlx() -> Callable[..., Result]:
    """``call_dlx(*arguments, cwd=None)``: the same command inside the test's process, many times faster."""

    def call(*arguments: object, cwd: Path | None = None) -> Result:
        from dlx.cli import main

        with (
            pytest.MonkeyPatch.context() as inside,
            redirect_stdout(io.StringIO()) as out,
            redirect_stderr(io.StringIO()) as err,
        ):
            inside.setattr(sys, "argv", ["dlx", *map(str, arguments)])
            inside.chdir(cwd or Path.cwd())
            code = main()
        return Result(code, out.getvalue(), err.getvalue())

    return call


@pytest.fixture(scope="session")
def call_alone(call_dlx: Callable[..., Result]) -> Callable[..., Result]:
    """``call_dlx``, but the plugins of each call are its own."""

    def call(*arguments: object, cwd: Path | None = None) -> Result:
        with own_plugins():
            return call_dlx(*arguments, cwd=cwd)

    return call


@pytest.fixture
def one_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradients of a component are checked in the first of its settings; in all of them by `make test-all`.

    Every built-in component is in every setting in tests/gradcheck/test_battery.py, and a plugin's in one test of
    tests/cli/test_gradcheck_command.py.
    """
    from dlx.gradcheck import plugin
    from dlx.gradcheck.settings import settings_of

    most = examples(17, 1 / 17)
    monkeypatch.setattr(plugin, "settings_of", lambda *arguments: islice(settings_of(*arguments), most))


@pytest.fixture(scope="session")
def rewrite() -> Callable[[Path, object], None]:
    """``rewrite(path, content)``: a file of a run directory as dlx would write it, neither damaged nor edited: text, a
    document as JSON, or None for no file."""

    def as_dlx(path: Path, content: object) -> None:
        from dlx.files import to_json
        from dlx.runs.files.directory import RunDirectory

        with RunDirectory(path.parent) as run:
            run.acquire()
            if content is None:
                run.remove(path.name)
            else:
                run.write(path.name, content.encode() if isinstance(content, str) else to_json(content))

    return as_dlx


@pytest.fixture(scope="module", autouse=True)
def _unprobed(request: pytest.FixtureRequest) -> Iterator[None]:
    """In tests of what else commands leave behind a training ends without trying anything on copies of its network.

    That takes longer than a tiny training. What is read off its course and its errors is found as always. Files with
    the mark ``probes`` have it done, as do all tests of the diagnosis and of searches, and the guide's pages on them.
    """
    if request.path.relative_to(TESTS).parts[0] not in UNPROBED or request.node.get_closest_marker("probes"):
        yield
        return
    with pytest.MonkeyPatch.context() as inside:
        leave_probes_out(inside)
        yield


def leave_probes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let trainings end without trying anything on copies of their networks."""
    monkeypatch.setattr("dlx.diagnose.explanation.before", lambda *_: [])
    monkeypatch.setattr("dlx.diagnose.explanation.rates_for_bias", lambda *_: (None, []))
    monkeypatch.setattr("dlx.diagnose.explanation.rates_for", lambda _, findings, tested: (tested, findings))
