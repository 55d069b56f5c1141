"""How the time of a step grows with the batch and the parameters, and the memory of a process with m."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .bench import Bench, Sample, median_time
from .tables import figures, table
from .workloads import WORKLOADS, Workload


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
