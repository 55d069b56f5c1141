"""Markdown on the terminal: headings, tables and blocks of commands; elsewhere as it is written."""

from __future__ import annotations

import sys

from dlx.show.terminal.lines import is_plain
from dlx.show.terminal.terminal import open_terminal

WIDEST = 100  # columns that lines of prose are read well in


def markdown_page(text: str) -> None:
    """A page of Markdown on stdout."""
    if is_plain(sys.stdout):
        sys.stdout.write(text)
        return
    from rich.markdown import Markdown

    console = open_terminal(sys.stdout)
    console.print(Markdown(text, code_theme="bw", hyperlinks=False), width=min(console.width, WIDEST))
