"""Before training: every fault that is planted in a spec is found under its name, and healthy specs are left alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from dlx.diagnose.before.checks import before
from dlx.diagnose.before.outliers import outlier_findings
from dlx.nn.activations import Tanh
from dlx.nn.update import Update
from dlx.search.plan import kind_of
from dlx.spec.loader import derive, load_spec
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised
from dlx.training.fit import take_steps
from dlx.training.supervised import Supervised

ROOT = Path(__file__).parents[3]
SPECS = [path for path in sorted((ROOT / "configs").glob("**/*.yaml")) if kind_of(path) is None]
SPECS = [path for path in SPECS if path.parent.name != "objectives"]  # which have no data
Sections = dict[str, Any]

MOONS = {"source": {"name": "moons", "m": 600, "noise": 0.15, "seed": 1}, "split": {"train": 400, "dev": 200}}
SPIRALS = MOONS | {"source": {"name": "spirals", "m": 600, "noise": 0.02, "classes": 3}}
DIGITS = {"source": "digits", "split": {"train": 1000, "dev": 400}, "normalize": "minmax"}
HEALTHY: Sections = {
    "data": MOONS,
    "architecture": {"hidden": [32], "activation": "relu"},
    "optimizer": {"name": "adam", "learning_rate": 0.01},
    "training": {"epochs": 60, "batch_size": 32},
}
ON_DIGITS: Sections = HEALTHY | {
    "data": DIGITS,
    "optimizer": {"name": "adam", "learning_rate": 0.003},
    "training": {"epochs": 20, "batch_size": 32},
}
BY_DESCENT: Sections = HEALTHY | {"optimizer": {"name": "gradient_descent", "learning_rate": 0.3}}
DEEP = [16] * 6


def experiment(sections: Sections) -> Supervised:
    return build_supervised(Spec.model_validate(sections).complete())


def names(sections: Sections, least: str = "note") -> set[str]:
    """The names of what is found; every finding is plain data."""
    found = before(experiment(sections))
    for one in found:
        assert one.evidence
        assert json.loads(json.dumps(one.to_document(), allow_nan=False)) == one.to_document()
    return {one.name for one in found if least == "note" or one.severity != "note"}


def with_architecture(**options: Any) -> Sections:
    return HEALTHY | {"architecture": {"hidden": [32], "activation": "relu"} | options}


def adam(**options: float) -> Sections:
    return HEALTHY | {"optimizer": {"name": "adam", "learning_rate": 0.01} | options}


def blobs(shift: float, seed: int, m: int = 400) -> Sections:
    return {"name": "blobs", "m": m, "noise": 0.5, "seed": seed, "centers": [[shift, 0.0], [shift + 2, 0.0]]}


# What is planted, and the one finding (notes apart) that it must come as.
FAULTS: list[tuple[str, str, Sections]] = [
    ("parts_differ", "dev is shifted", HEALTHY | {"data": {"train": blobs(0, 1), "dev": blobs(0.5, 2)}}),
    (
        "duplicates_across_parts",
        "dev has the seed of train",
        HEALTHY | {"data": {"train": blobs(0, 1), "dev": blobs(0, 1)}},
    ),
    ("few_examples", "30 digits", ON_DIGITS | {"data": DIGITS | {"split": {"train": 30, "dev": 400}}}),
    ("inputs_not_normalized", "pixels in 0 to 16", ON_DIGITS | {"data": DIGITS | {"normalize": "none"}}),
    ("symmetric_units", "zeros", HEALTHY | {"initializer": "zeros"}),
    ("exploding_signal", "weights ten times too large", HEALTHY | {"initializer": {"name": "normal", "scale": 10.0}}),
    (
        "saturated_units",
        "tanh with weights of 5",
        ON_DIGITS
        | {"architecture": {"hidden": [32, 32], "activation": "tanh"}, "initializer": {"name": "normal", "scale": 5.0}},
    ),
    (
        "vanishing_signal",
        "weights of 0.01 in a deep network",
        with_architecture(hidden=DEEP) | {"initializer": {"name": "normal", "scale": 0.01}},
    ),
    (
        "vanishing_gradient",
        "a deep network of sigmoids",
        BY_DESCENT | {"architecture": {"hidden": DEEP, "activation": "sigmoid"}, "initializer": "xavier"},
    ),
    (
        "exploding_gradient",
        "an activation that is steep below 0",
        BY_DESCENT | {"architecture": {"hidden": [16] * 10, "activation": {"name": "elu", "alpha": 5.0}}},
    ),
    (
        "too_few_units",
        "no hidden layer",
        HEALTHY
        | {
            "data": MOONS | {"source": {"name": "circles", "m": 600, "noise": 0.05, "factor": 0.5}},
            "architecture": {"hidden": []},
        },
    ),
    (
        "bad_beta",
        "β₁ and β₂ changed for each other",
        adam(beta1=0.999, beta2=0.9) | {"data": SPIRALS},
    ),
    (
        "learning_rate_too_low",
        "gradients clipped to nothing",
        BY_DESCENT | {"optimizer": {"name": "gradient_descent", "learning_rate": 0.3, "clip_norm": 1e-4}},
    ),
    (
        "learning_rate_too_low",
        "a warm-up that never ends",
        adam() | {"schedule": {"name": "constant", "warmup": 10_000}},
    ),
    ("too_few_units", "one unit", ON_DIGITS | {"architecture": {"hidden": [1]}}),
    ("batch_size_small", "batches of one", HEALTHY | {"training": {"epochs": 10, "batch_size": 1}}),
    (
        "batch_norm_small_batch",
        "batch norm over two examples",
        with_architecture(batch_norm=True) | {"training": {"epochs": 10, "batch_size": 2}},
    ),
    (
        "batch_size_small",
        "layer norm over one example",
        with_architecture(layer_norm=True) | {"training": {"epochs": 10, "batch_size": 1}},
    ),
    ("learning_rate_too_high", "a hundred times", adam(learning_rate=3.0)),
    (
        "learning_rate_too_high",
        "until it diverges",
        BY_DESCENT | {"optimizer": {"learning_rate": 300.0, "name": "momentum"}},
    ),
    ("learning_rate_too_low", "a thousandth", adam(learning_rate=1e-5)),
    (
        "too_few_epochs",
        "one epoch",
        BY_DESCENT | {"data": DIGITS, "training": {"epochs": 1, "batch_size": 64}},
    ),
    ("decay_too_fast", "halved ten times an epoch", HEALTHY | {"schedule": {"name": "exponential", "base": 0.001}}),
    (
        "bad_beta",
        "momentum that never gets going",
        HEALTHY | {"optimizer": {"name": "momentum", "learning_rate": 0.3, "beta": 0.9999}},
    ),
    ("penalty_too_strong", "λ = 100", HEALTHY | {"regularization": {"l2": 100.0}}),
    ("penalty_too_strong", "λ = 300 of L1", HEALTHY | {"regularization": {"l1": 300.0}}),
    ("dropout_too_strong", "one unit of 32 is kept", HEALTHY | {"regularization": {"keep_prob": 0.03}}),
]


@pytest.mark.parametrize(("name", "sections"), [pytest.param(n, s, id=f"{n}: {what}") for n, what, s in FAULTS])
def test_a_planted_fault_comes_as_one_finding(name: str, sections: Sections) -> None:
    assert names(sections, least="warning") == {name}


@pytest.mark.parametrize(
    "sections",
    [
        pytest.param(HEALTHY, id="adam"),
        pytest.param(ON_DIGITS, id="digits"),
        pytest.param(BY_DESCENT, id="gradient descent"),
        pytest.param(HEALTHY | {"optimizer": {"name": "momentum", "learning_rate": 0.3}}, id="momentum"),
        pytest.param(
            HEALTHY | {"optimizer": {"name": "rmsprop", "learning_rate": 0.01}},
            id="rmsprop",
            marks=pytest.mark.thorough,
        ),
        pytest.param(with_architecture(batch_norm=True, hidden=DEEP, activation="sigmoid"), id="batch norm"),
        pytest.param(with_architecture(layer_norm=True, hidden=[32, 32]), id="layer norm"),
        pytest.param(with_architecture(hidden=DEEP) | {"initializer": "he"}, id="deep"),
        pytest.param(
            with_architecture(hidden=[32, 32], activation="tanh") | {"initializer": "xavier"},
            id="tanh",
            marks=pytest.mark.thorough,
        ),
        pytest.param(HEALTHY | {"regularization": {"l2": 0.01, "keep_prob": 0.9}}, id="regularized"),
        pytest.param(HEALTHY | {"schedule": "cosine"}, id="cosine", marks=pytest.mark.thorough),
        pytest.param(
            HEALTHY | {"schedule": {"name": "inverse_time", "decay_rate": 0.1}},
            id="inverse time",
            marks=pytest.mark.thorough,
        ),
        pytest.param(HEALTHY | {"training": {"epochs": 400, "batch_size": "full"}}, id="full batch"),
        pytest.param(HEALTHY | {"data": {"train": blobs(0, 1), "dev": blobs(0, 2)}}, id="parts of their own"),
        pytest.param(adam(beta1=0.8, beta2=0.99) | {"data": SPIRALS}, id="other averages"),
        pytest.param(HEALTHY | {"data": SPIRALS}, id="spirals", marks=pytest.mark.thorough),
        pytest.param(adam(clip_norm=1.0, weight_decay=0.01), id="clipped, with weight decay"),
        pytest.param(HEALTHY | {"schedule": {"name": "cosine", "warmup": 5}}, id="warm-up"),
    ],
)
def test_a_healthy_spec_has_no_warning(sections: Sections) -> None:
    assert names(sections, least="warning") == set()


def csv(folder: Path, **columns: np.ndarray) -> Sections:
    """A file with these columns, the last one the target."""
    rows = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "table.csv").write_text("\n".join(rows) + "\n")
    return {"name": "file", "path": str(folder / "table.csv"), "target": list(columns)[-1]}


def normal(m: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(m)


def test_constant_targets_are_an_error_and_end_the_search(tmp_path: Path) -> None:
    source = csv(tmp_path, x1=normal(100), x2=normal(100, 1), y=np.full(100, 2.5))
    found = before(experiment(HEALTHY | {"data": {"source": source}, "task": "regression"}))
    assert [(one.name, one.severity) for one in found] == [("constant_labels", "error")]


def test_targets_that_vary_are_not_constant(tmp_path: Path) -> None:
    x = normal(100)
    source = csv(tmp_path, x1=x, x2=normal(100, 1), y=np.sin(x))
    assert "constant_labels" not in names(HEALTHY | {"data": {"source": source}, "task": "regression"})


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(0.0, set()), (5.0, {("initial_cost", "note")}), (500.0, {("targets_not_normalized", "warning")})],
)
def test_targets_far_from_zero_are_told_of(offset: float, expected: set[tuple[str, str]], tmp_path: Path) -> None:
    x = normal(200)
    source = csv(tmp_path, x1=x, y=np.sin(x) + offset)
    found = before(experiment(HEALTHY | {"data": {"source": source}, "task": "regression"}))
    about_targets = {
        (one.name, one.severity) for one in found if one.name in ("initial_cost", "targets_not_normalized")
    }
    assert about_targets == expected


def with_outliers(folder: Path, share: float, loss: str = "squared_error") -> Supervised:
    x, z, rng = normal(600), normal(600, 1), np.random.default_rng(5)
    y = np.sin(x) + z
    chosen = rng.choice(600, round(share * 600), replace=False)
    y[chosen] += rng.choice([-1, 1], len(chosen)) * rng.uniform(50, 300, len(chosen))
    data = {"source": csv(folder, x1=x, x2=z, y=y), "normalize_targets": "standard"}
    return experiment(HEALTHY | {"data": data, "task": "regression", "loss": loss})


def test_targets_that_are_most_of_the_squared_error_are_named_with_a_loss_that_helps(tmp_path: Path) -> None:
    trained = with_outliers(tmp_path, 0.01)
    (finding,) = [entry for entry in before(trained) if entry.is_serious]
    assert finding.name == "outliers_in_targets"
    [override] = finding.overrides
    robust = build_supervised(derive(trained.spec, {"loss": yaml.safe_load(override.removeprefix("loss="))}))
    errors = []
    for network in (trained, robust):
        take_steps(network, 600)
        answers = network.evaluation("train").answers()
        errors.append(np.median(np.abs(answers.residuals)))
    assert errors[1] < errors[0] / 2


@pytest.mark.parametrize(
    ("activation", "cause", "words"),
    [
        ("relu", "exploding_signal", "grows beyond what numbers can hold; the cost begins at infinity"),
        ("identity", "no_activation", "bring the cost to infinity, with relu to 0.0"),
    ],
)
def test_evidence_has_words_for_what_is_no_number(activation: str, cause: str, words: str) -> None:
    """Weights of 10⁸ in four layers, by which a signal overflows float32."""
    loud = {"initializer": {"name": "normal", "scale": 1e8}}
    (finding,) = before(experiment(with_architecture(hidden=[16] * 4, activation=activation) | loud))
    assert finding.name == cause
    assert words in finding.evidence
    assert not re.search(r"\b(inf|nan)\b", finding.evidence)


@pytest.mark.parametrize("seed", range(6))
def test_few_outliers_are_found_and_named_wherever_they_stand(seed: int, tmp_path: Path) -> None:
    """Two of 90: by chance both are in the same half of train, from which simple models learn, or both in the other."""
    rng = np.random.default_rng(seed)
    x, z = normal(90), normal(90, 1)
    y, rows = np.round(x + z, 3), rng.choice(90, 2, replace=False)
    y[rows] = [80, -70]
    data = {"source": csv(tmp_path, x1=x, x2=z, y=y), "normalize_targets": "standard", "split": {"train": 1.0}}
    (finding,) = outlier_findings(experiment(HEALTHY | {"data": data, "task": "regression"}))
    for row, value in zip(rows, ("80", "-70"), strict=True):
        assert f"{row + 1} ({value}," in finding.evidence
        assert f"{row + 1} ({value}," in finding.remedy


@pytest.mark.parametrize(("share", "loss"), [(0.0, "squared_error"), (0.01, "huber"), (0.2, "squared_error")])
def test_targets_are_no_outliers_where_they_are_many_or_count_less(share: float, loss: str, tmp_path: Path) -> None:
    names_of = [finding.name for finding in before(with_outliers(tmp_path, share, loss))]
    assert not {"outliers_in_targets", "labels_unrelated"} & set(names_of) or share > 0.1
    assert "outliers_in_targets" not in names_of


@pytest.mark.parametrize(("rare", "expected"), [(20, {"class_imbalance"}), (100, set())])
def test_rare_classes_are_noted(rare: int, expected: set[str], tmp_path: Path) -> None:
    y = np.r_[np.zeros(400, int), np.ones(rare, int)]
    source = csv(tmp_path, x1=normal(len(y)) + 4 * y, y=y)
    assert {"class_imbalance"} & names(HEALTHY | {"data": {"source": source}}) == expected


@pytest.mark.parametrize(
    ("columns", "is_found"),
    [
        ({"x1": normal(300), "x2": normal(300, 1)}, False),
        ({"x1": normal(300), "x2": 4000 + 800 * normal(300, 1)}, True),
        ({"x1": normal(300), "x2": 1e-3 * normal(300, 1)}, True),
        ({"x1": normal(300), "x2": 1 + 0.01 * normal(300, 1)}, True),
        ({"x1": 1e-3 * normal(300), "x2": 1e-3 * normal(300, 1)}, True),
        ({"x1": normal(300), "constant": np.full(300, 0.5)}, False),
        ({"x1": normal(300), "rare": (np.arange(300) == 7).astype(int)}, False),
    ],
)
def test_inputs_in_other_units_are_found(columns: dict[str, np.ndarray], is_found: bool, tmp_path: Path) -> None:
    source = csv(tmp_path, **columns, y=(columns["x1"] > 0).astype(int))
    raw = HEALTHY | {"data": {"source": source, "normalize": "none"}}
    assert ("inputs_not_normalized" in names(raw)) == is_found
    assert "inputs_not_normalized" not in names(HEALTHY | {"data": {"source": source}})


@pytest.mark.parametrize(("size", "is_noted"), [(32, False), (256, True), ("full", False)])
def test_the_full_batch_is_noted_where_it_takes_hardly_any_step_away(size: int | str, is_noted: bool) -> None:
    sections = HEALTHY | {"training": {"epochs": 60, "batch_size": size}}
    assert ("full_batch_fits" in names(sections)) == is_noted


def test_a_batch_that_leaves_few_steps_is_too_large() -> None:
    assert "batch_too_large" in names(ON_DIGITS | {"training": {"epochs": 20, "batch_size": 1000}})
    assert "batch_too_large" not in names(ON_DIGITS)


def test_a_batch_that_does_not_fit_the_memory_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    from dlx.diagnose.before import batches

    needed = batches.bytes_of_step(experiment(ON_DIGITS))
    for free, expected in ((needed, True), (4 * needed, False), (None, False)):
        monkeypatch.setattr(batches, "free_memory", lambda free=free: free)
        assert ("batch_too_large" in {one.name for one in batches.spec_findings(experiment(ON_DIGITS))}) == expected


def test_the_estimated_memory_of_a_step_is_near_that_of_its_tape() -> None:
    from dlx.diagnose.before.batches import bytes_of_step, free_memory

    for sections in (HEALTHY, ON_DIGITS, with_architecture(batch_norm=True, hidden=[64, 32], activation="tanh")):
        some = experiment(sections)
        step = some.batches.step_for(some.batch_size)
        assert 0.4 < bytes_of_step(some) / (step.tape.memory() + step.X.nbytes + step.Y.nbytes) < 2.5
    assert (free_memory() or 2**20) >= 2**20


def first_parameters(folder: Path, sections: Sections, **changes: float) -> Sections:
    """The sections with their first θ from a file, some of it shifted or scaled: ``b1_plus=-50``, ``W2_times=3``."""
    network = experiment(sections).network
    parameters: dict[str, Any] = {name: np.array(view) for name, view in network.parameters.items()}
    for change, number in changes.items():
        name, way = change.split("_")
        parameters[name] = parameters[name] + number if way == "plus" else parameters[name] * number
    np.savez(folder / "first.npz", **parameters)
    return sections | {"initializer": {"name": "file", "path": str(folder / "first.npz")}}


def test_a_first_cost_that_is_far_too_high_is_found(tmp_path: Path) -> None:
    assert "initial_cost" in names(first_parameters(tmp_path, ON_DIGITS, W2_times=6.0))
    assert "initial_cost" not in names(first_parameters(tmp_path, ON_DIGITS, W2_times=1.0))


def test_units_that_are_dead_from_the_start_are_found(tmp_path: Path) -> None:
    assert names(first_parameters(tmp_path, HEALTHY, b1_plus=-50.0), least="warning") == {"dead_units"}
    assert names(first_parameters(tmp_path, HEALTHY, b1_plus=0.0), least="warning") == set()


def test_a_wrong_derivative_is_found_and_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    sections = with_architecture(hidden=[12, 8], activation="tanh")
    assert "wrong_gradient" not in names(sections)
    forward = Tanh.forward

    def wrong(self: Tanh, tape: Any, Z: Any) -> Any:
        A, derivative = forward(self, tape, Z)
        assert derivative is not None

        def scaled(dZ: Any) -> None:
            derivative(dZ)
            tape.call(np.multiply, dZ, tape.constant(1.02), out=dZ)

        return A, scaled

    monkeypatch.setattr(Tanh, "forward", wrong)
    found = next(one for one in before(experiment(sections)) if one.name == "wrong_gradient")
    assert found.severity == "error"
    assert found.layer == 2


def test_a_network_that_learns_nothing_by_heart_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the update is forgotten."""
    assert "cannot_overfit_a_batch" not in names(HEALTHY)
    monkeypatch.setattr(Update, "recorded", lambda *_: [])  # neither alone nor in a stretch of steps
    assert names(HEALTHY, least="warning") == {"cannot_overfit_a_batch"}


