"""Findings after training: small trainings, each with one thing wrong, and the healthy one that they were made from."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.sources import Moons
from dlx.diagnose.after.checks import after
from dlx.diagnose.after.ending import BALANCED
from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.beaten import beaten_by
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.models.baseline import reference
from dlx.errors import Diverged
from dlx.runs.diagnosis.diagnose import examine_run
from dlx.runs.files.directory import RunDirectory
from dlx.runs.preparation import prepare
from dlx.runs.training.provenance import provenance
from dlx.runs.training.train import Session
from dlx.spec.sections import Spec
from dlx.stats.intervals import error_rate
from dlx.training.supervised import Supervised
from dlx.words import Status

Plain = dict[str, Any]
Train = Callable[..., Session]

MOONS: Plain = {"source": {"name": "moons", "m": 600, "noise": 0.15, "seed": 1}, "split": {"train": 400, "dev": 200}}
FEW_NOISY: Plain = {"source": {"name": "moons", "m": 400, "noise": 0.3, "seed": 1}, "split": {"train": 100, "dev": 300}}
HEALTHY: Plain = {
    "data": MOONS,
    "architecture": {"hidden": [16, 16]},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "training": {"epochs": 40, "batch_size": 32},
}


def descent(learning_rate: float, **options: Any) -> Plain:
    return {"name": "gradient_descent", "learning_rate": learning_rate, **options}


def epochs(count: int, batch_size: int | str = 32, **options: Any) -> Plain:
    return {"epochs": count, "batch_size": batch_size, **options}


@pytest.fixture
def train(tmp_path: Path) -> Train:
    """``train(**sections)``: a training of the healthy spec with other sections, in a run directory."""

    def run(**sections: Any) -> Session:
        spec = Spec.model_validate(HEALTHY | sections).complete()
        directory = RunDirectory.create("x", root=tmp_path, out=tmp_path / f"run{len(list(tmp_path.iterdir()))}")
        with Session(prepare(spec), directory, light=True) as session, suppress(Diverged):
            session.begin([], provenance(["dlx"], tmp_path))
            for _ in session.records():
                pass
        return session

    return run


def found(session: Session) -> list[tuple[str, str]]:
    """The names and severities that ``diagnosis.json`` has."""
    document = json.loads((session.run.path / "diagnosis.json").read_text())
    return [(one["name"], one["severity"]) for one in document["findings"]]


def evidence(session: Session) -> str:
    assert session.diagnosis is not None
    return session.diagnosis.findings[0].evidence


FAULTS: dict[str, tuple[Plain, str, str]] = {  # what is wrong, the finding, and what its evidence has to tell
    "layers without a bend": (
        {"architecture": {"hidden": [32], "activation": "identity"}},
        "no_activation",
        "without a bend are a linear function",
    ),
    "rate too high": ({"optimizer": {"name": "adam", "learning_rate": 3.0}}, "learning_rate_too_high", "units dead"),
    "rate far too high, full batch": (
        {"optimizer": descent(6.0), "training": epochs(300, "full")},
        "learning_rate_too_high",
        "an early step changed W",
    ),
    "rate too low": ({"optimizer": {"name": "adam", "learning_rate": 1e-5}}, "learning_rate_too_low", "520 times"),
    "clipped to nothing": (
        {"optimizer": descent(0.2, clip_norm=1e-4)},
        "learning_rate_too_low",
        "every gradient was clipped",
    ),
    "warm-up without end": (
        {"schedule": {"name": "constant", "warmup": 5000}},
        "learning_rate_too_low",
        "the warm-up did not end",
    ),
    "decay": (
        {"schedule": {"name": "exponential", "base": 0.4}, "optimizer": {"name": "adam", "learning_rate": 0.003}},
        "decay_too_fast",
        "a tenth in epoch 4 of 40",
    ),
    "beta": (
        {"optimizer": {"name": "momentum", "learning_rate": 0.3, "beta": 0.99999}},
        "bad_beta",
        "averages over 100,000 of 520 steps",
    ),
    "beta2": (
        {"optimizer": {"name": "adam", "learning_rate": 0.05, "beta2": 0.1}},
        "bad_beta",
        "averages dθ² over 1.1 steps",
    ),
    "two epochs": ({"training": epochs(2, 64)}, "too_few_epochs", "14 steps in 2 epochs"),
    "still falling": ({"optimizer": descent(0.03), "training": epochs(30)}, "too_few_epochs", "fell by"),
    "no patience": (
        {"optimizer": descent(0.05), "training": epochs(200, early_stopping={"patience": 1})},
        "stopped_too_soon",
        "after 1 evaluation without an improvement",
    ),
    "improvements that are not counted": (
        {"optimizer": descent(0.05), "training": epochs(200, early_stopping={"monitor": "dev_cost", "min_delta": 0.2})},
        "stopped_too_soon",
        "improved dev_cost by more than min_delta = 0.2",
    ),
    "images beyond recognition": (
        {
            "data": {
                "source": "digits",
                "split": {"train": 600, "dev": 400},
                "augment": [{"name": "rotate", "degrees": 180}, {"name": "shift", "pixels": 4}],
            },
            "architecture": {"hidden": [32]},
            "training": epochs(30, 64),
        },
        "augmentation_too_strong",
        "every image was changed by rotate, shift",
    ),
    "l2": ({"regularization": {"l2": 30.0}}, "penalty_too_strong", "shrank to"),
    "weight decay": (
        {"optimizer": {"name": "adam", "learning_rate": 0.01, "weight_decay": 5.0}},
        "penalty_too_strong",
        "optimizer.weight_decay = 5",
    ),
    "dropout": ({"regularization": {"keep_prob": 0.05}}, "dropout_too_strong", "0.8 on average"),
    "one unit": ({"architecture": {"hidden": [1, 1]}}, "too_few_units", "layer 1 has 1 unit"),
    "no hidden layer": ({"architecture": {"hidden": []}}, "too_few_units", "the border is straight"),
    "saturated": (
        {
            "architecture": {"hidden": [16, 16], "activation": "tanh"},
            "initializer": {"name": "normal", "scale": 20.0},
            "optimizer": descent(0.05),
            "training": epochs(20),
        },
        "saturated_units",
        "before the first step",
    ),
    "weights too large": (
        {
            "initializer": {"name": "normal", "scale": 20.0},
            "optimizer": descent(0.01),
            "training": epochs(20),
        },
        "initial_cost",
        "the logits began with a standard deviation of",
    ),
    "sigmoids": (
        {
            "architecture": {"hidden": [16] * 6, "activation": "sigmoid"},
            "optimizer": {"name": "momentum", "learning_rate": 0.1},
        },
        "vanishing_gradient",
        "in the last layer",
    ),
    "weights too small": (
        {
            "architecture": {"hidden": [16] * 5},
            "initializer": {"name": "normal", "scale": 0.01},
            "optimizer": {"name": "momentum", "learning_rate": 0.1},
        },
        "vanishing_signal",
        "in the last layer",
    ),
    "zeros": ({"initializer": {"name": "zeros"}}, "symmetric_units", "began as 0"),
    "batch of one": (
        {"optimizer": descent(1.0), "training": epochs(8, 1)},
        "batch_size_small",
        "each step saw 1 example",
    ),
    "batch norm on pairs": (
        {"architecture": {"hidden": [16, 16], "batch_norm": True}, "training": epochs(5, 2)},
        "batch_norm_small_batch",
        "each step saw 2 examples",
    ),
    "batch norm that never settles": (
        {
            "architecture": {"hidden": [16, 16], "batch_norm": {"momentum": 0.99999}},
            "optimizer": {"name": "adam", "learning_rate": 0.2},
        },
        "frozen_gap",
        "reach back over 100,000 steps",
    ),
    "overtrained": (
        {
            "data": FEW_NOISY,
            "architecture": {"hidden": [64, 32]},
            "training": epochs(600, "full", evaluate_every=5),
        },
        "overtraining",
        "the dev error rose from",
    ),
    "few examples of each class": (
        {
            "data": {"source": "digits", "split": {"train": 600, "dev": 400}, "train_examples": 210},
            "architecture": {"hidden": [64]},
            "diagnosis": {"optimal_error": 0.03},
        },
        "few_examples",
        "by half of them the dev error of kernel regression is",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_its_cause_and_nothing_else_is(fault: str, train: Train) -> None:
    sections, name, told = FAULTS[fault]
    session = train(**sections)
    warnings = [one for one, severity in found(session) if severity != "note"]
    assert warnings == [name]
    assert told in evidence(session)


NOTES: dict[str, tuple[Plain, str]] = {
    "no regularization": (
        {
            "data": FEW_NOISY,
            "architecture": {"hidden": [64, 32]},
            "training": epochs(600, "full", evaluate_every=5),
        },
        "no_regularization",
    ),
    "dropout and penalty": (
        {"architecture": {"hidden": [64, 64]}, "regularization": {"keep_prob": 0.6, "l2": 0.02}},
        "frozen_gap",
    ),
    "stopping that never fired": (
        {"training": epochs(10, early_stopping={"patience": 20})},
        "early_stopping_never_fired",
    ),
    "unsettled": (
        {
            "architecture": {"hidden": [16], "activation": "tanh"},
            "initializer": "xavier",
            "optimizer": descent(10.0),
            "training": epochs(120, 8),
            "diagnosis": {"optimal_error": 0.45},  # so that no luck of the last row puts it behind
        },
        "oscillation",
    ),
    "no patience, though no harm is done": (
        {"optimizer": descent(0.3), "training": epochs(400, 64, early_stopping={"patience": 2})},
        "stopped_too_soon",
    ),
    "plateau": ({"architecture": {"hidden": [{"units": 32, "bias": False}]}}, "plateau"),
    "rising": (
        {
            "architecture": {"hidden": [16, 8]},
            "optimizer": descent(1.0),
            "training": epochs(800, "full", evaluate_every=20),
        },
        "learning_rate_too_high",
    ),
}


@pytest.mark.parametrize("case", NOTES)
def test_what_may_be_meant_so_is_a_note(case: str, train: Train) -> None:
    sections, name = NOTES[case]
    assert (name, "note") in found(train(**sections))


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"optimizer": descent(0.3), "training": epochs(80)},
        {
            "architecture": {"hidden": [16], "activation": "tanh"},
            "initializer": "xavier",
            "optimizer": {"name": "adam", "learning_rate": 0.05},
        },
        {"architecture": {"hidden": [16, 16], "batch_norm": True}, "schedule": "cosine"},
        {"regularization": {"l2": 0.01}},
        {"data": {"source": "digits", "split": {"train": 600, "dev": 400}}, "architecture": {"hidden": [64]}},
        {"training": epochs(100, early_stopping={"patience": 20})},
    ],
    ids=["adam", "descent", "tanh", "batch norm", "l2", "digits", "early stopping"],
)
def test_of_a_healthy_training_nothing_but_notes_is_said(sections: Plain, train: Train) -> None:
    assert [name for name, severity in found(train(**sections)) if severity != "note"] == []


def test_a_divergence_is_placed(train: Train) -> None:
    session = train(task="regression", optimizer=descent(20.0))
    assert session.status == "diverged"
    assert session.diagnosis is not None
    (one,) = session.diagnosis.findings
    assert (one.name, one.severity, one.epoch) == ("diverged", "error", 1)
    assert f"of layer {one.layer} was no longer finite" in one.evidence
    assert one.layer in (1, 2, 3)


def test_a_cost_that_is_infinite_before_any_step_is_no_matter_of_the_rate(train: Train) -> None:
    session = train(initializer={"name": "normal", "scale": 1e30})
    assert session.status == "diverged"
    assert session.diagnosis is not None
    first = session.diagnosis.findings[0]
    assert (first.name, first.severity, first.epoch) == ("infinite_start", "error", 1)
    assert "that is before any step" in first.evidence


def test_a_penalty_that_turns_weights_round_explains_the_divergence(train: Train) -> None:
    session = train(optimizer=descent(0.5, weight_decay=10.0), training=epochs(100))
    assert session.status == "diverged"
    assert found(session) == [("penalty_too_strong", "warning")]


def test_units_that_a_file_has_killed_are_found(train: Train, tmp_path: Path) -> None:
    rng, sizes = np.random.default_rng(1), [2, 16, 16, 1]
    arrays: dict[str, Any] = {f"W{n}": rng.standard_normal((sizes[n], sizes[n - 1])) for n in (1, 2, 3)}
    biases: dict[str, Any] = {f"b{n}": np.full(sizes[n], -20.0 if n < 3 else 0.0) for n in (1, 2, 3)}
    np.savez(tmp_path / "dead.npz", **arrays, **biases)
    session = train(initializer={"name": "file", "path": str(tmp_path / "dead.npz")})
    assert found(session) == [("dead_units", "warning")]
    assert session.diagnosis is not None
    assert session.diagnosis.findings[0].epoch == 0


def noisy_labels(path: Path, dev_too: bool) -> Plain:
    """Moons, a quarter of whose labels are wrong: in train, or in dev as well."""
    rng, points = np.random.default_rng(1), Moons(m=800, noise=0.15, seed=1).load()["all"]
    wrong = rng.random(800) < 0.25
    assert points.y is not None
    y = np.where(wrong & ((np.arange(800) < 500) | dev_too), 1 - points.y, points.y)
    np.savez(path, X_train=points.X[:500], y_train=y[:500], X_dev=points.X[500:], y_dev=y[500:])
    return {"source": {"name": "file", "path": str(path)}}


def test_wrong_labels_are_told_from_classes_that_overlap(train: Train, tmp_path: Path) -> None:
    in_train = train(data=noisy_labels(tmp_path / "train.npz", dev_too=False))
    assert found(in_train) == [("label_noise", "warning")]
    everywhere = train(data=noisy_labels(tmp_path / "both.npz", dev_too=True))
    assert found(everywhere) == [("label_noise", "note")]
    overlapping = train(data={**MOONS, "source": {"name": "moons", "m": 600, "noise": 0.4, "seed": 1}})
    assert "label_noise" not in dict(found(overlapping))


def test_inputs_in_large_units_explain_the_rest(train: Train) -> None:
    centers = [[0, 0], [400, 100]]
    source = {"name": "blobs", "m": 600, "noise": 100.0, "centers": centers, "seed": 1}
    session = train(data={**MOONS, "source": source, "normalize": "none"}, optimizer=descent(0.1))
    assert found(session) == [("inputs_not_normalized", "warning")]


def course_of(session: Session) -> TrainingHistory:
    assert isinstance(session.experiment, Supervised)
    dataset, spec = session.experiment.dataset, session.experiment.spec
    errors = {part: session.experiment.evaluation(part).run()[1] for part in ("train", "dev")}
    sized = {part: error_rate(value, dataset.parts[part].m) for part, value in errors.items()}
    run = session.run
    return TrainingHistory.read(run.metrics(), run.layers(), run.facts(), spec, sized, reference(dataset))


def test_what_is_known_of_the_spec_explains_what_is_seen(train: Train) -> None:
    course = course_of(train(optimizer={"name": "adam", "learning_rate": 1e-5}))
    assert [one.name for one in after(course)] == ["learning_rate_too_low"]
    assert after(course, [CAUSES["vanishing_gradient"].finding("found before")]) == []
    assert [one.name for one in after(course, [CAUSES["class_imbalance"].finding("a note")])] == [
        "learning_rate_too_low"
    ]


def test_a_cost_that_rises_on_train_as_on_dev_is_no_overtraining(train: Train) -> None:
    course = course_of(train(**FAULTS["overtrained"][0]))
    assert [one.name for one in after(course) if one.severity != "note"] == ["overtraining"]
    rows = {**course.rows, "train_cost": course.rows["train_cost"][::-1]}
    assert "overtraining" not in {one.name for one in after(replace(course, rows=rows))}


def test_a_run_of_an_older_dlx_is_judged_by_its_rows(train: Train) -> None:
    session = train(training=epochs(2, 64))
    facts = {key: value for key, value in session.run.facts().items() if key not in ("course", "manifest")}
    for name in ("layers.csv", "manifest.json"):
        (session.run.path / name).unlink()
    (session.run.path / "run.json").write_text(json.dumps(facts))
    assert [one.name for one in after(course_of(session))] == ["too_few_epochs"]


def test_an_interrupted_training_is_not_told_that_it_was_short(train: Train) -> None:
    course = course_of(train(training=epochs(2, 64)))
    assert [one.name for one in after(course)] == ["too_few_epochs"]
    assert after(replace(course, status=Status.INTERRUPTED)) == []


def test_the_parts_of_the_gap_add_up_to_it(train: Train) -> None:
    """Without dropout and batch norm the gap is the penalty, once the cost falls no more."""
    session = train(regularization={"l2": 5.0}, optimizer=descent(0.3), training=epochs(300, "full"))
    assert session.diagnosis is not None
    rows, (one,) = session.run.metrics(), [f for f in session.diagnosis.findings if f.name == "frozen_gap"]
    gap = rows["cost"][-1] - rows["train_cost"][-1]
    assert one.value == pytest.approx(gap)
    told = one.evidence.split(": ")[1]
    assert float(told.split(" is the penalty")[0]) == pytest.approx(gap, rel=0.05)


def rare_class(path: Path, says: float) -> Plain:
    """A section for data with 2 % of a class that the inputs say so much about."""
    rng = np.random.default_rng(0)
    y = (np.arange(1000) % 50 == 0).astype(np.int64)
    np.savez(path, X=rng.normal(size=(1000, 4)) + says * y[:, np.newaxis], y=y)
    return {"source": {"name": "file", "path": str(path)}, "split": {"train": 600, "dev": 400}}


@pytest.mark.parametrize("at_last", [False, True])
def test_a_network_that_says_no_to_everybody_is_not_done(train: Train, tmp_path: Path, at_last: bool) -> None:
    session = train(data=rare_class(tmp_path / "rare.npz", 0.0), training=epochs(5))
    document = session.diagnosis
    if at_last:  # judged as by `dlx diagnose`, which looks at every answer
        document = examine_run(session.run).document
        assert document.findings[0].evidence.endswith("; the network answers 0 only")
    assert document is not None
    assert [one.name for one in document.serious] == ["no_better_than_constant"]
    assert document.next[0].startswith("no_better_than_constant: ")
    assert "bias and variance are low: done" not in document.next


def test_where_the_rare_class_is_never_answered_it_is_weighed_and_judged_as_much(train: Train, tmp_path: Path) -> None:
    """What the finding asks for, typed: less than the balanced error of a constant answer, and no such finding."""
    data = rare_class(tmp_path / "rare.npz", 1.2)
    (one,) = examine_run(train(data=data, training=epochs(3)).run).document.serious
    assert one.overrides == BALANCED
    assert dict(override.split("=") for override in one.overrides) == {
        "data.class_weight": "balanced",
        "diagnosis.metric": "balanced_error",
        "diagnosis.tolerance": "null",
    }
    judged = {"metric": "balanced_error"}
    weighed = train(data={**data, "class_weight": "balanced"}, training=epochs(20), diagnosis=judged)
    document = examine_run(weighed.run).document
    assert document.measure is not None
    assert document.measure.errors["dev"].value < 0.4
    assert "no_better_than_constant" not in [finding.name for finding in document.findings]
    assert beaten_by(document) is None
    assert document.unbeaten is None


def test_a_rare_class_that_is_mostly_missed_is_weighed_which_lowers_the_balanced_error(
    train: Train, tmp_path: Path
) -> None:
    """The error of 2 % hardly counts it: what the finding asks for is typed."""
    data = rare_class(tmp_path / "rare.npz", 0.9) | {"split": {"train": 500, "dev": 500}}
    plain = examine_run(train(data=data, training=epochs(10)).run).document
    (finding,) = [entry for entry in plain.serious if entry.name == "rare_class_missed"]
    assert finding.overrides == BALANCED
    judged = {"metric": "balanced_error"}
    weighed = train(data={**data, "class_weight": "balanced"}, training=epochs(10), diagnosis=judged)
    document = examine_run(weighed.run).document
    assert plain.metrics is not None
    assert document.measure is not None
    before = plain.metrics["dev"]["balanced_error"].value
    assert before is not None
    assert document.measure.errors["dev"].value < before - 0.05
    assert "rare_class_missed" not in [entry.name for entry in document.findings]


def test_of_real_numbers_the_remedy_names_nothing_that_only_classes_have(train: Train, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    np.savez(tmp_path / "noise.npz", X=rng.normal(size=(300, 3)), y=rng.normal(size=300) + 50)
    data = {"source": {"name": "file", "path": str(tmp_path / "noise.npz")}, "split": {"train": 200, "dev": 100}}
    session = train(data=data, training=epochs(3))
    findings = examine_run(session.run).document.findings
    (remedy,) = [one.remedy for one in findings if one.name == "no_better_than_constant"]
    assert not {"ROC", "rare", "threshold"} & set(remedy.replace(",", "").split())


def test_a_network_that_finds_the_rare_class_is_not_suspected(train: Train, tmp_path: Path) -> None:
    session = train(data=rare_class(tmp_path / "rare.npz", 4.0), training=epochs(20))
    assert not {"no_better_than_constant", "rare_class_missed"} & {name for name, _ in found(session)}


def test_a_constant_answer_is_named_beside_its_cause_where_a_run_is_looked_at(train: Train) -> None:
    session = train(initializer={"name": "zeros"})
    assert [name for name, severity in found(session) if severity != "note"] == ["symmetric_units"]
    findings = examine_run(session.run).document.findings
    assert [one.name for one in findings if one.is_serious] == [
        "symmetric_units",
        "no_better_than_constant",
    ]


def test_the_advice_to_a_regression_that_has_learned_nothing_is_not_of_classes(train: Train, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    np.savez(tmp_path / "prices.npz", X=rng.normal(size=(90, 2)), y=300 + 20 * rng.normal(size=90))
    data = {"source": {"name": "file", "path": str(tmp_path / "prices.npz")}, "split": {"train": 60, "dev": 30}}
    session = train(data=data, training=epochs(3), task="regression")
    findings = examine_run(session.run).document.findings
    remedy = next(one.remedy for one in findings if one.name == "no_better_than_constant")
    assert "normalize_targets" in remedy
    assert "ROC" not in remedy


def test_a_rare_class_that_is_learned_by_heart_is_named(train: Train, tmp_path: Path) -> None:
    """Three clouds in many directions, of the third of which train has 30 examples."""
    rng = np.random.default_rng(0)
    y = np.concatenate([np.arange(1200) % 2, np.full(60, 2)])
    X = rng.normal(size=(1260, 40)) + np.array([4.5, 4.5, 1.2])[y, np.newaxis] * np.eye(40)[y]
    np.savez(tmp_path / "rare.npz", X=X, y=y)
    data = {"source": {"name": "file", "path": str(tmp_path / "rare.npz")}, "split": {"train": 0.5, "dev": 0.5}}
    session = train(
        data=data,
        training=epochs(40),
        architecture={"hidden": [32]},
        optimizer={"name": "adam", "learning_rate": 0.01},
    )
    document = examine_run(session.run).document
    serious = {one.name: one.evidence for one in document.serious}
    assert "few_examples_of_a_class" in serious
    assert serious["few_examples_of_a_class"].startswith("class 2 has 30 examples in train")


def test_a_rare_class_that_is_learned_is_not_named(train: Train, tmp_path: Path) -> None:
    session = train(data=rare_class(tmp_path / "rare.npz", 4.0), training=epochs(40))
    document = examine_run(session.run).document
    assert not [one.name for one in document.findings if one.name == "few_examples_of_a_class"]
