"""A comparison of runs: a table of what differs and what came of it, and how sure the difference is."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from math import inf, isfinite
from pathlib import Path
from typing import Any, TextIO

from dlx.diagnose.verdict import in_words
from dlx.show.numbers import duration, error, interval
from dlx.show.terminal.lines import Piece, paragraph, say, table
from dlx.show.terminal.text_plot import LETTERS, Course, letter, letter_plot, style

MARGIN, WIDTH = 10, 80
ABSENT = "absent"
ASCII = str.maketrans({"│": "|", "┤": "+"})
PARTS = ("train", "train_dev", "dev", "test")

Document = Mapping[str, Any]
Row = Mapping[str, str]


def comparison(
    document: Document, courses: Sequence[Course], picture: Path | None = None, stream: TextIO | None = None
) -> None:
    """Prints the table, the curves of the groups, and the difference where there are two.

    Args:
        document: of ``dlx.runs.compare``.
        courses: for each group the epochs and the mean error there; none where they have no common unit.
        picture: where the curves are drawn.
        stream: in place of stdout.
    """
    out = stream or sys.stdout
    width = min(shutil.get_terminal_size().columns, WIDTH) if not out.isatty() else shutil.get_terminal_size().columns
    _table(document, width, out)
    what = document["curve"].replace("_", " ")
    if lines := letter_plot(courses, _task(document) if "error" in what else "regression", min(width, WIDTH)):
        say(stream=out)
        say((f"{what} over the epochs{_of_groups(document)}", "dim"), stream=out)
    plain = {} if "utf" in (out.encoding or "utf-8").lower() else ASCII
    for line in lines:
        say(*((text.translate(plain), look) for text, look in line), stream=out)
    say(stream=out)
    for label, text in sentences(document):
        paragraph(label, text, "bold" if label == "verdict" else "", MARGIN, stream=out)
    if picture is not None:
        say((f"{'picture':<{MARGIN}}", "dim"), (str(picture), "cyan"), stream=out)


def _task(document: Document) -> str | None:
    return next((run["task"] for run in document["runs"] if run["task"]), None)


def _measure(document: Document) -> str:
    return "dev" if any("dev" in run["errors"] for run in document["runs"]) else "train"


def _of_groups(document: Document) -> str:
    return ", the mean of each group" if _is_grouped(document) else ""


def _is_grouped(document: Document) -> bool:
    return len(document["groups"]) < len(document["runs"])


def _table(document: Document, width: int, out: TextIO) -> None:
    """A row for each run where that fits, else a column, else a row with fewer intervals; then a row for each group.

    Where there is too much that differs, what is the same in each group stands in a table of its own.
    """
    every, measure = _parts(document), [_measure(document)]
    ways = ((every, True), (measure, True), (measure, False), ((), True))
    full, *fewer = [list(_rows(document, parts, timed)) for parts, timed in ways]
    if _wide(full) <= width:
        _print(full, out)
    elif _wide(_turned(full)) <= width:
        _print_turned(full, out)
    elif _wide(fewer[-1]) > width and (apart := _settings_of_groups(document)):
        (_print if _wide(_turned(apart)) > max(width, _wide(apart)) else _print_turned)(apart, out)
        say(stream=out)
        _print_runs([[_without(row, apart[0].keys()) for row in rows] for rows in fewer], document, width, out)
    else:
        _print_runs(fewer, document, width, out)
    if _is_grouped(document):
        say(stream=out)
        _print_first_fitting([list(_groups(document, parts)) for parts in (every, measure, ())], width, out)


def _print_runs(ways: Sequence[Sequence[Row]], document: Document, width: int, out: TextIO) -> None:
    """As `_print_first_fitting`; where a terminal is too narrow, without what most runs lack, and the last ones."""
    rows = ways[-1]
    names = [name for name in short_keys(document["differing"]).values() if name in rows[0]]
    names.sort(key=lambda name: sum(row[name] == ABSENT for row in rows))
    left: list[str] = []
    while out.isatty() and _wide(rows) > width and names:
        left.insert(0, names.pop())
        rows = [_without(row, set(left)) for row in rows]
    _print_first_fitting([rows] if left else ways, width, out)
    if left:
        many = f"{len(left)} more setting{'s differ' if len(left) > 1 else ' differs'}"
        paragraph("", f"{many} (--csv has all): {', '.join(left)}", "dim", margin=0, stream=out)


def _without(row: Row, keys: Set[str]) -> Row:
    return {key: cell for key, cell in row.items() if key not in keys}


def _settings_of_groups(document: Document) -> list[Row]:
    """For each group, by its letter, the settings that differ between groups and not within them; none without any."""
    names, groups = short_keys(document["differing"]), []
    for number, group in enumerate(document["groups"]):
        runs = [run for run in document["runs"] if run["group"] == group["label"]]
        cells = {key: {_setting(run, key) for run in runs} for key in names}
        groups.append((letter(number), {key: values.pop() for key, values in cells.items() if len(values) == 1}))
    common = [key for key in names if all(key in settings for _, settings in groups)]
    if not common or not _is_grouped(document):
        return []
    return [{"group": name} | {names[key]: settings[key] for key in common} for name, settings in groups]


def _print_first_fitting(ways: Sequence[Sequence[Row]], width: int, out: TextIO) -> None:
    _print(next((rows for rows in ways if _wide(rows) <= width), ways[-1]), out)


def _turned(rows: Sequence[Row]) -> list[Row]:
    """Columns as rows, the first as the header."""
    first, *others = rows[0]
    return [{key: key, **{row[first]: row[key] for row in rows}} for key in others]


def _print_turned(rows: Sequence[Row], out: TextIO) -> None:
    header = next(iter(rows[0]))
    table([list(row.values()) for row in _turned(rows)], [header, *(row[header] for row in rows)], stream=out)


def _print(rows: Sequence[Row], out: TextIO) -> None:
    table(map(_coloured, rows), list(rows[0]), stream=out)


def _wide(rows: Sequence[Mapping[Any, str]]) -> int:
    columns = zip(map(str, rows[0]), *(row.values() for row in rows), strict=True)
    return sum(max(map(len, column)) + 2 for column in columns) - 2


def _coloured(row: Row) -> list[Piece]:
    """The letter in the colour of its curve."""
    first, *rest = row.values()
    return [(first, style(LETTERS.find(first[0]))), *((cell, "") for cell in rest)]


def short_keys(keys: Sequence[str]) -> dict[str, str]:
    """The keys without the section that they stand in, where that leaves them apart."""
    short = {key: key.removesuffix(".name").partition(".")[2] or key.partition(".")[0] for key in keys}
    taken = [*short.values(), *PARTS, "run", "status", "parameters", "epochs", "time"]
    return {key: name if taken.count(name) == 1 else key for key, name in short.items()}


def _rows(document: Document, parts: Sequence[str], timed: bool = True) -> Iterator[dict[str, str]]:
    """A row for each run: its letter and id, the settings that differ, how it ended, and its errors.

    The errors of ``parts`` have their intervals with them.
    """
    groups = [group["label"] for group in document["groups"]]
    keys = short_keys(document["differing"])
    ended = {run["status"] for run in document["runs"]}
    sizes = {run["parameters"] for run in document["runs"]}
    for run in document["runs"]:
        row = {"run": f"{letter(groups.index(run['group']))} {run['id']}"}
        row |= {keys[key]: _setting(run, key) for key in document["differing"]}
        row |= {"status": run["status"].replace("_", " ")} if ended != {"completed"} else {}
        row |= {"parameters": _count(run["parameters"])} if len(sizes) > 1 else {}
        row |= {"epochs": _count(run["epochs"])} | ({"time": _time(run["seconds"])} if timed else {})
        names = {part: f"{in_words(part)}{' (95 %)' * (part in parts)}" for part in _parts(document)}
        yield row | {name: _error(run, part, part in parts) for part, name in names.items()}


def _parts(document: Document) -> list[str]:
    return [part for part in PARTS if any(part in run["errors"] for run in document["runs"])]


def _setting(run: Document, key: str) -> str:
    value = run["settings"][key]
    if key in run["absent"]:
        return ABSENT
    return f"{value:.6g}" if isinstance(value, float) else str(value).lower() if isinstance(value, bool) else str(value)


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _time(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)


def _error(run: Document, part: str, ends: bool) -> str:
    """Such as ``2.22 % (0.87 to 5.57)``."""
    estimate = run["errors"].get(part)
    if estimate is None or estimate["value"] is None or not isfinite(estimate["value"]):
        return "" if estimate is None else "not finite"
    value = error(estimate["value"], run["task"])
    if not ends or estimate["low"] is None or estimate["high"] is None or not isfinite(estimate["high"]):
        return value
    low, high = (error(estimate[end], run["task"]).removesuffix(" %") for end in ("low", "high"))
    return f"{value} ({low} to {high})"


def _groups(document: Document, parts: Sequence[str]) -> Iterator[dict[str, str]]:
    """A row for each group: the means of its runs' errors; of ``parts`` also the lowest and the highest."""
    tasks = {run["group"]: run["task"] for run in document["runs"]}
    for number, group in enumerate(document["groups"]):
        row = {"group": f"{letter(number)} {group['label']}", "runs": str(len(group["runs"]))}
        for part in _parts(document):
            name = f"{in_words(part)}, mean{' (range)' * (part in parts)}"
            row[name] = _mean(group["errors"].get(part), tasks[group["label"]], part in parts)
        yield row