SHIPPED = {
    "circles_random": {"exploding_signal"},
    "circles_zeros": {"symmetric_units"},
    "moons_gradient_descent": {"learning_rate_too_low"},
    "moons_momentum": {"learning_rate_too_low"},
    "memorized": {"few_examples"},
    "mismatch": {"parts_differ"},
    "stochastic": {"batch_size_small"},
    "decay": {"batch_size_small"},
    "layer_norm": {"batch_size_small"},
}


# They take longest, and each is of the kind of another one, here or in FAULTS: faulty in the same way, or healthy.
LONGEST = (
    "moons_adam",
    "moons_gradient_descent",
    "moons_momentum",
    "circles_he",
    "circles_random",
    "augmentation",
    "batch_norm",
    "decay",
    "digits",
    "circles_zeros",
    "layer_norm",
)


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[pytest.mark.thorough] if path.stem in LONGEST else []) for path in SPECS],
)
def test_shipped_specs_have_the_faults_that_they_show_and_no_other(path: Path) -> None:
    found = before(build_supervised(load_spec(path).spec))
    assert {one.name for one in found if one.severity != "note"} == SHIPPED.get(path.stem, set())


def state(some: Supervised) -> dict[str, Any]:
    arrays, meta = some.to_data()
    meta |= {"split": some.streams.state("split"), "initializer": some.streams.state("initializer")}
    meta["position"].pop("seconds")
    return {name: array.tobytes() for name, array in arrays.items()} | {"meta": meta}


