"""The learning rate of a starter spec, tested on the rows at hand, where that takes a moment only."""

from __future__ import annotations

from pathlib import Path
from warnings import catch_warnings

from dlx.diagnose.before.range_test import tested_rates
from dlx.diagnose.remedies.changes import DataFacts, SpecContext
from dlx.diagnose.remedies.optimization import may_train
from dlx.documents.range_test import TestedRates
from dlx.errors import DlxError
from dlx.spec.loader import resolve
from dlx.spec.starter.writing import RATE
from dlx.spec.yaml_text.reading import parse_as_file
from dlx.training.build import build_supervised

MOST_BYTES = 5_000_000  # of a data file, which is read once more for it: a second's worth at most


def with_tested_rate(text: str, file: Path, data: Path) -> str:
    """The spec with a comment on what a range test has found; with another rate, where that of the rule cannot do.

    It stays as it is where the file is large, and where its network cannot be built as it stands.

    Args:
        text: of the spec.
        file: where it is to be kept.
        data: the file that it trains on.
    """
    if not data.is_file() or data.stat().st_size > MOST_BYTES:
        return text
    try:
        with catch_warnings(action="ignore"):  # training will say them
            spec = resolve(parse_as_file(text, file)).spec
            experiment = build_supervised(spec)
            tested = tested_rates(experiment)
    except DlxError:
        return text
    if tested is None or tested.suggested is None:
        return text
    now = SpecContext(spec, DataFacts(experiment.dataset.parts["train"].m), tested)
    rate = spec.optimizer.learning_rate if may_train(now, spec.optimizer.learning_rate) else tested.suggested
    line = RATE.format(rate=f"{spec.optimizer.learning_rate:g}")
    return text.replace(line, f"{_comment(tested, rate, spec.training.epochs)}{RATE.format(rate=f'{rate:g}')}")


def _comment(tested: TestedRates, rate: float, epochs: int) -> str:
    """What was found; of a rate below those at which so few steps show a fall, why it is there all the same."""
    falls = f"the cost falls from {tested.falls_from:.1g} on"
    grows = f"{falls} and grows from {tested.grows_from:.1g} on" if tested.grows_from is not None else falls
    is_smaller = tested.falls_from is not None and rate < tested.falls_from
    enough = f"; in up to {epochs:,} epochs {rate:g} gets as far" if is_smaller else ""
    return f"# learning_rate: in a range test on these rows (dlx tune --learning-rate)\n# {grows}{enough}\n"
