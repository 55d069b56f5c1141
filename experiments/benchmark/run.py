"""`make benchmark`: dlx against its peers on the six workloads, whole commands, and how cost grows; writes results.md.

Each peer trains in a process of its own, and only one of them works at a time. A round takes one sample of each, in
random order; ratios are taken within a round, and the table shows their medians.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from statistics import median

from workloads import WORKLOADS, Workload, write_examples

HERE = Path(__file__).parent
COLUMNS = ("dlx", "PyTorch", "PyTorch compiled", "JAX", "scikit-learn", "limit")
REST = 0.05  # seconds between samples, for the thread pools of the last one to fall asleep

# The time of a peer divided by that of dlx must be at least this.
TARGETS = {
    ("W1", "PyTorch"): 12,
    ("W1", "scikit-learn"): 5,
    ("W1", "JAX"): 1.5,
    ("W2", "PyTorch"): 15,
    ("W2", "scikit-learn"): 10,
    ("W2", "JAX"): 2,
    ("W3", "PyTorch"): 1.4,
    ("W3", "scikit-learn"): 2.2,
    ("W3", "JAX"): 0.8,
    ("W4", "PyTorch"): 1.4,
    ("W4", "PyTorch compiled"): 1.4,
    ("W4", "JAX"): 0.9,
    ("W4", "limit"): 1 / 2.3,
    ("W5", "limit"): 1 / 1.15,
    ("W5", "PyTorch"): 1.05,
    ("W5", "PyTorch compiled"): 1.05,
    ("W6", "PyTorch"): 1.2,
    ("W6", "dlx, memory-mapped"): 1 / 1.5,
}
ABSENT = {"W1": {"limit"}, "W2": {"limit"}, "W4": {"scikit-learn"}}  # calls, not products; no batch norm


class Worker:
    """One peer on one workload with a number of threads (0: as it decides itself)."""

    def __init__(self, peer: str, threads: int, python: str, work: Workload, folder: Path) -> None:
        command = [python, HERE / "worker.py", peer, str(threads), folder, json.dumps(asdict(work))]
        self.log = (folder / f"{peer}-{threads}.log").open("w+")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True, bufsize=1
        )
        self.threads = threads
        self.about = self._answer()

    def _answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError(Path(self.log.name).read_text()[-2000:])
        return json.loads(line)

    def sample(self, seconds: float) -> dict:
        time.sleep(REST)
        self.process.stdin.write(f"{seconds}\n")
        return self._answer()

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.log.close()


class Bench:
    """What is common to all measurements: the interpreters, the rounds and the folder for examples."""

    def __init__(self, options: argparse.Namespace, folder: Path) -> None:
        self.rounds, self.seconds, self.peers_python = options.rounds, options.seconds, options.peers_python
        self.folder = folder
        self.versions: dict[str, str] = {}

    def python_for(self, peer: str) -> str:
        return sys.executable if peer.startswith("dlx") else self.peers_python

    def examples(self, work: Workload) -> Path:
        folder = self.folder / f"{work.m}x{work.units[0]}-{work.units[-1]}"
        if not folder.exists():
            folder.mkdir()
            write_examples(work, folder)
        return folder

    def start(self, peer: str, work: Workload) -> Worker | None:
        """The peer with one thread or with all cores, whichever is faster; dlx decides for itself."""
        choices = (0,) if peer.startswith("dlx") else (1, len(os.sched_getaffinity(0)))
        workers = []
        for threads in choices:
            try:
                workers.append(Worker(peer, threads, self.python_for(peer), work, self.examples(work)))
            except RuntimeError as error:
                if peer == "dlx":
                    raise
                print(f"{peer} does not run here: {error}", file=sys.stderr)
        if not workers:
            return None
        pace = {worker: min(worker.sample(self.seconds)["microseconds"] for _ in range(3)) for worker in workers}
        best = min(workers, key=pace.__getitem__)
        for worker in workers:
            if worker is not best:
                worker.close()
        self.versions[peer] = best.about["version"]
        return best

    def measure(self, works: dict[str, tuple[str, Workload]]) -> dict[str, list[dict]]:
        """Samples of each label's (peer, workload), one a round."""
        workers = {label: self.start(*pair) for label, pair in works.items()}
        workers = {label: worker for label, worker in workers.items() if worker}
        samples = interleaved({label: self.sampler(worker) for label, worker in workers.items()}, self.rounds)
        for worker in workers.values():
            worker.close()
        return samples

    def sampler(self, worker: Worker) -> Callable[[], dict]:
        how = {"candidate": worker.about["candidate"], "threads": worker.threads}
        return lambda: worker.sample(self.seconds) | how


