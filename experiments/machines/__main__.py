"""Works out from which network, batch and link on several machines pay; writes results.md beside this file."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .gain import LINKS, gain, pays_from
from .steps import HIDDEN, StepTime, measured

RESULTS = Path(__file__).parent / "results.md"
BATCHES = tuple(2**power for power in range(6, 17))
IN_TABLE = (64, 256, 1024, 4096, 16384)
MACHINES = 4
SPEED = {1: 1.0, 8: 6.0}  # of a machine by its cores


def report(steps: Sequence[StepTime]) -> str:
    """The three tables."""
    lines = [
        "# One network on several machines",
        "",
        "Written by `make machines`. Each machine takes its part of the batch, and the gradients are averaged over a "
        "ring before every step, which changes no result but the last digits. The time of a step on one core was "
        "measured with dlx (float32, Adam, time of the processor) and is base + time of an example · examples; eight "
        "cores are taken for six times as fast. The way of the gradient is worked out: 2·(n − 1)/n of its 4 bytes a "
        "parameter at 94 % of the link, and 0.1 ms (1 Gbit/s) or 0.03 ms (10 Gbit/s) a message. A simulation, message "
        "by message, gives the same (`tests/house/test_machines.py`).",
        "",
        f"**{_answer(steps)}**",
        "",
        "| network | parameters | gradient | base | an example | 1 Gbit/s | 10 Gbit/s |",
        "|---|---|---|---|---|---|---|",
    ]
    for step in steps:
        ways = " | ".join(f"{1e3 * link.seconds_to_average(step.parameters, MACHINES):.1f} ms" for link in LINKS)
        cells = f"{4e-6 * step.parameters:.1f} MB | {1e3 * step.base:.2f} ms | {1e6 * step.slope:,.0f} µs"
        lines.append(f"| {step.name} | {step.parameters:,} | {cells} | {ways} |")
    lines += ["", f"The last two columns are the way of the gradient between {MACHINES} machines.", ""]
    lines += [f"## How many times as fast {MACHINES} machines are", "", *_gains(steps), ""]
    lines += ["## From which batch on they are at least twice as fast", "", *_limits(steps)]
    return "\n".join(lines) + "\n"


def _answer(steps: Sequence[StepTime]) -> str:
    """From which batch on it pays, over all networks, where machines have eight cores."""
    limits = []
    for link in LINKS:
        batches = [
            pays_from(step, MACHINES, link, SPEED[8], overlapped, BATCHES)
            for step in steps
            for overlapped in (False, True)
        ]
        batches_of_link = [batch for batch in batches if batch is not None]
        span = f"{min(batches_of_link):,} to {max(batches_of_link):,}" if batches_of_link else f"over {max(BATCHES):,}"
        limits.append(f"from a batch of {span} on at {link.name}")
    return f"Four machines of eight cores are twice as fast as one {', and '.join(limits)}, whatever the network."


def _gains(steps: Sequence[StepTime]) -> list[str]:
    lines = [f"| network | cores | link | {' | '.join(f'batch {batch:,}' for batch in IN_TABLE)} |", "|---" * 8 + "|"]
    for step in steps:
        for cores in SPEED:
            for link in LINKS:
                gains = " | ".join(f"{gain(step, batch, MACHINES, link, SPEED[cores]):.2f}" for batch in IN_TABLE)
                lines.append(f"| {step.name} | {cores} | {link.name} | {gains} |")
    return lines


def _limits(steps: Sequence[StepTime]) -> list[str]:
    heads = [f"{cores} core{'s' * (cores > 1)}, {link.name}" for cores in SPEED for link in LINKS]
    lines = [f"| network | {' | '.join(heads)} |", "|---" * (1 + len(heads)) + "|"]
    for step in steps:
        cells = []
        for cores in SPEED:
            for link in LINKS:
                plain, hidden = (
                    pays_from(step, MACHINES, link, SPEED[cores], hides, BATCHES) for hides in (False, True)
                )
                cells.append(f"{_batch(plain)} ({_batch(hidden)})")
        lines.append(f"| {step.name} | {' | '.join(cells)} |")
    return [*lines, "", "In brackets: where an engine hides the way of the gradient behind backprop as far as it can."]


def _batch(batch: int | None) -> str:
    return f"above {max(BATCHES):,}" if batch is None else f"{batch:,}"


def main() -> None:
    """Measure and work out."""
    parser = argparse.ArgumentParser(prog="experiments.machines", description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULTS, help="the file to write")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        steps = [measured(name, Path(folder)) for name in HIDDEN]
    arguments.out.write_text(report(steps), encoding="utf-8")


if __name__ == "__main__":
    main()
