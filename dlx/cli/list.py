"""``dlx list``: the components that a spec may name, with formulas, options and sources; its sections and keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlx import guide
from dlx.cli.commands import COMMANDS
from dlx.cli.options import Json, Plugins
from dlx.cli.rows import allowed_in_language, print_rows, print_text
from dlx.errors import UsageError, allowed, listing, nearest
from dlx.guide import explain as explaining
from dlx.language import translated
from dlx.search.study import section as study_section
from dlx.search.tune import section as tune_section
from dlx.show import terminal
from dlx.spec import keys, plugins, schema, sections, trust
from dlx.spec.yaml_text import writing
from dlx.synonyms import as_spelt
from dlx.text import command

if TYPE_CHECKING:
    from dlx.component import Component, Options
    from dlx.guide.explain import TopicEntry
    from dlx.spec.keys import Key

Kind = Annotated[
    str | None,
    typer.Argument(metavar="KIND|SECTION", help="Such as optimizer, training or data.split.", show_default=False),
]
Name = Annotated[str | None, typer.Argument(metavar="NAME", help="Such as adam, or epochs.", show_default=False)]

WHOLE = "spec"  # the section of the keys that stand in none


def list_components(kind: Kind = None, name: Name = None, plugin: Plugins = None, json: Json = False) -> None:
    """List what a spec may name, with formulas and options.

    Without arguments it lists the kinds of components, and the sections of a spec and of the plans of dlx tune and dlx
    study. KIND or SECTION shows what is in it, and NAME shows one of these with its options.
    """
    plugins.load_installed()
    trust.load_named(plugin or ())
    by_section = _sections()
    kind = None if kind is None else _kind_of(kind, [*schema.components(), *by_section])
    if kind in by_section:
        _print_section(by_section[kind], name, json)
        return
    chosen = _chosen(kind, name, list(by_section))
    if json:
        _print_json(chosen, by_section if kind is None else {})
    elif kind is None:
        print_rows([(family, ", ".join(members)) for family, members in chosen.items()])
        typer.echo(f"\n{translated('Sections, each with its keys')}")
        print_rows([(section, ", ".join(map(_last, section_keys))) for section, section_keys in by_section.items()])
    elif name is None:
        print_rows([(name, translated(schema.summary(member))) for name, member in chosen[kind].items()])
    else:
        [member] = chosen[kind].values()
        _print_details(member)


def _kind_of(word: str, kinds: Sequence[str]) -> str:
    """The kind or section that is meant, also by its plural."""
    forms = [word, *(word[:-count] for count in (1, 2) if word.lower().endswith("s"))]
    return next((kind for form in forms if (kind := as_spelt(form, kinds)) in kinds), word)


def _plans() -> list[type[Options]]:
    return [tune_section.TuneFile, study_section.StudyFile]


def _sections() -> dict[str, list[Key]]:
    """The sections of a spec and of plans that are no components, with their keys."""
    records: list[type[Options]] = [sections.Spec, *_plans()]
    every = [key for record in records for key in keys.keys(record).values()]
    by_section: dict[str, list[Key]] = {}
    for key in every:
        if not key.owners:
            by_section.setdefault(key.path.rpartition(".")[0], []).append(key)
    components = schema.components()
    by_section = {WHOLE: by_section.pop(""), **by_section}
    return {section: listed for section, listed in by_section.items() if section not in components}


def _last(key: Key) -> str:
    return key.path.rpartition(".")[2]


def _print_section(section: Sequence[Key], name: str | None, json: bool) -> None:
    """The keys of a section, or one of them."""
    by_name = {_last(key): key for key in section}
    name = None if name is None else as_spelt(name, by_name)
    if name is not None and name not in by_name:
        raise UsageError(f"there is no key named {name!r} here {allowed(name, list(by_name))}")
    chosen = [by_name[name]] if name is not None else section
    explanations = [explaining.of_key(key) for key in chosen]
    if json:
        terminal.document({"keys": explaining.as_document(explanations)})
    else:
        print_rows([_row(explanation) for explanation in explanations])


def _row(key: TopicEntry) -> tuple[str, ...]:
    default = {None: "required", "null": "optional", "": ""}.get(key.default, f"default {key.default}")
    allowed = allowed_in_language(key.allowed or "")
    return key.name.rpartition(".")[2], allowed, translated(default), translated(key.meaning)


def _chosen(kind: str | None, name: str | None, others: Sequence[str]) -> Mapping[str, Mapping[str, type[Component]]]:
    """The components asked for, by kind and name."""
    registry = schema.components()
    if kind is None:
        return dict(sorted(registry.items()))
    if kind not in registry:
        raise _no_kind(kind, [*registry, *others])
    members = registry[kind]
    if name is None:
        return {kind: members}
    name = as_spelt(name, members)
    if name not in members:
        raise UsageError(f"there is no {kind} named {name!r} {allowed(name, list(members))}")
    return {kind: {name: members[name]}}


def _no_kind(word: str, kinds: Sequence[str]) -> UsageError:
    """The refusal of what is no kind and no section, with the command for what it is, or is spelt like."""
    what = f"there is no kind of component or section named {word!r}"
    if word.lower() in (*guide.REFERENCE, *COMMANDS):
        page = command("guide", word.lower()) if word.lower() in guide.REFERENCE else command(word.lower())
        return UsageError(f"{what} {listing(kinds)}; did you mean {page}?")
    if nearest(word, kinds):
        return UsageError(f"{what} {allowed(word, kinds)}")
    topic = explaining.nearest_topic(word, _plans())
    if topic is None:
        return UsageError(f"{what} {allowed(word, kinds)}")
    kind = next((kind for kind, members in schema.components().items() if topic in members), None)
    meant = command("list", kind, topic) if kind else command("explain", topic)
    return UsageError(f"{what} {allowed(word, kinds)}; did you mean {meant}?")


def _print_json(chosen: Mapping[str, Mapping[str, type[Component]]], by_section: Mapping[str, list[Key]]) -> None:
    components = [schema.description(member) for members in chosen.values() for member in members.values()]
    listed = {section: [key.path for key in section_keys] for section, section_keys in by_section.items()}
    terminal.document({"components": components, **({"sections": listed} if listed else {})})


def _print_details(member: type[Component]) -> None:
    document = schema.description(member)
    typer.echo(f"{document['kind']} {document['name']}\n")
    print_text("\n\n".join(map(_paragraph, document["description"].split("\n\n"))))
    typer.echo()
    if facts := member.facts():
        print_rows([(translated(name).capitalize(), translated(fact)) for name, fact in facts.items()])
        typer.echo()
    if document["options"]:
        typer.echo(translated("Options"))
        print_rows([(f"  {option['name']}", *_cells(option)) for option in document["options"]])
        typer.echo()
    typer.echo(translated(f"Defined in {document['defined_in']}"))


def _cells(option: dict[str, Any]) -> tuple[str, str, str]:
    without = "required" if option["required"] else "optional"
    default = without if option["default"] is None else f"default {writing.dump_scalar(option['default'])}"
    allowed = allowed_in_language(explaining.without_far_bounds(option["type"]))
    return allowed, translated(default), translated(option["description"])


def _paragraph(text: str) -> str:
    """In the language of the reader where the catalog has it, else as it is."""
    words = " ".join(text.split())
    spoken = translated(words)
    return text if spoken == words else spoken
