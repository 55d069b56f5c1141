"""The basic recipe, acted out by `dlx diagnose RUN --act` on a network that is too small and on one that is too free.

The first one has 3 hidden units for the ten digits, so bias is to be cured first; the second learns 100 noisy examples
by heart. Errors are means over five replicates, before the recipe and after what it kept.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

BOTH_ENDS = ("before", "after")
NETWORKS = {
    "too_small": (
        "../configs/softmax.yaml",
        "data={source: digits, split: {train: 200, dev: 800, test: 797}}",
        "architecture={hidden: [3]}",
        "optimizer={name: adam, learning_rate: 0.003}",
        "training={epochs: 60, batch_size: 16}",
        "diagnosis.tolerance=0.05",
    ),
    "too_free": ("../configs/overfitting.yaml", "data.source.m=4400", "data.split={train: 100, dev: 4000, test: 300}"),
}


def measure(bench: Bench) -> Measured:
    """Train, diagnose and act on both."""
    stories = {name: _acted(bench, name, *given) for name, given in NETWORKS.items()}
    rows = {name: _row(story) for name, story in stories.items()}
    drawn = charts(*(_chart(name, story) for name, story in stories.items()), title="The recipe, acted out")
    return Measured(rows, {"errors": drawn})


def _acted(bench: Bench, name: str, spec: str, *overrides: str) -> Mapping[str, Any]:
    run = bench.trained(spec, {name: overrides})[name]
    command = [sys.executable, "-m", "dlx", "diagnose", str(run.path), "--act", "--json", "--workers", "2"]
    told = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    story: Mapping[str, Any] = json.loads(told.stdout)["act"]
    return story


def _row(story: Mapping[str, Any]) -> dict[str, float]:
    """The errors, and how many remedies were tried and kept against each."""
    found = {
        f"{part}_error_{end}": story["errors"][end][part]["value"] for part in ("train", "dev") for end in BOTH_ENDS
    }
    for gap in ("bias", "variance"):
        rounds = [one for one in story["rounds"] if one["against"] == gap]
        found[f"tried_against_{gap}"] = sum(len(one["remedies"]) for one in rounds)
        found[f"kept_against_{gap}"] = sum(one["kept"] is not None for one in rounds)
    first = next(iter(story["rounds"]))["against"]
    return found | {"bias_first": float(first == "bias")}


def _chart(name: str, story: Mapping[str, Any]) -> Chart:
    kept = [one["kept"] for one in story["rounds"] if one["kept"] is not None]
    errors = story["errors"]
    lines = {part: Line((0, 1), [100 * errors[end][part]["value"] for end in BOTH_ENDS]) for part in ("train", "dev")}
    return Chart(
        lines,
        "",
        "error, %",
        name.replace("_", " "),
        xticks=["before", " + ".join(kept).replace("_", " ")],
        xlim=(-0.3, 1.3),
        ylim=(0, None),
    )
