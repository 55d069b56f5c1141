"""``dlx new``: prints or writes a spec that trains."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dlx.spec.loader import load_spec

Run = Callable[..., Any]


def test_printed(call_dlx: Run, tmp_path: Path) -> None:
    result = call_dlx("new")
    (tmp_path / "spec.yaml").write_text(result.stdout)
    assert (result.code, result.stderr) == (0, "")
    assert load_spec(tmp_path / "spec.yaml").spec.name == "moons"


def test_written_once_and_never_over_another_file(call_dlx: Run, tmp_path: Path) -> None:
    assert call_dlx("new", "--out", "first.yaml", cwd=tmp_path).stdout == "first.yaml\n"
    text = (tmp_path / "first.yaml").read_text()
    assert "dlx train first.yaml" in text
    result = call_dlx("new", "--out", "first.yaml", cwd=tmp_path)
    assert (result.code, result.stderr) == (
        2,
        "error: first.yaml exists already: choose another name with --out, or remove it\n",
    )
    assert (tmp_path / "first.yaml").read_text() == text


def test_for_a_data_file(call_dlx: Run, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,y\n1,a\n2,b\n3,a\n")
    assert call_dlx("new", "data.csv", "--target", "y", "-o", "spec.yaml", cwd=tmp_path).code == 0
    assert load_spec(tmp_path / "spec.yaml").spec.dump()["data"]["source"]["target"] == "y"


def test_faults(call_dlx: Run, tmp_path: Path) -> None:
    assert call_dlx("new", "--target", "y").stderr == (
        "error: options such as --target and --task belong to a data file: dlx new FILE --target COLUMN\n"
    )
    result = call_dlx("new", "none.csv", "--target", "y", cwd=tmp_path)
    assert result.code == 5
    assert "none.csv: there is no such file" in result.stderr
