"""The page in a real browser: every control, a training to its verdict, a lesson, runs, the keyboard, small and dark.

It needs playwright and a chromium (the environment's CHROMIUM, or one on the path): `make lab-test` sets that up.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.english import in_english
from tests.lab.conftest import SPEC, Served

pytest.importorskip("tornado")
sync_api = pytest.importorskip("playwright.sync_api", reason="it is run by `make lab-test`")
sync_api.expect.set_options(timeout=20_000)  # of a machine that has other things to do

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium"),
    pytest.mark.usefixtures("blank_pictures"),
    pytest.mark.filterwarnings("ignore"),  # of what playwright leaves open
]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
HOSTILE = "<img src=x onerror=document.title='taken'>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, spec: Path, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``visit(text, view="", **context)``: the page of a lab of this spec; no script on it may fail."""
    faults: list[str] = []
    labs: list[Served] = []
    contexts: list[Any] = []

    def open_page(text: str = SPEC, view: str = "", **options: Any) -> Any:
        spec.write_text(text, encoding="utf-8")
        labs.append(Served(spec, tmp_path / "runs", grace=2.0))
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(labs[-1].url + view)
        page.wait_for_selector("#transport button", state="attached")
        sync_api.expect(page.locator("#status")).not_to_be_empty()
        return page

    yield open_page
    for context in contexts:
        context.close()
    for lab in labs:
        lab.thread.join(20)
        assert not lab.thread.is_alive()  # it has ended with its page
    assert faults == []


def status(page: Any, words: str) -> str:
    """What the page says of the training, once these words are in it."""
    sync_api.expect(page.locator("#status")).to_contain_text(words)
    text: str = page.inner_text("#status")
    return text


def pixels(page: Any) -> bytes:
    image: bytes = page.locator("#picture canvas").screenshot()
    return image


