"""The texts of the page: found where its files mark them, and put into the language of its reader."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from html import escape
from importlib.resources import files

from dlx.language import ENGLISH, LANGUAGES, VARIABLES, language
from dlx.language.catalog import catalog

IN_HTML = re.compile(r"\{\{(.+?)\}\}")
IN_SCRIPT = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
RANGE = re.compile(
    r"\s*(?P<code>[a-z]{2,3})(-[a-z0-9-]+)?\s*(;\s*q\s*=\s*(?P<quality>[01](\.\d*)?)\s*)?"
)  # of RFC 9110
MARKS = {"html": IN_HTML, "js": IN_SCRIPT, "yaml": re.compile(r"^- (.+)$", re.MULTILINE)}  # by the ending of a file


@cache
def texts() -> dict[str, str]:
    """All texts of the page in English, each with the file that says it.

    The words in ``words.yaml`` are those that its scripts are handed: states, heads of columns, labels of controls.
    """
    files_of: dict[str, str] = {}
    lab = files("dlx.lab")
    for name in (*sorted(f"page/{path.name}" for path in lab.joinpath("page").iterdir()), "words.yaml"):
        pattern = MARKS.get(name.rpartition(".")[2])
        for text in pattern.findall(lab.joinpath(*name.split("/")).read_text(encoding="utf-8")) if pattern else ():
            files_of.setdefault(text.replace('\\"', '"'), name)
    return files_of


def language_of(chosen: str, accepted: str) -> str:
    """What a page is read in: what its reader chose, what the environment says, or else what the browser prefers."""
    if chosen in LANGUAGES:
        return chosen
    stated = language()
    if stated != ENGLISH or os.environ.get(VARIABLES[0]):
        return stated
    return next((code for code in _by_quality(accepted) if code in LANGUAGES), ENGLISH)


def _by_quality(accepted: str) -> list[str]:
    """The languages of a header ``Accept-Language``, the most wanted first; of quality 0 are those that are not.

    >>> _by_quality("ca, es-AR;q=0.5, en;q=0.9, fr;q=0")
    ['ca', 'en', 'es']
    """
    ranges = filter(None, map(RANGE.fullmatch, accepted.lower().split(",")))
    qualities = [(float(match["quality"] or 1), match["code"]) for match in ranges]
    return [code for quality, code in sorted(qualities, key=lambda pair: -pair[0]) if quality > 0]


def page_in(code: str) -> bytes:
    """The page in a language, with the texts that its scripts put there."""
    html = files("dlx.lab").joinpath("page", "lab.html").read_text(encoding="utf-8")
    spoken = translations(code)
    html = IN_HTML.sub(lambda text: escape(spoken.get(text[1], text[1])), html)
    data = json.dumps(spoken, ensure_ascii=False).replace("<", "\\u003c")
    html = html.replace('lang="en"', f'lang="{code}"', 1).replace('id="texts">', f'id="texts">{data}', 1)
    return html.encode()


def translations(code: str) -> dict[str, str]:
    """The texts of the page in a language; in English there is nothing to say otherwise."""
    of_page = {} if code == ENGLISH else catalog(code).of_page
    return {text: of_page[text] for text in texts() if text in of_page}
