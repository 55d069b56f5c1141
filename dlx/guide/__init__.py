"""The guide: pages in Markdown that come with the package, read on a forge, in the terminal, and as a site."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dlx.errors import UsageError, allowed
from dlx.synonyms import as_spelt

# In the order in which a newcomer reads them; each is a file here.
TOPICS = (
    "tutorial",
    "install",
    "spec",
    "data",
    "training",
    "diagnosis",
    "lab",
    "gradients",
    "comparing",
    "searching",
    "cluster",
    "python",
    "exporting",
    "plugins",
    "reference",
    "course",
    "curso",
    "figures",
)

# The pages that are written when they are asked for (`dlx.cli.reference`), with title and summary.
REFERENCE = {
    "keys": ("Keys", "Every key of a spec and of plans: what it means, what is allowed, its default, and an example."),
    "components": (
        "Components",
        "What a spec may name: activations, optimizers, schedules, sources …, with their options.",
    ),
    "findings": ("Findings", "Everything that the diagnosis looks for: what it means, and what helps against it."),
    "metrics": ("Metrics", "Every measure of a network, with its formula and what its interval rests on."),
    "commands": ("Commands", "The help of every command, with its options and examples, and what exit codes mean."),
    "documents": ("JSON documents", "What `--json` prints and the files of a run directory hold, key by key."),
}


@dataclass(frozen=True)
class Page:
    """One page: the word that names it, and its text in Markdown."""

    topic: str
    text: str

    @property
    def title(self) -> str:
        """The heading of the whole."""
        return self.text.partition("\n")[0].removeprefix("# ")

    @property
    def summary(self) -> str:
        """The paragraph below it."""
        return " ".join(self.text.split("\n\n")[1].split())

    @property
    def sections(self) -> tuple[str, ...]:
        """The headings below it."""
        fence, headings = False, []
        for line in self.text.splitlines():
            fence ^= line.startswith("```")
            if not fence and line.startswith("##"):
                headings.append(line.lstrip("# "))
        return tuple(headings)


@cache
def pages() -> dict[str, Page]:
    """All pages by their topics."""
    folder = files(__name__)
    return {topic: Page(topic, (folder / f"{topic}.md").read_text(encoding="utf-8")) for topic in TOPICS}


def topic_of(text: str) -> str:
    """The topic that is meant, also by the file of its page or in capitals.

    >>> topic_of("KEYS"), topic_of("dlx/guide/tutorial.md"), topic_of("halving")
    ('keys', 'tutorial', 'halving')
    """
    return as_spelt(text.rpartition("/")[2].removesuffix(".md"), [*TOPICS, *REFERENCE])


def page(topic: str) -> Page:
    """The page about a topic.

    Raises:
        UsageError: there is none; it names the pages in which the word occurs.
    """
    if topic in pages():
        return pages()[topic]
    word = topic.lower()
    where = [name for name, other in pages().items() if word in other.text.lower()]
    hint = f"; the word is in {', '.join(where)}" if where else ""
    raise UsageError(f"there is no page {topic!r} in the guide {allowed(topic, [*TOPICS, *REFERENCE])}{hint}")
