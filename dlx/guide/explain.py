"""Explaining: what a key, a finding, a metric, a component or a term is, from what dlx itself knows of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticUndefined

from dlx.component import Component, Options
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.findings import Cause
from dlx.diagnose.meanings import MEANINGS
from dlx.errors import UsageError, hint, nearest
from dlx.guide.terms import GAPS, NOTES_OF_GAPS, QUANTITIES, SHOWN_BY, TERMS, name_here, nearest_term, term_of
from dlx.spec.key_examples import example_of, example_of_component
from dlx.spec.keys import FURTHER_SOURCES, Key, keys, places
from dlx.spec.schema import components, summary
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.stats.metrics.metric import Metric
from dlx.synonyms import NOTES, SYNONYMS, as_spelt, plainly
from dlx.text import command

MOST_RELATED = 12
# The command that takes a file, and what that is called in examples, by the class of what it holds.
FILES = {"Spec": ("train", "spec.yaml"), "TuneFile": ("tune", "search.yaml"), "StudyFile": ("study", "study.yaml")}


@dataclass(frozen=True)
class TopicEntry:
    """What there is to say of one name; what does not apply is None or empty.

    kind: key, finding, metric, component, quantity or term.
    allowed: what may stand there, in words.
    default: as it is written in YAML.
    of: the components whose option a key is, or the kind of a component.
    also: further facts, by what they are.
    example: a command.
    """

    kind: str
    name: str
    meaning: str
    allowed: str | None = None
    default: str | None = None
    short_forms: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    also: Mapping[str, str] | None = None
    related: tuple[str, ...] = ()
    example: str = ""


def explain(name: str, plans: Sequence[type[Options]]) -> list[TopicEntry]:
    """All that a name may mean, the likeliest first.

    Args:
        name: such as ``optimizer.learning_rate``, ``learning_rate``, ``adam``, ``dead_units`` or ``f1``.
        plans: what the files of ``dlx tune`` and ``dlx study`` hold.

    Raises:
        UsageError: it means nothing; with the nearest name that does.
    """
    names = list(topics(plans))
    here = {*names, *(path.rpartition(".")[2] for path in names)}
    text = as_spelt(_as_key(name_here(name)), here)
    by_file = [keys(), *map(keys, plans)]
    term = term_of(name_here(name), is_name=name in here)
    every = [*([_of_term(term)] if term else []), *_matches(text, by_file, exactly=True)]
    if "." not in text and not any(explanation.kind == "key" for explanation in every):
        synonyms = (
            [] if every and not term else [word for word in SYNONYMS.get(plainly(text), ()) if plainly(text) in NOTES]
        )
        ends = [entry for word in (*synonyms, text) for entry in _matches(word, by_file, exactly=False)]
        is_first = bool(every) and (every[0].kind != "quantity" or every[0].name in GAPS)
        every = [*every, *ends] if is_first else [*ends, *every]
    if not every:
        further = hint(text, nearest_topic(text, plans)) or " (dlx guide reference says where all of them are listed)"
        raise UsageError(f"{name}: there is no key, finding, metric, component or term of that name{further}")
    return every


def nearest_topic(word: str, plans: Sequence[type[Options]]) -> str | None:
    """What a word means that can be explained: itself, what another tool calls so, or what is spelt almost so."""
    names = list(topics(plans))
    return word if word in names else _meant(word, names)


def topics(plans: Sequence[type[Options]]) -> Iterator[str]:
    """All names that can be explained: keys, components, metrics and findings."""
    yield from keys()
    for record in plans:
        yield from keys(record)
    for members in components().values():
        yield from members
    yield from CAUSES
    yield from QUANTITIES
    yield from GAPS
    yield from (name.replace(" ", "_") for name in TERMS)  # as one word, which a shell completes


def _as_key(name: str) -> str:
    """A key as it is listed: without a value, without the numbers of entries, and of the source that is described."""
    parts = [part for part in name.partition("=")[0].strip().split(".") if not part.isdecimal()]
    if len(parts) > 2 and parts[0] == "data" and parts[1] in FURTHER_SOURCES:
        parts[1] = "source"
    return ".".join(parts)


def _matches(text: str, by_file: Sequence[Mapping[str, Key]], exactly: bool) -> Iterator[TopicEntry]:
    """What has this name; or else the keys that end in it."""
    for all_keys in by_file:
        for path, key in all_keys.items():
            if path == text if exactly else path.endswith(f".{text}") and _is_first(path, text, all_keys):
                yield of_key(key, all_keys)
    for kind, members in components().items():
        for name, member in members.items():
            if exactly and text in (name, f"{kind}.{name}"):
                yield _of_component(member)
    if exactly and text in CAUSES:
        yield of_finding(CAUSES[text])
    if exactly and (name := text.lower().removeprefix("high ").removeprefix("low ")) in GAPS:
        also = {"notes": NOTES_OF_GAPS[name]} if name in NOTES_OF_GAPS else None
        yield TopicEntry("quantity", name, GAPS[name], also=also, example=command("diagnose", "latest"))
    part, _, quantity = text.partition("_")
    measure = text if text in QUANTITIES else quantity if part in ("train", "dev", "test") else ""
    if exactly and measure in QUANTITIES:
        yield TopicEntry("quantity", text, QUANTITIES[measure], example=command(*SHOWN_BY[measure]))
    elif exactly and measure in Metric.members():
        yield _of_component(Metric.members()[measure])


def _of_term(name: str) -> TopicEntry:
    term = TERMS[name]
    also, example = {"notes": term.notes}, command(*term.example)
    return TopicEntry("term", name, term.meaning, also=also, related=term.related, example=example)


def _is_first(path: str, text: str, all_keys: Mapping[str, Key]) -> bool:
    """Whether no shorter key ends so: what layers and schedules in schedules repeat is told once."""
    return path.count(".") == min(other.count(".") for other in all_keys if other.endswith(f".{text}"))


def _meant(text: str, names: Sequence[str]) -> str | None:
    """The topic that another tool's word stands for, or that is spelt almost so."""
    last = text.rpartition(".")[2]
    for word in SYNONYMS.get(plainly(last), ()):
        if topic := next((name for name in sorted(names, key=_is_deep) if word == name.rpartition(".")[2]), None):
            return topic
    ends = {name.rpartition(".")[2]: name for name in reversed(names)} | {name: name for name in names}
    return ends.get(nearest(text.lower(), ends) or nearest(last.lower(), ends) or "") or nearest_term(text)


