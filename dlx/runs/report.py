"""Reporting: from the directory of a run, a search or a study to its page."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dlx.diagnose.steps.advice_context import train_command
from dlx.documents.tuning import tuning_of
from dlx.errors import DlxError, ReadFailure, UsageError
from dlx.runs.diagnosis.diagnose import examine_run
from dlx.runs.files.collection import FoldsDirectory, RunCollection, StudyDirectory, TuneDirectory, collection_at
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import CONFIG, REPORT
from dlx.runs.files.manifest import write_output
from dlx.runs.reading.references import open_run
from dlx.runs.reading.result import Result
from dlx.show import page
from dlx.show.page import CollectionMaterial, Material
from dlx.show.page.changed import changed
from dlx.spec.loader import load_spec
from dlx.spec.yaml_text.writing import dump
from dlx.text import command, option

NO_PAGES = (".pdf", ".png", ".svg", ".jpg", ".jpeg", ".docx", ".odt", ".md", ".txt")  # ends of names of other things


def write_report(reference: str, out: Path | None = None) -> Path:
    """Write the page of a run, a search or a study; returns where.

    Args:
        reference: its directory, or what `references.find` takes.
        out: the file, in place of the directory's own.

    Raises:
        UsageError: there is no such run, or ``out`` is no name of a file.
        EnvironmentProblem: the file cannot be written.
    """
    if out is not None and not out.name:
        raise UsageError(f"{option('out', out)}: expected the name of a file")
    if out is not None and out.suffix.lower() in NO_PAGES:
        what = f"a page is HTML, as in {out.with_suffix('.html')}; a browser prints it"
        raise UsageError(f"{option('out', out)}: {what}")
    many = collection_at(Path(reference))
    directory = many or open_run(reference)
    html = _of_many(many, out) if many else page.page(material_of(RunDirectory(directory.path)))
    if out is None:
        return directory.write_unlocked(REPORT, html.encode())
    write_output("out", out, html.encode(), page.is_ours)
    return out


def _of_many(directory: RunCollection, out: Path | None) -> str:
    """The page, whose links lead from where it is written."""
    if isinstance(directory, FoldsDirectory):
        directory.verify()
        return page.folds_page(directory.outcome(), material_of_many(directory, out))
    if isinstance(directory, TuneDirectory):
        return page.search_page(tuning_of(directory.results_now()), material_of_many(directory, out))
    assert isinstance(directory, StudyDirectory)
    study = directory.outcome()
    keys = [key for variant in study.variants for key in variant.trials]
    return page.study_page(study, replace(material_of_many(directory, out), metrics=directory.metrics(keys)))


def material_of_many(directory: RunCollection, out: Path | None = None) -> CollectionMaterial:
    """Its plan, the pictures that lie beside it, and its trainings, to which links lead from where the page is."""
    beside = directory.path if out is None else out.parent
    trainings = directory.trainings()
    return CollectionMaterial(
        plan=directory.plan_text(),
        pictures={path.stem: directory.read(path.name) for path in sorted(directory.path.glob("*.png"))},
        repeat=command(directory.command, directory.plan),
        started=min(filter(None, trainings.values()), default=""),
        runs={key: _link(directory.trials / key, beside) for key in trainings},
    )


def _link(run: Path, beside: Path) -> str:
    """The address of a run's page, or of its folder where it has none, as seen from another folder."""
    target = run / REPORT if (run / REPORT).is_file() else run
    try:
        path = Path(os.path.relpath(target, beside)).as_posix()
    except ValueError:  # on another drive
        return target.resolve().as_uri()
    return f"./{quote(path)}"


def material_of(run: RunDirectory) -> Material:
    """All that is known of a run, its network measured anew where it and its data are there.

    Of a run that is still in training, or that was killed, it is what its files tell so far; the same where its
    network, its data or a plugin of its spec are gone, which a remark then says.
    """
    result = Result.of(run)
    return Material(
        facts=result.facts,
        config=run.read(CONFIG).decode(errors="replace"),
        metrics=result.metrics,
        layers=result.layers,
        pictures=run.pictures(),
        learning_curve=run.learning_curve(),
        repeat=train_command(run.config, []),
        **_examined(result),
    )


def _examined(result: Result) -> dict[str, Any]:
    """What takes the spec, and where it can be had the network, to be found out.

    Where an objective was minimized there are no examples to look at.
    """
    run, diagnosis = result.run, result.run.diagnosis_unless_damaged()
    try:
        short = dump(changed(load_spec(run.config).spec))
    except ReadFailure:
        raise
    except DlxError as error:
        return {"diagnosis": diagnosis, "remarks": (f"nothing could be measured anew: {error}",)}
    if result.is_of_objective:
        return {"changed": short}
    try:
        examination = examine_run(run)
    except ReadFailure:
        raise
    except DlxError as error:
        remarks = (f"not measured: {error}",)
        return {"diagnosis": diagnosis, "remarks": remarks, "changed": short}
    return {
        "changed": short,
        "diagnosis": examination.document,
        "advice": examination.advice,
        "commands": examination.commands,
        "remarks": examination.remarks,
        "images": examination.images,
        "cells": examination.cells,
    }
