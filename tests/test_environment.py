"""The same spec gives the same bits in every environment, and what an environment refuses is said in one line."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
TINY = """name: tiny
data: {source: {name: moons, m: 120, noise: 0.2, seed: 1}, split: {train: 80, dev: 40}}
architecture: {hidden: [4]}
optimizer: {name: adam, learning_rate: 0.05}
training: {epochs: 3, batch_size: 16}
"""
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
POSIX = pytest.mark.skipif(os.name != "posix", reason="of POSIX systems")

# Ends the process as the console script does, with a signal to itself as the last thing that Python does.
AT_EXIT = """
import atexit, os, sys
atexit.register(os.kill, os.getpid(), int(sys.argv.pop()))
from dlx.__main__ import main
sys.exit(main())
"""


def bits(run: Path) -> tuple[list[dict[str, str]], dict[str, bytes]]:
    """The rows of metrics.csv without their times, and the arrays of the model."""
    with (run / "metrics.csv").open(encoding="utf-8") as file:
        rows = [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]
    with np.load(run / "model.npz", allow_pickle=False) as model:
        return rows, {name: model[name].tobytes() for name in model.files}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("reference")
    done = train(folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return bits(folder / "run")


def train(
    folder: Path,
    variables: dict[str, str] | None = None,
    unset: tuple[str, ...] = (),
    python: tuple[str, ...] = ("-m", "dlx"),
    before: Callable[[], Any] | None = None,
) -> subprocess.CompletedProcess[str]:
    """``dlx train`` in a process of its own, in another environment than that of the test."""
    (folder / "tiny.yaml").write_text(TINY, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | (variables or {})
    return subprocess.run(
        [sys.executable, *python, "train", "tiny.yaml", "--out", "run", "--quiet"],
        cwd=folder,
        env={name: value for name, value in environment.items() if name not in unset},
        preexec_fn=before,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
    )


def unkind_start() -> None:
    """A parent that has closed stdin, waits for no child and ignores every signal, under umask 077."""
    os.close(0)
    os.umask(0o077)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


# An isolated Python does not heed PYTHONPATH.
ISOLATED = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from dlx.__main__ import main; main()"

# Each is several environments at once, none of which hides what another one does. The second's are, but for latin-1, in
# the others.
VARIANTS: dict[str, dict[str, Any]] = {
    "no home, no place for temporary files, an old locale, more threads than cores, a narrow, dumb terminal": {
        "unset": ("HOME",),
        "variables": {"TMPDIR": "/nonexistent", "COLUMNS": "1", "TERM": "dumb", "TZ": "garbage"}
        | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "7"}
        | dict.fromkeys(THREADS, "64"),
    },
    "a home that cannot be written, a backend of matplotlib that there is not, latin-1, no threads": {
        "unset": ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"),
        "variables": {"HOME": os.devnull, "MPLBACKEND": "nonsense"}
        | {"LC_ALL": "en_US.ISO-8859-1", "PYTHONIOENCODING": "latin-1", "PYTHONHASHSEED": "7"}
        | dict.fromkeys(THREADS, "0")
        | {"OMP_NUM_THREADS": "garbage"},
    },
    "no home to write, no such backend, no threads, an isolated Python, warnings as errors, an unkind parent": {
        "unset": ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"),
        "variables": {"HOME": os.devnull, "MPLBACKEND": "nonsense"}
        | dict.fromkeys(THREADS, "0")
        | {"OMP_NUM_THREADS": "garbage"},
        "python": ("-I", "-OO", "-W", "error", "-c", ISOLATED),
        "before": unkind_start if os.name == "posix" else None,
    },
}


@pytest.mark.parametrize(
    "variant", [pytest.param(name, marks=[pytest.mark.thorough] if "latin-1" in name else []) for name in VARIANTS]
)
def test_another_environment_gives_the_same_bits(variant: str, reference: Any, tmp_path: Path) -> None:
    done = train(tmp_path, **VARIANTS[variant])
    assert (done.returncode, done.stdout, done.stderr) == (0, "run\n", "")
    assert bits(tmp_path / "run") == reference


@POSIX
def test_another_folder_gives_the_same_bits(
    reference: Any, tmp_path: Path, call_dlx: Callable[..., Any], exact_start: None
) -> None:
    folder = tmp_path / ("a b\nc [*]" + "x" * 190 + b"\xff\xfe".decode("utf-8", "surrogateescape"))
    try:
        folder.mkdir()
    except OSError:  # the file system has no such bytes
        folder = tmp_path / ("a b\nc [*]" + "x" * 190)
        folder.mkdir()
    (folder / "tiny.yaml").write_text(TINY, encoding="utf-8")
    assert call_dlx("train", "tiny.yaml", "--quiet", cwd=folder).code == 0
    (run,) = (folder / "runs" / "tiny").glob("*T*")
    assert bits(run) == reference
    for command in (("diagnose", "latest"), ("report", "latest"), ("gradcheck", "latest"), ("runs",)):
        result = call_dlx(*command, cwd=folder)
        assert (result.code, result.stderr) == (0, "")


@POSIX
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY, encoding="utf-8")
    result = call_dlx("train", tmp_path / "tiny.yaml", cwd=Path(os.devnull).parent / "fd")
    assert (result.code, result.stdout) == (6, "")
    assert result.stderr.startswith("error: runs/tiny: cannot be written: ")


def test_a_matplotlibrc_that_is_no_text_is_told_and_the_run_is_there(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_bytes(b"\xff\xfe")
    done = train(tmp_path)
    assert done.returncode == 6
    assert done.stderr.startswith("error: matplotlib, which draws the pictures, cannot be imported: ")
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "run" / "model.npz").is_file()


def ended(folder: Path, redirection: str, *arguments: str) -> tuple[int, str, str]:
    """The end of a command whose streams a shell has closed or redirected: its exit code, stdout and stderr."""
    (folder / "tiny.yaml").write_text(TINY, encoding="utf-8")
    command = ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "dlx", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full, as Linux has")


@POSIX
@pytest.mark.parametrize(
    "redirection", [pytest.param("2>&-", marks=pytest.mark.thorough), pytest.param("2>/dev/full", marks=FULL)]
)
def test_progress_that_cannot_be_shown_is_no_failure(redirection: str, reference: Any, tmp_path: Path) -> None:
    code, stdout, _ = ended(tmp_path, redirection, "train", "tiny.yaml", "--out", "run")
    assert code == 0
    assert "then     dlx diagnose run" in stdout
    assert bits(tmp_path / "run") == reference


@POSIX
@pytest.mark.parametrize("redirection", [">&- 2>&- <&-", pytest.param(">/dev/full", marks=FULL)])
def test_a_result_that_cannot_be_printed_is_a_failure_and_the_run_is_there(
    redirection: str, reference: Any, tmp_path: Path
) -> None:
    code, _, stderr = ended(tmp_path, redirection, "train", "tiny.yaml", "--out", "run", "--quiet")
    assert code == 6
    assert len(stderr.splitlines()) == ("2>&-" not in redirection)
    assert bits(tmp_path / "run") == reference


@POSIX
@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, *(pytest.param(number, marks=pytest.mark.thorough) for number in (signal.SIGINT, signal.SIGHUP))],
)
def test_a_signal_while_python_ends_changes_nothing(number: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_EXIT, "list", "optimizer", str(int(number))],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "adam" in done.stdout


@POSIX
def test_a_hangup_that_nohup_ignores_does_not_stop_training(tmp_path: Path) -> None:
    from dlx.runs.training.signals import noted_signals

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with noted_signals() as asked:
            signal.raise_signal(signal.SIGHUP)
            assert asked == []
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
