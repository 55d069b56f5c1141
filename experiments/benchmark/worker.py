"""A process in which one peer trains one workload: answers each line ``seconds`` on stdin with µs per step on stdout.

python -m experiments.benchmark.worker PEER THREADS FOLDER WORKLOAD-AS-JSON [STEPS]; with STEPS it trains that long
and ends.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from dlx.extras import DISTRIBUTION

from .workloads import Workload

# Each peer: the module and function that train with it, and the packages whose versions the results name.
PEERS = {
    "dlx": ("with_dlx", "loop", [DISTRIBUTION]),
    "dlx compiled": ("with_dlx", "compiled_loop", [DISTRIBUTION, "llvmlite"]),
    "PyTorch": ("with_torch", "eager", ["torch"]),
    "PyTorch compiled": ("with_torch", "compiled", ["torch"]),
    "JAX": ("with_jax", "jitted", ["jax"]),
    "JAX scan": ("with_jax_scan", "scanned", ["jax"]),
    "Keras on JAX": ("with_keras", "on_jax", ["keras", "jax"]),
    "scikit-learn": ("with_sklearn", "fit", ["scikit-learn"]),
    "limit": ("limit", "limit", ["torch"]),
}


def limit_threads(threads: int) -> None:
    """Before anything is imported: XLA counts the cores that it may run on, the others read the environment."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def timed(run: Callable[[int], int], steps: int) -> float:
    """µs per step."""
    start = time.perf_counter()
    done = run(steps)
    return (time.perf_counter() - start) / done * 1e6


def steps_for(seconds: float, pace: float) -> int:
    return max(1, math.ceil(seconds * 1e6 / pace))


def fastest(candidates: dict[str, Callable[[int], int]], epoch: int) -> tuple[str, float]:
    """The fastest candidate and its µs per step: an epoch to warm up, then the best of three short samples each."""
    pace = {}
    for name, run in candidates.items():
        run(epoch + 1)
        pace[name] = timed(run, 3)
    best = {
        name: min(timed(run, steps_for(0.1, pace[name])) for _ in range(3 if len(candidates) > 1 else 1))
        for name, run in candidates.items()
    }
    return min(best.items(), key=lambda item: item[1])


def peak_memory() -> float:
    """MiB that this process has held at most; getrusage would count what its parent held when it was started."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    peer, threads, folder, workload = sys.argv[1:5]
    cores = os.sched_getaffinity(0)
    if int(threads):
        limit_threads(int(threads))
    module, function, packages = PEERS[peer]
    work = Workload(**json.loads(workload))
    candidates = getattr(import_module(f".{module}", __package__), function)(work, Path(folder))
    os.sched_setaffinity(0, cores)
    if len(sys.argv) > 5:
        next(iter(candidates.values()))(int(sys.argv[5]))
        return
    name, pace = fastest(candidates, math.ceil(work.m / work.batch_size))
    versions = [f"{package} {version(package)}" for package in (*packages, "numpy")]
    print(json.dumps({"candidate": name, "versions": versions}), flush=True)
    for line in sys.stdin:
        pace = timed(candidates[name], steps_for(float(line), pace))
        print(json.dumps({"microseconds": pace, "peak_mib": peak_memory()}), flush=True)


if __name__ == "__main__":
    main()
