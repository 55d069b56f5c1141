"""The results of a run: what is written comes back, and what is damaged is named."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dlx.errors import DataError
from dlx.runs.files.directory import RunDirectory
from tests.runs.conftest import row


def test_facts_are_added_to_those_that_are_there(run: RunDirectory) -> None:
    run.write_facts(name="digits", status="running", parameters=np.int64(7))
    run.write_facts(status="completed", final=row(3), best=None, cost=float("nan"))
    facts = json.loads((run.path / "run.json").read_text())
    assert facts == run.document("run.json")
    assert (facts["schema_version"], facts["name"], facts["status"], facts["parameters"]) == (
        1,
        "digits",
        "completed",
        7,
    )
    assert (facts["final"]["epoch"], facts["final"]["dev_cost"], facts["best"], facts["cost"]) == (3, None, None, None)


MODEL = {"W1": np.array([[0.1, -2e-38]], np.float32), "mu1": np.array([np.inf])}
MODEL_FACTS = {
    "name": "x",
    "dtype": "float32",
    "plugins": [],
    "task": "multiclass",
    "loss": {"name": "softmax"},
    "n_x": 2,
    "layers": [{"units": 1, "activation": None, "bias": True, "batch_norm": None}],
    "classes": ["ñ", 3, True, 0.1 + 0.2],
    "preprocessing": {"columns": [], "options": {}, "task": "multiclass", "classes": []},
}


def test_the_model_comes_back_and_needs_nothing_but_numpy(run: RunDirectory) -> None:
    run.write_model(MODEL, MODEL_FACTS)
    arrays, meta = run.model()
    assert meta == {"schema_version": 1, **MODEL_FACTS}
    assert {name: array.tobytes() for name, array in arrays.items()} == {n: a.tobytes() for n, a in MODEL.items()}
    with np.load(run.path / "model.npz", allow_pickle=False) as plain:
        assert sorted(plain) == ["W1", "meta", "mu1"]


def test_a_damaged_model_is_named(run: RunDirectory) -> None:
    run.write_model(MODEL, MODEL_FACTS)
    path = run.path / "model.npz"
    content = path.read_bytes()
    for damaged in (b"", b"PK", content[: len(content) // 2], content.replace(b"NUMPY", b"numpy"), content[:-40]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=r"model\.npz: (is damaged|was edited)"):
            run.model()


@pytest.mark.parametrize(
    ("content", "why"),
    [("{", "is damaged"), ("[]", "is damaged"), ('{"schema_version": 2}', "has schema_version 2, this dlx reads 1")],
)
def test_facts_that_are_none_are_named(run: RunDirectory, content: str, why: str) -> None:
    for name, read in (("run.json", run.facts), ("diagnosis.json", run.diagnosis)):
        run.write(name, content.encode())
        with pytest.raises(DataError, match=f"{name}: {why}"):
            read()
        (run.path / name).unlink()
        with pytest.raises(DataError, match=f"{name}: cannot be read: it is missing"):
            read()


def test_a_document_that_was_sound_is_called_damaged_once_it_is_not(run: RunDirectory) -> None:
    facts = {"name": "digits", "status": "running", "seed": 1, "overrides": [], "started": "", "command": ""}
    run.write_facts(**facts, versions={}, config_sha256="", parameters=1, data={})
    assert [run.facts()["seed"] for _ in range(2)] == [1, 1]
    run.write_facts(seed="one")
    for _ in range(2):
        with pytest.raises(DataError, match=r"run\.json: is damaged: seed is 'one', expected a whole number"):
            run.facts()
