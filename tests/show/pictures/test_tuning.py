"""The pictures of a search: every trial is seen where it stands on its scale, whatever a search can come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from dlx.documents.tuning import SearchedDimension, TuningDocument, tuning_of
from dlx.show import pictures
from dlx.show.charts.trials import Trials
from dlx.show.pictures.canvas import ALARM, DEV, GREY, TRAIN
from dlx.show.pictures.hyperparameter import FIRST, LAST
from dlx.show.pictures.scales import Scale, spelled, tail
from tests.show.pictures.pixels import pixels, share

Plain = dict[str, Any]
RATE: Plain = {"key": "optimizer.learning_rate", "scale": "log_uniform", "low": 1e-4, "high": 1.0, "integer": False}
BETA: Plain = {"key": "optimizer.beta1", "scale": "one_minus_log_uniform", "low": 0.9, "high": 0.999, "integer": False}
KEEP: Plain = {"key": "regularization.keep_prob", "scale": "uniform", "low": 0.5, "high": 1.0, "integer": False}
BATCH: Plain = {"key": "training.batch_size", "scale": "log_uniform", "low": 16, "high": 512, "integer": True}
LAYERS: Plain = {"key": "architecture.hidden.layers", "scale": "uniform", "low": 1, "high": 3, "integer": True}
HIDDEN: Plain = {"key": "architecture.hidden", "scale": "choice", "choices": [[64], [64, 64], [9] * 30]}
NORM: Plain = {"key": "plugin." + "$x_y$." * 20 + "z", "scale": "choice", "choices": [True, "$\\frac$"]}
ALL = [RATE, BETA, KEEP, BATCH, LAYERS, HIDDEN, NORM]


def document(space: list[dict[str, Any]], count: int, rounds: int = 3, **changes: Any) -> dict[str, Any]:
    """A search whose error depends on all; every seventh trial diverges, every third is stopped early."""
    rng = np.random.default_rng(1)
    trials = []
    for index in range(count):
        at = rng.random(len(space))
        values = {entry["key"]: value(entry, place) for entry, place in zip(space, at, strict=True)}
        error = 0.02 * float(np.exp(3 * np.abs(at - 0.6).sum() / len(space) ** 0.5))
        status = "diverged" if index % 7 == 6 else "stopped" if index % 3 == 2 else "completed"
        shown_error = None if status == "diverged" else error
        round_ = 1 + index * rounds // count
        trials.append({"index": index, "round": round_, "settings": values, "value": shown_error, "status": status})
    region = {entry["key"]: entry.get("choices") or [entry["low"], entry["high"]] for entry in space}
    search: dict[str, Any] = {
        "name": "digits_$a$",
        "task": "multiclass",
        "objective": "dev_error",
        "space": space,
        "trials": trials,
        "winner": 0,
        "rounds": [{"round": number + 1, "region": region} for number in range(rounds)],
        "importance": [
            {"key": entry["key"], "value": 0.3 / (k + 1), "low": max(0.2 - 0.1 * k, 0), "high": 0.5}
            for k, entry in enumerate(space)
        ],
    }
    return search | changes


def read(search: Plain) -> TuningDocument:
    """The document of a search, of which the pictures show the rest."""
    unseen: Plain = {"at": {}, "epoch": 1, "seconds": 1.0, "message": "", "trials": []}
    confirmation: Plain = {"finalists": [], "winner": None, "base": None, "gain": None, "test": None}
    others: Plain = {"name": "a", "task": None, "status": "completed", "method": "random", "objective": "dev_error"}
    others |= {"seeds": 1, "space": [], "rounds": [], "messages": [], "counts": {}, "importance": [], "trials": []}
    document = {**others, "best_spec": None, "seconds": 1.0, **confirmation, **search}
    document["space"] = [{"choices": [], **entry} for entry in document["space"]]
    document["trials"] = [{"settings": {}, **unseen, **trial} for trial in document["trials"]]
    return tuning_of(document)


def scale_of(entry: Mapping[str, Any]) -> Scale:
    return Scale(SearchedDimension(**{"choices": [], **entry}))


def value(entry: Mapping[str, Any], at: float) -> Any:
    scale = scale_of(entry)
    if scale.is_choice:
        return entry["choices"][int(at * len(entry["choices"]))]
    low, high = scale.place(entry["low"]), scale.place(entry["high"])
    number = scale.value(low + at * (high - low))
    return round(number) if entry["integer"] else number


@pytest.mark.parametrize("count", [1, 64, *(pytest.param(count, marks=pytest.mark.thorough) for count in (8, 1000))])
def test_a_hyperparameter_of_a_search_of_any_size(count: int) -> None:
    search = document(ALL, count)
    for entry in ALL if count == 64 else [RATE, HIDDEN]:
        picture = pictures.hyperparameter(read(search), entry["key"])
        assert share(picture, DEV) > 5e-5  # the best
        assert (share(picture, ALARM) > 0) == (count > 6)  # the diverged
        if count > 3:
            assert share(picture, tuple(FIRST)) > 1e-4
            assert share(picture, tuple(LAST)) > 1e-4


def test_whole_numbers_on_a_log_scale_keep_apart() -> None:
    axes = Figure().add_subplot()
    units = scale_of({"key": "units", "scale": "log_uniform", "low": 2, "high": 12, "integer": True})
    units.write(axes.xaxis, units.places([2, 12]))
    assert [text.get_text() for text in axes.get_xticklabels()] == [*"23456789", "10", "12"]


@pytest.mark.parametrize("space", [ALL, [RATE], [HIDDEN], [LAYERS, BATCH]])
def test_a_grid_stands_beside_as_many_random_draws(
    space: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    text = Axes.text

    def noted(axes: Axes, x: float, y: float, s: str, **style: Any) -> Text:
        texts.append(s)
        return text(axes, x, y, s, **style)

    monkeypatch.setattr(Axes, "text", noted)
    figures(monkeypatch)
    pictures.settings(read(document(space, 27, rounds=1, method="grid")))
    assert {"this search, a grid", "as many trials drawn at random"} <= set(texts)
    assert ("27 distinct values of optimizer.learning_rate" in texts) == (RATE in space)


@pytest.mark.parametrize(
    "space",
    [
        [RATE],
        [HIDDEN, NORM],
        ALL,
        *(pytest.param(space, marks=pytest.mark.thorough) for space in ([HIDDEN], [RATE, HIDDEN])),
    ],
    ids=len,
)
def test_importance_and_settings_of_any_space(space: list[dict[str, Any]]) -> None:
    search = document(space, 32, task="regression" if space == ALL else "multiclass")
    ranked = pictures.importance(search["name"], read(search).importance)
    assert share(ranked, TRAIN) + share(ranked, "#338EC1") > 1e-3
    picture = pixels(pictures.settings(read(search)))
    left, right = np.split(picture, [picture.shape[1] // 2], axis=1)
    assert (np.abs(left - to_rgb(GREY)).max(axis=2) < 0.02).sum() > 200  # the grid
    assert (np.abs(right - to_rgb(DEV)).max(axis=2) < 0.02).sum() > 20  # the best
    assert (np.abs(left - to_rgb(DEV)).max(axis=2) < 0.02).sum() == 0


def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures from now on, in place of their files: what is in them is asked, so that none need be rendered."""
    drawn: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *arguments, **options: drawn.append(self))
    return drawn