def _mean(statistics: Document | None, task: str | None, spread: bool) -> str:
    if statistics is None:
        return ""
    low, high = (error(statistics[end], task).removesuffix(" %") for end in ("low", "high"))
    return f"{error(statistics['mean'], task)}{f' ({low} to {high})' * spread}"


def sentences(document: Document) -> Iterator[tuple[str, str]]:
    """The difference, what it was paired by and whether it is established; and the remarks. Each with its label."""
    if difference := document["difference"]:
        task = _task(document)
        pair = f"{difference['of']} − {difference['against']}"
        ends = f"({_signed(difference['low'], task).removesuffix(' %')} to {_signed(difference['high'], task)})"
        yield (
            "dev error",
            f"{pair}: {_signed(difference['value'], task)} {ends}; {paired(difference)}",
        )
        yield "verdict", verdict(difference, task)
    for remark in document["remarks"]:
        yield "note", remark


def _signed(value: float, task: str | None) -> str:
    """With a minus sign as it is set."""
    return f"{'−' if value < 0 else ''}{error(abs(value), task)}"


def paired(difference: Document) -> str:
    """What was compared with what."""
    k, other = difference["runs"]
    runs = "one run each" if k == other == 1 else f"{k} run{'s' * (k > 1)} and {other}"
    if difference["paired"] == ["seed", "example"]:
        pairs = f"{k} pairs" if k > 1 else "one pair"
        return f"paired by seed and by dev example: {pairs}, {difference['m']:,} examples"
    if difference["paired"] == ["example"]:
        return f"paired by dev example, not by seed: {runs}, {difference['m']:,} examples"
    if difference["paired"] == ["seed"]:
        return f"paired by seed only, because the dev examples are not the same: {k} pair{'s' * (k > 1)}"
    return f"not paired: {runs}"


