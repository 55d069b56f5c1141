"""results.md and results.json of the comparison."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from .catalogue import TABLES, Table
from .scores import NETWORKS, Row, mean_rank, median_rank

Cells = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]  # by table, model, and then a cell for each seed
TITLES = {"dlx": "dlx", "sklearn": "sklearn", "sklearn scaled": "sklearn, scaled", "PyTorch": "PyTorch"}
TITLES |= {"Keras": "Keras", "linear": "linear", "boosting": "boosting", "constant": "constant"}
ABOUT = """\
# Real tables: dlx, other networks, gradient boosting

`make tables` wrote this file: {tables} of the {all} tables in `catalogue.py`, {seeds} seeds each. A fifth of the rows
is held out, the same for all models (of classes a fifth each); tables of more than 10,000 rows are a sample of 10,000.
Nothing was edited by hand, and nothing was set for a single table; but the few numbers of the rule that `dlx new` goes
by were chosen on these tables, with seeds 1 to 3.

- dlx: `dlx new train.csv --target T`, `dlx train`, `dlx predict`
- sklearn: `MLPClassifier()` or `MLPRegressor()` behind imputation (the median, with indicators) and one-hot columns
- sklearn, scaled: the same with numbers standardized, and the target of a regression too
- PyTorch and Keras: hidden layers of 64 and 32 units, Adam with 0.001, 50 epochs of mini-batches of 32, scaled likewise
- linear: logistic or linear regression, scaled likewise; no network, and not in the ranks
- boosting: histogram gradient boosting with its defaults, the bound; not in the ranks
- constant: the most frequent class, or the mean
"""


def write(tables: Sequence[Table], cells: Cells, folder: Path) -> None:
    """Write both files."""
    rows = rows_of(cells)
    (folder / "results.json").write_text(json.dumps(cells, indent=1) + "\n", encoding="utf-8")
    seeds = len(next(iter(cells.values()))["dlx"])
    sections = [
        ABOUT.format(tables=len(rows), all=len(TABLES), seeds=seeds),
        summary(rows),
        "## Held-out error of the classifications (%)\n\n" + errors(tables, rows, False),
        "## Held-out RMSE of the regressions (unit of the target)\n\n" + errors(tables, rows, True),
        seconds(cells),
        sources(tables),
    ]
    (folder / "results.md").write_text("\n\n".join(section.strip() for section in sections) + "\n", encoding="utf-8")


def rows_of(cells: Cells) -> list[Row]:
    """The errors alone."""
    return [
        Row(name, {model: [cell["error"] for cell in of_seeds] for model, of_seeds in models.items()})
        for name, models in cells.items()
    ]


def summary(rows: Sequence[Row]) -> str:
    """The ranks, and what dlx keeps of its aims."""
    rows = list(rows)
    ranks = [[TITLES[model], f"{median_rank(rows, model):g}", f"{mean_rank(rows, model):.2f}"] for model in NETWORKS]
    near = [row.name for row in rows if row.is_near_best()]
    far = [row.name for row in rows if not row.is_near_best()]
    constant = [row.name for row in rows if row.mean("dlx") > row.mean("constant")]
    surely = [row.name for row in rows if row.is_worse(row.best_peer)]
    boosting = sum(row.mean("boosting") < row.mean("dlx") for row in rows)
    lines = [
        f"- dlx is within 10 % of the error of the best network on {len(near)} of {len(rows)} tables; not on: "
        f"{names(far)}.",
        f"- Worse than the best other network by more than the chance of the seeds explains (paired t test, 95 %; that "
        f"network is chosen by these same errors): {names(surely)}.",
        f"- Worse than the most frequent class or the mean: {names(constant)}.",
        f"- Gradient boosting, which is no network, errs less than dlx on {boosting} of {len(rows)} tables.",
    ]
    return "## Summary\n\n" + table(["network", "median rank", "mean rank"], ranks) + "\n\n" + "\n".join(lines)


def names(of_tables: Sequence[str]) -> str:
    """Names in a sentence."""
    return ", ".join(of_tables) or "none"


def errors(tables: Sequence[Table], rows: Sequence[Row], is_regression: bool) -> str:
    """Mean errors over the seeds, the best network's in bold."""
    kind = {table.name for table in tables if table.is_regression == is_regression}
    lines = []
    for row in rows:
        if row.name in kind:
            best = min(row.mean(model) for model in NETWORKS)
            lines.append([row.name, *(_cell(row, model, best, is_regression) for model in TITLES)])
    return table(["table", *TITLES.values()], lines)


def _cell(row: Row, model: str, best: float, is_regression: bool) -> str:
    mean = row.mean(model)
    text = f"{mean:,.4g}" if is_regression and mean < 10_000 else f"{mean:,.0f}" if is_regression else f"{mean:.2%}"
    text = text.removesuffix("%")
    return f"**{text}**" if model in NETWORKS and mean == best else text


def seconds(cells: Cells) -> str:
    """Processor seconds of a training, start-up of the three commands included for dlx."""
    lines = [
        [TITLES[model], f"{median(times):.1f}", f"{fmean(times):.1f}", f"{max(times):.0f}"]
        for model in TITLES
        if (times := [cell["seconds"] for models in cells.values() for cell in models[model]])
    ]
    text = (
        "## Processor seconds, one thread\n\nOf dlx its three commands, each a process that starts; of the others "
        "fitting and predicting in a process that runs already.\n\n"
    )
    return text + table(["model", "median", "mean", "most"], lines)


def sources(tables: Sequence[Table]) -> str:
    """Where each table comes from, and the licence of the package that ships it."""
    lines = [[item.name, item.target, item.source, item.licence] for item in tables]
    return "## Sources\n\n" + table(["table", "target", "source", "licence of the package"], lines)


def table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [columns, ["---"] * len(columns), *lines])