def test_a_grid_has_few_values_of_each_and_a_search_as_many_as_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lecture's example: 25 trials of two hyperparameters are 5 values of each, or 25; of three, 64 are 4."""
    saved = figures(monkeypatch)
    for space, count in (([RATE, BETA], 25), ([RATE, BETA, KEEP], 64), ([RATE, HIDDEN], 32)):
        pictures.settings(read(document(space, count, rounds=1)))
    texts = [[[text.get_text() for text in axes.texts] for axes in figure.axes[:2]] for figure in saved]
    key, other = RATE["key"], BETA["key"]
    assert texts[0] == [
        ["a grid (6 of each would take 36 trials)", f"5 distinct values of {key}", f"5 distinct values of {other}"],
        ["this search", f"25 distinct values of {key}", f"25 distinct values of {other}"],
    ]
    assert texts[1][0][0] == "a grid (5 of each would take 125 trials)"
    assert texts[1][0][1] == f"4 distinct values of {key}"
    assert texts[1][1][1] == f"64 distinct values of {key}"
    assert texts[2][0][1:] == [f"10 distinct values of {key}", f"3 distinct values of {HIDDEN['key']}"]
    points = np.asarray(saved[0].axes[0].collections[0].get_offsets())
    assert points.shape == (25, 2)
    assert sorted(set(points[:, 0])) == pytest.approx([-4, -3, -2, -1, 0])


