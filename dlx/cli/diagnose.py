"""``dlx diagnose``: bias, variance, mismatch and overfitting to dev, with their uncertainty, and what to do next."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlx.cli.act import Act, Budget, Cluster, Seeds, Workers, acted, options_of
from dlx.cli.bare_errors import refuse_as_run
from dlx.cli.folds import diagnose_folds, of_folds
from dlx.cli.learning_curve import LearningCurve, Sizes, Target, options_of_curve, show_learning_curve
from dlx.cli.options import Json, Overrides, Plugins, Quiet
from dlx.diagnose import fail_on as fail_conditions
from dlx.diagnose.steps import next_step
from dlx.documents import diagnosis as documents
from dlx.errors import CheckFailed, EnvironmentProblem, UsageError
from dlx.runs.diagnosis import diagnose as examinations
from dlx.runs.diagnosis import judge_errors
from dlx.runs.files import latest, manifest
from dlx.runs.files.file_names import PLAN
from dlx.runs.files.fold_directories import refit_command
from dlx.runs.predictions import worst_rows as worst_examples
from dlx.show import pictures, terminal
from dlx.spec import trust
from dlx.text import command

if TYPE_CHECKING:
    from dlx.runs.diagnosis.examination import Examination
    from dlx.search.repair.race_setup import RepairOptions

Source = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN|FOLDS|SPEC",
        help="A run directory, `latest`, that of a training in folds, or a spec before training.",
        show_default=False,
    ),
]
Errors = Annotated[
    str | None,
    typer.Option(
        metavar="NAME=RATE,…",
        help="Judge bare numbers: train, train_dev, dev, test, optimal, tolerance as .15 or 15%, m_train … as counts.",
    ),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        metavar="NAME,…",
        help="Exit code 3 if: bias, variance, mismatch, overfitting (is high), unsettled, error, warning, note (a "
        "finding of that severity or worse), or a finding of that name.",
    ),
]
Full = Annotated[
    bool, typer.Option("--full", help="Show the evidence too: gaps, confusion, worst examples, metrics, all findings.")
]
ALONE = (
    "--learning-curve takes a run and --seeds, --sizes, --target, --workers, --cluster, --budget and --json, and draws "
    "its own picture: leave out the rest"
)
Picture = Annotated[Path | None, typer.Option(metavar="FILE.png", help="Also draw the errors into this file.")]
Worst = Annotated[
    Path | None,
    typer.Option(metavar="FILE.csv", help="Also write the examples that a run is most wrong about into this file."),
]


def diagnose(
    source: Source = None,
    overrides: Overrides = None,
    errors: Errors = None,
    fail_on: FailOn = None,
    picture: Picture = None,
    worst: Worst = None,
    act: Act = False,
    learning_curve: LearningCurve = False,
    sizes: Sizes = None,
    target: Target = None,
    seeds: Seeds = None,
    budget: Budget = None,
    workers: Workers = None,
    cluster: Cluster = None,
    plugin: Plugins = None,
    full: Full = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what the errors of a run, or bare errors, tell about bias and variance, and what is wrong with a spec.

    Without a run it is the newest one. What is found about a run is kept in its directory, unless
    diagnosis.optimal_error or diagnosis.tolerance is given.
    """
    source, how = _source(source, errors, overrides), (seeds, budget, workers, cluster)
    _refuse_lonely(act or learning_curve, any(how), learning_curve, bool(sizes or target))
    trust.load_named(plugin or ())
    if learning_curve:
        _refuse_beside(source is None or overrides or fail_on or picture or worst or act)
        show_learning_curve(source or "", options_of_curve(*how, sizes, target), json)
        return
    if _is_of_folds(source, overrides or fail_on or picture or worst or act or full, json, quiet):
        return
    conditions, options = _conditions(fail_on), options_of(*how) if act else None
    examination = _examined(source, errors, overrides or [], next_step.TypedOptions(worst, act))
    written = _written(examination, picture, worst, is_kept=not overrides)
    _tell(examination, written, options, json, full, quiet)
    _name_outputs(*(() if json or quiet else (picture, worst)))
    _judge(examination, conditions)


def _is_of_folds(source: str | None, others: object, json: bool, quiet: bool) -> bool:
    """Whether that is a training in folds, which is diagnosed then; refused where ``others`` need one network."""
    path = of_folds(source)
    if path is not None and others:
        raise UsageError(
            f"{path}: is a training in folds, of which only --json and --quiet say how it is shown; the rest needs one "
            f"network: {refit_command(path / PLAN)} trains it"
        )
    if path is not None:
        diagnose_folds(path, json, quiet)
    return path is not None


