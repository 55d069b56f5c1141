"""The pages of a search and a study: what is on them, links to every run, and no text that changes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.documents.study import ClaimRecord, ComparisonRecord, StudyDocument, VariantRecord
from dlx.documents.tuning import (
    ConfirmationResult,
    FinalistRecord,
    Importance,
    RoundRegion,
    SearchedDimension,
    TrialRecord,
    TuningDocument,
    tuning_of,
)
from dlx.plain_data import plain
from dlx.search.tune.space import Dimension, Scale
from dlx.show.charts.search import search_chart
from dlx.show.page import CollectionMaterial, search_page, study_page
from dlx.show.page.elements import REPLACEMENT, UNWRITABLE
from dlx.show.page.images import png, source_of
from dlx.stats.intervals import Estimate
from dlx.words import Status
from tests.english import in_english

Reader = Callable[[str], Any]

PNG = png(np.zeros((2, 3), np.uint8))
RATE, SOLVER = "optimizer.learning_rate", "optimizer.name"


def trial(index: int, value: float | None, word: str = "adam", status: Status = Status.COMPLETED) -> TrialRecord:
    at = {RATE: index / 30, SOLVER: float(index % 2)}
    settings = {RATE: 10.0**-index, SOLVER: word if index % 2 else "other"}
    return TrialRecord(index, 1, settings, at, value, status, 5, 0.5, word, [f"key{index}"])


def search(word: str = "adam", count: int = 4, **others: Any) -> TuningDocument:
    trials = [trial(index, 0.1 + 0.01 * index, word) for index in range(count)]
    trials[-1] = replace(trials[-1], value=None, status=Status.DIVERGED)
    finalists = [
        FinalistRecord(index, trials[index].settings, 0.1, Estimate(0.12, 0.1, 0.14, 300), 5) for index in (1, 0)
    ]
    base, gain, test = Estimate(0.3, 0.2, 0.4, 300), Estimate(-0.18, -0.2, -0.1), Estimate(0.13, 0.1, 0.2, 300)
    values: dict[str, Any] = {
        **{"name": word, "task": "multiclass", "status": Status.COMPLETED, "method": "random"},
        **{"objective": "dev_error", "seeds": 1, "rounds": [RoundRegion(1, {})], "messages": [word], "seconds": 75.0},
        "space": [
            SearchedDimension(key=RATE, scale="log_uniform", low=1e-4, high=1.0, integer=False, choices=[]),
            SearchedDimension(key=SOLVER, scale="choice", choices=["other", word]),
        ],
        "counts": {"trained": count - 1, "diverged": 1},
        "confirmation": ConfirmationResult(finalists, 1, base, gain, test),
        **{"importance": [Importance(RATE, 0.6, 0.4, 0.8)], "best_spec": None, "trials": trials},
    }
    return TuningDocument(**{**values, **others})


def study(word: str, seeds: int = 2) -> StudyDocument:
    compared = ComparisonRecord(0.04, "<", 0.05, True, 0.01)
    claims = [
        ClaimRecord(word, word, True, [compared], seeds, seeds),
        ClaimRecord(word, None, False, [ComparisonRecord(word, "in", [word], False, word)], seeds, 0),
    ]
    keys = [f"{number}f" for number in range(seeds)]
    errors = {"dev": Estimate(0.0328, 0.0166, 0.058, 360)}
    statuses = [Status.COMPLETED] * seeds
    first = VariantRecord(word, {"a.b": word}, keys, statuses, [word], errors, None, 0.1, 5.0, 0.2)
    second = replace(
        first, name=f"{word}2", difference=Estimate(0.01, 0.002, 0.02, 360), status=[Status.DIVERGED] * seeds
    )
    return StudyDocument(word, Status.COMPLETED, "binary", seeds, 75.0, [first, second], claims)


def material(word: str = "plan: 1", **others: Any) -> CollectionMaterial:
    metrics = {"epoch": [1.0, 2.0, 3.0], **{key: [1.0, 0.5, 0.2] for key in ("cost", "train_cost", "dev_cost")}}
    metrics |= {"train_error": [0.3, 0.2, 0.1], "dev_error": [0.4, 0.2, 0.2]}
    values: dict[str, Any] = {
        **{"plan": word, "pictures": {word: PNG}, "repeat": word, "started": "2026-11-30T11:35:51.341Z"},
        "runs": {key: f"./trials/{key}" for key in ("0f", "1f", "key0", "key1")},
        "metrics": dict.fromkeys(("0f", "1f"), metrics),
    }
    return CollectionMaterial(**{**values, **others})


PAGES: dict[str, Callable[[str], str]] = {
    "search": lambda word: search_page(search(word), material(word)),
    "study": lambda word: study_page(study(word), material(word)),
}


@pytest.mark.parametrize("kind", PAGES)
@settings(max_examples=25)
@given(word=st.text().map("<{}&'>".format))
def test_no_text_changes_the_page(read_page: Reader, kind: str, word: str) -> None:
    tested, plain_page = (read_page(PAGES[kind](text)) for text in (word, "<plain>"))
    assert tested.structure() == plain_page.structure()
    visible = UNWRITABLE.sub(REPLACEMENT, word)
    assert "".join(tested.texts).count(visible) >= 6  # settings are shortened, or quoted as they are typed


@pytest.mark.parametrize("kind", PAGES)
def test_the_title_names_what_it_is_of_and_when_it_began(read_page: Reader, kind: str) -> None:
    page = read_page(PAGES[kind]("adam"))
    assert page.named("title")[0].text == "adam, 2026-11-30 11:35 UTC – dlx"
    assert page.named("h1")[0].text == "adam"


@pytest.mark.parametrize("kind", PAGES)
def test_the_page_speaks_spanish_but_for_names(monkeypatch: pytest.MonkeyPatch, read_page: Reader, kind: str) -> None:
    english = read_page(PAGES[kind]("none"))
    monkeypatch.setenv("DLX_LANG", "es")
    spanish = read_page(PAGES[kind]("none"))
    assert spanish.structure() == english.structure()
    assert [tag.text for tag in spanish.named("bdi")] == [tag.text for tag in english.named("bdi")]
    assert in_english(spanish.spoken(), ["none", " in "]) == []
    names = {tag.text for tag in spanish.named("bdi")}
    assert in_english(names, ["none", "other", "optimizer"]) == []  # nothing of dlx is taken for a name
    [script] = [tag.text for tag in spanish.named("script")]
    assert "Rows with" not in script
    assert "Filas con " in script


def test_a_search_shows_its_trials_in_svg_and_in_a_table(read_page: Reader) -> None:
    page = read_page(search_page(search(), material()))
    sections = ["best", "again", "settings", "course", "hyperparameters", "importance", "trials", "pictures", "plan"]
    assert page.sections() == sections
    assert len({tag.text for tag in page.named("path") if tag.text.startswith("trial ")}) == 4
    [table] = [tag for tag in page.named("table") if "sortable" in (tag.attributes["class"] or "")]
    rows = [tag.text for tag in page.named("th") if tag.attributes["scope"] == "row"][-4:]
    assert rows == ["1", "0", "2", "3"]  # the winner, then by their values, then what diverged
    assert {tag.attributes["data-value"] for tag in page.named("td") if "data-value" in tag.attributes} >= {
        "0.11",
        "0.1",
    }
    assert "winner" not in "".join(page.texts)
    assert table.attributes["aria-label"].startswith("Every trial")


def test_a_search_says_whether_it_beats_the_spec_before(read_page: Reader) -> None:
    def notes(gain: Estimate) -> str:
        confirmation = search().confirmation
        assert confirmation is not None
        document = search(confirmation=replace(confirmation, gain=gain))
        return "".join(read_page(search_page(document, material())).texts)

    assert ": surely better" in notes(Estimate(-0.18, -0.2, -0.1))
    assert "not surely better" in notes(Estimate(-0.18, -0.4, 0.1))


def test_a_search_that_has_just_begun_has_a_page(read_page: Reader) -> None:
    running = search(trials=[], confirmation=None, importance=[], counts={}, status=Status.RUNNING, space=[])
    assert read_page(search_page(running, CollectionMaterial())).sections() == []
    lost = search(trials=[trial(0, None, status=Status.DIVERGED)], confirmation=None, importance=[])
    assert read_page(search_page(lost, CollectionMaterial())).sections() == ["settings", "trials"]


def test_the_file_of_a_search_comes_back_with_and_without_a_confirmation() -> None:
    for document in (search(), search(confirmation=None)):
        assert tuning_of(plain(document.to_document())) == document


def test_a_better_trial_stands_nearer_to_the_top_of_the_ranks_whatever_its_place() -> None:
    document = search(confirmation=None, count=9)
    values = [point.value for point in search_chart(document).ranked]
    assert values[:-1] == sorted(values[:-1])
    assert np.isnan(values[-1])
    course = search_chart(document).course
    assert course == sorted(course, reverse=True)


def test_of_a_cost_numbers_have_no_percent(read_page: Reader) -> None:
    texts = "".join(read_page(search_page(search(objective="dev_cost"), material(pictures={}))).texts)
    assert "dev cost" in texts
    assert "11.00 %" not in texts
    assert "11.00 %" in "".join(read_page(search_page(search(), material())).texts)


@pytest.mark.parametrize("kind", PAGES)
def test_links_lead_to_the_runs_that_are_there(read_page: Reader, kind: str) -> None:
    page = read_page(PAGES[kind]("adam"))
    links = [tag.attributes["href"] for tag in page.named("a") if not tag.attributes["href"].startswith("#")]
    expected = ["./trials/key1", "./trials/key0"] if kind == "search" else 2 * ["./trials/0f", "./trials/1f"]
    assert links == expected


def test_claims_come_first_and_say_whether_they_hold(read_page: Reader) -> None:
    page = read_page(study_page(study("he.dev_error < 0.05"), material(pictures={"overlay": PNG})))
    assert page.sections() == ["claims", "variants", "curves", "pictures", "plan"]
    assert "1 of 2 claims hold" in page.texts
    assert [text for text in page.texts if text in ("holds", "fails")] == ["holds", "fails"]
    assert any(tag.text == "0.04 < 0.05" for tag in page.named("td"))
    assert "2 of 2" in page.texts
    assert [tag.attributes["src"] for tag in page.named("img")] == [source_of(PNG)]


def test_differences_have_intervals_and_their_direction(read_page: Reader) -> None:
    page = read_page(study_page(study("a"), material()))
    assert "+1.00 % 0.20 to 2.00 %" in [tag.text for tag in page.named("td")]
    kinds = [tag.attributes["class"] for tag in page.named("svg") if "whisker" in tag.attributes.get("class", "")]
    assert kinds == ["whisker", "whisker", "whisker worse"]


def test_the_page_draws_the_curves_itself_where_there_are_colours_for_all(read_page: Reader) -> None:
    few, many = (
        replace(study("a"), variants=[replace(study("a").variants[0], name=f"v{i}") for i in range(count)])
        for count in (8, 9)
    )
    pages = [read_page(study_page(document, material(pictures={"curves": PNG}))) for document in (few, many)]
    assert [("curves" in page.sections(), len(page.named("img"))) for page in pages] == [(True, 0), (False, 1)]
    drawn = {tag.attributes["class"] for tag in pages[0].named("path") if tag.attributes["class"].startswith("group")}
    assert {f"group{number}" for number in range(1, 9)} <= drawn


@pytest.mark.parametrize("scale", ["uniform", "log_uniform"])
@pytest.mark.parametrize(("low", "high"), [(1, 2), (3, 9), (8, 64)])
def test_whole_numbers_are_written_where_their_trials_stand(scale: Scale, low: int, high: int) -> None:
    dimension = Dimension("units", scale, low, high, integer=True)
    document = search(space=[SearchedDimension(key="units", scale=scale, low=low, high=high, integer=True, choices=[])])
    [axis] = search_chart(document).axes
    assert {text for _, text in axis.marks} >= {str(low), str(high)}
    for place, text in axis.marks:
        assert place == pytest.approx(dimension.position(int(text)))


def test_a_variant_with_another_optimizer_does_not_name_the_options_of_the_first(read_page: Reader) -> None:
    changes = {"optimizer.name": "momentum", "optimizer.beta1": None, "optimizer.beta": 0.9, "data.train_dev": None}
    document = study("adam")
    document = replace(document, variants=[replace(document.variants[0], changes=changes)])
    words = "".join(read_page(study_page(document, material())).texts)
    assert all(word in words for word in ("optimizer.name=momentum", "optimizer.beta=0.9", "data.train_dev=null"))
    assert "beta1" not in words