def interleaved(samplers: dict[str, Callable], rounds: int) -> dict[str, list]:
    samples: dict[str, list] = {label: [] for label in samplers}
    for _ in range(rounds):
        for label in random.sample(list(samplers), len(samplers)):
            samples[label].append(samplers[label]())
    return samples


def workload_sections(bench: Bench, names: list[str], columns: list[str]) -> Iterator[str]:
    """A table of µs per step and a table of ratios against the targets."""
    times, ratios = [], []
    for name in names:
        work = WORKLOADS[name]
        labels = {label: (label, work) for label in columns if label not in ABSENT.get(name, ())}
        if name == "W6" and "dlx" in columns:
            labels["dlx, memory-mapped"] = ("dlx", replace(work, memory_mapped=True))
        samples = bench.measure(labels)
        times.append([f"{name} {describe(work)}", *(cell(samples.get(label)) for label in columns)])
        ratios += [ratio_row(name, label, samples) for label in samples if label != "dlx" and "dlx" in samples]
        print(*times[-1], sep="\n  ", file=sys.stderr)
    yield "## Time per training step (µs)\n\n" + table(["workload", *columns], times)
    yield "## Time of the peer divided by that of dlx\n\n" + table(
        ["workload", "peer", "median", "quartiles", "target", "met"], ratios
    )


def describe(work: Workload) -> str:
    parts = ["-".join(map(str, work.units)), f"batch {work.batch_size} of {work.m}", work.optimizer.replace("_", " ")]
    parts += ["batch norm"] * work.batch_norm + [f"keep_prob {work.keep_prob}"] * (work.keep_prob < 1)
    return ", ".join(parts)


def cell(samples: list[dict] | None) -> str:
    if not samples:
        return "–"
    how = samples[0]["candidate"] + (f", {samples[0]['threads']} thr." if samples[0]["threads"] else "")
    return f"{median(sample['microseconds'] for sample in samples):,.4g} ({how})"


