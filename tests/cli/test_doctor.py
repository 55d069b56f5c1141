"""``dlx doctor``: the facts of a bug report, as lines and as JSON."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlx import __version__

Run = Callable[..., Any]


def test_lines(call_dlx: Run) -> None:
    lines = [line.split(maxsplit=2) for line in call_dlx("doctor").stdout.splitlines()]
    assert ["versions", "dlx", __version__] in lines
    assert ["versions", "numpy", np.__version__] in lines
    assert ["packages", "pyyaml"] in [line[:2] for line in lines]


def test_json(call_dlx: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setenv("SECRET_TOKEN", "hidden")
    output = call_dlx("doctor", "--json").stdout
    facts = json.loads(output)
    assert facts["schema_version"] == 1
    assert facts["versions"]["python"] == platform.python_version()
    assert facts["executable"] == sys.executable
    assert facts["cores"] >= 1
    assert facts["environment"]["OPENBLAS_NUM_THREADS"] == "1"
    assert "hidden" not in output
