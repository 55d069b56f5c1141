"""``dlx train`` of several specs, one after the other, and of several values of a key: a sweep, shown as a study."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, redirect_stdout
from dataclasses import replace
from io import StringIO
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlx.cli import study as studies
from dlx.cli.messages import message_and_code
from dlx.errors import DlxError, Interrupted, Place, Problem, SpecError, UsageError
from dlx.runs.files.file_names import SPECS
from dlx.runs.reading import mistaken
from dlx.search.study import check, file
from dlx.show import terminal
from dlx.spec import keys, loader, messages, trust
from dlx.spec.yaml_text import writing

if TYPE_CHECKING:
    from dlx.spec.loader import Resolved

SEED = "seed"
DECIMAL = re.compile(r"-?\d+,0\d+")  # as no list of values has it: 0,01


def further_specs(words: Sequence[str]) -> list[Path]:
    """The specs among what stands behind the first one."""
    return [Path(word) for word in words if "=" not in word and Path(word).suffix in SPECS]


def swept(words: Sequence[str]) -> dict[str, list[str]]:
    """The keys with several values, such as ``optimizer.learning_rate=0.1,0.01``; none whose value is a list.

    Raises:
        UsageError: the comma is that of a decimal number.
    """
    sweeps = {}
    for word in words:
        key, _, text = word.partition("=")
        if DECIMAL.fullmatch(text):
            raise UsageError(f"{word}: a number has a decimal point, as in {key}={text.replace(',', '.')}")
        values = split_values(text)
        are_lists = all(value.startswith("[") for value in values)
        if len(values) > 1 and all(values) and (are_lists or not _is_list(key)):
            sweeps[key] = values
    return sweeps


def split_values(text: str) -> list[str]:
    """The parts between the commas that stand in no bracket and no quotes.

    >>> split_values("0.1, 0.01"), split_values("[8, 4],[8]"), split_values("'a,b'")
    (['0.1', '0.01'], ['[8, 4]', '[8]'], ["'a,b'"])
    """
    parts, depth, quote = [""], 0, ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        depth += (sign in "[{") - (sign in "]}")
        if sign == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _is_list(key: str) -> bool:
    """Whether a key takes a list, so that ``a,b`` is one without its brackets."""
    entry = keys.keys().get(messages.place_of(key) or key)
    return entry is not None and entry.allowed().startswith("a list")


def are_several(words: Sequence[str]) -> bool:
    """Whether there are more specs, or more values of a key, than one."""
    return bool(further_specs(words) or swept(words))


def train_several(
    spec: Path,
    words: Sequence[str],
    training: Callable[[Path, list[str]], AbstractContextManager[Any]],
    out: Path | None,
    workers: int,
    log: str | None,
    **ways: bool,
) -> None:
    """Train a spec and those among the words behind it, each with the settings among them.

    Args:
        spec, words: as typed.
        training: of a spec with settings in which nothing is swept, its records and what to call with each.
        out, workers, log, ways: as `dlx train` takes them; the ways are ``json``, ``quiet`` and ``dry_run``.

    Raises:
        UsageError: an option is for one training.
    """
    further, is_sweep = further_specs(words), bool(swept(words))
    settings = [word for word in words if Path(word) not in further]
    if log is not None:
        raise UsageError(f"--log is for one training: dlx export DIR --to {log} writes those of several afterwards")
    if out is not None and further:
        raise UsageError("--out names one directory: leave it out where there are several specs")

    specs = check_each([spec, *further], settings)

    def train(path: Path) -> None:
        if is_sweep:
            train_sweep(path, specs[path], settings, out, workers, **ways)
        else:
            with training(path, settings) as (records, tell):
                for record in records:
                    tell(record)

    if further:
        train_each(list(specs), train, ways["json"])
    else:
        train(spec)


def check_each(paths: Sequence[Path], words: Sequence[str]) -> dict[Path, Resolved]:
    """The complete spec of each file, with the settings among ``words`` that are no sweep.

    Raises:
        DlxError: one of them is none, or is wrong; where several are, the others were shown.
    """
    specs: dict[Path, Resolved] = {}
    sweeps, errors = swept(words), list[DlxError]()
    settings = [word for word in words if word.partition("=")[0] not in sweeps]
    for path in paths:
        try:
            mistaken.refuse_as_spec(path, "train")
            specs[path] = loader.load_spec(path, settings, named_by=trust.NamedBy.USER)
        except DlxError as error:
            errors.append(error)
    for further in errors[1:]:
        terminal.say((message_and_code(further)[0], ""), stream=sys.stderr)
    if errors:
        raise errors[0]
    return specs


def train_each(paths: Sequence[Path], train: Callable[[Path], None], json: bool) -> None:
    """Train the specs one after the other; what keeps one from it does not keep the others.

    Raises:
        DlxError: the first that one ended with, when all are done.
    """
    documents: list[Any] = []
    errors: list[DlxError] = []
    for number, path in enumerate(paths, start=1):
        output = StringIO()
        try:
            with redirect_stdout(output if json else sys.stdout):
                train(path)
        except Interrupted:
            raise
        except DlxError as error:
            errors.append(error)
            if len(errors) > 1 or number < len(paths):
                terminal.say((message_and_code(error)[0], ""), stream=sys.stderr)
        documents += [loads(output.getvalue())] if output.getvalue() else []
    if json:
        terminal.document(
            {"runs": [{k: value for k, value in run.items() if k != "schema_version"} for run in documents]}
        )
    if errors:
        raise errors[0]


def train_sweep(
    spec: Path,
    resolved: Resolved,
    words: Sequence[str],
    out: Path | None,
    workers: int,
    *,
    json: bool,
    quiet: bool,
    dry_run: bool,
) -> None:
    """Train each of the values once, with the seed of the spec, and lay them over each other.

    ``resolved`` is the spec with what is not swept.

    Raises:
        SpecError: a value does not fit.
    """
    sweeps = swept(words)
    settings = [word for word in words if word.partition("=")[0] not in sweeps]
    varied = {key: values for key, values in sweeps.items() if key != SEED}
    seeds = sweeps.get(SEED, [str(resolved.spec.seed)])
    entries = ", ".join(f"{key}: [{', '.join(values)}]" for key, values in varied.items())
    variants = f"sweep={{{entries}}}" if varied else "variants={spec: null}"
    plan = [variants, f"seeds=[{', '.join(seeds)}]", *(f"base.{setting}" for setting in settings)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sweep.yaml"
        path.write_text(f"base: {writing.dump_scalar(str(spec.resolve()))}\n", encoding="utf-8")
        try:
            study = file.load_study(path, plan, named_by=trust.NamedBy.USER)
        except SpecError as error:
            check_values(spec, settings, sweeps)
            words = [f"{key}={','.join(values)}" for key, values in varied.items()]
            typed = Place(f"command line: {' '.join(words)}")
            raise SpecError([replace(problem, place=typed) for problem in error.problems]) from error
    check.check(study)
    if dry_run:
        terminal.foretold(check.foretold(study), json)
    else:
        studies.begin(study, out, workers, json=json, quiet=quiet)


def check_values(spec: Path, settings: Sequence[str], sweeps: Mapping[str, Sequence[str]]) -> None:
    """Raise SpecError with what is wrong with single values of a sweep, as it is said where each is typed alone."""
    problems = list[Problem]()
    for word in (f"{key}={value}" for key, values in sweeps.items() for value in values):
        try:
            loader.load_spec(spec, [*settings, word], named_by=trust.NamedBy.USER)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