def test_a_grid_of_whole_numbers_has_whole_numbers_and_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = figures(monkeypatch)
    pictures.settings(read(document([LAYERS, BATCH], 9)))
    points = np.asarray(saved[0].axes[0].collections[0].get_offsets())
    assert sorted(set(points[:, 1])) == [1, 2, 3]
    assert sorted(set((10 ** points[:, 0]).round(9))) == [16, 91, 512]  # the middle of a logarithmic scale is 90.5


def labels(monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any], **changes: Any) -> list[str]:
    saved = figures(monkeypatch)
    pictures.hyperparameter(read(document([entry], 30) | changes), entry["key"])
    return [label.get_text() for label in saved[0].axes[0].get_xticklabels()]


@pytest.mark.parametrize(
    ("entry", "texts"),
    [
        (RATE, ["0.0001", "0.001", "0.01", "0.1", "1"]),
        (BETA, ["0.9", "0.95", "0.98", "0.99", "0.995", "0.998", "0.999"]),
        (BETA | {"high": 0.9999}, ["0.9", "0.99", "0.999", "0.9999"]),
        (KEEP, ["0.5", "0.6", "0.7", "0.8", "0.9", "1"]),
        (BATCH, ["20", "50", "100", "200", "500"]),
        (LAYERS, ["1", "2", "3"]),
        (HIDDEN, ["[64]", "[64, 64]", "[9, 9, 9, 9, 9, 9…"]),
        (RATE | {"low": 1e-9, "high": 1e-6}, ["1e-9", "1e-8", "1e-7", "1e-6"]),
        (RATE | {"low": 0.02, "high": 0.03}, ["0.02", "0.022", "0.024", "0.026", "0.028", "0.03"]),
    ],
)
def test_each_scale_is_numbered_in_its_own_way(
    entry: dict[str, Any], texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert labels(monkeypatch, entry) == texts


def test_the_scale_of_1_minus_beta_is_even_in_its_powers_of_ten() -> None:
    scale = scale_of(BETA)
    steps = np.diff(scale.places([0.9, 0.99, 0.999]))
    assert steps[0] == pytest.approx(steps[1])
    assert [scale.value(scale.place(beta)) for beta in (0.9, 0.95, 0.999)] == pytest.approx([0.9, 0.95, 0.999])


def test_a_widened_scale_reaches_as_far_as_its_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = document([RATE], 30)["trials"]
    trials[3]["settings"][RATE["key"]] = 1e-6
    assert labels(monkeypatch, RATE, trials=trials)[0] == "1e-6"


def test_an_integer_that_many_trials_share_has_them_beside_each_other() -> None:
    scale, places = scale_of(LAYERS), np.array([1.0, 1, 1, 2, 3])
    moved = scale.beside(places)
    assert len(set(moved)) == 5
    assert np.abs(moved - places).max() <= 0.25
    assert scale.low <= moved.min()
    assert (scale_of(BATCH).beside(places) == places).all()


def test_terrible_trials_do_not_press_the_good_ones_down() -> None:
    values = [0.02, 0.021, 0.022, 0.023, 0.024, 0.025, 0.026, 0.027, 0.028, 0.03, 1e12]
    trials = [{"index": k, "round": 1, "status": "completed", "value": v} for k, v in enumerate(values)]
    columns = Trials(read({"task": "regression", "trials": trials}))
    assert columns.top < 0.1
    assert columns.beyond.tolist() == [False] * 10 + [True]
    assert columns.best == 0


def test_errors_of_many_sizes_have_a_logarithmic_axis_with_a_place_for_0() -> None:
    values = [0.0, 0.01, 0.02, 0.05, 0.3, 0.9, 0.9, None]
    trials = [{"index": k, "round": 1, "status": "completed", "value": v} for k, v in enumerate(values)]
    columns = Trials(read({"task": "multiclass", "trials": trials}))
    assert columns.is_logarithmic
    assert columns.heights[0] == pytest.approx(0.5)  # % half of the lowest other
    assert np.isnan(columns.heights[-1])
    assert columns.top == pytest.approx(90)


def test_the_winner_of_the_fresh_trainings_is_the_best_one() -> None:
    search = document([RATE], 20)
    lowest = int(np.nanargmin([np.nan if trial["value"] is None else trial["value"] for trial in search["trials"]]))
    assert Trials(read(search | {"winner": None})).best == lowest
    assert Trials(read(search | {"winner": 1})).best == 1
    assert Trials(read(search | {"winner": 6})).best == lowest  # that one diverged


@pytest.mark.parametrize("task", ["binary", pytest.param("regression", marks=pytest.mark.thorough)])
@pytest.mark.parametrize(
    "values",
    [
        [None],
        [0.0],
        [1e-310, 0.0, None],
        [1e305, 1.0, 0.5],
        pytest.param([0.3, 0.3, 0.3], marks=pytest.mark.thorough),
        pytest.param([1.0, 1e-310], marks=pytest.mark.thorough),
        pytest.param([0.0, 1e-6, 0.1, 0.5, 0.9], marks=pytest.mark.thorough),
    ],
    ids=str,
)
def test_any_errors_can_be_drawn(values: list[float | None], task: str) -> None:
    search = document([RATE, HIDDEN], len(values), task=task, winner=None, importance=[])
    for trial, error in zip(search["trials"], values, strict=True):
        trial |= {"value": error, "status": "completed" if error is not None else "failed"}
    assert pictures.hyperparameter(read(search), RATE["key"])
    assert pictures.settings(read(search))


def test_errors_that_are_no_rates_can_be_drawn() -> None:
    search = document([RATE], 3, task="regression", winner=None, importance=[])
    for trial, error in zip(search["trials"], (0.0, 1e305, None), strict=True):
        trial |= {"value": error, "status": "completed" if error is not None else "failed"}
    assert pictures.hyperparameter(read(search), RATE["key"])


def test_a_search_without_rounds_or_with_very_many_can_be_drawn() -> None:
    search = document([RATE], 40, rounds=20)
    assert share(pictures.hyperparameter(read(search), RATE["key"]), tuple(LAST)) > 0
    assert pictures.hyperparameter(read(search | {"rounds": []}), RATE["key"])


def test_the_same_document_gives_the_same_bytes() -> None:
    search = read(document(ALL, 20))
    for draw in (
        pictures.settings,
        lambda content: pictures.importance("a", content.importance),
        lambda content: pictures.hyperparameter(content, HIDDEN["key"]),
    ):
        assert draw(search) == draw(search)


def test_values_and_keys_are_spelled_short() -> None:
    assert [spelled(each) for each in (0.00702208, 0.9967, 1e-5, 25e6, True, None, "x" * 40)] == [
        "0.007022",
        "0.9967",
        "1e-5",
        "2.5e7",
        "true",
        "null",
        "x" * 17 + "…",
    ]
    assert tail("a.b", 10) == "a.b"
    assert tail("abcdefghijkl", 5) == "…ijkl"
