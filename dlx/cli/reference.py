"""The reference among the pages of the guide: each is written when it is asked for, and so never out of date.

``python -m dlx.cli.reference DIRECTORY`` writes all of them there, and makes links in the pages that are there to them:
``make guide`` does so with its copy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from dlx.cli import documents
from dlx.cli.commands import COMMANDS
from dlx.cli.loading import load_command
from dlx.errors import CheckFailed, DataError, Diverged, DlxError, EnvironmentProblem, UsageError
from dlx.guide import REFERENCE, Page
from dlx.guide import reference as pages
from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile

WIDTH = 80  # columns of a command's help
ENDS = (UsageError, CheckFailed, Diverged, DataError, EnvironmentProblem)


def page(topic: str) -> Page:
    """The page of the reference about one of its topics."""
    title, summary = REFERENCE[topic]
    return Page(topic, f"# {title}\n\n{summary}\n\n{WRITERS[topic]().rstrip()}\n")


def commands_page() -> str:
    """The help of every command, and what exit codes mean."""
    lines = list[str]()
    for words, text in helps():
        lines += [f"## dlx {words}", "", "```text", text.rstrip(), "```", ""]
    lines += ["## Exit codes", "", "- 0: done", "- 1: a bug in dlx; `--debug` shows where"]
    lines += [f"- {error.exit_code}: {_meaning_of(error)}" for error in ENDS]
    lines += ["- 130, 143: interrupted by Ctrl-C or a request to end; what had been reached is saved", ""]
    return "\n".join(lines)


def helps() -> Iterator[tuple[str, str]]:
    """The words of every command behind ``dlx``, and its help."""
    program = TyperCommand("dlx")
    root = program.context_class(program, info_name="dlx", terminal_width=WIDTH)
    for name in COMMANDS:
        yield from _help(load_command(name), name, root)


def _help(command: Any, name: str, above: Any, before: str = "") -> Iterator[tuple[str, str]]:
    context = command.context_class(command, info_name=name, parent=above, terminal_width=WIDTH)
    words = f"{before} {name}".strip()
    yield words, context.get_help()
    for further, below in getattr(command, "commands", {}).items():
        yield from _help(below, further, context, words)


def _meaning_of(error: type[DlxError]) -> str:
    """The first sentence of a class, in the middle of a line."""
    text = (error.__doc__ or "").partition("\n")[0].rstrip(".")
    return text[:1].lower() + text[1:]


WRITERS: dict[str, Callable[[], str]] = {
    "keys": lambda: pages.keys_page([TuneFile, StudyFile]),
    "components": pages.components_page,
    "findings": pages.findings_page,
    "metrics": pages.metrics_page,
    "commands": commands_page,
    "documents": documents.documents_page,
}


def anchor(heading: str) -> str:
    """What a heading is called in links, as forges and mkdocs spell it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def places() -> dict[str, str]:
    """Where links lead from what stands in backquotes in other pages: keys with their sections, findings, commands."""
    by_text = {f"dlx guide {topic}": f"{topic}.md" for topic in WRITERS}
    for topic in ("keys", "findings", "commands"):
        for heading in re.findall(r"^##+ (.*)$", WRITERS[topic](), re.MULTILINE):
            name = heading.strip("`")
            if "." in name or name.startswith("dlx ") or (topic == "findings" and "_" in name):
                by_text.setdefault(name, f"{topic}.md#{anchor(name)}")
    for name in list(by_text):
        by_text.setdefault(f"dlx explain {name}", by_text[name])
    return by_text


def linked(text: str, by_text: dict[str, str], folder: str) -> str:
    """A page with links in its prose; blocks of code and what is a link already stay as they are."""
    parts = re.split(r"(^```.*?^```|\[[^\]]*\]\([^)]*\))", text, flags=re.DOTALL | re.MULTILINE)

    def link(match: re.Match[str]) -> str:
        place = by_text.get(match[1])
        return f"[{match[0]}]({folder}{place})" if place else match[0]

    parts[::2] = [re.sub(r"`([^`\n]+)`", link, part) for part in parts[::2]]
    return "".join(parts)


def write_site(directory: Path) -> None:
    """Write the pages into the guide in a copy of the checkout, and let the others lead to them."""
    by_text, guide = places(), directory / "dlx" / "guide"
    for path in [directory / "README.md", *guide.glob("*.md")]:
        folder = "" if path.parent == guide else "dlx/guide/"
        path.write_text(linked(path.read_text(encoding="utf-8"), by_text, folder), encoding="utf-8")
    for topic in WRITERS:
        (guide / f"{topic}.md").write_text(page(topic).text, encoding="utf-8")


if __name__ == "__main__":
    write_site(Path(sys.argv[1]))
