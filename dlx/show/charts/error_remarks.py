"""Remarks on errors: what must be known beside them: residuals that carry them, and how rare classes fare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from dlx.diagnose.verdict import in_words
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.show.charts.metrics import judged_part
from dlx.stats.measured import Carriers, LabelValue, PartMetrics
from dlx.text import shorten
from dlx.words import interval_text, percent

RARE = 0.25  # of the examples of the most frequent class, below which a class hardly shows in the error
MOST_ROWS = 3  # that are named
MOST_NAMED, LONGEST = 2, 20  # rare classes, the worst first; characters of a label


def error_remarks(diagnosis: DiagnosisDocument) -> Iterator[str]:
    """Sentences to stand below the errors."""
    return chain(tail_sentences(diagnosis.tails), rare_class_sentences(diagnosis.metrics))


def rare_class_sentences(metrics: PartMetrics | None) -> Iterator[str]:
    """One on the recall of the classes or labels that are rare beside the most frequent one, such as `recall on dev:
    yes 12 % (2.00 to 43.00 %) of its 9`.
    """
    judged = judged_part(metrics) if metrics else ""
    if not metrics or "recall" not in metrics[judged]:
        return
    counted = [entry for entry in metrics[judged]["recall"].classes or () if entry.m and entry.value is not None]
    most = max((entry.m or 0 for entry in counted), default=0)
    rare = sorted((entry for entry in counted if (entry.m or 0) < RARE * most), key=lambda entry: entry.value or 0.0)
    if rare:
        rest = len(rare) - MOST_NAMED
        more = f", and {rest} more rare class{'es' * (rest > 1)}" if rest > 0 else ""
        yield f"recall on {in_words(judged)}: {', '.join(map(_recall, rare[:MOST_NAMED]))}{more}"


def _recall(entry: LabelValue) -> str:
    ends = "" if entry.low is None or entry.high is None else f" ({interval_text(entry.low, entry.high, None)})"
    return f"{shorten(str(entry.label), LONGEST)} {percent(entry.value or 0.0)}{ends} of its {entry.m:,}"


def tail_sentences(tails: Mapping[str, Carriers] | None) -> Iterator[str]:
    """One for all parts, such as `the interval of dev cannot be trusted: 1 of 40 residuals carries 60 % of …`."""
    if not tails:
        return
    carried = [f"{few.residuals} of {few.m:,}{_named(few.rows)}" for few in tails.values()]
    shares = [f"{100 * few.share:.0f} %" for few in tails.values()]
    intervals = f"the interval{'s' * (len(tails) > 1)} of {_listed([*map(in_words, tails)])}"
    carry = "carries" if len(tails) == 1 and next(iter(tails.values())).residuals == 1 else "carry"
    yield f"{intervals} cannot be trusted: {_listed(carried)} residuals {carry} {_listed(shares)} of the squared error"


def _named(rows: Sequence[int]) -> str:
    """The first of the rows in brackets."""
    if not rows:
        return ""
    more = f" and {len(rows) - MOST_ROWS} more" if len(rows) > MOST_ROWS else ""
    return f" (row{'s' * (len(rows) > 1)} {', '.join(map(str, rows[:MOST_ROWS]))}{more})"


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
