"""The commands that a diagnosis ends with: they can be typed as they stand, and fit the verdict."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dlx.diagnose.beaten import beaten_in_words
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.evidence import Evidence, ending_of, unbeaten
from dlx.diagnose.remedies.against_bias import deeper, wider
from dlx.diagnose.remedies.changes import DataFacts, SpecContext
from dlx.diagnose.remedies.length import longer_training
from dlx.diagnose.steps.advice_context import AdviceContext
from dlx.diagnose.steps.as_classes import as_classes
from dlx.diagnose.steps.next_commands import next_steps
from dlx.diagnose.steps.next_step import Cost, speaks_of
from dlx.diagnose.supply import ALWAYS, MOST_TIMES, Supply
from dlx.diagnose.verdict import NOTHING, diagnose
from dlx.documents.baselines import BaselineRecord, Baselines, NetworkDifference, PartBaseline
from dlx.documents.diagnosis import Ending, JudgedMetric, UnbeatenModel
from dlx.documents.range_test import TestedRates as Rates
from dlx.spec.loader import derive, dump_yaml, load_spec
from dlx.spec.sections import Spec
from dlx.stats.intervals import Estimate, error_rate, exact
from dlx.stats.measured import Carriers
from dlx.training.build import build_supervised
from dlx.words import Task
from tests.conftest import examples

CONFIG = Path(__file__).parents[3] / "configs" / "overfitting.yaml"
RUN = Path("runs/a run")


def typed(**errors: Estimate) -> list[list[str]]:
    document = diagnose(errors, 0.0, 0.02)
    return [
        shlex.split(step.command)
        for step in next_steps(AdviceContext(document, Supply(load_spec(CONFIG).spec, DataFacts(100)), RUN, CONFIG))
    ]


@pytest.mark.parametrize("errors", [{"train": 0.3, "dev": 0.3}, {"train": 0.0, "dev": 0.2}])
def test_the_likeliest_remedies_are_specs_as_they_stand(errors: dict[str, float]) -> None:
    lines = typed(**{part: exact(value) for part, value in errors.items()})
    assert len(lines) == 3
    present = load_spec(CONFIG).spec
    for line in lines:
        assert line[:2] == ["dlx", "train"]
        assert Path(line[2]).resolve() == CONFIG
        assert load_spec(Path(line[2]), line[3:]).spec != present


def test_a_good_network_is_used() -> None:
    lines = typed(train=exact(0.01), dev=exact(0.02))
    used = [["report", str(RUN)], ["predict", str(RUN), "FILE"], ["export", str(RUN), "--to", "onnx"]]
    assert lines == [["dlx", *words] for words in used]


def test_an_open_gap_asks_for_more_examples_in_numbers_before_they_can_be_measured() -> None:
    """A command that needs a file that nobody has is no first step; folds judge what is there, and only once."""
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}, rows=200))
    errors = {"train": error_rate(0.0, 100), "dev": error_rate(0.01, 100)}
    document = diagnose(errors, 0.0, 0.02, evidence=Evidence(supply))
    first, second = next_steps(AdviceContext(document, supply, RUN, CONFIG))
    assert first.command.endswith("data.folds=5")
    assert re.fullmatch(
        r"bias is unsettled: the 200 examples at hand are too few to settle it; "
        r"collect more: [\d,]+ train examples would in 4 of 5 cases; meanwhile let folds judge all .*",
        first.advice,
    )
    after = next_steps(AdviceContext(document, supply, RUN, CONFIG, was_in_folds=True))
    assert [step.command.split()[1] for step in after] == ["report", "predict", "export"]
    assert second.command == "dlx evaluate 'runs/a run' FILE"


def test_mismatch_is_no_reason_to_use_the_network() -> None:
    assert typed(train=exact(0.01), train_dev=exact(0.01), dev=exact(0.2)) == [[]]


def first(*names: str, ending: Ending = Ending(), beside: UnbeatenModel | None = None, **rates: float) -> str:  # noqa: B008
    """The first command after a run of overfitting.yaml with these errors."""
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    findings = [CAUSES[name].finding("seen") for name in names]
    errors = {part: exact(rate) for part, rate in rates.items()}
    document = diagnose(errors, 0.0, 0.02, findings=findings, evidence=Evidence(supply, ending, beside))
    return next_steps(AdviceContext(document, supply, RUN, CONFIG))[0].command


def test_a_cost_that_still_falls_asks_for_more_epochs_first() -> None:
    assert "training.epochs=" in first(train=0.3, dev=0.3, ending=Ending(falling=True))


def test_a_high_bias_asks_for_a_bigger_network_as_its_words_say() -> None:
    assert "architecture.hidden=" in first(train=0.3, dev=0.3)


def test_a_cause_is_mended_before_its_symptom() -> None:
    commands = first("no_better_than_constant", "too_few_units", train=0.3, dev=0.3)
    assert "architecture.hidden=" in commands
    assert "optimizer.learning_rate=" in first("no_better_than_constant", train=0.3, dev=0.3)


def test_what_has_diverged_is_cured_by_what_made_it_diverge() -> None:
    assert "architecture.hidden=" in first("diverged", "too_few_units", train=0.5, dev=0.5)
    assert "learning_rate=" in first("diverged", train=0.5, dev=0.5)


def test_a_rare_class_is_missed_by_a_network_that_learns_nothing() -> None:
    assert "architecture.hidden=" in first("rare_class_missed", "too_few_units", train=0.5, dev=0.5)


def test_what_a_simple_model_has_refuted_is_likely_after_all_where_bias_is_high() -> None:
    spec = derive(load_spec(CONFIG).spec, {"regularization.l2": 5.0, "data.normalize": "none"})
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    finding = CAUSES["penalty_too_strong"].finding("seen").refuted_by("a model errs as much")
    errors = {"train": exact(0.3), "dev": exact(0.3)}
    document = diagnose(errors, 0.0, 0.02, findings=[finding], evidence=Evidence(supply))
    assert "regularization.l2=0.0" in next_steps(AdviceContext(document, supply, RUN, CONFIG))[0].command


def test_a_cause_that_was_found_is_mended_before_more_is_measured() -> None:
    unsettled = {"train": error_rate(0.05, 20), "dev": error_rate(0.1, 20)}
    spec = load_spec(CONFIG).spec
    supply = Supply.of(spec, build_supervised(spec, initialize=False).dataset)
    findings = [CAUSES["penalty_too_strong"].finding("seen")]
    penalized = spec.model_copy(update={"regularization": spec.regularization.model_copy(update={"l2": 30.0})})
    document = diagnose(unsettled, 0.0, 0.02, findings=findings, evidence=Evidence(supply))
    assert document.verdict == "unsettled"
    assert next_steps(AdviceContext(document, replace(supply, spec=penalized), RUN, CONFIG))[0].command.endswith(
        "regularization.l2=0.0"
    )


def test_a_cause_that_was_found_is_mended_first() -> None:
    assert "optimizer.learning_rate=" in first("learning_rate_too_high", train=0.3, dev=0.3)


def test_a_dev_cost_that_rose_asks_to_stop_or_to_regularize() -> None:
    line = first(train=0.0, dev=0.3, ending=Ending(dev_rising=True))
    assert "training.early_stopping=" in line or "regularization." in line


def test_no_bigger_network_where_no_model_does_better() -> None:
    constant = UnbeatenModel("always no", 0.29, 0.29, 0.29)
    assert first(train=0.3, dev=0.3, beside=constant).endswith(" diagnosis.optimal_error=0.29")


def test_rows_are_looked_at_where_what_a_model_reaches_says_nothing() -> None:
    """Where the network errs less on train than the best model on dev, or where few residuals carry the errors."""
    beside = UnbeatenModel("a linear model", 0.35, 0.3, 0.4)
    assert first(train=0.3, dev=0.3, beside=beside).endswith(" --worst worst.csv")
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    evidence = Evidence(supply, Ending(), beside)
    errors = {"train": exact(0.4), "dev": exact(0.4)}
    document = diagnose(errors, 0.0, 0.02, Task.REGRESSION, evidence=evidence)
    carried = replace(document, tails={"dev": Carriers(1, 100, 0.8)})
    commands = [next_steps(AdviceContext(one, supply, RUN, CONFIG))[0] for one in (document, carried)]
    assert commands[0].command.endswith(" diagnosis.optimal_error=0.35")
    assert commands[1].command.endswith(" --worst worst.csv")
    assert "few rows carry the error" in commands[1].advice


def test_how_a_training_ended() -> None:
    epochs, falls = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]
    flat = [8.0, 3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    rises = [5.0, 3.0, 2.0, 2.1, 2.2, 2.4, 2.6, 2.8]
    assert ending_of({"epoch": epochs, "train_cost": falls, "dev_cost": falls}) == Ending(falling=True)
    assert ending_of({"epoch": epochs, "train_cost": flat, "dev_cost": flat}) == Ending()
    two = {"epoch": [1.0, 2.0], "train_cost": [0.72, 0.58], "dev_cost": [0.7, 0.6]}
    assert ending_of(two) == Ending(falling=True)
    assert ending_of(two | {"dev_cost": [0.6, 0.7]}) == Ending()
    assert ending_of({name: values[:1] for name, values in two.items()}) == Ending()
    assert ending_of({"epoch": epochs, "train_cost": falls, "dev_cost": rises}) == Ending(dev_rising=True)
    assert ending_of({"epoch": epochs, "train_cost": falls}) == Ending(falling=True)


def compared(error: float, difference: float, verdict: str) -> BaselineRecord:
    part = PartBaseline(exact(error), NetworkDifference(difference, difference, difference, verdict=verdict))
    return BaselineRecord(f"a model of {error}", 100, {"dev": part})


@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.3, 0.3), (0.0, 0.3)])
def test_labels_that_do_not_vary_have_no_verdict_and_no_command(rates: tuple[float, float]) -> None:
    """Neither is a bias of 0 a low one, nor does any training help."""
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    finding = CAUSES["constant_labels"].finding("every example is of class yes")
    errors = {part: exact(rate) for part, rate in zip(("train", "dev"), rates, strict=True)}
    document = diagnose(errors, 0.0, 0.02, findings=[finding], evidence=Evidence(supply))
    assert document.verdict == NOTHING
    (step,) = next_steps(AdviceContext(document, supply, RUN, CONFIG))
    assert (step.command, step.advice) == ("", f"constant_labels: {finding.remedy}")


@pytest.mark.parametrize(
    "split",
    [{"train": 24, "dev": 588, "test": 588}, {"train": 0.02, "dev": 0.98}, {"train": 0.02, "dev": 0.9, "test": 0.08}],
)
def test_train_is_given_more_where_the_split_leaves_it_few(split: dict[str, float]) -> None:
    data = {"source": {"name": "moons", "m": 1200, "noise": 0.2}, "split": split}
    spec = Spec.model_validate({"data": data, "architecture": {"hidden": [4]}}).complete()
    dataset = build_supervised(spec, initialize=False).dataset
    supply = Supply.of(spec, dataset)
    errors = {part: error_rate(0.0 if part == "train" else 0.25, of.m) for part, of in dataset.parts.items()}
    for findings in ([], [CAUSES["few_examples"].finding("train has 24 examples")]):
        document = diagnose(errors, 0.0, 0.02, dataset.task, findings, evidence=Evidence(supply))
        step = next_steps(AdviceContext(document, supply, RUN, CONFIG))[0]
        words = shlex.split(step.command)[3:]
        assert "the split gives train 24 of 1,200 examples" in step.advice
        larger = derive(spec, {key: yaml.safe_load(value) for key, value in (word.split("=", 1) for word in words)})
        parts = build_supervised(larger, initialize=False).dataset.parts
        assert parts["train"].m >= 720
        assert sum(part.m for part in parts.values()) == 1200
        assert Supply.of(larger, build_supervised(larger, initialize=False).dataset).larger_train() == {}


def test_which_model_does_as_well() -> None:
    constant, linear = compared(0.3, -0.12, "better"), compared(0.182, 0.0, "not established")
    assert unbeaten(Baselines({"constant": constant, "linear": linear})) == UnbeatenModel(
        "a model of 0.182", 0.182, 0.182, 0.182
    )
    assert unbeaten(Baselines({"constant": constant, "linear": linear}), JudgedMetric("balanced_error", {})) is None
    assert unbeaten(Baselines({"constant": constant})) is None
    assert unbeaten(Baselines({"linear": linear, "neighbours": compared(0.1, 0.082, "worse")})) is None
    assert unbeaten(Baselines(skipped="the data stay in their file")) is None


BIAS, VARIANCE, BOTH = (0.3, 0.3), (0.0, 0.3), (0.3, 0.6)  # the errors on train and dev
PLATEAU, RISING = Ending(True), Ending(dev_rising=True)
FEW_WAYS = [(BOTH, Ending()), (BIAS, PLATEAU), (VARIANCE, RISING)]  # each of the errors, each of the ends
OTHER_WAYS = [
    (BIAS, Ending()),
    (VARIANCE, Ending()),
    (VARIANCE, PLATEAU),
    (BOTH, PLATEAU),
    (BIAS, RISING),
    (BOTH, RISING),
]


@pytest.mark.parametrize("name", sorted(CAUSES))
@pytest.mark.parametrize(
    "ways", [pytest.param(FEW_WAYS, id="few"), pytest.param(OTHER_WAYS, id="others", marks=pytest.mark.thorough)]
)
def test_the_sentence_above_the_first_command_speaks_of_the_cause_and_of_what_is_set(
    name: str, ways: list[tuple[tuple[float, float], Ending]]
) -> None:
    """Of every finding alone, whatever the errors and the end of the training are."""
    spec = load_spec(CONFIG).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    finding = CAUSES[name].finding("seen", severity="warning")
    for rates, ending in ways:
        errors = {part: exact(rate) for part, rate in zip(("train", "dev"), rates, strict=True)}
        document = diagnose(errors, 0.0, 0.02, findings=[finding], evidence=Evidence(supply, ending))
        step = next_steps(AdviceContext(document, supply, RUN, CONFIG))[0]
        words = shlex.split(step.command)
        assert step.advice.startswith(f"{name}: {finding.remedy}"), step.advice
        if not words:
            assert document.verdict == NOTHING
        elif words[1] == "train":
            overrides = {key: yaml.safe_load(value) for key, value in (word.split("=", 1) for word in words[3:])}
            assert speaks_of(step.advice, overrides), (step.command, step.advice)
        elif name == "wrong_gradient":
            assert words[1:] == ["gradcheck", str(RUN)]
        else:
            assert CAUSES[name].shows_in_rows
            assert words[1:] == ["diagnose", str(RUN), "--worst", "worst.csv"]


@pytest.mark.parametrize(
    ("activation", "rate"),
    [
        ("relu", 1e-6),
        ("tanh", 0.05),
        *(
            pytest.param(*pair, marks=pytest.mark.thorough)
            for pair in (("relu", 0.05), ("tanh", 1e-6), ("relu", 100.0), ("tanh", 100.0))
        ),
    ],
)
def test_a_sentence_states_no_other_value_than_its_command(activation: str, rate: float) -> None:
    """Of every finding; the test suggests 0.02, which 0.05 is near to: there others are tried."""
    overrides = [f"architecture.activation={activation}", f"optimizer={{name: adam, learning_rate: {rate:g}}}"]
    spec = load_spec(CONFIG, [*overrides, "initializer={name: normal, scale: 3}", "data.normalize=none"]).spec
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    errors = {"train": exact(0.3), "dev": exact(0.3)}
    for cause in filter(lambda cause: cause.changes, CAUSES.values()):
        findings = [cause.finding("seen", severity="warning")]
        document = diagnose(errors, 0.0, 0.02, findings=findings, evidence=Evidence(supply))
        document = replace(document, learning_rate=TESTED[0])
        step = next_steps(AdviceContext(document, supply, RUN, CONFIG))[0]
        words = step.command.replace("'", " ").replace("}", " ")
        for fitting in re.findall(r"initializer: (he|xavier)", step.advice):
            assert f"name: {fitting} " in words, step.advice
        if "optimizer.learning_rate=0.02" in words and "meanwhile" not in step.advice:
            assert step.advice.endswith(" (0.02, found by a range test)"), step.advice


def test_a_sentence_speaks_of_a_key_by_its_name_or_by_its_value() -> None:
    assert speaks_of("a larger learning rate", {"optimizer.learning_rate": 1.0})
    assert speaks_of("relu in place of sigmoid", {"architecture.activation": {"name": "relu"}})
    assert not speaks_of("collect more examples", {"regularization.l2": 0.1})
    assert not speaks_of("stop earlier", {"training.early_stopping": True, "regularization.l2": 0.1})


@pytest.mark.parametrize(("train", "first"), [(0.3, "data.normalize="), (0.0, "architecture.hidden=")])
def test_what_helps_where_a_linear_model_is_surely_better(train: float, first: str) -> None:
    """Which is better on train too: inputs on one scale; which is not: a smaller network."""
    text = "data: {source: moons, split: {train: 60, dev: 40}, normalize: none}\narchitecture: {hidden: [64, 64]}\n"
    spec = Spec.model_validate(yaml.safe_load(text)).complete()
    supply = Supply(spec, DataFacts(60, parts={"train": 60, "dev": 40}))
    document = diagnose({"train": exact(train), "dev": exact(0.3)}, 0.0, 0.02, evidence=Evidence(supply))
    as_good = replace(document, baselines=Baselines({"linear": compared(0.1, 0.2, "not established")}))
    assert beaten_in_words(as_good) == ""
    worse = replace(document, baselines=Baselines({"linear": compared(0.1, 0.2, "worse")}))
    assert beaten_in_words(worse) == "surely by a model of 0.1: dev error 10.00 %, the network 30.00 %"
    assert first in next_steps(AdviceContext(worse, supply, RUN, CONFIG))[0].command


def test_examples_that_the_spec_keeps_from_train_are_to_be_had_before_folds() -> None:
    facts = DataFacts(100, parts={"train": 100, "dev": 100}, rows=200)
    whole, limited = (load_spec(CONFIG, overrides).spec for overrides in ([], ["data.train_examples=20"]))
    assert Supply(whole, facts).folds()["data.folds"] == 5
    assert Supply(limited, facts).folds() == {}


def test_folds_that_settle_a_verdict_seldom_give_way_to_a_race() -> None:
    data = {"source": {"name": "moons", "m": 1797, "noise": 0.2}, "split": {"train": 1078, "dev": 719}}
    spec = Spec.model_validate({"data": data, "architecture": {"hidden": [4]}}).complete()
    supply = Supply.of(spec, build_supervised(spec, initialize=False).dataset)
    for wrong, command in ((22, "data.folds=5"), (20, "--act")):
        errors = {"train": error_rate(0.0, 1078), "dev": error_rate(wrong / 719, 719)}
        document = diagnose(errors, 0.0, 0.02, evidence=Evidence(supply))
        step = next_steps(AdviceContext(document, supply, RUN, CONFIG))[0]
        assert step.command.endswith(command)
        assert re.search(r"\d+ % of cases", step.advice)


def test_classes_that_were_fitted_as_a_regression_are_told_apart_by_one_command() -> None:
    data = {"source": "digits", "split": {"train": 0.6, "dev": 0.4}, "normalize_targets": "standard"}
    document = {"task": "regression", "loss": "squared_error", "data": data, "architecture": {"hidden": [8]}}
    spec = Spec.model_validate(document).complete()
    supply = Supply(spec, DataFacts(1078, parts={"train": 1078, "dev": 719}))
    finding = CAUSES["classes_as_numbers"].finding("seen")
    errors = {"train": exact(0.4), "dev": exact(0.8)}
    judged = diagnose(errors, 0.0, 0.3, Task.REGRESSION, [finding], evidence=Evidence(supply))
    step = next_steps(AdviceContext(judged, supply, RUN, CONFIG))[0]
    words = shlex.split(step.command)[3:]
    assert words == ["task=multiclass", "loss=null", "data.normalize_targets=null"]
    assert all(word.split("=")[0] in step.advice for word in words)
    told_apart = derive(spec, {key: yaml.safe_load(value) for key, value in (word.split("=") for word in words)})
    assert build_supervised(told_apart, initialize=False).dataset.task is Task.MULTICLASS
    assert as_classes(told_apart) == {}


def test_what_a_command_takes_is_told_in_epochs_of_the_run() -> None:
    spec = load_spec(CONFIG, ["training={epochs: 10, batch_size: 20}"]).spec
    facts = DataFacts(100)
    assert Cost.of(spec, {"training.epochs": 30}, facts) == Cost(30.0)
    assert Cost.of(spec, {"training.batch_size": 10}, facts) == Cost(20.0)
    assert Cost.of(spec, {"training.batch_size": 50}, facts) == Cost(10.0, bound="at most")
    assert Cost.of(spec, {"architecture.hidden": [500]}, facts) == Cost(10.0, bound="at least")
    assert Cost.of(spec, {"data.folds": 5}, facts) == Cost(10.0, 5)


def test_what_all_the_examples_of_train_take_follows_from_their_number() -> None:
    sizes = ["data.split={train: 0.5, dev: 0.4, test: 0.1}", "data.train_examples=100"]
    spec = load_spec(CONFIG, [*sizes, "training={epochs: 10, batch_size: 50}"]).spec
    facts = DataFacts(100, rows=700)
    everything = {"data.train_examples": None}
    assert Cost.of(spec, everything, facts) == Cost(35.0, bound="at most")
    assert Cost.of(spec, everything, DataFacts(100)) == Cost(10.0, bound="at least")
    whole = derive(spec, {"training.batch_size": "full"})
    assert Cost.of(whole, everything, facts) == Cost(35.0, bound="at most")


TESTED = [
    Rates(0.02, 0.0005, 0.005, 0.3, 5, 700),
    Rates(2e-9, 5e-11, 1e-10, None, 5, 700),
    Rates(None, None, None, None, 5, 700),
]
SPLITS: list[dict[str, Any] | None] = [
    {"train": 0.8, "dev": 0.1, "test": 0.1},
    {"train": 0.7, "dev": 0.2, "test": 0.1, "train_dev": 0.1},
    {"train": 0.5, "dev": 0.5},
    {"train": 0.9, "test": 0.1},
    {"train": 60, "dev": 20, "test": 20},
    {"train": 60, "dev": 20, "rest": "train"},
    {"train": 60, "dev": 20, "train_dev": 10},
    {"train": 0.6, "dev": 0.2, "test": 0.2, "duplicates": "together"},
    {"train": 1.0},
    None,
]
MOONS = {"name": "moons", "m": 60, "noise": 0.2}
PARTS_OF_THEIR_OWN: list[dict[str, Any]] = [
    {"train": MOONS, "dev": MOONS | {"seed": 5}},
    {"train": MOONS, "dev": MOONS | {"seed": 5}, "test": MOONS | {"seed": 6}},
    {"train": MOONS},
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """One source each: toy sets, a table, arrays that stay in their file, arrays that are divided already."""
    folder = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(120, 3)), rng.integers(0, 2, 120)
    rows = "\n".join(f"{a},{b},{c},c{y[number]},{number % 30}" for number, (a, b, c) in enumerate(X))
    (folder / "table.csv").write_text(f"a,b,c,kind,who\n{rows}\n")
    np.save(folder / "X.npy", X)
    np.save(folder / "y.npy", y)
    np.savez(folder / "divided.npz", X_train=X[:80], y_train=y[:80], X_dev=X[80:], y_dev=y[80:])
    np.savez(folder / "train_only.npz", X_train=X, y_train=y)
    table = {"name": "file", "path": str(folder / "table.csv"), "target": "kind"}
    return [
        {"name": "moons", "m": 100, "noise": 0.2},
        {"name": "blobs", "m": 90, "noise": 0.5},
        table,
        table | {"group": "who"},
        {"name": "file", "path": str(folder / "X.npy"), "target": str(folder / "y.npy")},
        {"name": "file", "path": str(folder / "divided.npz")},
        {"name": "file", "path": str(folder / "train_only.npz")},
    ]


@st.composite
def situations(draw: st.DrawFn, files: list[dict[str, Any]]) -> tuple[Spec, dict[str, float], list[str]]:
    """A spec, errors of its parts as a network might have them, and findings."""
    source, split = draw(st.sampled_from(files)), draw(st.sampled_from(SPLITS))
    data: dict[str, Any] = {"source": {key: value for key, value in source.items() if key != "group"}}
    if "divided" not in str(source.get("path")) and "only" not in str(source.get("path")) and split is not None:
        data["split"] = split | ({"group": source["group"]} if "group" in source else {})
    if draw(st.integers(0, 4)) == 0:
        data = draw(st.sampled_from(PARTS_OF_THEIR_OWN))
    elif "split" in data and draw(st.integers(0, 4)) == 0:
        data["more"] = MOONS if source["name"] == "moons" else None
    if draw(st.integers(0, 4)) == 0:
        data["train_examples"] = 40
    spec = Spec.model_validate(
        {
            "data": data,
            "architecture": {"hidden": [6], "batch_norm": draw(st.booleans())},
            "training": {"epochs": 3, "batch_size": draw(st.sampled_from([7, 16, "full"]))},
        }
    ).complete()
    rates = st.sampled_from([0.0, 0.01, 0.02, 0.05, 0.3])
    errors = {part: draw(rates) for part in ("train", "train_dev", "dev", "test")}
    return spec, errors, draw(st.lists(st.sampled_from(sorted(CAUSES)), max_size=2, unique=True))


@settings(
    max_examples=examples(200, 0.25), phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)
@given(st.data())
def test_every_command_that_can_be_printed_is_accepted(
    files: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Each trains, or can be trained in folds: its data are read and divided, and its network is built."""
    spec, rates, names = data.draw(situations(files))
    try:
        dataset = build_supervised(spec, initialize=False).dataset
    except Exception:
        return
    config = tmp_path_factory.getbasetemp() / "config.yaml"
    config.write_text(dump_yaml(spec))
    errors = {part: error_rate(round(rates[part] * of.m) / of.m, of.m) for part, of in dataset.parts.items()}
    supply = Supply.of(spec, dataset)
    findings = [CAUSES[name].finding("seen") for name in names]
    beside = data.draw(st.sampled_from([None, UnbeatenModel("always 1", 0.3, 0.3, 0.3)]))
    evidence = Evidence(supply, data.draw(st.sampled_from([Ending(), Ending(True), Ending(dev_rising=True)])), beside)
    document = diagnose(errors, 0.0, 0.02, dataset.task, findings, evidence=evidence)
    document = replace(document, learning_rate=data.draw(st.sampled_from([None, *TESTED])))
    for number, step in enumerate(next_steps(AdviceContext(document, supply, RUN, config))):
        line, words = step.command, shlex.split(step.command)
        assert number or "FILE" not in words
        if not words:  # then the sentence is the first step
            assert step.advice
            assert number == 0
            continue
        if words[1] != "train":
            assert words[1] in ("report", "predict", "export", "evaluate", "diagnose", "gradcheck")
            continue
        overrides = {key: yaml.safe_load(value) for key, value in (word.split("=", 1) for word in words[3:])}
        assert speaks_of(step.advice, overrides), (line, step.advice)
        derived = load_spec(Path(words[2]), words[3:]).spec
        assert derived != spec, line
        folds = range(1, derived.data.folds + 1) if derived.data.folds else [None]
        for fold in folds:
            of_fold = derived.model_copy(update={"data": derived.data.model_copy(update={"fold": fold})})
            present = build_supervised(of_fold, initialize=False).dataset
            assert present.parts["train"].m >= 2
        at_hand = max(sum(part.m for part in dataset.parts.values()), supply.facts.rows)
        for sentence in document.next:
            most = max(ALWAYS, at_hand * MOST_TIMES) if "collect more" in sentence else at_hand
            assert sum(int(count.replace(",", "")) for count, _ in stated_in(sentence)) <= most


