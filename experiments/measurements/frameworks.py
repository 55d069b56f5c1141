"""Frameworks by the notes' three criteria: ease of programming, running speed, and whether they are truly open.

Speed is what `make benchmark` has measured, microseconds for one training step of W2 (2-5-2-1, Adam, mini-batches of
64), W3 (784-128-10, Adam, 64) and W4 (784-512-256-10, batch norm and dropout, 128), the fastest way of each framework.
Ease is the lines of code with which the benchmark teaches each its workloads, by the same count for all: those of
dlx, PyTorch and JAX hold two ways, step by step and compiled, and scikit-learn's leave out batch norm and dropout,
which it does not have.
"""

from __future__ import annotations

import re

from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured
from experiments.reproduce.topics import ROOT

BENCHMARK = ROOT / "benchmark"
FRAMEWORKS = {
    "dlx": (("dlx", "dlx compiled"), "with_dlx.py", "MIT", "its authors"),
    "pytorch": (("PyTorch", "PyTorch compiled"), "with_torch.py", "BSD-3", "PyTorch Foundation"),
    "jax": (("JAX", "JAX scan"), "with_jax.py", "Apache-2.0", "Google"),
    "scikit_learn": (("scikit-learn",), "with_sklearn.py", "BSD-3", "its contributors, NumFOCUS"),
}
WORKLOADS = ("W2", "W3", "W4")


def measure(bench: Bench) -> Measured:
    """One row for each framework."""
    table = _table((BENCHMARK / "results.md").read_text(encoding="utf-8"))
    rows: dict[str, dict[str, float | str]] = {}
    for name, (columns, file, licence, governed) in FRAMEWORKS.items():
        found: dict[str, float | str] = {"lines": _lines(file)}
        for workload in WORKLOADS:
            times = [table[workload][column] for column in columns if column in table[workload]]
            found |= {f"{workload}_us": min(times)} if times else {}
        rows[name] = found | {"licence": licence, "governed_by": governed}
    lines = {
        name: Line(
            [k for k, one in enumerate(WORKLOADS) if f"{one}_us" in row],
            [float(row[f"{one}_us"]) for one in WORKLOADS if f"{one}_us" in row],
        )
        for name, row in rows.items()
    }
    chart = Chart(lines, "", "µs for one training step", yscale="log", xticks=WORKLOADS)
    title = "Small networks wait for calls; in large ones all multiply the same matrices"
    return Measured(rows, {"speed": charts(chart, title=title)})


def _lines(file: str) -> int:
    """Without those that are empty or comments."""
    text = (BENCHMARK / file).read_text(encoding="utf-8")
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in text.splitlines())


def _table(text: str) -> dict[str, dict[str, float]]:
    """Microseconds by workload and column, of the table of times for a training step."""
    lines = [line for line in text.split("\n## ")[1].splitlines() if line.startswith("|")]
    header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    found: dict[str, dict[str, float]] = {}
    for workload, *cells in rows:
        numbers = {name: re.match(r"[\d,.]+", cell) for name, cell in zip(header[1:], cells, strict=True)}
        found[workload.split()[0]] = {name: float(one[0].replace(",", "")) for name, one in numbers.items() if one}
    return found
