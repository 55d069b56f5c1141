"""Looking at data: from a data file, or the spec that names one, to what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dlx.data.examples import tidy
from dlx.data.formats.format import TableFormat, format_of
from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.reading import profile_file, with_labels
from dlx.data.profile.table import TableProfile, profile_examples
from dlx.data.sources import File, Source
from dlx.diagnose.data.checks import data_findings
from dlx.diagnose.data.overview import Overview
from dlx.errors import UsageError
from dlx.runs.objective import refuse_objective
from dlx.spec.loader import load_spec
from dlx.spec.starter.sources import source_of, target_columns
from dlx.text import quoted
from dlx.training.build import dataset_of

SPECS = (".yaml", ".yml")


def overview(source: Path, target: Sequence[str] = (), overrides: Sequence[str] = ()) -> Overview:
    """What is in a data file, or in the data of a spec.

    Args:
        source: a file whose name tells that it is a spec, or what format its examples have.
        target: the columns of a data file that are to be predicted.
        overrides: of a spec.

    Raises:
        DataError: the data cannot be read.
        UsageError: there is no such column, or the spec is wrong.
    """
    if source.suffix.lower() not in SPECS:
        if overrides:
            question = f" (did you mean --target {quoted(overrides[0])}?)" if "=" not in overrides[0] else ""
            raise UsageError(f"{overrides[0]}: {source} is no spec, so that there is nothing to override{question}")
        return Overview(str(source), *_of_source(source_of(source, list(target))))
    if target:
        raise UsageError(f"--target: {source} says itself what is to be predicted")
    spec = load_spec(source, overrides).spec
    refuse_objective(source, spec, "there are no data")
    first = spec.data.source or spec.data.train
    assert first is not None, "a spec that loads has data"
    dataset = dataset_of(spec)
    return Overview(str(source), *_of_source(first), dataset, data_findings(dataset, spec.data))


def _of_source(source: Source) -> tuple[TableProfile, tuple[ColumnProfile, ...]]:
    """The columns, and which of them are to be predicted: none where a target has the same value in every row."""
    if isinstance(source, File) and isinstance(format_of(source.path), TableFormat):
        profile = profile_file(source)
        if source.target is None:
            return profile, ()
        profile = with_labels(profile, [column.name for column in target_columns(profile, source)])
        columns = target_columns(profile, source)
        return profile, () if any(column.is_constant for column in columns) else columns
    parts = {part: tidy(examples) for part, examples in source.load().items()}
    profile = profile_examples(parts.get("all") or parts["train"])
    return profile, tuple(column for column in profile.columns if column.is_label)
