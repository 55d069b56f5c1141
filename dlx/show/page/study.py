"""The page of a study: its claims, its variants with how they differ, their curves, and links to every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from dlx.documents.study import ClaimRecord, ComparisonRecord, Side, StudyDocument, VariantRecord
from dlx.language import translated
from dlx.show.charts.groups import MOST_COLOURS, Group, group_curves
from dlx.show.charts.quantities import error_quantity
from dlx.show.charts.study import VariantRow, variant_table
from dlx.show.numbers import duration, error, signed
from dlx.show.page.charts import figure
from dlx.show.page.collection import CollectionMaterial, pictures_section, plan_section, runs_of, title_of, top
from dlx.show.page.elements import Child, Content, Element, columns, element, name_of, table
from dlx.show.page.intervals import IntervalScale
from dlx.show.page.page import document as page_of
from dlx.show.page.words import ends, foot, of_what, section, tile
from dlx.show.short_names import short_value
from dlx.stats.intervals import Estimate

OVERLAY = "curves"  # the picture that is left out where the page draws the curves itself


def study_page(study: StudyDocument, material: CollectionMaterial) -> str:
    """The HTML of a study, also of one that is not complete."""
    curves = _curves(study, material)
    pictures = {name: png for name, png in material.pictures.items() if curves is None or name != OVERLAY}
    sections = [
        _claims(study.claims),
        _variants(study, material),
        curves,
        pictures_section(pictures),
        plan_section(material.plan),
    ]
    present = [part for part in sections if part is not None]
    return page_of(
        title_of(study.name, material), _heading(study, material), present, foot("To repeat it:", material.repeat)
    )


def _heading(study: StudyDocument, material: CollectionMaterial) -> Element:
    claims, badge = study.claims, None
    if claims:
        holding = sum(claim.holds for claim in claims)
        kind = "low" if holding == len(claims) else "high"
        badge = element("strong", f"{holding} of {len(claims)} claims hold", class_=f"badge {kind}")
    seeds = study.seeds if isinstance(study.seeds, int) else len(study.seeds)
    tiles = [
        tile("variants", f"{len(study.variants):,}", ""),
        tile("seeds of each", f"{seeds:,}", "" if isinstance(study.seeds, int) else ", ".join(map(str, study.seeds))),
        tile("time", duration(study.seconds), ""),
    ]
    messages = [
        element("p", name_of(variant.name), f": {message}", class_="message")
        for variant in study.variants
        for message in variant.messages
    ]
    return top(study.name, "a study", study.status, material, messages, tiles, badge)


def _claims(claims: Sequence[ClaimRecord]) -> Element | None:
    """Whether each holds, both sides, by how much, and in how many of the seeds."""
    if not claims:
        return None
    has_seeds = any(claim.seeds > 1 for claim in claims)
    rows = []
    for claim in claims:
        badge = element("span", "holds" if claim.holds else "fails", class_=f"badge {'low' if claim.holds else 'high'}")
        why = element("small", name_of(claim.why)) if claim.why else None
        agreeing = element("td", f"{claim.seeds_holding} of {claim.seeds}") if has_seeds else None
        sides = [element("div", _compared(comparison)) for comparison in claim.comparisons]
        margins = [element("div", _margin(comparison)) for comparison in claim.comparisons]
        head = element("th", element("code", claim.claim), why, scope="row")
        rows.append(element("tr", element("td", badge), head, element("td", sides), element("td", margins), agreeing))
    heads = columns("", "claim", "measured", "by", *(["seeds in which it holds"] if has_seeds else []))
    note = "Each claim over the means of the seeds, what was measured of its sides, and by how much it holds or fails."
    return section("claims", "Claims", table(note, heads, rows, class_="many claims"))


def _compared(comparison: ComparisonRecord) -> list[Child]:
    return [name_of(_side(comparison.left)), f" {comparison.sign} ", name_of(_side(comparison.right))]


def _margin(comparison: ComparisonRecord) -> str:
    return f"{abs(comparison.by):.4g}" if isinstance(comparison.by, float | int) else "–"


def _side(value: Side) -> str:
    if isinstance(value, list):
        return ", ".join(value) or translated("none")
    if value is None:
        return translated("no number")
    return f"{value:.6g}" if isinstance(value, float | int) else value


def _variants(study: StudyDocument, material: CollectionMaterial) -> Element | None:
    """The errors of each variant, and how far it is from the first, each with its interval."""
    if not study.variants:
        return None
    form = _VariantTable(study)
    rows = [element("tr", form.cells(row), runs_of(row.record.trials, material)) for row in form.chart.rows]
    differs = f"; then its difference from {form.chart.first}, on the same examples" if form.chart.differs else ""
    note = (
        f"The {of_what(study.task)} of each variant, the mean of its seeds, with 95 % intervals{differs}. A run opens "
        "as its page where it has one (dlx report), else as its folder."
    )
    return section("variants", "Variants", table(note, columns(*form.heads()), rows, class_="many sortable"))


class _VariantTable:
    """The columns that the variants of a study need, and the scales that they share."""

    def __init__(self, study: StudyDocument) -> None:
        self.chart, self.task = variant_table(study), study.task
        quantity = error_quantity(study.task)
        self.levels = IntervalScale([variant.errors.get(self.chart.chief) for variant in study.variants], quantity)
        self.changes = IntervalScale([variant.difference for variant in study.variants], quantity)

    def heads(self) -> list[Child | None]:
        """The titles, and the axes of what is drawn."""
        chart, heads = self.chart, list[Child | None](["variant"])
        for part in chart.parts:
            heads += [part.replace("_", "-"), *([self.levels.axis()] if part == chart.chief else [])]
        heads += [element("span", f"{chart.chief} − ", name_of(chart.first)), self.changes.axis()] * chart.differs
        return [*heads, *([] if chart.parts else ["cost"]), "epochs", "time", "runs"]

    def cells(self, row: VariantRow) -> Iterator[Content]:
        """All of a row but its links."""
        variant = row.record
        yield element("th", name_of(variant.name), _changes(variant), scope="row", data_value=variant.name)
        for part in self.chart.parts:
            estimate = variant.errors.get(part)
            yield _estimate_cell(estimate, self.task, error)
            if part == self.chart.chief:
                yield element("td", self.levels.draw(estimate), class_="bar")
        if self.chart.differs:
            yield _estimate_cell(variant.difference, self.task, signed)
            yield element("td", self.changes.draw(variant.difference, row.direction), class_="bar")
        if not self.chart.parts:
            yield element("td", _side(variant.train_cost), data_value=_number(variant.train_cost))
        yield element("td", _ending(row))
        time = "–" if variant.seconds is None else duration(variant.seconds)
        yield element("td", time, data_value=_number(variant.seconds))


def _changes(variant: VariantRecord) -> Content:
    """In what it differs from the base."""
    changes = {
        key: value for key, value in variant.changes.items() if value is not None or not _is_of_another(key, variant)
    }
    return [element("small", element("code", f"{key}={short_value(value)}")) for key, value in changes.items()]


def _is_of_another(key: str, variant: VariantRecord) -> bool:
    """Whether a key is an option of a component in whose place the variant has another."""
    return f"{key.rpartition('.')[0]}.name" in variant.changes


def _estimate_cell(estimate: Estimate | None, task: str | None, written: Callable[[float, str | None], str]) -> Element:
    if estimate is None:
        return element("td", "–")
    interval = element("small", ends(estimate, task))
    return element("td", written(estimate.value, task), " ", interval, data_value=_number(estimate.value))


def _ending(row: VariantRow) -> Content:
    if row.endings:
        return element("span", ", ".join(row.endings), class_="badge high")
    return "–" if row.record.epochs is None else f"{row.record.epochs:,.0f}"


def _number(value: float | None) -> str | None:
    """What a column is sorted by."""
    return None if value is None else f"{value:.9g}"


def _curves(study: StudyDocument, material: CollectionMaterial) -> Element | None:
    """Cost and error of every variant over the epochs; None where there are more than colours."""
    metrics = material.metrics
    groups = [
        Group(variant.name, [metrics[key] for key in variant.trials if key in metrics]) for variant in study.variants
    ]
    groups = [group for group in groups if group.metrics]
    if not 0 < len(groups) <= MOST_COLOURS:
        return None
    figures = [figure(chart) for chart in group_curves(groups, study.task) if chart.curves]
    if not figures:
        return None
    return section("curves", "Curves", element("div", figures, class_="charts"), _note(groups))


def _note(groups: Sequence[Group]) -> Element | None:
    runs = max(len(group.metrics) for group in groups)
    return element("p", f"Each line is the mean of up to {runs} runs.", class_="note") if runs > 1 else None
