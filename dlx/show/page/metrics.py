"""What is measured of a network beside its error, and what simple models reach on the same examples."""

from __future__ import annotations

from collections.abc import Sequence

from dlx.diagnose.verdict import in_words
from dlx.language import translated
from dlx.show.charts.metrics import baseline_tables, class_table, metrics_table, target_table
from dlx.show.page.elements import Element, columns, element, name_of, table
from dlx.show.page.material import Material
from dlx.show.page.words import section


def metrics(material: Material) -> Element | None:
    """The section; None in runs of an older dlx, and where there is no diagnosis."""
    diagnosis, task = material.diagnosis, material.task
    if diagnosis is None:
        return None
    chart, classes = metrics_table(diagnosis.metrics, task, diagnosis.target_errors), class_table(diagnosis.metrics)
    content: list[Element] = []
    if chart is not None:
        note = f"What is measured beside the error; the intervals are those on {in_words(chart.judged)}."
        content += _table(note, chart.titles, chart.rows)
    if classes is not None:
        note = f"Each {classes.kind} by itself, on {in_words(classes.judged)}."
        content += _table(note, classes.titles, classes.rows)
    if (targets := target_table(diagnosis.metrics)) is not None:
        note = f"Each target by itself, on {in_words(targets.judged)}, in its own unit but for R²."
        content += _table(note, targets.titles, targets.rows)
    for baselines in baseline_tables(diagnosis.baselines, task):
        note = f"Simple models on {in_words(baselines.part)}, fitted on train, and how much less the network errs."
        rows = [(translated(title), *cells) for title, *cells in baselines.rows]
        content += _table(note, baselines.titles, rows)
    return section("metrics", "Metrics and baselines", content) if content else None


def _table(note: str, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Element]:
    body = [
        element(
            "tr", element("th", name_of(name), scope="row"), [element("td", cell, class_="number") for cell in cells]
        )
        for name, *cells in rows
    ]
    return table(note, columns(None, *titles[1:], numbers=len(titles) - 1), body)