@pytest.mark.parametrize("steps", [pytest.param(0, marks=pytest.mark.thorough), 7])
def test_the_experiment_stays_as_it_is_and_trains_on_as_if_nothing_had_been_asked(steps: int) -> None:
    sections = ON_DIGITS | {
        "data": DIGITS | {"augment": [{"name": "rotate", "degrees": 10}]},
        "architecture": {"hidden": [24, {"units": 16, "batch_norm": {"statistics": "exact"}}], "batch_norm": True},
        "regularization": {"keep_prob": 0.8, "l2": 0.1},
    }
    asked, plain = experiment(sections), experiment(sections)
    for some in (asked, plain):
        take_steps(some, steps)
    first = state(asked)
    before(asked)
    assert state(asked) == first
    for some in (asked, plain):
        take_steps(some, 40)
    assert state(asked) == state(plain)
    assert asked.evaluate("dev") == plain.evaluate("dev")


def test_the_same_experiment_has_the_same_findings() -> None:
    sections = HEALTHY | {"regularization": {"l2": 100.0}}
    some = experiment(sections)
    assert before(some) == before(some) == before(experiment(sections))


def test_weights_from_a_file_do_not_keep_it_from_trying_wider_layers(tmp_path: Path) -> None:
    """Whose W has the size of the spec: wider copies draw theirs."""
    np.savez(tmp_path / "w.npz", W1=np.full((1, 2), 0.1), W2=np.full((1, 1), 0.1))
    document = {
        "data": {"source": {"name": "moons", "m": 200, "noise": 0.1}, "split": {"train": 150, "dev": 50}},
        "architecture": {"hidden": [1]},
        "initializer": {"name": "file", "path": str(tmp_path / "w.npz")},
        "training": {"epochs": 30},
    }
    findings = before(build_supervised(Spec.model_validate(document).complete()))
    assert "too_few_units" in [finding.name for finding in findings]


