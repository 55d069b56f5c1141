"""The learning curve of a run, from training to the sentence: what is known of more examples, and what is not."""

from __future__ import annotations

import io
import json
import shutil
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from math import inf
from pathlib import Path

import pytest

from dlx.documents.learning_curve import CurvePoint, CurveTarget, FittedLaw, Interval, LearningCurve, TrainingCount
from dlx.errors import DataError, UsageError
from dlx.events import Count, finish
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.search.learning_curve.curve import CurveOptions, learning_curve
from dlx.show import pictures
from dlx.show.charts.learning_curve import sentences
from dlx.show.terminal.learning_curve import learning_curve as show
from dlx.spec.loader import load_spec

MOONS = """
name: moons
data: {source: {name: moons, m: 500, noise: 0.25}, split: {train: 160, dev: 300, test: 40}}
architecture: {hidden: [5]}
optimizer: {name: adam, learning_rate: 0.03}
schedule: {name: inverse_time, decay_rate: 0.01}
training: {epochs: 10, batch_size: 20, evaluate_every: 10}
"""
TWICE = CurveOptions(replicates=2)


def trained(folder: Path, *overrides: str) -> RunDirectory:
    path = folder / "moons.yaml"
    path.write_text(MOONS, encoding="utf-8")
    with Session.start(load_spec(path, overrides), list(overrides), folder / "run", folder) as session:
        session.light = True  # its pictures take longer than its training
        for _ in session.records():
            pass
    return session.run


def files_of(run: RunDirectory) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in run.trials.rglob("*") if path.is_file()}


def test_from_a_run_to_its_learning_curve_and_nothing_twice(tmp_path: Path) -> None:
    run = trained(tmp_path)
    counts: list[Count] = []
    document = finish(learning_curve(run, TWICE), counts.append)
    assert counts == [Count(done, 12) for done in range(13)]
    points = document.points
    assert [point.m for point in points] == [10, 17, 30, 53, 92, 160]
    assert [point.epochs for point in points] == [80, 80, 40, 27, 16, 10]
    assert all(len(point.trainings) == 2 for point in points)
    assert points[0].dev.value > points[-1].dev.value
    for point in points:
        assert point.dev.low < point.dev.value < point.dev.high
        assert point.dev.value == pytest.approx(sum(training.dev for training in point.trainings) / 2)
    assert document.target.error == pytest.approx(0.02)
    assert document.curve[0].m == 10
    assert 160 in [point.m for point in document.curve]
    assert document.trainings == TrainingCount(12, 12, [])

    before = files_of(run)
    assert finish(learning_curve(run, TWICE)) == document
    assert files_of(run) == before
    three = finish(learning_curve(run, CurveOptions(replicates=3)))
    assert all(files_of(run)[path] == time for path, time in before.items())
    assert [point.trainings[:2] for point in three.points] == [point.trainings for point in points]

    png = pictures.learning_curve(document, title="moons")
    with RunDirectory.open(run.path, writing=True) as locked:
        written = locked.write_learning_curve(asdict(document), png)
    assert [path.name for path in written] == ["learning_curve.json", "learning_curve.png"]
    assert json.loads(written[0].read_text())["points"] == asdict(document)["points"]
    assert png.startswith(b"\x89PNG")
    out = io.StringIO()
    with redirect_stdout(out):
        show(document, written)
    lines = out.getvalue().splitlines()
    assert lines[0] == "moons  learning curve on 300 dev examples"
    assert lines[8].split()[:2] == ["160", "10"]
    assert max(map(len, lines[:-2])) <= 80


def test_two_workers_find_the_same(tmp_path: Path) -> None:
    run = trained(tmp_path)
    shutil.copytree(run.path, tmp_path / "other")
    sizes = (20, 40, 80, 160)
    alone = finish(learning_curve(run, CurveOptions(replicates=2, sizes=sizes)))
    together = finish(
        learning_curve(RunDirectory.open(tmp_path / "other"), CurveOptions(replicates=2, sizes=sizes, workers=2))
    )
    assert replace(together, run=alone.run) == alone


def test_a_regression_and_trainings_that_diverge(tmp_path: Path) -> None:
    rows = [f"{i % 29},{i % 17},{(i % 29) * 0.3 - (i % 17) * 0.1 + (i % 7) * 0.01}\n" for i in range(200)]
    (tmp_path / "table.csv").write_text("a,b,y\n" + "".join(rows), encoding="utf-8")
    data = "data={source: {name: file, path: table.csv, target: y}, split: {train: 120, dev: 80, test: 0}}"
    run = trained(tmp_path, data.replace("table.csv", str(tmp_path / "table.csv")), "architecture.hidden=[]")
    document = finish(learning_curve(run, CurveOptions(replicates=2, sizes=(20, 40, 80, 120), target=0.1)))
    assert document.task == "regression"
    assert document.fit is not None
    assert pictures.learning_curve(document, title="a regression").startswith(b"\x89PNG")
    assert "%" not in next(text for label, text in sentences(document) if label == "verdict")

    config = run.config
    wild = config.read_text().replace("name: adam, learning_rate: 0.03", "name: adam, learning_rate: 1.0e+40")
    config.write_text(wild)
    with pytest.raises(DataError, match="nothing could be trained: diverged in epoch"):
        finish(learning_curve(run, CurveOptions(replicates=2, sizes=(20, 40, 80, 120))))


