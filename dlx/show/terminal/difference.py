"""The difference between two groups of runs in sentences: how large, paired by what, and whether it is established."""

from __future__ import annotations

from collections.abc import Iterator

from dlx.documents.comparison import DEV_ERROR, ESTABLISHED, ComparisonDocument, GroupDifference
from dlx.language import translated
from dlx.show.numbers import error, interval


def sentences(document: ComparisonDocument) -> Iterator[tuple[str, str]]:
    """The difference, what it was paired by and whether it is established; and the remarks. Each with its label."""
    if difference := document.difference:
        task = document.task
        of_all = "" if difference.measure == DEV_ERROR else f"{translated('of all examples out of their folds')}, "
        pair = f"{of_all}{translated(difference.of)} − {translated(difference.against)}"
        ends = translated(f"{_signed(difference.low, task).removesuffix(' %')} to {_signed(difference.high, task)}")
        value = f"{_signed(difference.value, task)} ({ends})"
        yield difference.error_in_words, f"{pair}: {value}; {translated(paired(difference))}"
        yield "verdict", translated(verdict(difference, task))
    for remark in document.remarks:
        yield "note", translated(remark)


def _signed(value: float, task: str | None) -> str:
    """With a minus sign as it is set."""
    return f"{'−' if value < 0 else ''}{error(abs(value), task)}"


def paired(difference: GroupDifference) -> str:
    """What was compared with what."""
    k, other = difference.runs
    runs = "one run each" if k == other == 1 else f"{k} run{'s' * (k > 1)} and {other}"
    if difference.paired == ["seed", "example"]:
        pairs = f"{k} pairs" if k > 1 else "one pair"
        return f"paired by seed and by {difference.example}: {pairs}, {difference.m:,} examples"
    if difference.paired == ["example"]:
        return f"paired by {difference.example}, not by seed: {runs}, {difference.m:,} examples"
    if difference.paired == ["seed"]:
        return f"paired by seed only, because the dev examples are not the same: {k} pair{'s' * (k > 1)}"
    return f"not paired: {runs}"


def verdict(difference: GroupDifference, task: str | None) -> str:
    """Established or not, and what would settle it."""
    networks = difference.about == "networks"
    unknown = "; what other seeds would give is not known" if networks else ""
    if difference.low == difference.high == 0:
        return f"no difference: every {difference.example} comes out alike{unknown}"
    if difference.verdict == ESTABLISHED:
        low, high = sorted((abs(difference.low), abs(difference.high)))
        size = error(abs(difference.value), task)
        better = f"{difference.better} is better by {size} ({interval(low, high, task)})"
        return f"established{_of_these(difference) * networks}: {better}{unknown}"
    return f"not established: {_too_few(difference)}{_settling(difference)}{unknown}"


def _of_these(difference: GroupDifference) -> str:
    """What is known of these trainings only, and of no other seeds."""
    return " for these two networks" if difference.measure == DEV_ERROR else " for these two trainings"


def _too_few(difference: GroupDifference) -> str:
    """Of an interval that excludes 0, but rests on too few runs."""
    if difference.low <= 0 <= difference.high:
        return ""
    what = "two pairs of seeds" if "seed" in difference.paired else "so few runs"
    return f"{what} cannot establish a difference, however well they agree; "


def _settling(difference: GroupDifference) -> str:
    """Such as ``about 6 more seeds would settle it``."""
    needed = difference.settled_by
    if not needed:
        return "one run of each cannot tell"
    if any(value is None for value in needed.values()):
        return f"the difference is too small to be settled by any reasonable number of seeds and {difference.example}s"
    seeds, examples = (needed.get(key) or 0 for key in ("more_seeds", "dev_examples"))
    more = f"about {seeds:,} more seed{'s' * (seeds > 1)}"
    many = f"about {float(f'{examples:.2g}'):,.0f} {difference.example}s in all"
    if difference.about == "networks":
        return f"{many} would settle it{_of_these(difference)}"
    if seeds and examples:
        return f"it would take {many} and {more}"
    return f"{more} would settle it" if seeds else f"more seeds alone would not settle it, {many} would"