def _is_deep(name: str) -> bool:
    """Whether a key stands in a section of a section."""
    return name.count(".") > 1


def of_key(key: Key, all_keys: Mapping[str, Key] | None = None) -> TopicEntry:
    """A key, with those of ``all_keys`` that are related to it, and an example for the command of its file."""
    all_keys = all_keys or {}
    verb, file = FILES[key.trails[0][0].options.__name__]
    default = key.default()
    below = [path for path in all_keys if path.rpartition(".")[0] == key.path]
    beside = [path for path, other in all_keys.items() if path != key.path and _are_together(key, other)]
    return TopicEntry(
        kind="key",
        name=key.path,
        meaning=key.meaning(),
        allowed=without_far_bounds(key.allowed()),
        default=_in_yaml(default, bool(below)),
        short_forms=tuple(key.short_forms()),
        of=_in_few_words(key),
        related=tuple((below or [*_named(key.meaning(), all_keys, key.path), *beside])[:MOST_RELATED]),
        example=command(verb, file, example_of(key)),
    )


def without_far_bounds(allowed: str) -> str:
    """What may stand somewhere, without bounds that nobody comes to."""
    return re.sub(r" (?:and )?[<≤] [\d.]+e\+\d+", "", allowed)


def _in_yaml(default: Any, has_keys: bool) -> str | None:
    """A default as it is written; None where there is none, and empty where the keys below have theirs."""
    if default is PydanticUndefined:
        return None
    return "" if has_keys and isinstance(default, dict) else dump_scalar(default)


def _in_few_words(key: Key) -> tuple[str, ...]:
    """The components whose option a key is; of all of a kind, that."""
    kinds = {step.options.kind for step in (trail[-1] for trail in key.trails) if issubclass(step.options, Component)}
    for kind in kinds:
        if {*key.owners} == components()[kind].keys():
            return (f"every {kind}",)
    return tuple(key.owners)


def _are_together(key: Key, other: Key) -> bool:
    """Whether two keys stand in one section, or are options of one component."""
    return other.is_in(key.path.rpartition(".")[0]) and (not key.owners or bool({*key.owners} & {*other.owners}))


def _named(text: str, all_keys: Mapping[str, Key], but: str) -> list[str]:
    """The keys that a text speaks of."""
    words = dict.fromkeys(re.findall(r"[a-z_0-9]+(?:\.[a-z_0-9]+)+", text))
    return [word for word in words if word in all_keys and word != but]


def _of_component(member: type[Component]) -> TopicEntry:
    place, options = places()[member.kind], member.model_fields
    others = [name for name in components()[member.kind] if name != member.name]
    options_in_words = [f"{place}.{option}" for option in options]
    return TopicEntry(
        kind="metric" if member.kind == "metric" else "component",
        name=member.name,
        meaning=summary(member),
        of=() if member.kind == "metric" else (member.kind,),
        also={**member.facts(), "all of it": command("list", member.kind, member.name)},
        related=tuple([*options_in_words, place, *others][:MOST_RELATED]),
        example=command("train", "spec.yaml", example_of_component(member)),
    )


def of_finding(cause: Cause) -> TopicEntry:
    tried: dict[str, str] = {change.name: change.why for change in cause.changes}
    also = {"severity": cause.severity, "remedy": cause.remedy, "notes": cause.notes}
    if tried:
        also["--act tries"] = "; ".join(f"{name} ({why})" for name, why in tried.items())
    alike = [other.name for other in CAUSES.values() if other.notes == cause.notes and other is not cause]
    return TopicEntry(
        kind="finding",
        name=cause.name,
        meaning=MEANINGS[cause.name],
        also=also,
        related=tuple([*_named(cause.remedy, keys(), ""), *alike][:MOST_RELATED]),
        example=command("diagnose", "latest", "--fail-on", cause.name),
    )


def as_document(explanations: Sequence[TopicEntry]) -> list[dict[str, Any]]:
    """The explanations as plain data."""
    return [vars(explanation) | {"also": dict(explanation.also or {})} for explanation in explanations]
