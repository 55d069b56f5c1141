"""The texts of the page: all of them are marked, and a page comes in the language of its reader."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from dlx.lab import page_texts
from dlx.lab.controls import Controls
from dlx.lab.draft import Draft
from dlx.lab.source import starter
from dlx.language import LANGUAGES, VARIABLES
from dlx.language.catalog import catalog

PAGE = Path(str(files("dlx.lab").joinpath("page")))
SCRIPTS = sorted(PAGE.glob("*.js"))
COMMENT = re.compile(r"/\*.*?\*/|//[^\n\"`]*$", re.DOTALL | re.MULTILINE)
TEXT = re.compile(r'(\bt\(\s*|throw new Error\(|\.(?:font|querySelector\w*)(?: = |\())?("(?:[^"\\\n]|\\.)*"|`[^`]*`)')
SENTENCE = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")
NO_TEXT = re.compile(r"`color-mix\(.*|`\$\{spec\.name\} · dlx lab`")  # a colour, and names


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_a_script_says_is_marked_as_a_text(path: Path) -> None:
    script = COMMENT.sub("", path.read_text(encoding="utf-8"))
    unmarked = [
        match[2]
        for match in TEXT.finditer(script)
        if not match[1] and SENTENCE.search(re.sub(r"\$\{[^}]*\}", "", match[2]))
        if not script[: match.start()].endswith("class: ") and not NO_TEXT.fullmatch(match[2])
    ]
    assert unmarked == []


def test_what_the_page_holds_is_marked_as_a_text() -> None:
    page = (PAGE / "lab.html").read_text(encoding="utf-8")
    body = re.sub(r"\{\{.+?\}\}|<!--.*?-->|<option.*?</option>", "", page[page.index("<body>") :])
    assert re.findall(r">([^<>]*[^\W\d_]{2,}[^<>]*)<", body.replace("<h1>dlx lab</h1>", "")) == []
    assert re.findall(r'(?:aria-label|title|placeholder)="[^"]+"', body) == ['aria-label="language, idioma"']


@pytest.mark.parametrize("spec", ["circles", "ravine", "few_moons"])
def test_the_label_of_every_control_is_a_text(spec: str) -> None:
    original = Draft(starter().with_name(f"{spec}.yaml")).original.spec
    sections = Controls().of(original, original)
    own = {"l2", "l1", "delta", "dtype", "beta1", "beta2", "epsilon", "epochs"}  # names that are the same everywhere
    own |= {"batch norm", "layer norm", "early stopping", "warmup"}
    labels = {section["name"] for section in sections}
    for section in sections:
        for control in section["controls"]:
            names = [name for name in control["key"].split(".") if name != "name"]
            short = names[1:] if names[0] == section["name"] and len(names) > 1 else names
            labels.add(" ".join(short).replace("_", " "))
    assert labels - own <= page_texts.texts().keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_comes_with_its_texts(code: str) -> None:
    page = page_texts.page_in(code).decode()
    assert f'<html lang="{code}">' in page
    assert "{{" not in page
    data = re.search(r'<script type="application/json" id="texts">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    expected = {} if code == "en" else {text: catalog(code).of_page.get(text) for text in page_texts.texts()}
    assert json.loads(data[1] or "{}") == {key: text for key, text in expected.items() if text}


class Tags(HTMLParser):
    """The tags of a page, as a browser reads them, and the texts for its scripts."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts = ""
        self._is_within = False
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._is_within = ("id", "texts") in attrs

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")
        self._is_within = False

    def handle_data(self, data: str) -> None:
        if self._is_within:
            self.texts += data


def test_no_translation_is_taken_for_a_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = Tags(page_texts.page_in("en")).tags
    text = '<i>a</i> & "b" </script><script>c()</script><!-- '
    of_page = dict.fromkeys(page_texts.texts(), text)
    monkeypatch.setattr(page_texts, "translations", lambda code: of_page)
    page = Tags(page_texts.page_in("es"))
    assert page.tags == tags
    assert json.loads(page.texts) == of_page


@pytest.mark.parametrize(
    ("chosen", "environment", "accepted", "code"),
    [
        ("", {}, "en-US,en;q=0.9", "en"),
        ("", {}, "es-AR,es;q=0.9,en;q=0.8", "es"),
        ("", {}, "de,es;q=0.5", "es"),
        ("", {}, "ca,es;q=0.9,en;q=0.5", "es"),
        ("", {}, "fr, es-MX ; q=0.9", "es"),
        ("", {}, "en;q=0.1,es;q=0.9", "es"),
        ("", {}, "es;q=0.8,en;q=0.8", "es"),
        ("", {}, "fr,es;q=0,en;q=0.3", "en"),
        ("", {}, "de,es;q=0", "en"),
        ("", {}, "de,*;q=0.5", "en"),
        ("", {}, "escape;q=1,;,es;q=x", "en"),
        ("", {"DLX_LANG": "es"}, "en-US", "es"),
        ("", {"LANG": "es_ES.UTF-8"}, "en-US", "es"),
        ("", {"LANG": "C.UTF-8"}, "es", "es"),
        ("", {"DLX_LANG": "en"}, "es", "en"),
        ("en", {"DLX_LANG": "es"}, "es", "en"),
        ("es", {"DLX_LANG": "en"}, "en", "es"),
        ("../es", {}, "", "en"),
    ],
)
def test_who_chooses_the_language(
    monkeypatch: pytest.MonkeyPatch, chosen: str, environment: dict[str, str], accepted: str, code: str
) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert page_texts.language_of(chosen, accepted) == code
