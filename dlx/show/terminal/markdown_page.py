"""Markdown on the terminal: headings, tables and blocks of commands; elsewhere as it is written."""

from __future__ import annotations

import re
import sys

from dlx.show.terminal.lines import is_plain
from dlx.show.terminal.terminal import open_terminal

WIDEST = 100  # columns that lines of prose are read well in


def with_commands(text: str) -> str:
    """A page whose links to other pages are the commands that show them, and those within it mere words.

    >>> with_commands("See [data](data.md#columns), [Gap](#gap) and [results](../results.md).")
    'See data (`dlx guide data`), Gap and [results](../results.md).'
    """
    text = re.sub(r"\[([^\]]+)\]\(#[^)]*\)", r"\1", text)
    return re.sub(r"\[([^\]]+)\]\((\w+)\.md(?:#[^)]*)?\)", r"\1 (`dlx guide \2`)", text)


def markdown_page(text: str) -> None:
    """A page of Markdown on stdout."""
    if is_plain(sys.stdout):
        sys.stdout.write(text)
        return
    from rich.markdown import Markdown

    console = open_terminal(sys.stdout)
    console.print(Markdown(with_commands(text), code_theme="bw", hyperlinks=False), width=min(console.width, WIDEST))
