"""The page of a search: what is best and by how much, where it lies among all settings, and every trial in a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlx.documents.tuning import ConfirmationResult, TuningDocument
from dlx.show.charts.importance import importance_bars, unexplained
from dlx.show.charts.search import COUNTS, SearchChart, TrialPoint, search_chart, unit
from dlx.show.numbers import duration, error, signed
from dlx.show.page.collection import CollectionMaterial, pictures_section, plan_section, runs_of, title_of, top
from dlx.show.page.elements import Element, columns, element, name_of, scrolled, table
from dlx.show.page.intervals import IntervalScale
from dlx.show.page.page import document as page_of
from dlx.show.page.parallel import parallel
from dlx.show.page.scatter import course, over_each
from dlx.show.page.words import ends, foot, section, tile, with_ends
from dlx.show.short_names import short_names, short_value
from dlx.show.words import minimized
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.stats.intervals import Estimate

LONG = 15  # rows from which on a table scrolls in itself


def search_page(search: TuningDocument, material: CollectionMaterial) -> str:
    """The HTML of a search, also of one that is not complete."""
    chart = search_chart(search)
    sections = [
        _best(search),
        _again(search),
        parallel(chart) if chart.points and chart.axes else None,
        course(chart),
        over_each(chart),
        _importance(search),
        _trials(search, chart, material),
        pictures_section(material.pictures, folded=True),
        plan_section(material.plan),
    ]
    present = [part for part in sections if part is not None]
    end = foot("To repeat it:", material.repeat)
    return page_of(title_of(search.name, material), _heading(search, material), present, end)


def _heading(search: TuningDocument, material: CollectionMaterial) -> Element:
    notes = [element("p", message, class_="remark") for message in search.messages]
    what = f"a search by {search.method.replace('_', ' ')} for the lowest {minimized(search.objective)}"
    return top(search.name, what, search.status, material, notes, list(_tiles(search)))


def _tiles(search: TuningDocument) -> Iterator[Element]:
    confirmation, task = search.confirmation, unit(search)
    best = search.best
    if confirmation and best:
        if best.fresh:
            again = minimized(search.objective)
            yield tile(f"{again}, trained again", error(best.fresh.value, task), ends(best.fresh, task))
        if confirmation.gain:
            yield tile("dev error − that of the spec before", *_change(confirmation.gain, search.task))
        if confirmation.test:
            yield tile("test error", error(confirmation.test.value, search.task), ends(confirmation.test, search.task))
    rounds = len(search.rounds)
    counts = [f"{search.counts[name]:,} {words}" for name, words in COUNTS.items() if search.counts.get(name)]
    yield tile("trials", f"{len(search.trials):,}", ", ".join([f"in {rounds} rounds"] * (rounds > 1) + counts))
    yield tile("time", duration(search.seconds), "")


def _change(gain: Estimate, task: str | None) -> tuple[str, str]:
    """Lower is better, and sure where the whole interval lies below 0."""
    sure = "surely better" if gain.high < 0 else "not surely better"
    return signed(gain.value, task), f"{ends(gain, task) or 'in every run'}: {sure}"


def _best(search: TuningDocument) -> Element | None:
    """The settings that were best, as they are typed."""
    if search.best is None:
        return None
    code = "\n".join(f"{key}={dump_scalar(value)}" for key, value in search.best.settings.items())
    return section("best", "The best settings", scrolled(element("pre", element("code", code)), "the best settings"))


def _again(search: TuningDocument) -> Element | None:
    """The best settings trained again, beside the spec before, each interval drawn on one scale."""
    confirmation = search.confirmation
    if confirmation is None or not confirmation.finalists:
        return None
    keys = [dimension.key for dimension in search.space]
    fresh = [*(finalist.fresh for finalist in confirmation.finalists), confirmation.base]
    scale = IntervalScale(fresh, search_chart(search).quantity)
    rows = [*_finalists(search, confirmation, keys, scale), _before(search, confirmation, keys, scale)]
    again = f"{confirmation.finalists[0].seeds} further trainings"
    note = f"In the search: where they were chosen. Trained again: the mean of {again}, of which the lowest wins."
    heads = columns("trial", "in the search", "trained again", scale.axis(), *map(name_of, short_names(keys)))
    return section("again", "Trained again", table(note, heads, [row for row in rows if row], class_="many"))


def _finalists(
    search: TuningDocument, confirmation: ConfirmationResult, keys: Sequence[str], scale: IntervalScale
) -> Iterator[Element]:
    task = unit(search)
    for finalist in confirmation.finalists:
        is_best = finalist.index == confirmation.winner
        settings = (short_value(finalist.settings.get(key, "")) for key in keys)
        yield element(
            "tr",
            element("th", f"{finalist.index:,}", scope="row"),
            element("td", error(finalist.search, task)),
            element("td", with_ends(finalist.fresh, task, "diverged")),
            element("td", scale.draw(finalist.fresh, "best" if is_best else ""), class_="bar"),
            [element("td", name_of(value)) for value in settings],
            class_="best" if is_best else None,
        )


def _before(
    search: TuningDocument, confirmation: ConfirmationResult, keys: Sequence[str], scale: IntervalScale
) -> Element | None:
    """The spec that the search began with."""
    if confirmation.base is None:
        return None
    cells = [
        element("th", "the spec before", scope="row"),
        element("td", "–"),
        element("td", with_ends(confirmation.base, unit(search), "diverged")),
        element("td", scale.draw(confirmation.base), class_="bar"),
    ]
    return element("tr", cells, [element("td") for _ in keys])


def _importance(search: TuningDocument) -> Element | None:
    """How much each hyperparameter explains alone, with its interval."""
    if not search.importance:
        return None
    bars = importance_bars(search.importance)
    rows = [
        element(
            "tr",
            element("th", name_of(share.key), scope="row"),
            element("td", f"{share.value:.0f} %"),
            element("td", f"{share.low:.0f} to {share.high:.0f} %"),
            element("td", _share(share.value, share.low, share.high), class_="bar"),
        )
        for share in bars
    ]
    rest = unexplained(bars)
    note = (
        f"What each hyperparameter explains alone of the trials' ranks, with its 95 % interval; {rest:.0f} % are of "
        "several together, or unsure."
    )
    heads = columns("hyperparameter", "share", "95 % interval", "")
    return section("importance", "What mattered", table(note, heads, rows, class_="many"))


def _share(value: float, low: float, high: float) -> Element:
    """A bar with the line of its interval."""
    bar = element("rect", width=f"{value:.2f}%", height="60%", y="20%")
    line = element("line", x1=f"{max(low, 0):.2f}%", x2=f"{min(high, 100):.2f}%", y1="50%", y2="50%", class_="reach")
    return element("svg", bar, line, class_="whisker share", aria_hidden="true")


def _trials(search: TuningDocument, chart: SearchChart, material: CollectionMaterial) -> Element | None:
    """Every trial, the best first, with links to its runs."""
    if not chart.points:
        return None
    keys = [axis.key for axis in chart.axes]
    rows = [_trial(point, keys, unit(search), material) for point in chart.ranked]
    settings = map(name_of, short_names(keys))
    heads = columns("trial", minimized(search.objective), "round", *settings, "status", "epoch", "time", "runs")
    note = "Every trial, the best first. A run opens as its page where it has one (dlx report), else as its folder."
    kind = "many sortable long" if len(rows) >= LONG else "many sortable"
    return section("trials", "Trials", table(note, heads, rows, class_=kind))


def _trial(point: TrialPoint, keys: Sequence[str], task: str | None, material: CollectionMaterial) -> Element:
    trial = point.record
    value = "–" if trial.value is None else error(trial.value, task)
    settings = [trial.settings.get(key, "") for key in keys]
    return element(
        "tr",
        element("th", f"{trial.index:,}", scope="row", data_value=str(trial.index)),
        element("td", value, data_value=_sorted_by(trial.value)),
        element("td", str(trial.round)),
        [element("td", name_of(short_value(setting)), data_value=_sorted_by(setting)) for setting in settings],
        element("td", trial.status.replace("_", " "), title=trial.message or None),
        element("td", f"{trial.epoch:,}", data_value=str(trial.epoch)),
        element("td", duration(trial.seconds), data_value=_sorted_by(trial.seconds)),
        runs_of(trial.trials, material),
        class_=point.kind if point.kind in ("best", "again") else None,
    )


def _sorted_by(value: object) -> str | None:
    """What a column is sorted by where that is not its text."""
    return f"{value:.9g}" if isinstance(value, int | float) and not isinstance(value, bool) else None