def ratio_row(name: str, label: str, samples: dict[str, list[dict]]) -> list[str]:
    pairs = zip(samples[label], samples["dlx"], strict=True)
    ratios = sorted(peer["microseconds"] / dlx["microseconds"] for peer, dlx in pairs)
    low, high = ratios[len(ratios) // 4], ratios[-len(ratios) // 4]
    target = TARGETS.get((name, label))
    met = "" if target is None else "yes" if median(ratios) >= target else "**no**"
    return [name, label, f"{median(ratios):.2f}", f"{low:.2f}–{high:.2f}", f"≥ {target:.2f}" if target else "", met]


def process_section(bench: Bench) -> str:
    """Whole processes, from shell to prompt."""
    dlx, circles = Path(sys.executable).with_name("dlx"), HERE.parents[1] / "configs" / "course" / "circles_he.yaml"
    work = WORKLOADS["W1"]
    jax = [bench.peers_python, HERE / "worker.py", "JAX", "0", bench.examples(work), json.dumps(asdict(work)), "15000"]
    runs = bench.folder / "runs"
    commands = {
        "dlx --help": [dlx, "--help"],
        "dlx train circles_he.yaml": [dlx, "train", circles, "--out", runs],
        "JAX, the same 15,000 steps": jax,
    }

    def timed(command: list) -> float:
        shutil.rmtree(runs, ignore_errors=True)
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - start

    seconds = interleaved({label: lambda c=command: timed(c) for label, command in commands.items()}, bench.rounds)
    middle = {label: median(values) for label, values in seconds.items()}
    help_, train, other = middle.values()
    targets = ["≤ 0.2", "≤ 2.0 and ahead of JAX", ""]
    met = ["yes" if help_ <= 0.2 else "**no**", "yes" if train <= min(2.0, other) else "**no**", ""]
    rows = [[label, f"{value:.3f}", *rest] for (label, value), *rest in zip(middle.items(), targets, met, strict=True)]
    return "## Whole processes (s)\n\n" + table(["command", "median", "target", "met"], rows)


def scaling_sections(bench: Bench) -> Iterator[str]:
    """How the time of a step and the memory of a process grow."""
    base = replace(WORKLOADS["W3"], m=20_000)
    by_batch = {size: replace(base, batch_size=size) for size in (64, 128, 256, 512, 1024, 2048, 4096)}
    by_width = {
        units: replace(base, units=(784, units, 10), batch_size=256) for units in (64, 128, 256, 512, 1024, 2048)
    }
    by_m = {m: replace(WORKLOADS["W6"], m=m, memory_mapped=True) for m in (10_000, 100_000, 1_000_000)}
    grown = {key: samples_of(bench, works) for key, works in (("batch", by_batch), ("width", by_width), ("m", by_m))}
    rows = [[str(size), *per(grown["batch"][size], size)] for size in by_batch]
    yield "## Growth with the batch size (784-128-10, Adam)\n\n" + table(
        ["batch size", "µs per step", "ns per example"], rows
    )
    rows = [[f"{by_width[n].parameters:,}", *per(grown["width"][n], by_width[n].parameters)] for n in by_width]
    yield "## Growth with the parameters (784-n-10, batch 256, Adam)\n\n" + table(
        ["parameters", "µs per step", "ns per parameter"], rows
    )
    rows = [[f"{m:,}", f"{m * 784 / 2**20:,.0f}", f"{max(s['peak_mib'] for s in grown['m'][m]):,.0f}"] for m in by_m]
    yield "## Memory with m (784 bytes an example, memory-mapped)\n\n" + table(
        ["m", "file, MiB", "peak RSS, MiB"], rows
    )


def samples_of(bench: Bench, works: dict[int, Workload]) -> dict:
    return bench.measure({label: ("dlx", work) for label, work in works.items()})


def per(samples: list[dict], amount: int) -> list[str]:
    microseconds = median(sample["microseconds"] for sample in samples)
    return [f"{microseconds:,.4g}", f"{microseconds * 1000 / amount:,.4g}"]


def table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine(bench: Bench) -> str:
    cpus = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    cpu = cpus[0].split(":")[1].strip() if cpus else platform.processor()
    versions = ", ".join(f"{peer} {version}" for peer, version in bench.versions.items())
    return (
        f"# Benchmark\n\n`make benchmark` wrote this file on {date.today()}: {cpu}, "
        f"{len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}. {versions}. Medians of "
        f"{bench.rounds} interleaved rounds, each sample at least {bench.seconds} s."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers-python", default=sys.executable, help="the interpreter that has the peers installed")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.25, help="of each sample, at least")
    parser.add_argument("--only", default=",".join([*WORKLOADS, "process", "scaling"]), help="such as W1,W3,process")
    parser.add_argument("--peers", default=",".join(COLUMNS), help="such as dlx,PyTorch")
    parser.add_argument("--out", type=Path, default=HERE / "results.md")
    options = parser.parse_args()
    only = options.only.split(",")
    with tempfile.TemporaryDirectory(prefix="dlx-benchmark-") as folder:
        bench = Bench(options, Path(folder))
        sections = list(
            workload_sections(bench, [name for name in WORKLOADS if name in only], options.peers.split(","))
        )
        sections += [process_section(bench)] if "process" in only else []
        sections += list(scaling_sections(bench)) if "scaling" in only else []
        options.out.write_text("\n\n".join([machine(bench), *sections]) + "\n")
    print(options.out.read_text())


if __name__ == "__main__":
    main()
