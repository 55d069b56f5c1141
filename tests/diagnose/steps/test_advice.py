"""Remedies: what is tried for what, each a valid spec that differs in its overrides alone and keeps dev and test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.remedies.changes import DataFacts, SpecContext
from dlx.diagnose.remedies.optimization import mini_batches
from dlx.diagnose.remedies.targets import may_be_weighed
from dlx.diagnose.steps.advice import Remedy, remedies
from dlx.diagnose.steps.remedy_order import in_order
from dlx.diagnose.supply import Supply
from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.spec.loader import derive, load_spec
from dlx.spec.sections import Spec
from dlx.spec.tree import leaves
from dlx.stats.intervals import exact
from dlx.training.build import build_supervised

SPLIT = {"train": 60, "dev": 20, "test": 10}
# m of train leaves no last batch of one for the sizes that a remedy may choose
SOURCES: list[dict[str, Any]] = [
    {"name": "moons", "m": 100, "noise": 0.2, "seed": 4},
    {"name": "circles", "m": 100},
    {"name": "blobs", "m": 100, "noise": 0.5},
    {"name": "blobs", "m": 100, "centers": [[0, 0], [1, 1]]},
    {"name": "spirals", "m": 100, "noise": 0.1, "classes": 3},
    {"name": "xor", "m": 100},
    {"name": "digits"},
]
LAYERS: list[dict[str, Any]] = [
    {"units": 8},
    {"units": 5, "activation": "sigmoid"},
    {"units": 5, "activation": "tanh", "initializer": "zeros"},
    {"units": 6, "keep_prob": 0.4},
    {"units": 6, "batch_norm": True},
    {"units": 6, "batch_norm": {"momentum": 0.999}},
    {"units": 6, "batch_norm": False, "bias": False},
    {"units": 6, "layer_norm": True},
]
OPTIMIZERS: list[Any] = [
    "adam",
    {"name": "adam", "learning_rate": 0.01, "beta1": 0.0, "beta2": 0.1, "weight_decay": 0.1},
    {"name": "gradient_descent", "learning_rate": 3.0, "clip_norm": 0.1},
    {"name": "momentum", "beta": 0.999, "weight_decay": 0.3},
    "rmsprop",
]
SCHEDULES: list[Any] = ["constant", {"name": "constant", "warmup": 5}, "cosine", {"name": "exponential", "base": 0.1}]
PENALTIES = [{}, {"l2": 3.0}, {"l1": 0.5, "l2": 0.5}]
STOPPING: list[Any] = [False, {"patience": 1}, {"patience": 3, "monitor": "dev_cost"}]


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    """Specs of many kinds, most of them faulty, all of them valid."""
    source = draw(st.sampled_from(SOURCES))
    hidden = draw(st.lists(st.sampled_from(LAYERS), max_size=3))
    images = source["name"] == "digits"
    return Spec.model_validate(
        {
            "data": {
                "source": source,
                "split": SPLIT if draw(st.booleans()) else {"train": 0.6, "dev": 0.2, "test": 0.2},
                "train_examples": draw(st.sampled_from([None, 20])),
                "normalize": draw(st.sampled_from(["none", "standard", "minmax"])),
                "augment": draw(st.sampled_from([[], [{"name": "noise", "std": 3.0}]])) if images else [],
            },
            "architecture": {"hidden": hidden, "activation": draw(st.sampled_from(["relu", "sigmoid", "identity"]))},
            "initializer": draw(st.sampled_from(["he", "zeros", {"name": "normal", "scale": 10.0}])),
            "regularization": draw(st.sampled_from(PENALTIES)),
            "optimizer": draw(st.sampled_from(OPTIMIZERS)),
            "schedule": draw(st.sampled_from(SCHEDULES)),
            "training": {
                "epochs": draw(st.sampled_from([1, 30, 2000])),
                "batch_size": draw(st.sampled_from([2, 20, "full"])),
                "early_stopping": draw(st.sampled_from(STOPPING)),
            },
        }
    ).complete()


def facts_of(spec: Spec) -> DataFacts:
    dataset = build_supervised(spec, initialize=False).dataset
    spare = 0
    if (
        spec.data.train_examples is None
        and spec.data.split is not None
        and isinstance(spec.data.split.train, int)
        and spec.data.source is not None
    ):
        spare = len(spec.data.source.load()["all"].X) - sum(part.m for part in dataset.parts.values())
    return DataFacts(dataset.parts["train"].m, dataset.image_shape is not None, spare)


def document(bias: float, variance: float, *names: str) -> DiagnosisDocument:
    errors = {"train": exact(bias), "dev": exact(bias + variance)}
    return diagnose(errors, 0.0, 0.02, findings=[CAUSES[name].finding("seen") for name in names])


def of(text: str, tmp_path: Path) -> Spec:
    (tmp_path / "spec.yaml").write_text(text)
    return load_spec(tmp_path / "spec.yaml").spec


ONE_BY_ONE = (Phase.explicit, Phase.generate)  # each example derives dozens of specs: a smaller one is long in coming


@settings(max_examples=12, phases=ONE_BY_ONE)
@given(specs(), st.lists(st.sampled_from(sorted(CAUSES)), max_size=4, unique=True))
def test_every_remedy_is_a_spec_of_its_own_that_differs_in_its_overrides_alone(spec: Spec, names: list[str]) -> None:
    tried = remedies(document(0.3, 0.3, *names), spec, facts_of(spec))
    derived = [derive(spec, remedy.overrides) for remedy in tried]
    assert len(tried) > 10
    assert all(one not in (spec, *derived[:k]) for k, one in enumerate(derived))
    before = dict(leaves(spec.dump()))
    for remedy, after in zip(tried, derived, strict=True):
        now = dict(leaves(after.dump()))
        changed = {key for key in before.keys() | now.keys() if before.get(key, "") != now.get(key, "")}
        stated = {tuple(key.split(".")) for key in remedy.overrides}
        if ("architecture", "batch_norm") in stated:  # with it layers have no b, whatever they say
            changed = {key for key in changed if key[-1] != "bias"}
        assert all(any(tuple(map(str, key[: len(one)])) == one for one in stated) for key in changed), remedy


@settings(max_examples=4, phases=ONE_BY_ONE)
@given(specs())
def test_every_remedy_can_be_built_and_none_changes_dev_or_test(spec: Spec) -> None:
    held_out = build_supervised(spec, initialize=False).dataset
    for remedy in remedies(document(0.3, 0.3, *CAUSES), spec, facts_of(spec)):
        changed = derive(spec, remedy.overrides)
        dataset = build_supervised(changed, initialize=False).dataset
        for part in ("dev", "test"):
            assert np.array_equal(dataset.parts[part].X[:], held_out.parts[part].X[:]), remedy
            assert np.array_equal(dataset.parts[part].y, held_out.parts[part].y), remedy


DIGITS = "data: {source: digits, split: {train: 1000, dev: 400, test: 200}}\narchitecture: {hidden: [32]}\n"


@pytest.fixture
def digits(tmp_path: Path) -> Callable[..., Spec]:
    def spec(text: str = "") -> Spec:
        return of(DIGITS + text, tmp_path)

    return spec


def named(tried: list[Remedy]) -> dict[str, Remedy]:
    return {remedy.name: remedy for remedy in tried}


def test_nothing_is_tried_where_bias_and_variance_are_low(digits: Callable[..., Spec]) -> None:
    assert remedies(document(0.01, 0.02, "inputs_not_normalized"), digits(), DataFacts(1000)) == []


def test_without_a_dev_set_only_bias_is_known(digits: Callable[..., Spec]) -> None:
    known = replace(document(0.2, 0.0), variance=None)
    assert {remedy.against for remedy in remedies(known, digits(), DataFacts(1000))} == {"bias"}


def test_cures_come_first_the_worst_first_then_bias_then_variance_then_what_was_noted(
    digits: Callable[..., Spec],
) -> None:
    spec = digits("initializer: zeros\noptimizer: {name: adam, learning_rate: 10.0}\n")
    tried = remedies(
        document(0.5, 0.1, "full_batch_fits", "learning_rate_too_high", "symmetric_units"), spec, DataFacts(1000)
    )
    assert tried.pop().against == "full_batch_fits"
    against = [remedy.against for remedy in tried]
    assert against[:2] == ["symmetric_units", "learning_rate_too_high"]
    assert against == sorted(against, key=list(dict.fromkeys(against)).index)
    assert list(dict.fromkeys(against))[-2:] == ["bias", "variance"]
    assert tried[0].overrides == {"initializer": {"name": "he"}}
    assert tried[1].overrides == {"optimizer.learning_rate": 1.0}


def test_targets_are_normalized_where_that_was_found_to_pay(digits: Callable[..., Spec]) -> None:
    found, text = document(0.5, 0.1, "targets_not_normalized"), "task: regression\n"
    first = remedies(found, digits(text), DataFacts(1000))[0]
    assert (first.name, first.overrides) == ("normalize_targets", {"data.normalize_targets": "standard"})
    for spec in (derive(digits(text), {"data.normalize_targets": "log"}), digits()):
        assert "normalize_targets" not in named(remedies(found, spec, DataFacts(1000)))


@pytest.mark.parametrize(("bias", "variance"), [(0.5, 0.0), (0.0, 0.5), (0.5, 0.5)])
def test_unequal_classes_that_are_judged_alike_are_weighed_alike_first(
    bias: float, variance: float, tmp_path: Path
) -> None:
    rows = [f"{number},{'yes' if number % 10 == 0 else 'no'}" for number in range(100)]
    (tmp_path / "a.csv").write_text("\n".join(["x,y", *rows]))
    data = f"{{source: {{name: file, path: {tmp_path / 'a.csv'}, target: y}}, split: {{train: 60, dev: 40}}}}"
    spec = of(f"data: {data}\narchitecture: {{hidden: [4]}}\ndiagnosis: {{metric: balanced_error}}\n", tmp_path)
    facts = Supply.of(spec, build_supervised(spec, initialize=False).dataset).facts
    high = document(bias, variance)
    first = in_order(high, remedies(high, spec, facts), is_ill_rated=False)[0]
    assert first.overrides == {"data.class_weight": "balanced"}
    for other in (derive(spec, first.overrides), derive(spec, {"diagnosis.metric": None})):
        assert "weighed_classes" not in named(remedies(high, other, facts))
    assert "weighed_classes" not in named(remedies(high, spec, replace(facts, unequal=False)))


def test_targets_that_grow_by_factors_are_learned_by_their_logarithms(digits: Callable[..., Spec]) -> None:
    high, facts = document(0.5, 0.1), DataFacts(1000, by_factors=True)
    spec = digits("task: regression\n")
    [remedy] = [remedy for remedy in remedies(high, spec, facts) if remedy.name == "log_targets"]
    assert remedy.overrides == {"data.normalize_targets": "log"}
    assert in_order(high, remedies(high, spec, facts), is_ill_rated=False)[0] == remedy
    scaled = derive(spec, remedy.overrides)
    counts = derive(spec, {"loss": "poisson"})
    for other, known in ((spec, DataFacts(1000)), (scaled, facts), (counts, facts)):
        assert "log_targets" not in named(remedies(high, other, known))


def test_layers_are_not_made_narrower_than_several_classes_need(digits: Callable[..., Spec]) -> None:
    high = document(0.0, 0.5)
    for hidden, task, expected in (
        ("[32, 64]", "multiclass", [16, 16]),
        ("[8, 64]", "multiclass", None),
        ("[32, 8]", "binary", [8, 8]),
    ):
        spec = derive(digits(), {"architecture.hidden": yaml.safe_load(hidden), "task": task})
        overrides = [remedy.overrides for remedy in remedies(high, spec, DataFacts(1000)) if remedy.name == "narrower"]
        units = [[layer["units"] for layer in each["architecture.hidden"]] for each in overrides]
        assert units == ([] if expected is None else [expected])


def test_what_holds_steps_back_is_undone_before_they_are_made_longer(digits: Callable[..., Spec]) -> None:
    found = document(0.5, 0.1, "learning_rate_too_low")
    for text, overrides in (
        ("optimizer: {name: momentum, learning_rate: 0.1, clip_norm: 1.0e-4}\n", {"optimizer.clip_norm": None}),
        ("optimizer: {name: adam, epsilon: 10.0}\n", {"optimizer.epsilon": 1e-8}),
        ("schedule: {name: cosine, warmup: 9000}\n", {"schedule.warmup": 0}),
    ):
        first = remedies(found, digits(text), DataFacts(1000))[0]
        assert (first.name, first.overrides) == ("unhindered_steps", overrides)
    usual = "optimizer: {name: adam, clip_norm: 1.0}\nschedule: {name: cosine, warmup: 1}\n"
    assert "unhindered_steps" not in named(remedies(found, digits(usual), DataFacts(1000)))


def test_a_training_of_a_few_steps_is_made_as_long_as_most_are(digits: Callable[..., Spec]) -> None:
    found = document(0.5, 0.1, "too_few_epochs")
    for epochs, many in ((1, 30), (3, 63), (15, 75), (40, 120)):  # of 16 steps each
        first = remedies(found, digits(f"training: {{epochs: {epochs}, batch_size: 64}}\n"), DataFacts(1000))[0]
        assert first.overrides["training.epochs"] == many


def test_an_overtrained_network_is_stopped_and_held(digits: Callable[..., Spec]) -> None:
    tried = remedies(
        document(0.0, 0.2, "overtraining"), digits("training: {epochs: 100, batch_size: 50}\n"), DataFacts(1000)
    )
    assert [remedy.name for remedy in tried[:3]] == ["early_stopping_and_l2", "early_stopping", "strong_l2"]
    assert tried[0].overrides.keys() - tried[1].overrides.keys() == {"regularization.l2"}
    assert tried[0].overrides["regularization.l2"] == 0.1


def test_images_too_small_to_be_shifted_are_turned(digits: Callable[..., Spec]) -> None:
    for side, is_shifted in ((8, False), (28, True), (0, True)):
        tried = named(remedies(document(0.0, 0.2), digits(), DataFacts(1000, images=True, side=side)))
        assert ("shift_images" in tried) == is_shifted
        assert "rotate_images" in tried


def test_early_stopping_waits_to_the_end_and_counts_every_improvement(digits: Callable[..., Spec]) -> None:
    spec = digits("training: {epochs: 40, early_stopping: {patience: 1, min_delta: 0.1}}\n")
    first = remedies(document(0.5, 0.1, "stopped_too_soon"), spec, DataFacts(1000))[0]
    assert first.overrides == {"training.early_stopping.patience": 41, "training.early_stopping.min_delta": 0.0}


def test_values_follow_from_the_present_ones(digits: Callable[..., Spec]) -> None:
    plain = named(remedies(document(0.2, 0.2), digits(), DataFacts(1000, images=True, spare=197)))
    assert plain["wider"].overrides == {"architecture.hidden": [{"units": 128}]}
    assert plain["longer_training"].overrides == {"training.epochs": 30}
    assert plain["dropout"].overrides == {"regularization.keep_prob": 0.8}
    assert plain["rest_of_the_examples"].overrides == {"data.split.rest": "train"}
    text = "regularization: {l2: 50.0, keep_prob: 0.3}\noptimizer: {name: adam, beta1: 0.1}\nschedule: cosine\n"
    strict = named(remedies(document(0.2, 0.2), digits(text), DataFacts(1000)))
    assert strict["weaker_penalty"].overrides == {"regularization.l2": 5.0}
    assert strict["no_penalty"].overrides == {"regularization.l2": 0.0}
    assert strict["milder_dropout"].overrides == {"regularization.keep_prob": 0.8}
    assert strict["optimizer_defaults"].overrides == {"optimizer.beta1": 0.9}
    assert strict["constant_learning_rate"].overrides == {"schedule": {"name": "constant"}}


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("training: {early_stopping: true}", {"early_stopping"}),
        ("regularization: {keep_prob: 0.5}", {"dropout", "strong_dropout", "milder_dropout_"}),
        ("architecture: {hidden: []}", {"dropout", "batch_norm", "batch_norm_defaults", "relu", "narrower"}),
        ("initializer: he", {"normalize_inputs", "fitting_initializer", "rest_of_the_examples", "more_examples"}),
        ("optimizer: adam", {"adam", "momentum", "optimizer_defaults"}),
        ("training: {batch_size: 8}", {"batch_norm"}),
        ("schedule: constant", {"constant_learning_rate", "shift_images"}),
        ("architecture: {hidden: [8], batch_norm: true}", {"batch_norm"}),
        ("architecture: {hidden: [8], layer_norm: true}", {"batch_norm", "batch_norm_defaults", "no_batch_norm"}),
    ],
)
def test_what_is_there_already_or_does_not_apply_is_not_tried(tmp_path: Path, text: str, absent: set[str]) -> None:
    key = text.partition(":")[0]
    lines = [line for line in DIGITS.splitlines() if not line.startswith(key)]
    spec = of("\n".join([*lines, text]), tmp_path)
    assert not absent & named(remedies(document(0.2, 0.2), spec, DataFacts(1000))).keys()


def test_more_examples_of_a_toy_set_are_of_its_distribution_and_none_of_it_again(tmp_path: Path) -> None:
    spec = of("data: {source: {name: blobs, m: 60, seed: 3}, split: {train: 0.5, dev: 0.5}}", tmp_path)
    overrides = named(remedies(document(0.0, 0.2), spec, DataFacts(30)))["more_examples"].overrides
    dataset = build_supervised(derive(spec, overrides), initialize=False).dataset
    first, more = dataset.parts["train"].X[:30], dataset.parts["train"].X[30:]
    assert len(more) == 270
    for label in range(3):
        old, new = (X[y == label].mean(axis=0) for X, y in _halves(dataset.parts["train"], 30))
        assert np.linalg.norm(old - new) < 1.5  # clouds of deviation 1, 10 and 90 of them
    assert not {tuple(row) for row in more} & {tuple(row) for row in (*first, *dataset.parts["dev"].X[:])}


def _halves(part: Any, m: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(part.X[:m], part.y[:m]), (part.X[m:], part.y[m:])]


def test_larger_batches_leave_steps_enough_to_learn() -> None:
    """Of 1,000 examples one by one 4 epochs are 4,000 steps, and in batches of 64 they would be 64."""
    present = load_spec(Path(__file__).parents[3] / "configs" / "digits.yaml").spec
    spec = derive(present, {"training.epochs": 4, "training.batch_size": 1, "architecture.batch_norm": False})
    overrides = mini_batches(SpecContext(spec, DataFacts(1000)))
    assert overrides["training.batch_size"] == 64
    assert overrides["training.epochs"] * 16 >= 1000
    long = derive(spec, {"training.epochs": 100})
    assert mini_batches(SpecContext(long, DataFacts(1000))) == {"training.batch_size": 64}


@pytest.mark.parametrize(("bias", "variance", "first"), [(0.3, 0.01, "wider"), (0.01, 0.3, "strong_l2")])
def test_what_is_against_a_low_gap_comes_last(bias: float, variance: float, first: str) -> None:
    """What regularizes raises bias, and a bigger network variance: notes, *Basic recipe*."""
    tried = [Remedy("strong_l2", "variance", {}, "", ""), Remedy("wider", "bias", {}, "", "")]
    for remedies_in_order in (tried, tried[::-1]):
        assert in_order(document(bias, variance), remedies_in_order, is_ill_rated=False)[0].name == first


@pytest.mark.parametrize("takes", [True, False])
def test_weights_of_classes_are_advised_only_of_a_loss_that_takes_them(
    takes: bool, digits: Callable[..., Spec]
) -> None:
    """As one of a plugin may not: then `dlx train` refuses the setting."""

    class Plain:
        def record(self, tape: object, outputs: object, y: object) -> None: ...

    class Weighing:
        def record(self, tape: object, outputs: object, y: object, weights: object = None) -> None: ...

    spec = digits().model_copy(update={"loss": Weighing() if takes else Plain()})
    assert may_be_weighed(spec) is takes
    weighed = spec.data.model_copy(update={"class_weight": "balanced"})
    assert not may_be_weighed(spec.model_copy(update={"data": weighed}))
