"""Checkpoints: they come back bit for bit, tell every damage, and survive a crash at any moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from dlx.errors import DataError, DlxError, EnvironmentProblem
from dlx.runs.files import checkpoint

pytestmark = pytest.mark.usefixtures("blank_pictures")

ARRAYS = {
    "theta": np.linspace(-1, 1, 7, dtype=np.float32),
    "statistics": np.array([np.nan, -0.0, np.inf, 5e-324]),
    "order": np.arange(6, dtype=np.int64).reshape(2, 3),
    "empty": np.zeros((0, 3)),
}
META = {
    "step": 12,
    "streams": {"shuffle": {"state": 2**127 + 1}},
    "best": None,
    "cost": 0.1 + 0.2,
    "worst": float("inf"),
}


def saved(directory: Path) -> Path:
    checkpoint.save(directory, ARRAYS, META)
    return directory


def test_what_is_saved_comes_back_bit_for_bit(tmp_path: Path) -> None:
    arrays, meta = checkpoint.load(saved(tmp_path / "checkpoint"))
    assert meta == META
    assert list(arrays) == list(ARRAYS)
    for key, array in ARRAYS.items():
        assert (arrays[key].dtype, arrays[key].shape) == (array.dtype, array.shape)
        assert arrays[key].tobytes() == array.tobytes()
        assert arrays[key].flags.writeable


@given(
    arrays_of.arrays(
        st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]), arrays_of.array_shapes(min_dims=0)
    )
)
def test_any_array_comes_back(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray) -> None:
    directory = tmp_path_factory.mktemp("any")
    checkpoint.save(directory, {"a": array[..., None].swapaxes(0, -1)}, {})
    assert checkpoint.load(directory)[0]["a"].tobytes() == array[..., None].swapaxes(0, -1).tobytes()


def test_a_new_checkpoint_replaces_the_old_one_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    saved(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    checkpoint.save(tmp_path, {"theta": np.zeros(2)}, {"step": 13})
    arrays, meta = checkpoint.load(tmp_path)
    assert (list(arrays), meta) == (["theta"], {"step": 13})
    assert sorted(path.name.split("-")[0] for path in tmp_path.iterdir()) == [
        "manifest.json",
        "notes.txt",
        "state",
        "theta",
    ]


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    for path in sorted(saved(tmp_path).iterdir()):
        content = path.read_bytes()
        for bit in range(0, 8 * len(content), 3 if path.name == checkpoint.MANIFEST else 29):
            damaged = bytearray(content)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            with pytest.raises(DataError) as caught:
                checkpoint.load(tmp_path)
            assert str(tmp_path) in str(caught.value)
        path.write_bytes(content)
    assert checkpoint.load(tmp_path)[1] == META


def test_a_missing_or_cut_file_is_named(tmp_path: Path) -> None:
    for path in sorted(saved(tmp_path).iterdir()):
        content = path.read_bytes()
        for kept in (0, len(content) // 2, len(content) - 2):
            path.write_bytes(content[:kept])
            with pytest.raises(DataError, match=path.name):
                checkpoint.load(tmp_path)
        path.unlink()
        with pytest.raises(DataError, match=path.name):
            checkpoint.load(tmp_path)
        path.write_bytes(content)


def test_a_checkpoint_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr("dlx.files.SCHEMA_VERSION", 2)
        saved(tmp_path)
    with pytest.raises(DataError, match="schema_version 2, this dlx reads 1"):
        checkpoint.load(tmp_path)


def test_objects_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        checkpoint.save(tmp_path / "meta", ARRAYS, {"a": object()})
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        checkpoint.save(tmp_path / "arrays", {"a": np.array([{}], dtype=object)}, {})
    assert not checkpoint.exists(tmp_path / "meta")
    assert not checkpoint.exists(tmp_path / "arrays")


def test_a_place_that_cannot_be_written_is_an_environment_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="file: cannot be written"):
        checkpoint.save(tmp_path / "file", ARRAYS, META)


# Ends the process, as kill -9 does, at its k-th call that changes the file system; prints how many there were.
CRASHES = """
import os, sys
from pathlib import Path
import numpy as np
from dlx.runs.files import checkpoint

directory, calls = Path(sys.argv[1]), 0

def crash_at(k):
    def hook(event, arguments):
        global calls
        if event in ("open", "os.rename", "os.remove", "os.mkdir"):
            calls += 1
            if calls == k:
                os._exit(9)
    sys.addaudithook(hook)

for k in range(1, 1000):
    if os.fork() == 0:
        crash_at(k)
        checkpoint.save(directory, {"theta": np.full(3, k), "v": np.full(2, k)}, {"k": k})
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.wait()[1])
    arrays, meta = checkpoint.load(directory)
    assert set(arrays["theta"]) == set(arrays["v"]) == {meta["k"]}, (k, arrays, meta)
    assert meta["k"] <= k
    print(k, code, meta["k"])
    if code == 0:
        break
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="crashes are made in a forked process")
def test_a_crash_at_any_moment_leaves_the_old_checkpoint_or_the_new_one(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, {"theta": np.zeros(3), "v": np.zeros(2)}, {"k": 0})
    done = subprocess.run(
        [sys.executable, "-c", CRASHES, tmp_path], capture_output=True, text=True, check=True, timeout=60
    )
    rounds = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    assert len(rounds) > 15
    assert {code for _, code, _ in rounds[:-1]} == {9}
    assert rounds[0][2] == 0
    assert rounds[-1][1:] == (0, len(rounds))
    assert len(list(tmp_path.iterdir())) == 4


@given(st.binary(max_size=200))
def test_any_manifest_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    directory = tmp_path_factory.mktemp("manifest")
    (directory / checkpoint.MANIFEST).write_bytes(content)
    with pytest.raises(DlxError, match=r"manifest\.json: is damaged"):
        checkpoint.load(directory)
