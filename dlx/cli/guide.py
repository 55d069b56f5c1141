"""``dlx guide``: the pages of the guide in the terminal."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer

from dlx import guide as pages
from dlx.cli.options import Json
from dlx.cli.rows import print_rows
from dlx.language import translated
from dlx.show import terminal

Topic = Annotated[str | None, typer.Argument(metavar="TOPIC", help="Such as data.", show_default=False)]


def guide(topic: Topic = None, json: Json = False) -> None:
    """Show a page of the guide, or list its pages.

    Where the output is no terminal, it is the page's Markdown.
    """
    if topic is None:
        _list(json)
        return
    topic = pages.topic_of(topic)
    if topic in pages.REFERENCE:
        chosen: pages.Page = import_module("dlx.cli.reference").page(topic)  # which imports much
    else:
        chosen = pages.page(topic)
    if json:
        terminal.document({"pages": [{**_facts(chosen), "sections": chosen.sections, "text": chosen.text}]})
    else:
        terminal.markdown_page(chosen.text)


def _list(json: bool) -> None:
    """Every page by its topic, those that are written when they are asked for last."""
    written: list[dict[str, Any]] = [{**_facts(page), "sections": page.sections} for page in pages.pages().values()]
    later: list[dict[str, Any]] = [
        {"topic": topic, "title": title, "summary": text} for topic, (title, text) in pages.REFERENCE.items()
    ]
    if json:
        terminal.document({"pages": [*written, *later]})
    else:
        print_rows([(facts["topic"], translated(facts["summary"])) for facts in [*written, *later]])


def _facts(page: pages.Page) -> dict[str, str]:
    return {"topic": page.topic, "title": page.title, "summary": page.summary}
