"""``dlx config``: the resolved spec, a check of it, and the JSON Schema by which editors complete its keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlx.cli import rows
from dlx.cli.layout import Commands
from dlx.cli.options import Json, Overrides, Plugins, Spec
from dlx.errors import Problem, SpecError
from dlx.runs.reading import mistaken
from dlx.search import plan
from dlx.search.study import file as study_file
from dlx.search.study import section as study_section
from dlx.search.tune import file as tune_file
from dlx.search.tune import section as tune_section
from dlx.show import terminal
from dlx.spec import loader, plugins, tree, trust
from dlx.spec import schema as spec_schema
from dlx.spec.yaml_text import writing
from dlx.training import build

if TYPE_CHECKING:
    from dlx.component import Options
    from dlx.spec.loader import Resolved

config = Commands(no_args_is_help=True)

Origin = Annotated[bool, typer.Option("--origin", help="One line for each value, with the place that decided it.")]
Step = Annotated[bool, typer.Option("--step", help="The training step as the list of NumPy calls that it is.")]


@config.callback()
def describe() -> None:
    """Show or check a spec, or print the JSON Schema of specs."""


@config.command()
def show(
    spec: Spec,
    overrides: Overrides = None,
    origin: Origin = False,
    step: Step = False,
    plugin: Plugins = None,
    json: Json = False,
) -> None:
    """Print the complete spec, every default filled in."""
    mistaken.refuse_as_spec(spec, "config", "show")
    trust.load_named(plugin or ())
    resolved = loader.load_spec(spec, overrides or ())
    if step:
        _print_step(resolved, json)
    elif origin:
        _print_origins(resolved, json)
    elif json:
        terminal.facts(resolved.spec.dump(), json=True)
    else:
        typer.echo(loader.dump_yaml(resolved.spec), nl=False)


def _print_origins(resolved: Resolved, json: bool) -> None:
    values = [(tree.dotted(key), value, str(resolved.origins[key])) for key, value in tree.leaves(resolved.spec.dump())]
    if json:
        terminal.facts({key: {"value": value, "origin": place} for key, value, place in values}, json=True)
    else:
        rows.print_rows([(f"{key}={writing.dump_scalar(value)}", f"# {place}") for key, value, place in values])


def _print_step(resolved: Resolved, json: bool) -> None:
    lines = build.build(resolved.spec).step_lines()
    if json:
        terminal.document({"step": lines})
    else:
        typer.echo("\n".join(lines))


@config.command()
def check(spec: Spec, overrides: Overrides = None, plugin: Plugins = None, json: Json = False) -> None:
    """Say all that is wrong with a spec, or with a plan for dlx tune or dlx study, without reading the data."""
    mistaken.refuse_as_spec(spec, "config", "check")
    trust.load_named(plugin or ())
    try:
        _load(spec, overrides or ())
    except SpecError as error:
        if not json:
            raise
        _print_verdict(error.problems)
        raise typer.Exit(error.exit_code) from None
    if json:
        _print_verdict(())
    else:
        typer.echo(f"{spec}: ok")


def _load(path: Path, overrides: Sequence[str]) -> None:
    """Load a spec, or a plan of whatever kind; the errors tell what is wrong."""
    kind = plan.kind_of(path)
    if kind is None:
        loader.load_spec(path, overrides)
    elif kind == "search":
        tune_file.load_tune(path, overrides)
    else:
        study_file.load_study(path, overrides)


def _print_verdict(problems: Sequence[Problem]) -> None:
    entries = [_as_data(problem) for problem in problems]
    terminal.document({"valid": not problems, "problems": entries})


def _as_data(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "source": place.source,
        "line": place.line,
        "column": place.column,
        "key": problem.key,
        "what": problem.what,
    }


@config.command()
def schema(plugin: Plugins = None, json: Json = False) -> None:
    """Print the JSON Schema that lets editors complete a spec or a plan."""
    plugins.load_installed()
    trust.load_named(plugin or ())
    records: list[type[Options]] = [tune_section.TuneFile, study_section.StudyFile]
    terminal.facts(spec_schema.with_plans(spec_schema.json_schema(), records), json=True)
