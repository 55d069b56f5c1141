"""Commands: what can be typed next, given a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlx.diagnose.advice import remedies
from dlx.diagnose.remedies.changes import DataFacts, Overrides
from dlx.diagnose.supply import Supply, words_of
from dlx.diagnose.verdict import GAPS, between
from dlx.spec.sections import Spec
from dlx.stats.enough_examples import Question
from dlx.stats.intervals import Estimate, exact
from dlx.text import command
from dlx.words import Task

MOST = 3  # remedies of which the first are shown


def commands(document: Mapping[str, Any], spec: Spec, facts: DataFacts, run: Path, config: Path) -> list[str]:
    """What to type after a run: the likeliest remedies, what settles the verdict, or what a good network is for.

    Each is accepted as it stands, but for FILE, for which the reader has a file of examples. What settles the verdict
    comes first, unless something is surely high.

    Args:
        document: ``diagnosis.json``.
        spec: the complete spec of the run.
        facts: of its data.
        run: its directory.
        config: the file of its spec.
    """
    tried = [train_command(config, words_of(remedy.overrides)) for remedy in remedies(document, spec, facts)[:MOST]]
    settling = [train_command(config, words_of(overrides)) for overrides in _settling(document, Supply(spec, facts))]
    is_high = any(document[gap] and document[gap]["level"] == "high" for gap in GAPS)
    in_order = [*tried, *settling] if is_high else [*settling, *tried]
    return [*in_order[:MOST], *_with_the_network(document, run)]


def _settling(document: Mapping[str, Any], supply: Supply) -> Iterator[Overrides]:
    """What settles the variance, or the first gap that is open and can be settled."""
    if document["variance"] is None and (overrides := supply.first_dev()):
        yield overrides
        return
    source = document.get("measure") or document
    estimates = {part: Estimate.from_document(error) for part, error in source["errors"].items()}
    estimates["optimal"] = exact(document["optimal_error"])
    is_rate = Task(document["task"]).has_one_class and "measure" not in document if document["task"] else True
    for name in ("variance", "mismatch", "overfitting_to_dev", "bias"):
        gap, pair = document[name], between(source["errors"])[name]
        if gap and gap["level"] == "unsettled" and gap["value"] != document["tolerance"]:
            question = Question(estimates, *pair, document["tolerance"], not is_rate)
            if overrides := supply.settling(question, gap["settled_by"]).overrides:
                yield overrides
                return


def train_command(spec: Path, overrides: Sequence[str]) -> str:
    """How to train a spec with these overrides."""
    return command("train", spec, *overrides)


def _with_the_network(document: Mapping[str, Any], run: Path) -> Iterator[str]:
    """Measuring on more examples where that is what is missing; where nothing is, what the network was trained for."""
    levels = {gap: document[gap]["level"] for gap in GAPS if document[gap]}
    if any(levels.get(gap) == "unsettled" for gap in GAPS[1:]):
        yield command("evaluate", run, "FILE")
    elif "high" not in levels.values() and document["verdict"] == "low bias and low variance":
        yield command("predict", run, "FILE")
        yield command("export", run, "--to", "onnx")
