"""``dlx guide``: the pages of the guide in the terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from dlx import guide as pages
from dlx.cli.options import Json
from dlx.cli.rows import print_rows
from dlx.show import terminal

Topic = Annotated[str | None, typer.Argument(metavar="TOPIC", help="Such as data.", show_default=False)]


def guide(topic: Topic = None, json: Json = False) -> None:
    """Show a page of the guide, or list its pages.

    Where the output is no terminal, it is the page's Markdown.
    """
    chosen = list(pages.pages().values()) if topic is None else [pages.page(topic)]
    if json:
        text = {} if topic is None else {"text": chosen[0].text}
        documents = [
            {"topic": page.topic, "title": page.title, "summary": page.summary, "sections": page.sections, **text}
            for page in chosen
        ]
        terminal.document({"pages": documents})
    elif topic is None:
        print_rows([(page.topic, page.summary) for page in chosen])
    else:
        terminal.markdown_page(chosen[0].text)
