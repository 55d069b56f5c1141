"""`make benchmark`: dlx against its peers on the six workloads, whole commands, and how cost grows; writes results.md.

Ratios are taken within a round, and the tables show medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

from .bench import ROOT, WORKER, Bench, Sample, interleaved, median_time
from .workloads import WORKLOADS, Workload

HERE = Path(__file__).parent
COLUMNS = ("dlx", "PyTorch", "PyTorch compiled", "JAX", "scikit-learn", "limit")

# What is divided by what, and the bound that the median of the ratios must keep.
TARGETS = [
    ("W1", "PyTorch", "dlx", "≥", 12),
    ("W1", "scikit-learn", "dlx", "≥", 5),
    ("W1", "JAX", "dlx", "≥", 1.5),
    ("W2", "PyTorch", "dlx", "≥", 15),
    ("W2", "scikit-learn", "dlx", "≥", 10),
    ("W2", "JAX", "dlx", "≥", 2),
    ("W3", "PyTorch", "dlx", "≥", 1.4),
    ("W3", "scikit-learn", "dlx", "≥", 2.2),
    ("W3", "JAX", "dlx", "≥", 0.8),
    ("W4", "PyTorch", "dlx", "≥", 1.4),
    ("W4", "PyTorch compiled", "dlx", "≥", 1.4),
    ("W4", "JAX", "dlx", "≥", 0.9),
    ("W4", "dlx", "limit", "≤", 2.3),
    ("W5", "dlx", "limit", "≤", 1.15),
    ("W5", "PyTorch", "dlx", "≥", 1.05),
    ("W5", "PyTorch compiled", "dlx", "≥", 1.05),
    ("W6", "PyTorch", "dlx", "≥", 1.2),
    ("W6", "dlx, memory-mapped", "dlx", "≤", 1.5),
]
ABSENT = {"W1": {"limit"}, "W2": {"limit"}, "W4": {"scikit-learn"}}  # calls, not products; no batch norm


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
        ratios += [ratio_row(*target, samples) for target in TARGETS if target[0] == name]
        print(*times[-1], sep="\n  ", file=sys.stderr)
    yield "## Time per training step (µs)\n\n" + table(["workload", *columns], times)
    yield "## Ratios\n\n" + table(["workload", "ratio", "median", "quartiles", "target", "met"], ratios)


def describe(work: Workload) -> str:
    parts = ["-".join(map(str, work.units)), f"batch {work.batch_size} of {work.m}", work.optimizer.replace("_", " ")]
    parts += ["batch norm"] * work.batch_norm + [f"keep_prob {work.keep_prob}"] * (work.keep_prob < 1)
    return ", ".join(parts)


def cell(samples: list[Sample] | None) -> str:
    if not samples:
        return "–"
    how = samples[0]["candidate"] + (f", {samples[0]['threads']} thr." if samples[0]["threads"] else "")
    return f"{figures(median_time(samples))} ({how})"


def ratio_row(
    name: str, above: str, below: str, sign: str, bound: float, samples: dict[str, list[Sample]]
) -> list[str]:
    target = [name, f"{above} / {below}"], f"{sign} {bound}"
    if above not in samples or below not in samples:
        return [*target[0], "–", "–", target[1], "not measured"]
    pairs = zip(samples[above], samples[below], strict=True)
    ratios = sorted(a["microseconds"] / b["microseconds"] for a, b in pairs)
    low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
    met = median(ratios) >= bound if sign == "≥" else median(ratios) <= bound
    return [*target[0], f"{median(ratios):.2f}", f"{low:.2f}–{high:.2f}", target[1], "yes" if met else "**no**"]


def process_section(bench: Bench) -> str:
    """Whole processes, from shell to prompt."""
    dlx, circles = Path(sys.executable).with_name("dlx"), ROOT / "configs" / "course" / "circles_he.yaml"
    work = WORKLOADS["W1"]
    runs = bench.folder / "runs"
    commands: dict[str, list[str | Path]] = {
        "dlx --help": [dlx, "--help"],
        "dlx train circles_he.yaml": [dlx, "train", circles, "--out", runs],
        "JAX, the same 15,000 steps": [*WORKER, "JAX", "0", bench.examples(work), json.dumps(asdict(work)), "15000"],
    }

    def timed(command: list[str | Path]) -> float:
        shutil.rmtree(runs, ignore_errors=True)
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        return time.perf_counter() - start

    seconds = interleaved({label: partial(timed, command) for label, command in commands.items()}, bench.rounds)
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


def samples_of(bench: Bench, works: dict[int, Workload]) -> dict[int, list[Sample]]:
    return bench.measure({label: ("dlx", work) for label, work in works.items()})


def per(samples: list[Sample], amount: int) -> list[str]:
    microseconds = median_time(samples)
    return [figures(microseconds), figures(microseconds * 1000 / amount)]


def figures(value: float) -> str:
    """At least three significant figures, none of them in an exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(columns: list[str], rows: list[list[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine(bench: Bench) -> str:
    cpus = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    cpu = cpus[0].split(":")[1].strip() if cpus else platform.processor()
    return (
        f"# Benchmark\n\n`make benchmark` wrote this file on {date.today()}: {cpu}, "
        f"{len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}. {', '.join(sorted(bench.versions))}. Medians of "
        f"{bench.rounds} interleaved rounds, each sample at least {bench.seconds} s."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.25, help="of each sample, at least")
    parser.add_argument("--only", default=",".join([*WORKLOADS, "process", "scaling"]), help="such as W1,W3,process")
    parser.add_argument("--peers", default=",".join(COLUMNS), help="such as dlx,PyTorch")
    parser.add_argument("--out", type=Path, default=HERE / "results.md")
    options = parser.parse_args()
    only = options.only.split(",")
    with tempfile.TemporaryDirectory(prefix="dlx-benchmark-") as folder:
        bench = Bench(options.rounds, options.seconds, Path(folder))
        names = [name for name in WORKLOADS if name in only]
        sections = list(workload_sections(bench, names, options.peers.split(","))) if names else []
        sections += [process_section(bench)] if "process" in only else []
        sections += list(scaling_sections(bench)) if "scaling" in only else []
        options.out.write_text("\n\n".join([machine(bench), *sections]) + "\n")
    print(options.out.read_text())


if __name__ == "__main__":
    main()
