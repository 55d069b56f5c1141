"""The rate of a starter spec: a comment where the rule's rate trains, another rate where it cannot, else nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.events import finish
from dlx.runs.before import range_test, starter_rate
from dlx.runs.before.starter_rate import with_tested_rate
from dlx.spec.loader import load_spec
from dlx.spec.starter.decisions import Wishes
from dlx.spec.starter.sources import source_of
from dlx.spec.starter.writing import starter_for


@pytest.fixture
def table(tmp_path: Path) -> Path:
    X = np.random.default_rng(1).standard_normal((200, 3))
    labels = np.where(X[:, 0] + X[:, 1] > 0, "yes", "no")
    rows = [",".join([*(f"{value:.4f}" for value in row), label]) for row, label in zip(X, labels, strict=True)]
    (tmp_path / "table.csv").write_text("\n".join(["a,b,c,answer", *rows]) + "\n")
    return tmp_path / "table.csv"


def starter_of(table: Path) -> tuple[str, Path]:
    spec = table.parent / "spec.yaml"
    return starter_for(source_of(table, ["answer"]), Wishes(), spec), spec


def test_a_rate_that_trains_is_left_and_what_was_tested_is_said(table: Path) -> None:
    text, file = starter_of(table)
    tested = with_tested_rate(text, file, table)
    lines = [line for line in tested.splitlines() if line not in text.splitlines()]
    assert len(lines) == 2
    assert all(line.startswith("# ") for line in lines)
    assert "the cost falls from" in lines[1]
    assert [line for line in tested.splitlines() if line not in lines] == text.splitlines()


def test_the_range_test_advises_no_other_rate_than_the_one_that_is_written(table: Path) -> None:
    text, file = starter_of(table)
    file.write_text(with_tested_rate(text, file, table))
    document = finish(range_test.test_rates(file, []), lambda event: None)
    assert document.learning_rate < (document.tested.suggested or 0)
    assert document.can_stay
    assert range_test.next_commands(file, [], document) == [f"dlx train {file}"]


def test_the_comment_agrees_with_the_rate_below_it(table: Path) -> None:
    """A rate below those at which the cost is seen to fall in the test's few steps says why it is one."""
    text, file = starter_of(table)
    tested = with_tested_rate(text, file, table)
    found = re.search(r"the cost falls from (\S+) on and grows from (\S+) on(.*)\n.*learning_rate: ([^}]+)}", tested)
    assert found is not None
    falls, grows, rest, rate = float(found[1]), float(found[2]), found[3], float(found[4])
    assert rate < grows
    assert (rate < falls) == (rest != "")
    assert not rest or f" epochs {rate:g} gets as far" in rest


@pytest.mark.parametrize("rate", ["300", "1e-09"])
def test_a_rate_that_cannot_train_is_replaced(table: Path, rate: str) -> None:
    text, file = starter_of(table)
    file.write_text(with_tested_rate(text.replace("learning_rate: 0.001", f"learning_rate: {rate}"), file, table))
    assert 1e-3 < load_spec(file).spec.optimizer.learning_rate < 0.3


def test_a_large_file_is_not_read_again(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, file = starter_of(table)
    monkeypatch.setattr(starter_rate, "MOST_BYTES", 100)
    assert with_tested_rate(text, file, table) == text


def test_what_cannot_be_built_is_left_to_training(table: Path) -> None:
    text, file = starter_of(table)
    broken = text.replace("target: answer", "target: question")
    assert broken != text
    assert with_tested_rate(broken, file, table) == broken


def test_dlx_new_writes_it(table: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("new", "table.csv", "--target", "answer", "--out", "spec.yaml", cwd=table.parent)
    assert result.code == 0, result.stderr
    assert "in a range test on these rows" in (table.parent / "spec.yaml").read_text()
    assert call_dlx("config", "check", "spec.yaml", cwd=table.parent).code == 0
