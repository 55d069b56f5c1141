"""Tries searches and studies on several hosts, with slow links, a cut one and another NumPy."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .hosts import Hosts, Refused

WORKERS = ("w1", "w2", "w3")
PORT = 8786
SPEC = """name: moons
data: {source: {name: moons, m: 300, noise: 0.2}, split: {train: 200, dev: 100}}
architecture: {hidden: [6]}
training: {epochs: 40, batch_size: 16}
"""
SEARCH = "search: {method: random, trials: 6, space: {optimizer.learning_rate: {log_uniform: [0.001, 0.1]}}}\n"
VARIANTS = "seeds: 3\nvariants: {adam: {optimizer: adam}, momentum: {optimizer: momentum}}\n"
LONGER = "base.training.epochs=1000"
OTHER_NUMPY = "import numpy; numpy.__version__ = '1.99.0'\n"  # what sitecustomize makes of a worker's


def main() -> int:
    """Run all cases; returns 1 where one of them did not keep what is promised."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that namespaces and processes go
    if os.geteuid() != 0:
        print("make cluster needs root, for network namespaces: left out")
        return 0
    try:
        with Hosts(("front", "scheduler", *WORKERS)) as hosts, tempfile.TemporaryDirectory() as folder:
            slow_down(hosts)
            return max([report(case, hosts, Path(folder)) for case in CASES])
    except Refused as refused:
        print(f"make cluster needs network namespaces, which this machine refuses: {refused}: left out")
        return 0


def slow_down(hosts: Hosts) -> None:
    """Let what the workers send take 20 ms, where the kernel can."""
    try:
        for name in WORKERS:
            hosts.slow(name, "20ms")
        print("the links of the workers take 20 ms")
    except Refused as refused:
        print(f"the links are as fast as they are: {refused}")


def report(case: Callable[[Hosts, Path], str], hosts: Hosts, folder: Path) -> int:
    """Print what came of a case; 1 where it went wrong."""
    place = folder / case.__name__
    place.mkdir()
    for name, text in {"moons.yaml": SPEC, "tune.yaml": SEARCH, "study.yaml": VARIANTS}.items():
        (place / name).write_text(text if name == "moons.yaml" else f"base: moons.yaml\n{text}", encoding="utf-8")
    fault = case(hosts, place)
    print("wrong" if fault else "right", (case.__doc__ or "").splitlines()[0], fault, flush=True)
    return int(bool(fault))


def same_results(hosts: Hosts, folder: Path) -> str:
    """A search and a study come to what they come to on one host."""
    with cluster(hosts, folder) as address:
        for work in ("tune", "study"):
            here, there = folder / f"{work}-here", folder / f"{work}-there"
            dlx(hosts, folder, work, f"{work}.yaml", "--out", here.name)
            dlx(hosts, folder, work, f"{work}.yaml", "--out", there.name, "--cluster", address)
            if outcome(here / f"{work}.json") != outcome(there / f"{work}.json"):
                return f"the {work} differs"
    return ""


def cut_link(hosts: Hosts, folder: Path) -> str:
    """The link of a worker is cut amid a training, and mended later: others go on, with the same result."""
    dlx(hosts, folder, "tune", "tune.yaml", LONGER, "--out", "here")
    with cluster(hosts, folder) as address:
        searching = start(hosts, folder, "tune", "tune.yaml", LONGER, "--out", "there", "--cluster", address)
        wait_until(lambda: len([*(folder / "there").glob("trials/*/metrics.csv")]) >= len(WORKERS), searching)
        hosts.cut("w1")
        time.sleep(5)
        hosts.mend("w1")
        if code := ended(searching):
            return code
    here, there = (outcome(folder / name / "tune.json") for name in ("here", "there"))
    return "" if here == there else "the result differs"


def another_numpy(hosts: Hosts, folder: Path) -> str:
    """A worker with another NumPy ends the command before anything is trained, and is named."""
    (folder / "sitecustomize.py").write_text(OTHER_NUMPY, encoding="utf-8")
    with cluster(hosts, folder, odd="w2") as address:
        message = ended(start(hosts, folder, "tune", "tune.yaml", "--out", "there", "--cluster", address))
    is_named = hosts.address("w2") in message and "numpy 1.99.0" in message
    return "" if is_named and not [*folder.glob("there/trials/*")] else f"it says {message!r}"


CASES = (same_results, cut_link, another_numpy)


@contextmanager
def cluster(hosts: Hosts, folder: Path, odd: str = "") -> Iterator[str]:
    """A scheduler and workers, each on its host; ``odd`` is one that finds the folder's `sitecustomize`."""
    address = f"tcp://{hosts.address('scheduler')}:{PORT}"
    dask = [sys.executable, "-m", "distributed.cli.dask_{}"]
    common = ("--host", "{}", "--no-dashboard")
    processes = []
    try:
        words = [*dask[:2], dask[2].format("scheduler"), *common, "--port", str(PORT)]
        processes.append(hosts.start("scheduler", [word.format(hosts.address("scheduler")) for word in words]))
        for name in WORKERS:
            words = [*dask[:2], dask[2].format("worker"), address, *common, "--nthreads", "1"]
            path = {"PYTHONPATH": f"{folder}{os.pathsep}{Path.cwd()}"} if name == odd else {}
            processes.append(hosts.start(name, [word.format(hosts.address(name)) for word in words], **path))
        time.sleep(8)
        yield address
    finally:
        for process in processes:
            end(process)


def end(process: subprocess.Popen[str]) -> None:
    """End a process and what it has started."""
    try:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=20)
    except (ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def start(hosts: Hosts, folder: Path, *words: str) -> subprocess.Popen[str]:
    """A command of dlx on the host in front."""
    program = f"import os, sys; os.chdir({str(folder)!r}); from dlx.__main__ import main; sys.exit(main())"
    return hosts.start("front", [sys.executable, "-c", program, *words], PYTHONPATH=str(Path.cwd()))


def dlx(hosts: Hosts, folder: Path, *words: str) -> None:
    """The same, to its end; a study or a repair may come out negative."""
    if message := ended(start(hosts, folder, *words)):
        raise SystemExit(f"dlx {' '.join(words)}: {message}")


def ended(process: subprocess.Popen[str]) -> str:
    """What a command says where it fails; empty where it does not."""
    _, stderr = process.communicate(timeout=300)
    return "" if process.returncode in (0, 3) else f"exit code {process.returncode}: {stderr.strip()[-300:]}"


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for what a process does."""
    until = time.monotonic() + 120
    while not reached() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)


def outcome(path: Path) -> Any:
    """A document without times and the places of its files."""
    return _without_times(json.loads(path.read_text(encoding="utf-8")))


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        left_out: Sequence[str] = ("seconds", "best_spec", "started", "ended")
        return {key: _without_times(inner) for key, inner in value.items() if key not in left_out}
    return [_without_times(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main())
