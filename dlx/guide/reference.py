"""The reference: pages of the guide that are written when they are asked for, from what the program knows of itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlx.component import Component, Options
from dlx.diagnose.causes import CAUSES
from dlx.guide import explain as explaining
from dlx.guide.explain import TopicEntry
from dlx.spec.keys import Key, keys
from dlx.spec.schema import components, description
from dlx.spec.sections import Spec
from dlx.text import command

WHOLE = "a spec"  # the section of the keys that stand in none
SEVERITIES = {
    "error": "keeps a network from learning what it should",
    "warning": "costs accuracy or time",
    "note": "may be meant so",
}


def keys_page(plans: Sequence[type[Options]]) -> str:
    """Every key of a spec, and of the plans that search and compare, by section."""
    lines, headings = [], set[str]()
    records: list[type[Options]] = [Spec, *plans]
    for record in records:
        all_keys = keys(record)
        for section, listed in _by_section(all_keys).items():
            lines += [f"## {section}" if section not in headings else "", ""]
            headings.add(section)
            for key in listed:
                lines += _entry_of_key(explaining.of_key(key, all_keys))
    return _text(lines)


def components_page() -> str:
    """Every component with its formula, its options and where it is from; metrics have a page of their own."""
    lines = list[str]()
    for kind, members in sorted(components().items()):
        if kind != "metric":
            lines += [f"## {kind}", ""]
            for member in members.values():
                lines += _entry_of_component(member)
    return _text(lines)


def metrics_page() -> str:
    """Every metric with its formula and what its interval rests on."""
    lines = list[str]()
    for member in components()["metric"].values():
        lines += _entry_of_component(member)
    return _text(lines)


def findings_page() -> str:
    """Every finding with its meaning, its cause in the notes and its remedies, the gravest first."""
    lines = list[str]()
    for severity, harm in SEVERITIES.items():
        lines += [f"## {severity}", "", f"It {harm}.", ""]
        for cause in sorted(CAUSES.values(), key=lambda cause: cause.name):
            if cause.severity == severity:
                lines += _entry_of_finding(explaining.of_finding(cause))
    return _text(lines)


def _text(lines: Sequence[str]) -> str:
    """The paragraphs, with one empty line between two of them."""
    return "\n".join(line for i, line in enumerate(lines) if line or (i and lines[i - 1])).strip() + "\n"


def _by_section(all_keys: dict[str, Key]) -> dict[str, list[Key]]:
    by_section: dict[str, list[Key]] = {}
    for path, key in all_keys.items():
        by_section.setdefault(path.partition(".")[0] if "." in path else WHOLE, []).append(key)
    return by_section


def _entry_of_key(entry: TopicEntry) -> Iterator[str]:
    of = f" (of {', '.join(f'`{owner}`' for owner in entry.of)})" if entry.of else ""
    yield from (f"### `{entry.name}`", "", f"{_sentence(entry.meaning)}{of}", "")
    yield f"- allowed: {entry.allowed}"
    if entry.default is None:
        yield "- required"
    elif entry.default not in ("", "null"):
        yield f"- default: `{entry.default}`"
    yield from (f"- short: {form}" for form in entry.short_forms)
    yield from (f"- example: `{entry.example}`", "")


def _entry_of_component(member: type[Component]) -> Iterator[str]:
    document = description(member)
    yield from (f"### `{document['kind']} {document['name']}`", "", *_quoted(str(document["description"])), "")
    yield from (f"- {name}: {fact}" for name, fact in member.facts().items())
    for option in document["options"]:
        default = "" if option["default"] is None else f", by default `{option['default']}`"
        meaning = f": {option['description']}" if option["description"] else ""
        yield f"- `{option['name']}` ({option['type']}{default}){meaning}"
    yield ""


def _entry_of_finding(entry: TopicEntry) -> Iterator[str]:
    facts = entry.also or {}
    yield from (f"### `{entry.name}`", "", entry.meaning, "", f"- what helps: {facts['remedy']}")
    if tried := facts.get("--act tries"):
        yield f"- `--act` tries: {tried}"
    yield from (f"- in the notes: {facts['notes']}", f"- `{command('explain', entry.name)}`", "")


def _quoted(docstring: str) -> list[str]:
    """A docstring as it is written, formulas and lists of arguments included."""
    return ["```text", *docstring.strip().splitlines(), "```"]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