def stated_in(step: str) -> list[tuple[str, str]]:
    """The numbers of examples that a sentence asks for of one source."""
    return [] if "data.dev.m" in step or "data.test.m" in step else re.findall(r"([\d,]+) (dev|test|train-dev) ", step)


@pytest.mark.parametrize(("patience", "stated"), [(40, None), (5, 8), (20, None)])
def test_a_longer_training_waits_no_longer_than_it_lasts(patience: int, stated: int | None) -> None:
    stopping = f"training.early_stopping={{patience: {patience}}}"
    spec = load_spec(CONFIG, ["training.epochs=10", "training.evaluate_every=1", stopping]).spec
    context = SpecContext(spec, DataFacts(100, parts={"train": 100, "dev": 100}))
    overrides = dict(longer_training(context))
    assert overrides.pop("training.epochs") == 30
    assert overrides == ({} if stated is None else {"training.early_stopping.patience": stated})


@pytest.mark.parametrize(("stopped", "key"), [(True, "training.early_stopping.patience"), (False, "training.epochs")])
def test_more_epochs_are_of_no_use_where_early_stopping_ended_it(stopped: bool, key: str) -> None:
    spec = derive(load_spec(CONFIG).spec, {"training.early_stopping": {"patience": 2, "monitor": "dev_cost"}})
    supply = Supply(spec, DataFacts(100, parts={"train": 100, "dev": 100}, rows=200))
    errors = {"train": exact(0.3), "dev": exact(0.3)}
    document = diagnose(errors, 0.0, 0.02, evidence=Evidence(supply, Ending(falling=True, stopped=stopped)))
    steps = next_steps(AdviceContext(document, supply, RUN, CONFIG))
    keys = [word.partition("=")[0] for word in shlex.split(steps[0].command)[3:]]
    assert keys[0] == key
    assert not stopped or not any("training.epochs=" in step.command for step in steps)


