"""``dlx list``: the components that a spec may name, with their formulas, options, defaults and sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlx.cli.options import Json, Plugins
from dlx.cli.rows import print_rows
from dlx.errors import UsageError, allowed
from dlx.show import terminal
from dlx.spec import plugins, schema, trust
from dlx.spec.yaml_text import writing

if TYPE_CHECKING:
    from dlx.component import Component

Kind = Annotated[str | None, typer.Argument(metavar="KIND", help="Such as optimizer.", show_default=False)]
Name = Annotated[str | None, typer.Argument(metavar="NAME", help="Such as adam.", show_default=False)]


def list_components(kind: Kind = None, name: Name = None, plugin: Plugins = None, json: Json = False) -> None:
    """List what a spec may name, with formulas and options.

    Alone it lists the kinds, with KIND the components of that kind, with NAME one of them with its options.
    """
    plugins.load_installed()
    trust.load_named(plugin or ())
    chosen = _chosen(kind, name)
    if json:
        _print_json(chosen)
    elif kind is None:
        print_rows([(family, ", ".join(members)) for family, members in chosen.items()])
    elif name is None:
        _print_summaries(chosen[kind])
    else:
        _print_details(chosen[kind][name])


def _chosen(kind: str | None, name: str | None) -> Mapping[str, Mapping[str, type[Component]]]:
    """The components asked for, by kind and name."""
    registry = schema.components()
    if kind is None:
        return dict(sorted(registry.items()))
    if kind not in registry:
        raise UsageError(f"there is no kind of component named {kind!r} {allowed(kind, list(registry))}")
    members = registry[kind]
    if name is None:
        return {kind: members}
    if name not in members:
        raise UsageError(f"there is no {kind} named {name!r} {allowed(name, list(members))}")
    return {kind: {name: members[name]}}


def _print_json(chosen: Mapping[str, Mapping[str, type[Component]]]) -> None:
    components = [schema.description(member) for members in chosen.values() for member in members.values()]
    terminal.document({"components": components})


def _print_summaries(members: Mapping[str, type[Component]]) -> None:
    print_rows([(name, schema.summary(member)) for name, member in members.items()])


def _print_details(member: type[Component]) -> None:
    document = schema.description(member)
    typer.echo(f"{document['kind']} {document['name']}\n\n{document['description']}\n")
    if facts := member.facts():
        print_rows([(name.capitalize(), fact) for name, fact in facts.items()])
        typer.echo()
    if document["options"]:
        typer.echo("Options")
        print_rows([(f"  {option['name']}", *_cells(option)) for option in document["options"]])
        typer.echo()
    typer.echo(f"Defined in {document['defined_in']}")


def _cells(option: dict[str, Any]) -> tuple[str, str, str]:
    without = "required" if option["required"] else "optional"
    default = without if option["default"] is None else f"default {writing.dump_scalar(option['default'])}"
    return option["type"], default, option["description"]
