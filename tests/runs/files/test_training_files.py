"""The files from which training goes on: the tables stand where the checkpoint was made."""

from __future__ import annotations

import numpy as np

from dlx.runs.files.directory import RunDirectory
from tests.runs.conftest import row


def test_training_goes_on_from_the_checkpoint(run: RunDirectory) -> None:
    assert not run.has_checkpoint()
    for epoch in (1, 2):
        run.append_metrics(row(epoch))
    run.save_checkpoint({"theta": np.arange(3.0)}, {"epoch": 2})
    run.append_metrics(row(3))
    run.close()
    with RunDirectory.open(run.path, writing=True) as again:
        assert again.has_checkpoint()
        arrays, meta = again.load_checkpoint()
        again.rewind_tables(meta["epoch"])
        again.append_metrics(row(3))
        assert again.metrics()["epoch"] == [1, 2, 3]
    assert arrays["theta"].tolist() == [0, 1, 2]