def test_it_plays_to_a_verdict_and_the_kept_run_is_that_of_the_shell(
    visit: Callable[..., Any], tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    page = visit()
    before = pixels(page)
    page.fill("#control-optimizer-learning_rate", "0.02")
    page.keyboard.press("Enter")
    page.wait_for_selector(".difference .added")
    page.click("#transport button.main")
    assert "dev error" in status(page, "completed after epoch 6")
    assert pixels(page) != before
    page.wait_for_selector("#verdict h3")
    assert page.locator("#verdict tbody tr").count() >= 3
    page.click("text=Keep as run")
    name = status(page, "kept as").rpartition(" ")[2]
    page.click("text=Save as spec")
    page.wait_for_selector("#note code")
    saved = tmp_path / "runs" / "lab" / "tiny.yaml"
    assert call_dlx("train", saved, "--out", tmp_path / "again", "--quiet").code == 0
    with (
        np.load(tmp_path / "runs" / "tiny" / name / "model.npz") as one,
        np.load(tmp_path / "again" / "model.npz") as other,
    ):
        assert {key: one[key].tobytes() for key in one.files} == {key: other[key].tobytes() for key in other.files}


def test_every_kind_of_control_changes_the_spec_and_is_taken_back(visit: Callable[..., Any]) -> None:
    page = visit()
    command = page.locator("#command")
    page.locator("#control-optimizer-learning_rate ~ input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    sync_api.expect(command).to_contain_text("optimizer.learning_rate=")
    page.select_option("#control-architecture-activation-name", label="tanh")
    page.select_option("#control-optimizer-name", label="momentum")
    sync_api.expect(command).to_contain_text("optimizer.name=momentum")
    page.click("text=add a layer")
    sync_api.expect(command).to_contain_text("{units: 4}, {units: 4}")
    page.click("[aria-label='one unit more in hidden layer 1']")
    sync_api.expect(command).to_contain_text("{units: 5}, {units: 4}")
    page.click("[data-name=training] [data-name=training-more] summary")
    page.click("#control-training-early_stopping")  # which is then another control
    sync_api.expect(command).to_contain_text("training.early_stopping=")
    page.select_option("#control-training-batch_size ~ select", label="full")
    sync_api.expect(command).to_contain_text("training.batch_size=full")
    page.locator("#stage").focus()
    for _ in range(20):
        page.keyboard.press("Control+z")
    sync_api.expect(page.locator("text=No line differs from the file.")).to_be_visible()
    assert command.inner_text().endswith("tiny.yaml")


def test_a_broken_value_is_told_and_mended(visit: Callable[..., Any]) -> None:
    page = visit()
    page.fill("#control-optimizer-learning_rate", "-1")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#problems")).to_contain_text("optimizer.learning_rate: expected more than 0")
    page.click("text=Undo")
    sync_api.expect(page.locator("#problems")).to_be_empty()


def test_a_step_an_epoch_and_a_seed_by_the_keyboard_alone(visit: Callable[..., Any]) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Play"
    for words in ("paused in epoch 1", "paused in epoch 1"):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        status(page, words)
    sync_api.expect(page.locator("#progress")).to_contain_text("epoch 1.0 of 6, step 5")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#command")).to_contain_text("seed=2")


def test_a_unit_shows_what_it_computes_by_pointer_and_by_focus(visit: Callable[..., Any]) -> None:
    page = visit()
    title = page.locator("#stage-title")
    page.locator("#network circle[tabindex]").nth(1).hover()
    sync_api.expect(title).to_contain_text("Unit 2 of hidden layer 1")
    page.mouse.move(5, 5)
    sync_api.expect(title).to_have_text("What the network says")
    page.locator("#network circle[tabindex]").nth(3).focus()
    sync_api.expect(title).to_contain_text("Unit 4 of hidden layer 1")
    assert page.locator("#network line[stroke-width]").count() == 2 * 4 + 4
    assert page.locator("#network text").all_text_contents() == ["x1", "x2"]


def test_values_are_read_off_under_the_pointer(visit: Callable[..., Any]) -> None:
    page = visit()
    page.click("#transport button.main")
    status(page, "completed")
    legend = page.locator("#curves .legend").nth(1)
    ends = legend.locator("b").all_inner_texts()
    page.locator("#curves canvas").nth(1).hover(position={"x": 55, "y": 40})  # at the first epoch
    sync_api.expect(legend).to_contain_text("epoch 1")
    assert legend.locator("b").all_inner_texts() != ends
    page.mouse.move(5, 5)
    sync_api.expect(legend).not_to_contain_text("epoch")
    assert legend.locator("b").all_inner_texts() == ends


def test_a_lesson_is_walked_through(visit: Callable[..., Any]) -> None:
    page = visit(view="#lesson=momentum")
    page.wait_for_selector("#prediction")
    page.click("#transport button.main")
    sync_api.expect(page.locator("#prediction-help")).not_to_be_empty()  # first a prediction, wherever it is played
    sync_api.expect(page.locator("#progress")).to_have_text("step 0 of 100")
    for step in range(3):
        page.fill("#prediction", HOSTILE)
        page.click("#lesson button.main")
        page.wait_for_selector("#happened")
        assert HOSTILE in page.inner_text("#lesson")
        if step == 1:
            page.select_option("#language", "es")
            sync_api.expect(page.locator("#happened")).to_have_text("Qué pasó")
            assert HOSTILE in page.inner_text("#lesson")
        if step == 2:
            assert "suavizar el movimiento lateral" in page.inner_text("#lesson blockquote[lang=es]")
        page.click("#lesson button.main")
    sync_api.expect(page.locator("#lesson")).to_be_hidden()
    assert page.title() != "taken"


def test_a_mistake_is_planted_in_a_line_and_found(visit: Callable[..., Any]) -> None:
    page = visit(view="#lesson=gradient_checking")
    for step in range(3):
        page.fill("#prediction", "about 1e-7")
        if step == 2:
            page.click("#lesson button.main")
            sync_api.expect(page.locator("#prediction-help")).to_contain_text("one entry × 1.01")
            page.select_option("#mistake", "one entry × 1.01")
        if step:
            page.click("#lesson button.main")
            sync_api.expect(page.locator("#prediction-help")).to_contain_text("a line")
            page.click("#gradients button:has-text('dW2 =')")
        page.click("#lesson button.main")
        page.wait_for_selector("#happened")
        sync_api.expect(page.locator("#gradients .badge").first).to_have_text("failed" if step else "passed")
        text = page.inner_text("#lesson")
        assert ("linear 2" in text) == (step > 0)
        assert "undefined" not in text
        page.click("#lesson button.main")
    sync_api.expect(page.locator("#picture canvas")).to_be_visible()


def test_runs_are_listed_filtered_sorted_and_compared(
    visit: Callable[..., Any], spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    for seed in (1, 2, 3):
        assert call_dlx("train", spec, f"seed={seed}", "--quiet", cwd=tmp_path).code == 0
    page = visit(view="#runs")
    rows = page.locator("#runs table.runs tbody tr")
    sync_api.expect(rows).to_have_count(3)
    page.click("#runs th button:has-text('seed')")
    assert page.locator("#runs td.seed").all_inner_texts() == ["1", "2", "3"]
    for number in range(2):
        page.locator("#runs tbody input").nth(number).check()
    sync_api.expect(page.locator("#runs code:has-text('seed')")).to_be_visible()
    page.locator("#runs tbody input").nth(2).check()
    sync_api.expect(page.locator("#runs tbody input:checked")).to_have_count(3)
    sync_api.expect(page.locator("#runs .legend").first.locator(".key")).to_have_count(3)
    page.fill("#runs-filter", page.locator("#runs td.id").first.inner_text())
    sync_api.expect(rows).to_have_count(1)
    shutil.rmtree(tmp_path / "runs" / "tiny")
    sync_api.expect(page.locator("#compared-title")).to_be_hidden()  # none of them is left


def test_a_search_is_looked_into(
    visit: Callable[..., Any], spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    spec.write_text(SPEC, encoding="utf-8")
    plan = "{method: grid, seeds: 1, finalists: 2, fresh_seeds: 2, space: {training.batch_size: {choice: [16, 40]}}}"
    (tmp_path / "search.yaml").write_text(f"base: tiny.yaml\nsearch: {plan}\n")
    assert call_dlx("tune", "search.yaml", "--quiet", cwd=tmp_path).code == 0
    page = visit(view="#runs")
    page.click("[data-search]")
    sync_api.expect(page.locator("polyline.trial")).to_have_count(2)
    sync_api.expect(page.locator("meter")).to_have_count(1)
    for number in range(2):
        page.locator("#runs button.small:has-text('curves')").nth(number).focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.textContent") == "curves"  # the focus stays
    sync_api.expect(page.locator("#runs th code", has_text="training.batch_size")).to_be_visible()
    sync_api.expect(page.locator("#runs strong", has_text="verdict")).to_be_visible()


def test_what_would_help_is_tried(visit: Callable[..., Any]) -> None:
    page = visit(SPEC.replace("epochs: 6", "epochs: 2"))
    page.click("#transport button.main")
    button = page.locator("#charts button:has-text('What would help?')")
    sync_api.expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "result"
    caption = page.locator("#charts caption", has_text="change of the dev error")
    sync_api.expect(caption).to_be_visible(timeout=120_000)
    assert page.locator("#charts figcaption", has_text="remedies").is_visible()


def test_hostile_names_are_text(visit: Callable[..., Any], tmp_path: Path) -> None:
    rows = "".join(f"{i},{i * i % 7},{'no' if i % 2 else HOSTILE}\n" for i in range(60))
    (tmp_path / "data.csv").write_text(f"{HOSTILE}1,{HOSTILE}2,kind\n{rows}", encoding="utf-8")
    page = visit(
        "name: hostile\ndata: {source: {name: file, path: data.csv, target: kind}, split: {train: 40, dev: 20}}\n"
        "architecture: {hidden: [4]}\ntraining: {epochs: 2}\n"
    )
    assert HOSTILE in page.inner_text("#picture .legend")
    assert page.locator("img").count() == 0
    assert page.title() == "hostile · dlx lab"


def test_nothing_is_left_in_english(
    visit: Callable[..., Any], spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    """On the page of a training that has ended, with its verdict, on the runs and in a lesson."""
    assert call_dlx("train", spec, "--quiet", cwd=tmp_path).code == 0
    page = visit(SPEC.replace("epochs: 6", "epochs: 2"), view="?lang=es")
    page.click("#transport button.main")
    page.wait_for_selector("#verdict li")
    for details in page.locator("details").all():
        details.evaluate("each => (each.open = true)")
    page.wait_for_selector("button.line")
    lines = spoken(page, "#playground")
    page.click("#tab-runs")
    page.locator("#runs tbody input").first.check()
    page.wait_for_selector("#runs figure")
    lines += spoken(page, "#runs")
    page.click("#tab-lessons")
    page.click("#lessons button >> nth=0")
    lines += spoken(page, "#lesson")
    assert len(lines) > 100
    assert in_english(lines, ["one-hot", "early stopping", "keep prob"]) == []


def spoken(page: Any, place: str) -> list[str]:
    """What is read there, and what is said to those who do not see it; names in choices are those of the spec."""
    return page.evaluate(  # type: ignore[no-any-return]
        """place => [...document.querySelectorAll(`${place}, ${place} *`)].flatMap(each => [
          each.closest("pre, code, option, td.name, td.id") ? ""
            : [...each.childNodes].map(node => node.nodeType === 3 ? node.data : "").join(""),
          each.getAttribute("aria-label") ?? "", each.placeholder ?? ""]).filter(text => text.trim())""",
        place,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_page_fits_in_either_scheme(visit: Callable[..., Any], scheme: str) -> None:
    page = visit(viewport={"width": 400, "height": 800}, color_scheme=scheme)
    for view in ("playground", "lessons", "runs"):
        page.click(f"#tab-{view}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, background[4:-1].split(","))) < 200) == (scheme == "dark")


def test_a_page_that_is_loaded_anew_goes_on(visit: Callable[..., Any]) -> None:
    page = visit()
    page.click("#transport button:has-text('1 epoch')")
    status(page, "paused in epoch 1")
    page.reload()
    status(page, "paused in epoch 1")
    assert "epoch 1.0 of 6" in page.inner_text("#progress")


def test_every_control_has_a_name(visit: Callable[..., Any]) -> None:
    page = visit()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, textarea, canvas:not([aria-hidden])")]
          .filter(each => !(each.textContent.trim() || each.getAttribute("aria-label") || each.labels?.length))
          .map(each => each.outerHTML)"""
    )
    assert nameless == []


def test_a_lesson_that_is_loaded_anew_is_where_it_was(visit: Callable[..., Any]) -> None:
    page = visit(view="#lesson=momentum")
    page.fill("#prediction", "it swings")
    page.click("#lesson button.main")
    page.wait_for_selector("#happened")
    page.reload()
    page.wait_for_selector("#happened")
    assert "You expected: it swings" in page.inner_text("#lesson")
    assert "step 100 of 100" in page.inner_text("#progress")
    page.click("#lesson button.main")
    page.fill("#prediction", "it will")
    page.reload()
    page.wait_for_selector("#prediction")
    assert page.input_value("#prediction") == "it will"
    page.select_option("#language", "es")
    page.wait_for_selector("html[lang=es] #prediction")
    assert page.input_value("#prediction") == "it will"
    sync_api.expect(page.locator("#lesson")).to_contain_text("Paso 2 de 3")
    page.fill("#control-optimizer-beta", "0.5")  # what is told afterwards is told of the lesson's own value
    page.keyboard.press("Enter")
    page.click("#lesson button.main")
    page.wait_for_selector("#happened")
    assert page.input_value("#control-optimizer-beta") == "0.8"
    page.click("#lesson button:has-text('Siguiente')")
    page.fill("#prediction", "no")
    page.click("#lesson button.main")
    page.click("#lesson button:has-text('Seguir')")
    assert "ravine" in page.inner_text("#title")
    page.click("#own")
    sync_api.expect(page.locator("#title")).to_contain_text("tiny")
    sync_api.expect(page.locator("#own")).to_be_hidden()


def test_a_mistake_is_planted_by_the_keyboard_alone(visit: Callable[..., Any]) -> None:
    page = visit(view="#lesson=gradient_checking")
    page.wait_for_selector("#prediction")
    page.keyboard.type("1e-7")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#happened")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#prediction")
    page.keyboard.type("all before it")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # no line is chosen: the focus goes where that is done
    assert page.evaluate("document.activeElement.className") == "line"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent") == "Check"
    page.keyboard.press("Enter")
    page.wait_for_selector("#happened")
    assert f"You planted {chosen}" in page.inner_text("#lesson")


def test_the_ravine_is_in_view_before_it_is_walked(visit: Callable[..., Any]) -> None:
    page = visit(view="#lesson=momentum")
    sync_api.expect(page.locator("#progress")).to_have_text("step 0 of 100")
    assert page.locator("#transport button:has-text('1 epoch')").is_hidden()
    page.click("#transport button:has-text('1 step')")
    sync_api.expect(page.locator("#status")).to_have_text("paused after step 1")


def test_why_remedies_cannot_be_tried_is_said_where_they_were_asked_for(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    page = visit(SPEC.replace("epochs: 6", "epochs: 2"))
    (tmp_path / "runs").write_text("no folder")
    page.click("#transport button.main")
    button = page.locator("#charts button:has-text('What would help?')")
    button.click()
    sync_api.expect(page.locator("#charts .problem")).to_contain_text("cannot be written")
    sync_api.expect(button).to_be_enabled()
