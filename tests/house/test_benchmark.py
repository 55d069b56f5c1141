"""The benchmark's worker still drives dlx; what it measures is not a test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]


def test_the_worker_trains_dlx_and_answers_with_its_pace(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.save(tmp_path / "X.npy", rng.standard_normal((40, 3)).astype(np.float32))
    np.save(tmp_path / "y.npy", np.arange(40) % 3)
    work = {"units": [3, 4, 3], "m": 40, "batch_size": 16, "batch_norm": True, "keep_prob": 0.5}
    done = subprocess.run(
        [sys.executable, "-m", "experiments.benchmark.worker", "dlx", "0", tmp_path, json.dumps(work)],
        cwd=ROOT,
        input="0.01\n0.01\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    about, *samples = map(json.loads, done.stdout.splitlines())
    assert about["versions"][0].startswith("dlx ")
    assert [sample["microseconds"] > 0 for sample in samples] == [True, True]
