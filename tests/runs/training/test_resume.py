"""Training that goes on from any moment ends with the bits of training that was never stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dlx.component import REGISTRY
from dlx.data.dataset import Dataset
from dlx.errors import Diverged
from dlx.spec.sections import Spec
from dlx.training.build import build, dataset_of
from dlx.training.experiment import Experiment
from dlx.training.fit import fit
from dlx.training.records import EpochRecord, LayerRecord, Progress
from dlx.training.refit import Refit
from dlx.training.supervised import Supervised
from tests.conftest import examples

M, EPOCHS = 26, 5
REQUIRED: dict[str, dict[str, object]] = {
    "manual": {"table": [[1, 0.1], [3, 0.02]]},
    "stretched": {"schedule": {"name": "exponential"}, "factor": 2},
    "polynomial": {"coefficients": [1, -10, 25]},
    "quadratic": {"spectrum": [1, 3]},
}
PINNED = {"seed": 5}
NORMS: list[dict[str, Any]] = [{}, {"batch_norm": True}, {"batch_norm": {"statistics": "exact"}}, {"layer_norm": True}]
DATA: dict[str, dict[str, Any]] = {
    "rows": {"source": {"name": "moons", "m": M + 10, "noise": 0.2, "seed": 1}, "split": {"train": M, "dev": 10}},
    "images": {"source": "digits", "split": {"train": M, "dev": 12, "test": 1759}},
    "mapped": {"source": {"name": "file", "path": "PATH", "target": "TARGET"}, "split": {"train": M, "dev": 10}},
}


def named(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any registered component of a kind, with what it cannot do without."""
    names = sorted(name for name, member in REGISTRY[kind].items() if member.__module__.startswith("dlx."))
    return st.sampled_from(names).map(lambda name: {"name": name, **REQUIRED.get(name, {})})


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, Any]:
    schedule = draw(named("schedule"))
    return schedule | {"unit": draw(st.sampled_from(["epoch", "step"])), "warmup": draw(st.integers(0, 3))}


def pins(*purposes: str) -> st.SearchStrategy[dict[str, Any]]:
    """Streams that start anew at each epoch or step, and the generator of them all."""
    reseed: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
        [{}, {"reseed": "epoch"}, {"reseed": "step"}, {"reseed": "step", "increment": 0}]
    )
    each = {purpose: st.one_of(st.none(), reseed.map(lambda how: PINNED | how)) for purpose in purposes}
    return st.fixed_dictionaries({"generator": st.sampled_from(["pcg64", "legacy"]), **each})


@st.composite
def trainings(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(DATA)))
    stopping = st.fixed_dictionaries(
        {"patience": st.integers(1, 3), "monitor": st.sampled_from(["dev_error", "dev_cost"])},
        optional={"min_delta": st.just(0.01)},
    )
    data: dict[str, Any] = DATA[kind] | {"class_weight": draw(st.sampled_from([None, "balanced"]))}
    if kind == "images":
        data["augment"] = draw(st.lists(named("augmentation"), max_size=2, unique_by=lambda some: some["name"]))
    return {
        "data": data,
        "dtype": draw(st.sampled_from(["float32", "float64"])),
        "architecture": {
            "hidden": draw(st.sampled_from([[], [4], [4, {"units": 3, "activation": "tanh"}]])),
            **draw(st.sampled_from(NORMS)),
        },
        "regularization": {
            "l2": draw(st.sampled_from([0, 0.3])),
            "keep_prob": draw(st.sampled_from([1.0, 0.7])),
        },
        "optimizer": draw(named("optimizer")) | draw(st.sampled_from([{}, {"clip_norm": 0.5}, {"weight_decay": 0.01}])),
        "schedule": draw(schedules()),
        "training": {
            "epochs": EPOCHS,
            "batch_size": draw(st.sampled_from(["full", 8, M, 6])),
            "evaluate_every": draw(st.integers(1, 4)),
            "early_stopping": draw(st.one_of(st.none(), stopping)),
        },
        "randomness": draw(pins("shuffle", "dropout", "augmentation")),
    }


