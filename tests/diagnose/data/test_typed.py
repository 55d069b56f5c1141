"""Overrides that mend data: each that is printed is accepted as it stands, and then the finding is gone."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlx.data.section import Data
from dlx.diagnose.data.typed import as_missing, left_out
from tests.conftest import Result

SPEC = """
name: table
data:
  source: {name: file, path: table.csv, target: buys}
  split: {train: 300, dev: 150}
architecture: {hidden: [8]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 2, batch_size: 32}
"""


def write_table(path: Path, fault: str) -> None:
    rng = np.random.default_rng(0)
    age, income, town = rng.normal(50, 12, 450).round(1), rng.normal(30, 8, 450).round(1), rng.choice(["a", "b"], 450)
    buys = age / 12 + income / 8 + 0.5 * rng.standard_normal(450) > 7.9
    if fault == "missing_as_numbers":
        age[rng.random(450) < 0.1] = -999
    paid = np.where(buys, 3.5, 4.5) if fault == "target_leak" else rng.normal(size=450).round(2)
    if fault == "missing_as_numbers":  # in a column of few values, too
        paid = np.where(rng.random(450) < 0.1, -999, rng.integers(1, 5, 450))
    rows = [
        f"{a},{i},{t},{p},{'yes' if b else 'no'}" for a, i, t, p, b in zip(age, income, town, paid, buys, strict=True)
    ]
    if fault == "duplicates_across_parts":
        rows = rows[:300] + rows[:150]
    path.write_text("\n".join(["age,income,town,paid,buys", *rows, ""]))


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize("fault", ["missing_as_numbers", "target_leak", "duplicates_across_parts"])
def test_what_is_typed_is_accepted_and_mends(call_dlx: Callable[..., Result], tmp_path: Path, fault: str) -> None:
    write_table(tmp_path / "table.csv", fault)
    (tmp_path / "spec.yaml").write_text(SPEC)
    document = json.loads(call_dlx("data", "spec.yaml", "--json", cwd=tmp_path).stdout)
    (finding,) = document["findings"]
    assert finding["name"] == fault
    shown = call_dlx("train", "spec.yaml", cwd=tmp_path).stdout
    (command,) = (shlex.split(line) for line in shown.splitlines() if "dlx train" in line)
    assert command[3:] == finding["overrides"]
    mended = json.loads(call_dlx("data", command[2], *command[3:], "--json", cwd=tmp_path).stdout)
    assert mended["findings"] == []


def section(**options: object) -> Data:
    return Data.model_validate({"source": {"name": "file", "path": "/t.csv", "target": "y"} | options})


def test_what_is_stated_already_stays() -> None:
    assert left_out(section(ignore=["a"]), ["b"]) == ("data.source.ignore=[a, b]",)
    stated = section(missing=["-"], impute="mean", missing_indicators=True)
    assert as_missing(stated, [-9.0, 0.5]) == ("data.source.missing=['-', -9, 0.5]",)


def test_nothing_is_typed_where_nothing_can_be() -> None:
    assert left_out(section(use=["a"]), ["b"]) == ()
    toy = Data.model_validate({"source": "moons"})
    arrays = Data.model_validate({"source": {"name": "file", "path": "/t.npz"}})
    for data in (None, toy, arrays):
        assert as_missing(data, [-9.0]) == left_out(data, ["a"]) == ()