def test_early_stopping_has_ended_a_training_that_was_to_be_much_longer() -> None:
    training = derive(
        load_spec(CONFIG).spec, {"training.early_stopping": {"patience": 1}, "training.epochs": 60}
    ).training
    rows = {"epoch": [1.0, 2.0, 3.0], "train_cost": [0.9, 0.7, 0.5]}
    assert ending_of(rows, training) == Ending(falling=True, stopped=True)
    assert ending_of(rows) == Ending(falling=True)


def test_a_network_that_can_learn_all_by_heart_is_made_no_bigger() -> None:
    """A layer of as many units as there are examples fits any labels (G.-B. Huang 2003)."""
    spec = derive(load_spec(CONFIG).spec, {"architecture.hidden": [40]})
    assert wider(SpecContext(spec, DataFacts(40))) == deeper(SpecContext(spec, DataFacts(40))) == {}
    assert wider(SpecContext(spec, DataFacts(41))) != {}
    assert wider(SpecContext(derive(spec, {"architecture.hidden": [64, 32]}), DataFacts(68))) == {}


def test_folds_judge_where_test_contradicts_a_small_dev_set() -> None:
    supply = Supply(load_spec(CONFIG).spec, DataFacts(48, parts={"train": 48, "dev": 16, "test": 16}, rows=80))
    errors = {"train": error_rate(0.0, 48), "dev": error_rate(0.125, 16), "test": error_rate(0.5625, 16)}
    document = diagnose(errors, 0.0, 0.02, evidence=Evidence(supply))
    assert document.is_high("overfitting_to_dev")
    step = next_steps(AdviceContext(document, supply, RUN, CONFIG))[0]
    assert step.command.endswith("data.folds=5")
    assert step.advice.startswith("overfitting to dev is high; dev has 16 of the 80 that there are: let folds judge")


def test_targets_that_grow_by_factors_are_scaled_before_the_rows_are_looked_at_that_carry_the_error() -> None:
    spec = load_spec(CONFIG).spec.model_copy(update={"task": Task.REGRESSION, "loss": None})
    facts = DataFacts(100, parts={"train": 100, "dev": 100}, by_factors=True)
    beside = UnbeatenModel("a linear model", 0.35, 0.3, 0.4)
    for simple in (None, beside):
        evidence = Evidence(Supply(spec, facts), Ending(), simple)
        errors = {"train": exact(0.4), "dev": exact(0.4)}
        document = diagnose(errors, 0.0, 0.02, Task.REGRESSION, evidence=evidence)
        document = replace(document, tails={"train": Carriers(1, 100, 0.8)})
        commands = [step.command for step in next_steps(AdviceContext(document, Supply(spec, facts), RUN, CONFIG))]
        assert commands[0].endswith(" data.normalize_targets=log")
        assert commands[1].endswith(" --worst worst.csv")
        assert len(set(commands)) == len(commands)
