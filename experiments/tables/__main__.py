"""`make tables`: trains dlx as `dlx new` says and its peers on real tables; writes results.md and results.json.

Each cell is kept in build/tables, so that what was stopped goes on; dlx's are measured anew where `dlx new` writes
another spec.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from .catalogue import TABLES
from .cells import CACHE, MODELS, measure_all
from .report import write

HERE = Path(__file__).parent
SEEDS = range(1, 6)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(table.name for table in TABLES), help="tables, such as iris,mpg")
    parser.add_argument("--models", default=",".join(MODELS), help="models; results are written where all are there")
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    parser.add_argument("--workers", type=int, default=2, help="processes, each with one thread")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--out", type=Path, default=HERE, help="folder of results.md and results.json")
    options = parser.parse_args()
    tables = [table for table in TABLES if table.name in options.only.split(",")]
    models = options.models.split(",")
    seeds = range(1, options.seeds + 1)
    splits = [(table, seed) for seed in seeds for table in tables]
    cells: dict[str, dict[str, list[dict[str, object]]]] = {
        table.name: {model: [] for model in models} for table in tables
    }
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as pool:
        futures = [pool.submit(measure_all, table, seed, models, options.cache.resolve()) for table, seed in splits]
        for (table, seed), future in zip(splits, futures, strict=True):
            for model, cell in zip(models, future.result(), strict=True):
                cells[table.name][model].append(cell)
                print(f"{table.name} {seed} {model}: {cell['error']:.5g}, {cell['seconds']:.1f} s", file=sys.stderr)
    if set(MODELS) <= set(models):
        write(tables, cells, options.out)
        print((options.out / "results.md").read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
