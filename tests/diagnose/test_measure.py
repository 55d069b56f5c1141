"""Bias and variance can be those of a metric: the gaps, the verdict and the pictures then speak of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import DiagnosisDocument, JudgedMetric
from dlx.errors import SpecError
from dlx.files import to_json
from dlx.runs.diagnosis.diagnose import examine_run
from dlx.runs.files.directory import RunDirectory
from dlx.runs.preparation import prepare
from dlx.runs.training.provenance import provenance
from dlx.runs.training.train import Session
from dlx.show.charts.waterfall import waterfall
from dlx.spec.sections import Spec
from dlx.stats.intervals import Estimate, error_rate


def gap_values(document: DiagnosisDocument) -> dict[str, float]:
    return {name: gap.value for name, gap in document.gaps.items() if gap is not None}


def test_the_gaps_are_those_of_the_measure_and_the_errors_stay() -> None:
    errors = {"train": error_rate(0.01, 1000), "dev": error_rate(0.01, 400)}
    balanced = {"train": Estimate(0.4, 0.35, 0.45, 1000), "dev": Estimate(0.5, 0.4, 0.6, 400)}
    document = diagnose(errors, 0.0, 0.02, measure=JudgedMetric("balanced_error", balanced))
    assert gap_values(document)["bias"] == 0.4
    assert gap_values(document)["variance"] == pytest.approx(0.1)
    assert document.verdict == "high bias"
    assert document.errors["dev"].value == 0.01
    assert document.judged_errors["dev"].value == 0.5
    assert waterfall(document, "binary").errors["dev"].value == 0.5
    written = json.loads(to_json(document))
    assert DiagnosisDocument.from_file(Path("a"), written).measure == JudgedMetric("balanced_error", balanced)
    assert "measure" not in diagnose(errors, 0.0, 0.02).to_document()


def spec(folder: Path, **data: Any) -> Spec:
    rng = np.random.default_rng(0)
    y = (np.arange(600) % 30 == 0).astype(np.int64)
    np.savez(folder / "rare.npz", X=rng.normal(size=(600, 3)), y=y)
    sections = {
        "data": {"source": {"name": "file", "path": str(folder / "rare.npz")}, "split": {"train": 400, "dev": 200}},
        "architecture": {"hidden": [4]},
        "training": {"epochs": 3},
        "diagnosis": {"metric": "balanced_error"},
    }
    return Spec.model_validate(sections | data).complete()


def test_a_network_that_says_no_to_everybody_has_a_bias_of_one_half(tmp_path: Path) -> None:
    run = RunDirectory.create("x", out=tmp_path / "run")
    with Session(prepare(spec(tmp_path)), run) as session:
        session.begin([], provenance(["dlx"], tmp_path))
        for _ in session.records():
            pass
    document = run.diagnosis()
    assert (document.tolerance, document.verdict) == (0.02, "high bias")
    assert gap_values(document)["bias"] == 0.5
    assert document.errors["dev"].value < 0.05
    assert document.judged_errors["dev"].m == 200
    assert examine_run(run).document.measure == document.measure
    (tmp_path / "rare.npz").unlink()  # the data are gone: what was measured is recalled
    assert examine_run(run).document.bias == document.bias


def test_a_regression_has_no_balanced_error(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"diagnosis\.metric: balanced_error is for classes"):
        prepare(spec(tmp_path, task="regression"))
