"""The gallery of experiments is what the studies give now, and its topics are Make targets."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dlx.spec.yaml_text.reading import load

ROOT = Path(__file__).parents[2]
EXPERIMENTS = ROOT / "experiments"
REPRODUCE = (sys.executable, "-m", "experiments.reproduce")


def test_the_gallery_is_not_older_than_its_studies() -> None:
    """Needs no training: results keep a digest of the study that they were made by."""
    command = [*REPRODUCE, "--check"]
    checked = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT)
    assert checked.returncode == 0, f"{checked.stdout}{checked.stderr}run: make reproduce"


def test_every_topic_is_a_target() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    named = re.search(r"^TOPICS = (.+)$", makefile, re.MULTILINE)
    assert named is not None
    assert named.group(1).split() == list(load(EXPERIMENTS / "topics.yaml").plain())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The experiments in a copy, so that the checkout stays as it is."""
    for name in ("experiments", "configs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("pictures"))
    (tmp_path / "experiments" / "pictures").mkdir()
    return tmp_path


def reproduced(copy: Path, topic: str) -> subprocess.CompletedProcess[str]:
    command = [*REPRODUCE, topic]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=copy)


def test_a_study_is_reproduced(copy: Path) -> None:
    file = copy / "experiments" / "results" / "mismatch.json"
    before = json.loads(file.read_text())["mismatch"]
    file.unlink()
    done = reproduced(copy, "mismatch")
    assert done.returncode == 0, done.stderr
    assert "every claim holds" in done.stdout
    after = json.loads(file.read_text())["mismatch"]
    assert after["digest"] == before["digest"]
    for old, new in zip(before["variants"], after["variants"], strict=True):
        assert new["errors"]["dev"]["value"] == pytest.approx(old["errors"]["dev"]["value"], abs=0.03)


def test_a_measurement_is_reproduced_and_a_claim_of_it_can_fail(copy: Path) -> None:
    file = copy / "experiments" / "results" / "averages.json"
    before = json.loads(file.read_text())["temperatures"]["rows"]
    topics = copy / "experiments" / "topics.yaml"
    topics.write_text(
        topics.read_text().replace("beta_0_98.lag > 3 * beta_0_9.lag", "beta_0_98.lag > 30 * beta_0_9.lag")
    )
    failed = reproduced(copy, "averages")
    assert failed.returncode == 3
    assert "averages             6 of 7 claims hold" in failed.stdout
    assert "fails: beta_0_98.lag > 30 * beta_0_9.lag > 3 * beta_0_5.lag" in failed.stdout
    after = json.loads(file.read_text())["temperatures"]["rows"]
    assert all(after[name] == pytest.approx(row) for name, row in before.items())
