"""Judges the range test of learning rates and what is advised by it; writes results.md."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from experiments.diagnose.files import Workshop

from .combinations import Learned, Row, rows
from .first_commands import Typed, cases, typed

HERE = Path(__file__).parent
COMBINATIONS = ("data, network", "optimizer", "suggested", "best of the grid", "behind: train", "dev", "default: dev")
COMMANDS = ("fault", "healthy", "faulty", "before training", "comes to", "after training", "comes to", "repaired")


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="experiments.rates", description=__doc__)
    parser.add_argument("--count", type=int, default=6, help="drawn faults of each kind, beside the fixed ones")
    parser.add_argument("--seed", type=int, default=14, help="of the drawn faults")
    parser.add_argument("--out", type=Path, default=HERE / "results.md", help="the file to write")
    return parser.parse_args()


def main() -> None:
    """Train all combinations, then type all commands."""
    arguments = options()
    combinations: list[Row] = []
    commands: list[Typed] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for row in rows(Workshop(folder)):
            combinations.append(row)
            print(*_combination(row), sep="  ", flush=True)
        for case in cases(folder, arguments.count, arguments.seed):
            commands.append(typed(case, folder))
            print(*_command(commands[-1]), sep="  ", flush=True)
    arguments.out.write_text(report(combinations, commands), encoding="utf-8")


def report(combinations: Sequence[Row], commands: Sequence[Typed]) -> str:
    """Both tables."""
    behind = [_behind(row, row.at_suggested) for row in combinations]
    usual = [_behind(row, row.at_default) for row in combinations]
    repaired = sum(row.is_repaired for row in commands)
    text = [
        "# The range test of learning rates, judged",
        "",
        "Written by `make rates`. Each combination is trained to its end with two seeds at 15 rates between 1e-5 and "
        "100, at the rate that `dlx tune --learning-rate` suggests, and at the default of the optimizer. What is "
        "behind is counted in shares of the cost of a constant answer, against the best of the grid on each.",
        "",
        f"On average the suggestion is {fmean(row.train for row in behind):.1%} behind on train and "
        f"{fmean(row.dev for row in behind):.1%} on dev, at worst {max(row.train for row in behind):.1%} and "
        f"{max(row.dev for row in behind):.1%}; the default {fmean(row.train for row in usual):.1%} and "
        f"{fmean(row.dev for row in usual):.1%}, at worst {max(row.train for row in usual):.1%} and "
        f"{max(row.dev for row in usual):.1%}.",
        "",
        *_table(COMBINATIONS, [_combination(row) for row in combinations]),
        "",
        "## The first command",
        "",
        "Faults of the learning rate in good specs, those of `experiments/diagnose`: what `dlx diagnose` prints first, "
        "of the spec before it is trained and of the run after, typed as it stands. Dev errors; those of a regression "
        f"in standard deviations of the targets. After training {repaired} of {len(commands)} are repaired: within 1.5 "
        "tolerances of the healthy spec.",
        "",
        *_table(COMMANDS, [_command(row) for row in commands]),
    ]
    return "\n".join(text) + "\n"


def _behind(row: Row, other: Learned) -> Learned:
    return Learned(row.best_on_train - other.train, row.at_best.dev - other.dev)


def _combination(row: Row) -> list[str]:
    behind, usual = _behind(row, row.at_suggested), _behind(row, row.at_default)
    rates = f"{row.suggested:g}", f"{row.best:g}"
    return [row.name, row.optimizer, *rates, f"{behind.train:.1%}", f"{behind.dev:.1%}", f"{usual.dev:.1%}"]


def _command(row: Typed) -> list[str]:
    errors = [f"{error:.3f}" for error in (row.healthy, row.faulty, row.after_before, row.after_after)]
    verdict = "yes" if row.is_repaired else "no"
    return [row.name, *errors[:2], f"`{row.before}`", errors[2], f"`{row.after}`", errors[3], verdict]


def _table(titles: Sequence[str], cells: Sequence[Sequence[str]]) -> list[str]:
    lines = [titles, ["---"] * len(titles), *cells]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    main()
