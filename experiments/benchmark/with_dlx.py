"""dlx: its public training loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dlx.runs.preparation import prepare
from dlx.spec.sections import Spec
from dlx.training.fit import fit

from .stepping import Run
from .workloads import Workload, read_examples


def loop(work: Workload, folder: Path, engine: str = "numpy") -> dict[str, Run]:
    """The public training loop; only its first epoch, which belongs to the warm-up, is followed by an evaluation."""
    for_ever = 10**9
    spec = {
        "data": {"train": source(work, folder)},
        "architecture": {"hidden": list(work.units[1:-1]), "batch_norm": work.batch_norm},
        "regularization": {"keep_prob": work.keep_prob},
        "optimizer": {"name": work.optimizer, "learning_rate": work.learning_rate},
        "training": {
            "engine": engine,
            "epochs": for_ever,
            "evaluate_every": for_ever,
            "batch_size": "full" if work.batch_size == work.m else work.batch_size,
        },
    }
    experiment = prepare(Spec.model_validate(spec).complete())
    progress = fit(experiment)

    def run(n: int) -> int:
        position = experiment.position
        start = position.step
        while position.step < start + n:
            next(progress)
        return position.step - start

    return {f"threads {experiment.spec.training.threads}": run}


def compiled_loop(work: Workload, folder: Path) -> dict[str, Run]:
    """The same loop, whose steps native code replays."""
    return loop(work, folder, "compiled")


def source(work: Workload, folder: Path) -> dict[str, str]:
    """A pair of .npy files is read memory-mapped, one .npz file into memory."""
    if work.memory_mapped:
        return {"name": "file", "path": str(folder / "X.npy"), "target": str(folder / "y.npy")}
    X, y = read_examples(folder)
    np.savez(folder / "examples.npz", X=X, y=y)
    return {"name": "file", "path": str(folder / "examples.npz")}