def _refuse_beside(others: object) -> None:
    """Refuse what has no part in a learning curve."""
    if others:
        raise UsageError(ALONE)


def _name(examination: Examination) -> None:
    """Only where the run lies."""
    if examination.run is not None:
        terminal.path(examination.run.path)


def _source(source: str | None, errors: str | None, others: list[str] | None) -> str | None:
    """What is looked at: the newest run where neither another nor bare errors are named."""
    if source is not None and errors is not None and "=" in source:
        raise UsageError(f"the errors are one word, with commas: --errors {errors},{source}")
    if source is not None and errors is not None:
        raise UsageError("dlx diagnose takes a run directory or a spec, or --errors train=.15,dev=.16,optimal=0")
    refuse_as_run(source, others or ())
    return latest.LATEST if source is None and errors is None else source


def _refuse_lonely(trains: bool, says_how: bool, learning_curve: bool, says_where: bool) -> None:
    """Refuse options that say how something is done that was not asked for."""
    if says_how and not trains:
        what = "--seeds, --budget, --workers and --cluster say how --act or --learning-curve is to be done: add one"
        raise UsageError(what)
    if says_where and not learning_curve:
        raise UsageError("--sizes and --target say how --learning-curve is to be done: add it")


def _conditions(fail_on: str | None) -> tuple[str, ...]:
    return fail_conditions.parse_conditions(fail_on) if fail_on is not None else ()


def _examined(
    source: str | None, errors: str | None, overrides: list[str], typed: next_step.TypedOptions
) -> Examination:
    if errors is not None:
        return judge_errors.examine_errors(errors)
    return examinations.examine(source or "", overrides, typed)


def _written(examination: Examination, picture: Path | None, worst: Path | None, is_kept: bool) -> list[Path]:
    """Write what is asked for beside what is shown, and what is kept in the run; returns the pictures there."""
    if picture is not None:
        manifest.write_output("picture", picture, examination.picture(), pictures.is_ours)
    if worst is not None:
        _write_worst(examination, worst)
    return _keep(examination) if is_kept else []


def _name_outputs(*outputs: Path | None) -> None:
    """Which files the options have written."""
    for output in filter(None, outputs):
        terminal.labeled("written", (str(output), "cyan"))


def _write_worst(examination: Examination, path: Path) -> None:
    if examination.run is None:
        raise UsageError("--worst writes the examples that a run is most wrong about: train the spec first")
    manifest.write_output("worst", path, worst_examples.worst_rows(examination.run), worst_examples.is_ours)


def _keep(examination: Examination) -> list[Path]:
    """The pictures in the run directory; where it cannot be written to, the verdict is given all the same."""
    try:
        return examinations.keep(examination)
    except EnvironmentProblem as error:
        terminal.say((f"not kept in the run: {error}", ""), stream=sys.stderr)
        return []


def _tell(
    examination: Examination, written: list[Path], options: RepairOptions | None, json: bool, full: bool, quiet: bool
) -> None:
    """Show what was found out; with options for that, go on to have it repaired."""
    if options is not None:
        _act(examination, written, options, json)
    elif quiet:
        _name(examination)
    else:
        _show(examination, written, json, full)


def _show(examination: Examination, written: list[Path], json: bool, full: bool = False) -> None:
    if json:
        for remark in examination.remarks if examination.run else ():
            terminal.say((f"remark: {remark}", ""), stream=sys.stderr)
        terminal.document(examination.document)
    else:
        terminal.diagnosis(
            examination.name,
            examination.document,
            examination.facts,
            remarks=examination.remarks,
            steps=examination.steps,
            pictures=written,
            full=full,
            more=command("diagnose", examination.run.path, "--full") if examination.run else "",
        )


def _act(examination: Examination, written: list[Path], options: RepairOptions, json: bool) -> None:
    """Show what was found, then what the recipe comes to."""
    document = examination.document
    if examination.run is None or isinstance(document, documents.SpecDiagnosis):
        raise UsageError("--act goes on from a run: train the spec first")
    if not json:
        _show(examination, written, json)
    repair = acted(examination.run, document, options, quiet=json)
    if json:
        terminal.document(replace(document, act=repair))
    else:
        terminal.recipe(repair, document.task)


def _judge(examination: Examination, conditions: tuple[str, ...]) -> None:
    """End with exit code 3 if any of the conditions is the case."""
    for name in fail_conditions.unknown(conditions, examination.document):
        terminal.say((f"--fail-on: {name} cannot be judged: an error that it needs is missing", ""), stream=sys.stderr)
    if reasons := fail_conditions.unmet(conditions, examination.document):
        raise CheckFailed(f"--fail-on: {'; '.join(reasons)}")
