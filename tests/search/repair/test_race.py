"""The race: who goes on, who is stopped, who is harmful, and what is kept among equals."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.remedies.changes import DataFacts
from dlx.diagnose.steps.advice import Remedy, is_needed
from dlx.diagnose.verdict import diagnose
from dlx.documents.repair import RemedyResult
from dlx.errors import DataError
from dlx.events import finish
from dlx.search.dev_set import facts_of
from dlx.search.repair.design import Design
from dlx.search.repair.race import CHUNK, LONG_CHUNK, Race
from dlx.search.repair.race_setup import RaceSetup, are_low
from dlx.search.repair.results import NO_TIME, best_bet
from dlx.search.repair.results import results as results_of
from dlx.search.repair.successive_rejects import FINALISTS, finalists
from dlx.search.trials.executors import Serial
from dlx.search.trials.outcome import Outcome
from dlx.spec.sections import Spec
from dlx.stats.intervals import Estimate
from dlx.training.build import build_supervised

MOONS: dict[str, Any] = {
    "data": {"source": {"name": "moons", "m": 400, "noise": 0.1}, "split": {"train": 100, "dev": 200, "test": 100}},
    "architecture": {"hidden": [8]},
    "optimizer": {"name": "adam", "learning_rate": 0.03},
    "training": {"epochs": 20, "batch_size": 25, "evaluate_every": 10},
}
LINE: dict[str, Any] = MOONS | {
    "task": "regression",
    "optimizer": {"name": "gradient_descent", "learning_rate": 1e6},
}


def spec_of(sections: dict[str, Any], **others: Any) -> Spec:
    return Spec.model_validate(sections | others).complete()


def remedy(name: str, **overrides: Any) -> Remedy:
    return Remedy(name, "bias", {key.replace("__", "."): value for key, value in overrides.items()}, "", "")


def ground_of(
    folder: Path, spec: Spec, is_low: Callable[[Sequence[Outcome]], bool] = lambda outcomes: False
) -> RaceSetup:
    return RaceSetup(
        folder=folder,
        executor=Serial(),
        replicates=3,
        started=time.time(),
        budget=600.0,
        optimal=0.0,
        tolerance=0.02,
        design=Design(spec),
        is_low=is_low,
    )


def results(race: Race) -> list[RemedyResult]:
    """What came of each remedy."""
    finish(race.run())
    return results_of(race)


FAULTY = spec_of(MOONS, initializer="zeros")
CURE, USELESS = {"initializer": {"name": "he"}}, {"training__epochs": 21}


def test_the_cure_is_kept_and_the_useless_are_stopped_after_one_trial(tmp_path: Path) -> None:
    race = Race(ground_of(tmp_path, FAULTY), FAULTY, [remedy("useless", **USELESS), remedy("cure", **CURE)])
    useless, cure = results(race)
    assert (race.winner, cure.verdict, cure.replicates) == ("cure", "keep", 3)
    assert (useless.verdict, useless.replicates) == ("stopped", 1)
    assert cure.change is not None
    assert -0.6 < cure.change.low < -0.39 < cure.change.high < -0.1


MANY = [remedy(f"useless{k}", training__epochs=21 + k) for k in range(LONG_CHUNK)]


def test_after_a_long_chunk_with_one_that_halves_the_error_the_others_are_not_tried(tmp_path: Path) -> None:
    tried = results(Race(ground_of(tmp_path, FAULTY), FAULTY, [remedy("cure", **CURE), *MANY]))
    assert [result.verdict for result in tried] == ["keep", *["stopped"] * (LONG_CHUNK - 1), "not tried"]


def test_nor_after_a_chunk_with_one_that_makes_bias_and_variance_low(tmp_path: Path) -> None:
    ground = ground_of(tmp_path, FAULTY, lambda outcomes: outcomes[0].errors["dev"].value < 0.3)
    tried = results(Race(ground, FAULTY, [remedy("cure", **CURE), *MANY[:CHUNK]]))
    assert [result.verdict for result in tried] == ["keep", *["stopped"] * (CHUNK - 1), "not tried"]


def test_where_none_is_good_enough_all_are_tried(tmp_path: Path) -> None:
    tried = results(Race(ground_of(tmp_path, FAULTY), FAULTY, [*MANY, remedy("useless", training__epochs=30)]))
    assert [(result.verdict, result.replicates) for result in tried] == [("stopped", 1)] * (LONG_CHUNK + 1)


def test_finalists_are_dismissed_in_turn_and_the_best_is_left(tmp_path: Path) -> None:
    """Of three the worst after two trainings of each, the next after three: successive rejects."""
    cure = {"initializer": {"name": "he"}, "training__evaluate_every": 1}
    arms = [
        remedy("weak", **cure, training__epochs=2),
        remedy("cure", **CURE),
        remedy("half", **cure, training__epochs=4),
    ]
    race, names = Race(ground_of(tmp_path, FAULTY), FAULTY, arms), ["weak", "cure", "half"]
    list(race._train(["", *names], 0, 600))
    list(race._reject(list(names)))
    trained = {name: len([1 for whose, _ in race.measured.outcomes if whose == name]) for name in names}
    assert trained == {"weak": 2, "half": 3, "cure": 4}
    assert (race.winner, race.measured.trainings) == ("cure", 13)


def test_a_large_effect_is_decided_halfway(tmp_path: Path) -> None:
    race = Race(replace(ground_of(tmp_path, FAULTY), replicates=5), FAULTY, [remedy("cure", **CURE)])
    (cure,) = results(race)
    assert (cure.verdict, cure.replicates, race.measured.trainings) == ("keep", 3, 8)


def test_the_best_of_those_that_were_dismissed_is_looked_at_again_though_it_helps_by_less_than_the_tolerance(
    tmp_path: Path,
) -> None:
    ground = replace(ground_of(tmp_path, FAULTY), tolerance=0.9)
    race = Race(ground, FAULTY, [remedy("useless", **USELESS), remedy("cure", **CURE)])
    for number in (0, 1):
        list(race._train(["", "useless", "cure"], number, 600))
    race.finalists = ["useless", "cure"]
    list(race._look_again())
    assert (race.winner, list(race.effects)) == ("cure", ["cure"])


def test_among_equals_the_first_is_kept(tmp_path: Path) -> None:
    cures = [remedy("first", **CURE), remedy("second", initializer={"name": "normal", "scale": 0.5})]
    race = Race(ground_of(tmp_path, FAULTY), FAULTY, cures)
    assert [result.verdict for result in results(race)] == ["keep", "stopped"]
    assert race.winner == "first"


def test_what_was_good_enough_once_but_not_surely_does_not_keep_the_others_from_being_tried(tmp_path: Path) -> None:
    """Each chunk has one that looks good enough, and none that helps: they are all trained, and the time is not up."""
    spec = spec_of(MOONS)
    race = Race(ground_of(tmp_path, spec, lambda outcomes: True), spec, [*MANY, remedy("more", training__epochs=40)])
    assert {result.verdict for result in results(race)} <= {"stopped", "unclear", "no effect"}
    assert race.untried == []
    assert not race.ran_out_of_time()


def test_where_what_makes_all_well_is_not_certain_the_others_go_on_after_it(tmp_path: Path) -> None:
    """Only the weak one is said to make all well; it does not surely help, and then the cure comes to its turn."""
    spec = spec_of(MOONS, initializer="zeros")
    weak = remedy("weak", initializer={"name": "normal", "scale": 0.01}, training__epochs=1, training__evaluate_every=1)
    errors: list[float] = []

    def is_first(outcomes: Sequence[Outcome]) -> bool:
        errors.append(outcomes[0].errors["dev"].value)
        return errors[-1] == errors[0]

    race = Race(ground_of(tmp_path, spec, is_first), spec, [weak, remedy("cure", **CURE)])
    finish(race.run())
    assert race.winner == "cure"
    assert race.finalists[-1] == "cure"


def test_of_remedies_that_do_not_surely_help_one_is_the_best_bet(tmp_path: Path) -> None:
    spec = spec_of(MOONS | {"training": {"epochs": 4, "batch_size": 25}})
    remedies = [remedy("longer", training__epochs=7), remedy("worse", training__epochs=1)]
    race = Race(replace(ground_of(tmp_path, spec), tolerance=0.3), spec, remedies)
    race.untried = ["worse"]
    finish(race.run())
    assert best_bet(race, "candidate.yaml") is not None
    (bet, rest) = (best_bet(race, "candidate.yaml"), results_of(race))
    assert bet is not None
    assert (bet.name, bet.spec, bet.probability < 0.5) == ("worse", None, True)
    assert (rest[0].verdict, rest[0].message) == ("not tried", NO_TIME)


def test_a_remedy_that_diverges_is_harmful_and_one_that_cannot_be_trained_has_failed(tmp_path: Path) -> None:
    spec = spec_of(MOONS)
    diverging = remedy("diverging", optimizer={"name": "gradient_descent", "learning_rate": 1e200})
    failing = remedy("failing", training__batch_size=99, architecture__batch_norm=True)
    race = Race(ground_of(tmp_path, spec), spec, [diverging, failing])
    first, second = results(race)
    assert (first.verdict, second.verdict, race.winner) == ("harmful", "failed", None)
    assert "diverged in epoch 1" in first.message
    assert "leave a last batch of one" in second.message


def test_a_spec_that_diverges_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    """How far off it was when it diverged is no matter: it counts as always answering the mean."""
    spec = spec_of(LINE)
    race = Race(ground_of(tmp_path, spec), spec, [remedy("slower", optimizer__learning_rate=0.03)])
    (slower,) = results(race)
    assert (slower.verdict, race.winner) == ("keep", "slower")
    assert slower.change is not None
    assert -0.5 < slower.change.value < -0.1  # the targets' deviation is 0.5
    assert slower.clipped == ["before"]  # so that no less than this is certain, and how much more is not known
    assert (slower.change.low, slower.change.high < 0) == (-np.inf, True)


def test_a_spec_that_cannot_be_trained_any_more_ends_the_race(tmp_path: Path) -> None:
    spec = spec_of(MOONS, initializer={"name": "file", "path": str(tmp_path / "gone.npz")})
    with pytest.raises(DataError, match=r"the spec cannot be trained again: .*gone.npz"):
        results(Race(ground_of(tmp_path, FAULTY), spec, [remedy("useless", **USELESS)]))


def test_without_time_nothing_is_tried(tmp_path: Path) -> None:
    ground = ground_of(tmp_path, FAULTY)
    race = Race(replace(ground, budget=0.0), FAULTY, [remedy("cure", **CURE)])
    (cure,) = results(race)
    assert (cure.verdict, cure.message, race.winner) == ("not tried", "there was no time for it", None)
    assert list(tmp_path.iterdir()) == []


def test_a_spec_that_fails_now_and_then_is_judged_in_more_replicates(tmp_path: Path) -> None:
    """Far from 0 the first weights decide whether units live: in three replicates the remedy is not sure to help."""
    far = {"name": "blobs", "m": 400, "noise": 20.0, "centers": [[1000, 1000], [1100, 1000], [1000, 1100]]}
    spec = spec_of(MOONS, data=MOONS["data"] | {"source": far, "normalize": "none"})
    race = Race(ground_of(tmp_path, spec), spec, [remedy("normalize", data__normalize="standard")])
    (normalize,) = results(race)
    assert np.ptp(race.measured.added("", [1, 2, 3]).mean(axis=1)) > 0.1
    assert normalize.verdict == "keep"
    assert normalize.replicates > 3


@pytest.mark.parametrize("train", [0.0, 0.01, 0.02, 0.05])
@pytest.mark.parametrize("dev", [0.01, 0.03, 0.04, 0.3])
@pytest.mark.parametrize("optimal", [0.0, 0.01])
def test_bias_and_variance_are_low_where_the_diagnosis_needs_nothing(train: float, dev: float, optimal: float) -> None:
    errors = {"train": Estimate(train, 0, 1, 100), "dev": Estimate(dev, 0, 1, 100)}
    document = diagnose(errors, optimal, 0.02)
    needed = any(is_needed(document, gap) for gap in ("bias", "variance"))
    assert are_low(errors, optimal, 0.02) == (not needed)
    assert are_low({}, optimal, 0.02)


def test_finalists_are_the_best_that_beat_the_present_spec() -> None:
    before = np.repeat([0.0, 1.0], [60, 40])
    errors = {"same": 40, "worse": 50, "a": 30, "b": 29, "c": 28, "d": 27, "e": 39}
    screened = {name: np.repeat([0.0, 1.0], [100 - count, count]) for name, count in errors.items()}
    assert finalists(before, screened) == ["d", "c", "b"]
    assert len(finalists(before, screened)) == FINALISTS
    assert finalists(before, screened | {"far": np.zeros(100)}) == ["far"]
    assert finalists(before, {"same": before}) == []


@pytest.mark.parametrize(
    ("split", "others", "facts"),
    [
        ({"train": 100, "dev": 200, "test": 50}, {}, DataFacts(100, spare=50)),
        ({"train": 100, "dev": 200, "rest": "train"}, {}, DataFacts(200)),
        ({"train": 100, "dev": 200}, {"train_examples": 20}, DataFacts(20)),
        ({"train": 0.5, "dev": 0.5}, {}, DataFacts(200)),
        ({"train": 100}, {}, DataFacts(100, spare=300, has_dev=False)),
        ({"train": 1000, "dev": 700}, {"source": "digits"}, DataFacts(1000, images=True, spare=97, side=8)),
    ],
)
def test_what_the_data_tell(split: dict[str, Any], others: dict[str, Any], facts: DataFacts) -> None:
    spec = spec_of(MOONS, data=MOONS["data"] | {"split": split} | others)
    assert facts_of(spec, build_supervised(spec, initialize=False).dataset) == facts