def test_what_was_trained_in_time_is_judged_and_the_rest_named(tmp_path: Path) -> None:
    run = trained(tmp_path)
    with pytest.raises(DataError, match="nothing could be trained: there was no time for it"):
        finish(learning_curve(run, CurveOptions(replicates=2, budget=0.0)))
    finish(learning_curve(run, CurveOptions(replicates=2, sizes=(80, 160))))
    document = finish(learning_curve(run, CurveOptions(replicates=2, sizes=(20, 40, 80, 160), budget=0.0)))
    assert [point.m for point in document.points] == [80, 160]
    assert dict(sentences(document))["missing"].startswith("4 of 8 trainings: the time was up")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (CurveOptions(replicates=1), "replicates=1: one training a size tells nothing of chance"),
        (CurveOptions(sizes=(50, 161)), "sizes: train has 160 examples (allowed 2 to 160)"),
        (CurveOptions(sizes=(1, 50)), "sizes: train has 160 examples (allowed 2 to 160)"),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, options: CurveOptions, message: str) -> None:
    with pytest.raises(UsageError) as error:
        finish(learning_curve(trained(tmp_path), options))
    assert message in str(error.value)


def test_a_run_without_dev_set_or_with_other_data(tmp_path: Path) -> None:
    without = trained(tmp_path, "data.split={train: 400, dev: 0, test: 100}")
    with pytest.raises(UsageError, match="has no dev set"):
        finish(learning_curve(without, TWICE))
    shutil.rmtree(without.path)
    run = trained(tmp_path)
    run.config.write_text(run.config.read_text().replace("noise: 0.25", "noise: 0.3"))
    with pytest.raises(DataError, match="the data have changed"):
        finish(learning_curve(run, TWICE))


def test_three_sizes_are_shown_without_a_law(tmp_path: Path) -> None:
    document = finish(learning_curve(trained(tmp_path), CurveOptions(replicates=2, sizes=(40, 80, 160))))
    assert document.fit is None
    assert dict(sentences(document))["verdict"].startswith("four sizes or more are needed")
    assert pictures.learning_curve(document, title="moons").startswith(b"\x89PNG")


def document_of(verdict: str, needed: tuple[float, float, float], floor: tuple[float, float, float]) -> LearningCurve:
    def interval(low: float, value: float, high: float) -> Interval:
        return Interval(value, low, high)

    return LearningCurve(
        run="run",
        name="moons",
        task="multiclass",
        m=1000,
        m_dev=300,
        replicates=3,
        points=[CurvePoint(1000, 10, interval(0.0, 0.01, 0.02), interval(0.04, 0.05, 0.06), [])],
        trainings=TrainingCount(18, 18, []),
        fit=FittedLaw("", 1000, 0.01, interval(0.4, 0.5, 0.6), interval(*floor), 1.0),
        target=CurveTarget(0.03, interval(*needed), verdict),
        curve=[],
    )


@pytest.mark.parametrize(
    ("document", "beginnings"),
    [
        (
            document_of("settled", (32_000, 41_000, 50_000), (0.02, 0.024, 0.027)),
            [
                "3 % dev error needs about 41k ± 9,000 examples; there are 1,000",
                "more data will not go below about 2.4 % (95 % interval 2.00 to 2.70 %)",
            ],
        ),
        (
            document_of("settled", (12_000, 20_000, 1_900_000), (0.0, 0.01, 0.02)),
            [
                "3 % dev error needs about 20k (12k to 1.9M) examples; there are 1,000",
                "no floor is established that more data could not go below (95 % interval 0.00 to 2.00 %)",
            ],
        ),
        (
            document_of("open", (12_000, 20_000, inf), (0.0, 0.01, 0.02)),
            [
                "the measurements do not settle how many examples 3 % dev error needs: at least 12k examples are "
                "needed, and perhaps no number is enough",
                "no floor is established that more data could not go below (95 % interval 0.00 to 2.00 %)",
            ],
        ),
        (
            document_of("out of reach", (1e9, inf, inf), (0.035, 0.04, 0.045)),
            [
                "3 % dev error is out of reach of more data alone",
                "more data will not go below about 4 % (95 % interval 3.50 to 4.50 %)",
            ],
        ),
        (
            document_of("reached", (300, 500, 900), (0.0, 0.01, 0.02)),
            [
                "3 % dev error is reached with the 1,000 examples there are",
                "no floor is established that more data could not go below (95 % interval 0.00 to 2.00 %)",
            ],
        ),
    ],
)
def test_sentences(document: LearningCurve, beginnings: list[str]) -> None:
    assert [text for _, text in sentences(document)] == beginnings
