"""Markdown on the terminal: headings, tables and blocks of commands; elsewhere as it is written."""

from __future__ import annotations

import re
import sys
from typing import Any

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


def narrowed(code: str, width: int) -> str:
    """A block in which the comment of a line that is too long stands below it.

    >>> print(narrowed("dlx runs                   # all of them", 30))
    dlx runs
        # all of them
    """
    lines = []
    for line in code.splitlines():
        command, mark, comment = line.partition("  # ")
        is_long = len(line) > width and mark and command.strip()
        lines += [command.rstrip(), f"{'':{len(line) - len(line.lstrip()) + 4}}# {comment}"] if is_long else [line]
    return "\n".join(lines)


def markdown_page(text: str) -> None:
    """A page of Markdown on stdout."""
    if is_plain(sys.stdout):
        sys.stdout.write(text)
        return
    from rich.markdown import CodeBlock, Markdown
    from rich.text import Text

    class PlainBlock(CodeBlock):
        """A block as it is typed, with no frame that would break lines of 80 columns."""

        def __rich_console__(self, console: Any, options: Any) -> Any:
            yield Text(narrowed(str(self.text).rstrip(), options.max_width), style="cyan")

    class TerminalMarkdown(Markdown):
        elements = {**Markdown.elements, "fence": PlainBlock, "code_block": PlainBlock}

    console = open_terminal(sys.stdout)
    console.print(TerminalMarkdown(with_commands(text), hyperlinks=False), width=min(console.width, WIDEST))
