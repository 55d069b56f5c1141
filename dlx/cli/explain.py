"""``dlx explain``: what a key, a finding, a metric, a component or a term of the course means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.options import Json, Plugins
from dlx.cli.rows import allowed_in_language, print_rows
from dlx.guide import explain as explaining
from dlx.language import translated
from dlx.search.study import section as study_section
from dlx.search.tune import section as tune_section
from dlx.show import terminal
from dlx.spec import plugins, trust

if TYPE_CHECKING:
    from dlx.guide.explain import TopicEntry

Name = Annotated[
    str,
    typer.Argument(
        metavar="KEY|FINDING|METRIC|COMPONENT",
        help="Such as optimizer.learning_rate, dead_units, f1 or adam; of a key its last part may do.",
        show_default=False,
    ),
]


AS_IT_IS = ("allowed", "default", "related", "example")  # names and values, or translated already


def explain(name: Name, plugin: Plugins = None, json: Json = False) -> None:
    """Say what a key, a finding, a metric, a component or a term of the course means, with an example.

    Keys are those of specs, and of the plans of dlx tune and dlx study.
    """
    plugins.load_installed()
    trust.load_named(plugin or ())
    explanations = explaining.explain(name, [tune_section.TuneFile, study_section.StudyFile])
    if json:
        terminal.document({"explanations": explaining.as_document(explanations)})
        return
    for number, explanation in enumerate(explanations):
        if number:
            typer.echo()
        _print(explanation)


def _print(explanation: TopicEntry) -> None:
    owners = [translated(owner) if " " in owner else owner for owner in explanation.of]  # every kind, or names
    of = f" {translated('of')} {', '.join(owners)}" if owners else ""
    head = explanation.name, f"{translated(explanation.kind)}{of}"
    rows = [
        ("meaning", explanation.meaning),
        ("allowed", allowed_in_language(explanation.allowed or "")),
        ("default", _default(explanation)),
    ]
    rows += [("short", form) for form in explanation.short_forms]
    rows += list((explanation.also or {}).items())
    rows += [("related", ", ".join(explanation.related)), ("example", explanation.example)]
    print_rows([head, *(_in_language(row) for row in rows if row[1])])


def _in_language(row: tuple[str, str]) -> tuple[str, str]:
    """A row in the language of the reader, with names and the example as they are."""
    label, text = row
    return translated(label), text if label in AS_IT_IS else translated(text)


def _default(explanation: TopicEntry) -> str:
    if explanation.kind != "key":
        return ""
    if explanation.default is None:
        return translated("none: it has to be stated")
    return translated("nothing: it is left out") if explanation.default == "null" else explanation.default
