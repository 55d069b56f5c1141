"""The page: well formed, escaped, a section for all that is known, nothing needed beside it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dlx.show.page
from dlx.diagnose.meanings import MEANINGS
from dlx.diagnose.verdict import diagnose
from dlx.show.page import Material, page
from dlx.show.page.classes import FAINTEST, STRONGEST
from dlx.show.page.elements import REPLACEMENT, UNWRITABLE
from dlx.show.page.findings import finding_linked
from dlx.stats.intervals import error_rate
from tests.english import in_english

Reader = Callable[[str], Any]
Make = Callable[..., Material]

CSS, SCRIPT = (
    Path(dlx.show.page.__file__).with_name(name).read_text(encoding="utf-8") for name in ("page.css", "page.js")
)
ALL = [
    *("curves", "diagnosis", "remedies", "learning-curve", "classes", "boundary", "path", "worst", "signal"),
    *("spec", "environment"),
]
BARE: dict[str, Any] = {"facts": {"name": "bare", "status": "running"}, "config": "name: bare"}


@pytest.mark.parametrize(("count", "images"), [(2, False), (2, True), (13, False)])
@settings(max_examples=25)
@given(word=st.text(st.characters(exclude_characters="_")).map("<{}&'>".format))  # for which remedies have a space
def test_any_text_is_shown_and_none_changes_the_page(
    read_page: Reader, material: Make, count: int, images: bool, word: str
) -> None:
    tested, plain = (read_page(page(material(text, count, images))) for text in (word, "<plain>"))
    assert tested.structure() == plain.structure()
    visible = UNWRITABLE.sub(REPLACEMENT, word)
    times = "".join(plain.texts).count("<plain>")
    assert times > 15
    texts = "".join(tested.texts).replace("_", " ")  # as names of remedies are written
    assert texts.count(visible.replace("_", " ")) >= times - 2  # but for values that are quoted as they are typed


def test_words_from_other_scripts_do_not_turn_those_around_them(read_page: Reader, material: Make) -> None:
    content = read_page(page(material("שלום <b>\u202e")))
    assert [tag.text for tag in content.named("h1")] == ["שלום <b>\u202e"]
    assert {tag.path[-1] for tag in content.named("bdi")} >= {"h1", "th", "td"}


def test_a_finding_says_what_it_means_and_where_there_is_more(read_page: Reader, material: Make) -> None:
    texts = "".join(read_page(page(material())).texts)
    assert "Plateau" in texts
    assert MEANINGS["plateau"] in texts
    assert "dlx explain plateau" in texts


def test_what_to_do_next_leads_to_the_finding_that_it_is_of() -> None:
    assert "".join(map(str, finding_linked("few_examples: more", {"few_examples"}))) == (
        '<a href="#finding-few_examples">Few examples</a>: more'
    )
    for step in ("few_examples: more", "variance is high: try more", "done"):
        assert finding_linked(step, {"plateau"}) == [step]


def test_a_run_of_which_all_is_known_has_all_sections(read_page: Reader, material: Make) -> None:
    assert read_page(page(material())).sections() == ALL


@pytest.mark.parametrize(
    ("without", "gone"),
    [
        ({"metrics": {}}, {"curves"}),
        ({"diagnosis": None}, {"diagnosis", "remedies", "classes", "worst"}),
        ({"pictures": {}, "learning_curve": None}, {"boundary", "path", "learning-curve"}),
        ({"layers": {}}, {"signal"}),
    ],
)
def test_a_section_without_anything_to_say_is_left_out(
    read_page: Reader, material: Make, without: dict[str, Any], gone: set[str]
) -> None:
    assert set(ALL) - set(read_page(page(replace(material(), **without))).sections()) == gone


@pytest.mark.parametrize("images", [False, True])
def test_the_page_speaks_spanish_but_for_names(
    monkeypatch: pytest.MonkeyPatch, read_page: Reader, material: Make, images: bool
) -> None:
    english = read_page(page(material("high", 2, images)))
    monkeypatch.setenv("DLX_LANG", "es")
    spanish = read_page(page(material("high", 2, images)))
    assert spanish.named("html")[0].attributes["lang"] == "es"
    assert spanish.structure() == english.structure()
    assert "".join(spanish.texts).count("Curvas") == 2  # the link and the section
    names = [[tag.text for tag in content.named("bdi")] for content in (english, spanish)]
    assert names[0] == names[1]
    assert in_english(spanish.spoken(), ["Round 1, against high", "high"]) == []


@pytest.mark.parametrize(
    ("status", "begin"), [("diverged", "divergió en el epoch 3, paso 4: "), ("failed", "diverged in epoch 3, step 4: ")]
)
def test_that_a_training_diverged_is_said_in_spanish_and_an_error_as_it_is(
    monkeypatch: pytest.MonkeyPatch, read_page: Reader, status: str, begin: str
) -> None:
    monkeypatch.setenv("DLX_LANG", "es")
    message = (
        "diverged in epoch 3, step 4: the cost of the frozen network on train is not finite (learning rate 9: try a "
        "smaller one)"
    )
    content = read_page(page(Material(**{**BARE, "facts": {**BARE["facts"], "status": status, "message": message}})))
    [shown] = [tag.text for tag in content.named("p") if tag.attributes.get("class") == "message"]
    assert shown.startswith(begin)
    assert len(in_english([shown])) == (status == "failed")


def test_the_scale_of_a_chart_is_named_in_spanish(
    monkeypatch: pytest.MonkeyPatch, read_page: Reader, material: Make
) -> None:
    monkeypatch.setenv("DLX_LANG", "es")
    content = read_page(page(material()))
    [script] = [tag.text for tag in content.named("script")]
    assert "`escala ${plots[1 - which].dataset.scale}`" in script
    policies = [tag.attributes["content"] or "" for tag in content.named("meta") if "http-equiv" in tag.attributes]
    assert b64encode(sha256(script.encode()).digest()).decode() in policies[0]


def test_a_run_that_has_just_begun_has_a_page(read_page: Reader) -> None:
    content = read_page(page(Material(**BARE)))
    assert content.sections() == ["spec", "environment"]
    assert "running" in content.texts


def test_a_mismatch_is_told_beside_the_verdict(read_page: Reader, material: Make) -> None:
    errors = {"train": error_rate(0.005, 2000), "train_dev": error_rate(0.006, 2000), "dev": error_rate(0.2, 2000)}
    content = read_page(page(replace(material(), diagnosis=diagnose(errors, 0.0, 0.02))))
    badges = [tag.text for tag in content.named("strong") if "header" in tag.path]
    assert badges == ["low bias and low variance", "high mismatch"]


def test_columns_without_a_number_are_not_drawn(read_page: Reader, material: Make) -> None:
    complete = material()
    nothing = [float("nan")] * 3
    content = read_page(
        page(replace(complete, metrics={**complete.metrics, "dev_cost": nothing, "dev_error": nothing}))
    )
    assert not any(tag.attributes.get("class") == "dev" for tag in content.named("path"))
    assert any(tag.attributes.get("class") == "train" for tag in content.named("path"))


def test_the_matrix_shows_counts_and_shares(read_page: Reader, material: Make) -> None:
    content = read_page(page(material()))
    cells = [tag for tag in content.named("td") if tag.attributes.get("class") in ("right", "wrong")]
    assert [tag.text for tag in cells] == ["990 %", "110 %", "110 %", "990 %"]
    shades = [float(tag.attributes["style"].removeprefix("--shade:")) for tag in cells]
    assert shades[0] > shades[1]


def test_many_classes_are_listed(read_page: Reader, material: Make) -> None:
    few, many = (read_page(page(material(count=count))) for count in (12, 50))
    assert any(tag.attributes.get("class") == "confusion" for tag in few.named("table"))
    assert not any(tag.attributes.get("class") == "confusion" for tag in many.named("table"))
    assert next(tag.text for tag in many.named("summary")) == "30 more classes"
    assert all(f"word{i}" in many.texts for i in range(50))


def test_remedies_stand_in_words_with_their_intervals_drawn(read_page: Reader, material: Make) -> None:
    content = read_page(page(material("too_few_steps")))
    assert "too few steps" in [tag.text for tag in content.named("th")]
    kinds = [tag.attributes.get("class", "") for tag in content.named("svg")]
    assert [kind for kind in kinds if kind.startswith("whisker")] == ["whisker better", "whisker worse"]
    text = "".join(content.texts)
    assert "1 more not tried, since too_few_steps: left." in text
    assert "a.b=too_few_steps" in text
    assert "four sizes or more are needed" in text.lower()


def test_the_worst_rows_of_a_table_have_their_place_in_the_file_and_its_columns(
    read_page: Reader, material: Make
) -> None:
    complete = material()
    assert complete.diagnosis is not None
    report = complete.diagnosis.classes
    assert report is not None
    rows = [replace(report.worst[0], row=7), replace(report.worst[0], row=9)]
    cells: dict[str, Any] = {"age": [41.5, ""], "<city>": ["Rome", "Oslo"], **{f"c{i}": [i, i] for i in range(20)}}
    diagnosis = replace(complete.diagnosis, classes=replace(report, worst=rows))
    content = read_page(page(replace(complete, diagnosis=diagnosis, cells=cells)))
    heads = [tag.text for tag in content.named("th") if tag.attributes["scope"] == "col"]
    assert heads.index("row of the file") < heads.index("age") < heads.index("<city>")
    assert [tag.text for tag in content.named("th") if tag.text in ("7", "9") and tag.path[-3] == "table"] == ["7", "9"]
    assert {"41.5", "–", "Rome", "Oslo"} <= {tag.text for tag in content.named("td")}
    assert "6 more columns are left out" in "".join(content.texts)


def test_a_chart_tells_its_values_and_has_the_other_scale_ready(read_page: Reader, material: Make) -> None:
    content = read_page(page(material()))
    costs = next(tag for tag in content.named("figure") if "data-values" in tag.attributes)
    epochs, *curves = json.loads(costs.attributes["data-values"])
    assert epochs["values"] == ["1", "2", "3"]
    assert {curve["name"]: curve["values"] for curve in curves}["train"] == ["0.9", "0.4", "0.1"]
    assert epochs["places"] == sorted(epochs["places"])
    plots = [tag.attributes for tag in content.named("div") if tag.attributes.get("class") == "plot"]
    assert [(plot["data-scale"], "hidden" in plot) for plot in plots] == 2 * [("linear", False), ("logarithmic", True)]


def test_nothing_is_fetched(read_page: Reader, material: Make) -> None:
    html = page(material(images=True))
    content = read_page(html)
    assert "url(" not in html
    assert "@import" not in html
    assert not {"link", "iframe", "object"} & {tag.name for tag in content.tags}
    places = [tag.attributes[key] for tag in content.tags for key in ("src", "href") if key in tag.attributes]
    assert all(place.startswith(("data:image/png;base64,", "#")) for place in places)
    assert not any(name.startswith("on") for tag in content.tags for name in tag.attributes)


def test_no_script_runs_but_that_of_the_page(read_page: Reader, material: Make) -> None:
    """A browser refuses others, whose SHA-256 is not stated, and whatever would be fetched."""
    content = read_page(page(material("<script>alert(1)</script>")))
    assert [(tag.text, tag.attributes) for tag in content.named("script")] == [(SCRIPT, {})]
    policy = next(tag.attributes for tag in content.named("meta") if "http-equiv" in tag.attributes)
    assert policy["http-equiv"] == "Content-Security-Policy"
    digest = b64encode(sha256(SCRIPT.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy["content"]
    assert "default-src 'none'" in policy["content"]


def test_the_script_writes_texts_alone() -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|Function\(|fetch|import", SCRIPT)


def test_the_title_names_the_run_and_its_time(read_page: Reader, material: Make) -> None:
    complete = material()
    begun = replace(complete, facts={**complete.facts, "started": "2026-11-30T11:35:51.341Z"})
    titles = [read_page(page(known)).named("title")[0].text for known in (begun, complete)]
    assert titles == ["word, 2026-11-30 11:35 UTC – dlx", "word – dlx"]


def test_it_can_be_heard_and_walked_through(read_page: Reader, material: Make) -> None:
    content = read_page(page(material(images=True)))
    ids = [tag.attributes["id"] for tag in content.tags if "id" in tag.attributes]
    assert len(set(ids)) == len(ids)
    assert [tag.attributes["href"] for tag in content.named("a")] == [f"#{name}" for name in ALL]
    assert all(tag.attributes["aria-labelledby"] in ids for tag in content.named("section"))
    assert {"header", "nav", "main", "footer"} <= {tag.name for tag in content.tags}
    levels = [int(tag.name[1]) for tag in content.tags if re.fullmatch("h[1-6]", tag.name)]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert levels.count(1) == 1
    assert all(tag.attributes["alt"] for tag in content.named("img"))
    assert all("scope" in tag.attributes for tag in content.named("th"))
    assert content.named("html")[0].attributes["lang"] == "en"


def colours(name: str) -> dict[str, tuple[float, ...]]:
    """The style sheet's colours of a scheme, 0 to 255."""
    light, dark = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
    text = light if name == "light" else light + dark
    values = {key: tuple(bytes.fromhex(value)) for key, value in re.findall(r"--(\w+): #([0-9a-f]{6});", text)}
    return values | {
        key: tuple(map(float, value.split())) for key, value in re.findall(r"--(\w+-rgb): ([\d ]+);", text)
    }


def luminance(colour: tuple[float, ...]) -> float:
    """WCAG 2.1: the relative luminance of sRGB."""
    parts = [value / 255 for value in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x76,) * 3, (255,) * 3) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(scheme: str) -> None:
    palette = colours(scheme)
    texts = ("ink", "dim", "train", "dev", "alarm", "link", "high", "low", "unsettled", "note")
    grounds = [palette[name] for name in ("page", "card", "faint")]
    for text in texts:
        assert min(contrast(palette[text], ground) for ground in grounds) >= 4.5, text
    for colour in ("right-rgb", "wrong-rgb"):
        for shade in (FAINTEST, STRONGEST):
            mixed = tuple(shade * a + (1 - shade) * b for a, b in zip(palette[colour], palette["card"], strict=True))
            assert contrast(palette["ink"], mixed) >= 4.5, colour


def test_every_colour_that_is_used_is_given() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", CSS)) - {"shade", "axes", "group"}
    assert used == set(colours("light")) == set(colours("dark"))
