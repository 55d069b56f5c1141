"""The gallery of experiments is what the studies give now, and its topics are Make targets."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.show.pictures.canvas import DPI
from dlx.spec.yaml_text.reading import load
from experiments.reproduce.dark import dark_twin
from experiments.reproduce.gallery import width_of

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


LESSONS = load(EXPERIMENTS / "lessons.yaml").plain()


def test_every_topic_is_a_lesson_of_five_sentences() -> None:
    assert list(LESSONS) == list(load(EXPERIMENTS / "topics.yaml").plain())
    for lesson in LESSONS.values():
        assert lesson["question"].endswith("?")
        assert len(re.findall(r"[.!](?: |$)", lesson["lesson"])) == 5, lesson["question"]


@pytest.mark.parametrize("topic", [name for name, lesson in LESSONS.items() if "dlx train" in lesson["command"]])
def test_the_knob_of_a_lesson_can_be_turned(topic: str, call_dlx: Callable[..., Any]) -> None:
    _, *arguments = shlex.split(LESSONS[topic]["command"])
    result = call_dlx(*arguments, "--dry-run", cwd=ROOT)
    assert result.code == 0, result.stderr


def test_pictures_fit_a_column_and_have_a_dark_twin() -> None:
    """A text of 9 points has 9 pixels where the widest picture of 120 dots an inch stands in 840."""
    page = (EXPERIMENTS / "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r'srcset="(pictures/[^"]+)"><img src="(pictures/[^"]+)" width="(\d+)"', page)
    assert len(pictures) > 50
    for dark, light, width in pictures:
        assert int(width) <= 840
        size = width_of(EXPERIMENTS / light)
        assert size <= 11.6 * DPI, light  # inches
        assert size == width_of(EXPERIMENTS / dark)


def test_the_dark_twin_turns_light_around_and_keeps_hues() -> None:
    from PIL import Image

    colors = np.array([[(255, 255, 255), (0, 0, 0), (0, 114, 178), (213, 94, 0)]], dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(colors).save(file, format="png")
    twin = np.asarray(Image.open(io.BytesIO(dark_twin(file.getvalue()))).convert("RGB"))[0].astype(int)
    assert twin[0].max() < 50
    assert twin[1].min() > 245
    assert twin[2].argmax() == 2  # blue
    assert twin[3].argmax() == 0  # vermilion


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
