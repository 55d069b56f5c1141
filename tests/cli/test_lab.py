"""``dlx lab``: its address, its end, and what it refuses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lab.conftest import SPEC

POSIX = pytest.mark.skipif(os.name != "posix", reason="of POSIX systems")


@POSIX
@pytest.mark.parametrize("source", [[], ["--lesson", "momentum"]])
def test_it_prints_its_address_and_ends_with_ctrl_c(source: list[str], tmp_path: Path) -> None:
    pytest.importorskip("tornado")
    process = subprocess.Popen(
        [sys.executable, "-m", "dlx", "lab", "--no-browser", *source],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/(#lesson=momentum)?", address)
    with urllib.request.urlopen(address.partition("#")[0], timeout=20) as answer:
        assert b"<title>dlx lab</title>" in answer.read()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_spec_is_refused_at_once(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    (tmp_path / "wrong.yaml").write_text(SPEC.replace("epochs", "epoch"), encoding="utf-8")
    for arguments, words in (
        (["nothing.yaml"], "there is no such file"),
        (["wrong.yaml"], "wrong.yaml:5:12: training.epoch"),
        (["latest"], "latest"),
        (["--lesson", "momentun"], "did you mean momentum?"),
    ):
        result = call_dlx("lab", *arguments, cwd=tmp_path)
        assert result.code == 2
        assert words in result.stderr
        assert result.stdout == ""


def test_a_run_and_a_folder_of_runs_can_be_opened(
    tmp_path: Path, call_dlx: Callable[..., Any], blank_pictures: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dlx.lab.source import source_of, starter

    (tmp_path / "tiny.yaml").write_text(SPEC, encoding="utf-8")
    run = Path(call_dlx("train", "tiny.yaml", "--quiet", cwd=tmp_path).stdout.strip())
    monkeypatch.chdir(tmp_path)
    assert source_of("latest").path.resolve() == (run / "config.yaml").resolve()
    assert source_of("tiny.yaml") == (Path("tiny.yaml"), Path("runs"), "")
    assert source_of("runs") == (starter(), Path("runs"), "runs")
