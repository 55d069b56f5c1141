"""The gallery of experiments is what the studies give now, and its topics are Make targets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dlx.yaml_loader import load

ROOT = Path(__file__).parents[1]
EXPERIMENTS = ROOT / "experiments"


def test_the_gallery_is_not_older_than_its_studies() -> None:
    """Needs no training: results keep a digest of the study that they were made by."""
    command = [sys.executable, EXPERIMENTS / "reproduce", "--check"]
    checked = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT)
    assert checked.returncode == 0, f"{checked.stdout}{checked.stderr}run: make reproduce"


def test_every_topic_is_a_target() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    named = re.search(r"^TOPICS = (.+)$", makefile, re.MULTILINE)
    assert named is not None
    assert named.group(1).split() == list(load(EXPERIMENTS / "topics.yaml").plain())


def test_a_topic_is_reproduced(tmp_path: Path) -> None:
    """In a copy, so that the checkout stays as it is."""
    for name in ("reproduce", "studies", "measurements", "results", "topics.yaml"):
        (tmp_path / "experiments").mkdir(exist_ok=True)
        subprocess.run(["cp", "-r", EXPERIMENTS / name, tmp_path / "experiments" / name], check=True)
    subprocess.run(["cp", "-r", ROOT / "configs", tmp_path / "configs"], check=True)
    file = tmp_path / "experiments" / "results" / "softmax.json"
    before = json.loads(file.read_text())
    file.unlink()
    command = [sys.executable, tmp_path / "experiments" / "reproduce", "softmax"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "every claim holds" in done.stdout
    after = json.loads(file.read_text())
    old_study, new_study = before["softmax"], after["softmax"]
    assert new_study["digest"] == old_study["digest"]
    for old, new in zip(old_study["variants"], new_study["variants"], strict=True):
        assert new["errors"]["dev"]["value"] == pytest.approx(old["errors"]["dev"]["value"], abs=0.03)
