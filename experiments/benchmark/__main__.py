"""`make benchmark`: dlx against its peers on the six workloads, whole commands, and how cost grows; writes results.md.

Ratios are taken within a round, and the tables show medians over the rounds.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from .bench import Bench, Sample, median_time
from .growth import scaling_sections
from .processes import process_sections
from .searches import search_sections
from .tables import RATIO_COLUMNS, figures, ratio_row, table
from .targets import ABSENT, COLUMNS, MEMORY_MAPPED, TARGETS
from .workloads import WORKLOADS, Workload

HERE = Path(__file__).parent
SECTIONS = ("process", "searches", "scaling")


def workload_sections(bench: Bench, names: list[str], columns: list[str]) -> Iterator[str]:
    """A table of µs per step and a table of ratios against the targets."""
    times, ratios = [], []
    for name in names:
        work = WORKLOADS[name]
        labels = {label: (label, work) for label in columns if label not in ABSENT.get(name, ())}
        if name == "W6" and "dlx" in columns:
            labels[MEMORY_MAPPED] = ("dlx", replace(work, memory_mapped=True))
        samples = bench.measure(labels)
        times.append([f"{name} {describe(work)}", *(cell(samples.get(label)) for label in columns)])
        paces = {label: [sample["microseconds"] for sample in taken] for label, taken in samples.items()}
        ratios += [ratio_row(target, paces) for target in TARGETS if target.subject == name]
        print(*times[-1], sep="\n  ", file=sys.stderr)
    yield "## Time per training step (µs)\n\n" + table(["workload", *columns], times)
    yield "## Ratios\n\n" + table(["workload", *RATIO_COLUMNS[1:]], ratios)


def describe(work: Workload) -> str:
    parts = ["-".join(map(str, work.units)), f"batch {work.batch_size} of {work.m}", work.optimizer.replace("_", " ")]
    parts += ["batch norm"] * work.batch_norm + [f"keep_prob {work.keep_prob}"] * (work.keep_prob < 1)
    return ", ".join(parts)


def cell(samples: list[Sample] | None) -> str:
    if not samples:
        return "–"
    how = samples[0]["candidate"] + (f", {samples[0]['threads']} thr." if samples[0]["threads"] else "")
    return f"{figures(median_time(samples))} ({how})"


def machine(bench: Bench) -> str:
    cpus = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    cpu = cpus[0].split(":")[1].strip() if cpus else platform.processor()
    versions = [", ".join(sorted(bench.versions))] if bench.versions else []
    return (
        f"# Benchmark\n\n`make benchmark` wrote this file on {date.today()}: {cpu}, "
        f"{len(os.sched_getaffinity(0))} cores, {platform.system()} {platform.release()}, "
        f"{'. '.join([f'Python {platform.python_version()}', *versions])}. Medians of "
        f"{bench.rounds} interleaved rounds, each sample of a step at least {bench.seconds} s."
    )


def sections(bench: Bench, only: list[str], peers: list[str], before: str | None) -> Iterator[str]:
    """What was chosen, in the order of the results."""
    if names := [name for name in WORKLOADS if name in only]:
        yield from workload_sections(bench, names, peers)
    if "process" in only:
        yield from process_sections(bench)
    if "searches" in only:
        yield from search_sections(bench, before)
    if "scaling" in only:
        yield from scaling_sections(bench)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.25, help="of each sample, at least")
    parser.add_argument("--only", default=",".join([*WORKLOADS, *SECTIONS]), help="such as W1,W3,process")
    parser.add_argument("--peers", default=",".join(COLUMNS), help="such as dlx,PyTorch")
    parser.add_argument("--before", metavar="COMMIT", help="an earlier commit, whose searches are measured too")
    parser.add_argument("--out", type=Path, default=HERE / "results.md")
    options = parser.parse_args()
    # What is installed has bytecode: the peers have theirs, and dlx is to have its own.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="dlx-benchmark-") as folder:
        bench = Bench(options.rounds, options.seconds, Path(folder))
        texts = list(sections(bench, options.only.split(","), options.peers.split(","), options.before))
        options.out.write_text("\n\n".join([machine(bench), *texts]) + "\n")
    print(options.out.read_text())


if __name__ == "__main__":
    main()
