"""Reporting: from the directory of a run to its page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlx import report
from dlx.diagnose.commands import train_command
from dlx.errors import DataError, DlxError
from dlx.examination import examine_run
from dlx.files import read, write_atomically
from dlx.report import Material
from dlx.report.changed import changed
from dlx.runs import RunDirectory
from dlx.spec_file import load_spec
from dlx.yaml_loader import dump


def write_report(reference: str, out: Path | None = None) -> Path:
    """Write the page of a run; returns where.

    Args:
        reference: the run's directory, or what `past_runs.find` takes.
        out: the file, in place of the run directory's own.

    Raises:
        UsageError: there is no such run.
        EnvironmentProblem: the file cannot be written.
    """
    run = RunDirectory.open(reference)
    html = report.page(material_of(run)).encode()
    if out is None:
        return run.write_report(html)
    write_atomically(out, html)
    return out


def material_of(run: RunDirectory) -> Material:
    """All that is known of a run, its network measured anew where it and its data are there.

    Of a run that is still in training, or that was killed, it is what its files tell so far; the same where its
    network, its data or a plugin of its spec are gone, which a remark then says.
    """
    return Material(
        facts=run.facts(),
        config=read(run.config).decode(errors="replace"),
        metrics=run.metrics(),
        layers=run.layers(),
        boundary=run.boundary(),
        repeat=train_command(run.config, []),
        **_examined(run),
    )


def _examined(run: RunDirectory) -> dict[str, Any]:
    """What takes the spec, and where it can be had the network, to be found out."""
    kept = _kept(run)
    try:
        short = dump(changed(load_spec(run.config).spec))
    except DlxError as error:
        return {"diagnosis": kept, "remarks": (f"nothing could be measured anew: {error}",)}
    try:
        found = examine_run(run)
    except DlxError as error:
        remarks = (f"not measured: {error}",)
        return {"diagnosis": kept, "remarks": remarks, "changed": short}
    return {
        "changed": short,
        "diagnosis": found.document,
        "commands": found.commands,
        "remarks": found.remarks,
        "images": found.images,
    }


def _kept(run: RunDirectory) -> dict[str, Any]:
    """What stands in the run's ``diagnosis.json``; nothing where there is none."""
    try:
        return run.diagnosis()
    except DataError:
        return {}