def verdict(difference: Document, task: str | None) -> str:
    """Established or not, and what would settle it."""
    networks = difference["about"] == "networks"
    unknown = "; what other seeds would give is not known" if networks else ""
    if difference["low"] == difference["high"] == 0:
        return f"no difference: every dev example comes out alike{unknown}"
    if difference["verdict"] == "established":
        low, high = sorted((abs(difference["low"]), abs(difference["high"])))
        size = error(abs(difference["value"]), task)
        better = f"{difference['better']} is better by {size} ({interval(low, high, task)})"
        return f"established{' for these two networks' * networks}: {better}{unknown}"
    return f"not established: {_too_few(difference)}{_settling(difference)}{unknown}"


def _too_few(difference: Document) -> str:
    """Of an interval that excludes 0, but rests on too few runs."""
    if difference["low"] <= 0 <= difference["high"]:
        return ""
    what = "two pairs of seeds" if "seed" in difference["paired"] else "so few runs"
    return f"{what} cannot establish a difference, however well they agree; "


def _settling(difference: Document) -> str:
    """Such as ``about 6 more seeds would settle it``."""
    needed = difference["settled_by"]
    if not needed:
        return "one run of each cannot tell"
    if any(value is None for value in needed.values()):
        return "the difference is too small to be settled by any reasonable number of seeds and dev examples"
    seeds, examples = (needed.get(key, 0) for key in ("more_seeds", "dev_examples"))
    more = f"about {seeds:,} more seed{'s' * (seeds > 1)}"
    many = f"about {float(f'{examples:.2g}'):,.0f} dev examples in all"
    if difference["about"] == "networks":
        return f"{many} would settle it for these two networks"
    if seeds and examples:
        return f"it would take {many} and {more}"
    return f"{more} would settle it" if seeds else f"more seeds alone would not settle it, {many} would"


def markdown(document: Document) -> str:
    """The table of the runs, that of the groups, and the sentences, as Markdown."""
    parts = _parts(document)
    tables = [list(_rows(document, parts)), *([list(_groups(document, parts))] if _is_grouped(document) else [])]
    lines = [[f"**{label}**: {text}" for label, text in sentences(document)]]
    blocks = ["\n".join(_markdown(rows)) for rows in tables] + ["  \n".join(texts) for texts in lines if texts]
    return "\n\n".join(blocks) + "\n"


def _markdown(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    yield f"| {' | '.join(map(_cell, rows[0]))} |"
    yield f"|{' --- |' * len(rows[0])}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row.values()))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def csv_rows(document: Document) -> list[list[object]]:
    """A header and a row for each run, settings under their dotted keys, numbers in full; empty where there is none."""
    ends = [(part, end) for part in _parts(document) for end in ("value", "low", "high", "m")]
    names = [f"{part}_{'error' if end == 'value' else end}" for part, end in ends]
    facts = ("run", "id", "name", "group")
    measures = ("status", "epoch", "epochs", "seconds", "parameters", "cost", "train_cost", "dev_cost", "test_cost")
    rows: list[list[object]] = [[*facts, *document["differing"], *measures, *names]]
    for run in document["runs"]:
        errors = [run["errors"].get(part, {}).get(end) for part, end in ends]
        settings = [run["settings"][key] for key in document["differing"]]
        cells = [*(run[key] for key in facts), *settings, *(run[key] for key in measures), *errors]
        rows.append(["" if cell is None or cell in (inf, -inf) else cell for cell in cells])
    return rows