def test_rows_on_disk_are_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a mapped file no more is read than a judgement needs, and copies show in a sample too."""
    from dlx.diagnose.before import probe
    from dlx.diagnose.data import duplicates

    rng = np.random.default_rng(0)
    X = rng.standard_normal((6000, 4)).astype(np.float32)
    X[5000:5500] = X[:500]
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", (X[:, 0] * X[:, 1] > 0).astype(np.uint8))
    source = {"name": "file", "path": str(tmp_path / "X.npy"), "target": str(tmp_path / "y.npy")}
    split = HEALTHY | {"data": {"source": source, "split": {"train": 5000, "dev": 500, "test": 500}}}
    monkeypatch.setattr(probe, "MOST_ROWS", 600)
    monkeypatch.setattr(duplicates, "BYTES", 2000 * X.itemsize * X.shape[1])
    found = {one.name: one for one in before(experiment(split))}
    assert {name for name, one in found.items() if one.severity != "note"} == {"duplicates_across_parts"}
    assert found["duplicates_across_parts"].value == pytest.approx(0.14, abs=0.05)


@pytest.mark.parametrize(
    "sections",
    [
        pytest.param(HEALTHY | {"initializer": {"name": "normal", "scale": 1e30}}, id="weights beyond float32"),
        pytest.param(BY_DESCENT | {"optimizer": {"learning_rate": 1e9, "name": "nesterov"}}, id="an absurd rate"),
        pytest.param(
            HEALTHY | {"schedule": {"name": "cosine", "warmup": 3, "unit": "step"}}, id="a rate that ends at 0"
        ),
        pytest.param(HEALTHY | {"data": {"source": {"name": "moons", "m": 2}}}, id="two examples"),
        pytest.param(HEALTHY | {"data": {"train": blobs(0, 1), "dev": blobs(0, 2, m=2)}}, id="a dev set of two"),
        pytest.param(
            ON_DIGITS | {"architecture": {"hidden": []}, "data": {"source": "digits", "normalize": "none"}},
            id="no dev set",
        ),
        pytest.param(
            HEALTHY
            | {
                "randomness": {"generator": "legacy", "shuffle": {"seed": 1, "reseed": "epoch"}},
                "regularization": {"keep_prob": 0.01},
                "dtype": "float64",
            },
            id="streams that restart",
        ),
    ],
)
def test_absurd_specs_are_diagnosed_too(sections: Sections) -> None:
    names(sections | {"training": {"epochs": 3, "batch_size": 32}})


def test_absurd_data_are_diagnosed_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for X in (np.ones((40, 3)), 1e30 * rng.standard_normal((40, 3)), 1e-30 * rng.standard_normal((40, 3))):
        np.savez(tmp_path / "data.npz", X=X, y=np.arange(40) % 2)
        source = {"name": "file", "path": str(tmp_path / "data.npz")}
        for normalize in ("none", "standard"):
            names(HEALTHY | {"data": {"source": source, "normalize": normalize}})


@pytest.mark.parametrize(("norm", "is_advised"), [({}, True), ({"layer_norm": True}, False)])
def test_batch_norm_is_not_advised_where_there_is_a_norm(norm: dict[str, bool], is_advised: bool) -> None:
    sections = ON_DIGITS | {"architecture": {"hidden": [16] * 6, "activation": "sigmoid"} | norm}
    sections |= {"data": DIGITS | {"split": {"train": 300, "dev": 100}}}
    sections |= {"optimizer": {"name": "momentum", "learning_rate": 0.1}}
    [finding] = [found for found in before(experiment(sections)) if found.name == "vanishing_gradient"]
    assert ("batch norm" in finding.remedy) == is_advised