@st.composite
def minimizations(draw: st.DrawFn) -> dict[str, Any]:
    noise = draw(st.sampled_from([0.0, 0.1]))
    return {
        "objective": draw(named("objective")) | {"gradient_noise": noise},
        "optimizer": draw(named("optimizer")) | {"learning_rate": 0.001},
        "schedule": draw(schedules()),
        "training": {"epochs": 12, "evaluate_every": draw(st.integers(1, 5))},
        "randomness": draw(pins("gradient_noise")),
    }


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of examples that are read while training, larger than the block in which their rows are shuffled."""
    folder, rng = tmp_path_factory.mktemp("mapped"), np.random.default_rng(1)
    np.save(folder / "X.npy", rng.integers(0, 255, (M + 10, 3), np.uint8))
    np.save(folder / "y.npy", rng.integers(0, 2, M + 10))
    return {"PATH": str(folder / "X.npy"), "TARGET": str(folder / "y.npy")}


@lru_cache
def loaded(spec: str) -> Dataset:
    return dataset_of(Spec.model_validate(json.loads(spec)))


def new(spec: Spec, initialize: bool) -> Experiment:
    sections = {key: spec.dump()[key] for key in ("data", "seed") if key in spec.dump()}
    dataset = loaded(json.dumps(sections)) if spec.objective is None else None
    return build(spec, initialize=initialize, dataset=dataset)


Seen = tuple[Any, ...]


def seen(record: EpochRecord | LayerRecord | Progress) -> Seen:
    """A record without the time that it took."""
    return tuple(value for name, value in vars(record).items() if name != "seconds")


def state(experiment: Experiment) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """What a checkpoint would hold, as it comes back from the disk."""
    return copied(*experiment.to_data())


def copied(arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    return {name: array.copy() for name, array in arrays.items()}, json.loads(json.dumps(meta))


def without_seconds(meta: dict[str, Any]) -> dict[str, Any]:
    position = {name: value for name, value in meta["position"].items() if name != "seconds"}
    for name in ("last", "best"):
        position[name] = position[name] and {**position[name], "seconds": 0}
    return meta | {"position": position}


def assert_same_end(experiment: Experiment, arrays: dict[str, np.ndarray], meta: dict[str, Any], where: str) -> None:
    other_arrays, other_meta = state(experiment)
    assert json.dumps(without_seconds(other_meta)) == json.dumps(without_seconds(meta)), where
    assert other_arrays.keys() == arrays.keys(), where
    for name, array in arrays.items():
        np.testing.assert_array_equal(other_arrays[name], array, err_msg=f"{name}, {where}")


def trained(experiment: Experiment) -> Iterator[tuple[Seen, bool]]:
    """What is seen of training on to its end, a divergence included, and whether it can be gone on with from there."""
    try:
        for record in fit(experiment):
            yield seen(record), not isinstance(record, LayerRecord)
    except Diverged as error:
        yield (str(error),), False


def check(sections: dict[str, Any], mapped: dict[str, str]) -> None:
    text = json.dumps(sections)
    for name, path in mapped.items():
        text = text.replace(f'"{name}"', json.dumps(path))
    spec = Spec.model_validate(json.loads(text)).complete()
    whole = new(spec, initialize=True)
    records, states = [], []
    for record, is_resumable in trained(whole):
        records.append(record)
        states.append(state(whole) if is_resumable else None)
    end = state(whole)
    for number, saved in enumerate(states):
        if saved is not None:
            again = new(spec, initialize=False)
            again.from_data(*saved)
            where = f"from yield {number} of {len(states)}: {records[number]}"
            assert [record for record, _ in trained(again)] == records[number + 1 :], where
            assert_same_end(again, *end, where)


@pytest.fixture
def after_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training reports after every step, so that any of them can be the last."""
    monkeypatch.setattr("dlx.training.fit.SECONDS_BETWEEN_REPORTS", 0.0)


@pytest.mark.usefixtures("after_each_step")
@pytest.mark.parametrize("value", [None, -1, 10**30, 1e308, "", [], {}])
def test_a_state_that_no_training_comes_to_is_refused(value: object) -> None:
    spec = Spec.model_validate({"data": DATA["rows"], "training": {"epochs": 2, "batch_size": 8}}).complete()
    experiment = new(spec, initialize=True)
    next(record for record in fit(experiment) if experiment.position.done)
    arrays, meta = state(experiment)
    again = new(spec, initialize=False)
    for key in ("epoch", "done", "step", "order_state"):
        with pytest.raises((KeyError, ValueError, TypeError)):
            again.from_data(arrays, meta | {"position": meta["position"] | {key: value}})
    with pytest.raises(ValueError, match=r"optimizer_t is .*, expected 0 to \d+"):
        again.from_data(arrays, meta | {"optimizer_t": value})
    again.from_data(arrays, meta)


def check_refit(sections: dict[str, Any], mapped: dict[str, str]) -> None:
    text = json.dumps(sections | {"training": sections["training"] | {"refit": True}})
    for name, path in mapped.items():
        text = text.replace(f'"{name}"', json.dumps(path))
    spec = Spec.model_validate(json.loads(text)).complete()
    whole = new(spec, initialize=True)
    assert isinstance(whole, Supervised)
    refit, states = Refit(whole), []
    records = [record for record, _ in trained(whole)]
    if whole.position.finished is None:
        return
    with suppress(Diverged):
        for _ in refit.fit():
            states.append([state(whole), copied(*refit.to_data())])
    end = copied(*refit.to_data())
    assert len(states) >= min(1, len(records))
    for number in np.unique(np.linspace(0, len(states) - 1, 5).astype(int)) if states else ():  # its steps are many
        first, second = states[number]
        again = new(spec, initialize=False)
        assert isinstance(again, Supervised)
        other = Refit(again)
        again.from_data(*first)
        other.from_data(*second)
        with suppress(Diverged):
            for _ in other.fit():
                pass
        arrays, meta = copied(*other.to_data())
        where = f"from yield {number} of {len(states)}"
        assert json.dumps(without_seconds(meta["refit"])) == json.dumps(without_seconds(end[1]["refit"])), where
        assert arrays.keys() == end[0].keys()
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, end[0][name], err_msg=f"{name}, {where}")


FULL_BATCH_WITH_FEW_ROWS = {
    "data": DATA["rows"],
    "architecture": {"hidden": [4]},
    "training": {"epochs": EPOCHS, "batch_size": "full", "evaluate_every": 3},
}
same_for_all = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(25))


@pytest.mark.usefixtures("after_each_step")
@same_for_all
@example(FULL_BATCH_WITH_FEW_ROWS)
@given(trainings())
def test_a_network_trained_on_from_any_step(mapped: dict[str, str], sections: dict[str, Any]) -> None:
    check(sections, mapped)


@pytest.mark.usefixtures("after_each_step")
@settings(same_for_all, max_examples=examples(10))
@example(FULL_BATCH_WITH_FEW_ROWS)
@given(trainings())
def test_a_network_trained_again_on_all_examples_on_from_any_step(
    mapped: dict[str, str], sections: dict[str, Any]
) -> None:
    check_refit(sections, mapped)


@pytest.mark.usefixtures("after_each_step")
@same_for_all
@given(minimizations())
def test_an_objective_minimized_on_from_any_step(sections: dict[str, Any]) -> None:
    check(sections, {})
