"""Categories of another file that train lacks, where they count among the others: a remark says which they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dlx.data.table import Table
from dlx.data.values.columns import OTHER, Column
from dlx.data.values.texts import Texts, as_texts
from dlx.errors import remark

MOST_CATEGORIES, MOST_COLUMNS = 3, 5  # that are named


def tell_unseen(table: Table, columns: Sequence[Column]) -> None:
    """Warns of the rows whose category train lacks, once for all columns in which any counts as `other`."""
    listed = list(_unseen(table, columns))
    if listed:
        more = f"; and in {len(listed) - MOST_COLUMNS} more columns" if len(listed) > MOST_COLUMNS else ""
        what = f"categories that train lacks count as `{OTHER}`"
        remark(f"{table.path}: {what}: {'; '.join(listed[:MOST_COLUMNS])}{more}")


def _unseen(table: Table, columns: Sequence[Column]) -> Iterator[str]:
    """Such as `column 'colour': 'violet' in 2 rows, 'mauve' in 1 row`."""
    for column in columns:
        if column.categories is None or column.details.rare == 0 or column.details.is_open:
            continue
        texts = as_texts(table.values[column.name])
        counts = _most_frequent(texts.without({*column.categories, *column.details.merged}))
        if counts:
            named = [f"{text!r} in {count:,} row{'s' * (count > 1)}" for text, count in counts[:MOST_CATEGORIES]]
            rest = counts[MOST_CATEGORIES:]
            rows = sum(count for _, count in rest)
            more = f" and {len(rest):,} more in {rows:,} row{'s' * (rows > 1)}" if rest else ""
            # A model of before `merged` does not know which of train's categories were rare.
            doubt = " (or rare in train)" if OTHER in column.categories and not column.details.merged else ""
            yield f"column {column.name!r}: {', '.join(named)}{more}{doubt}"


def _most_frequent(texts: Texts) -> list[tuple[str, int]]:
    counts = [(text, count) for text, count in zip(texts.different, texts.counts.tolist(), strict=True) if count]
    return sorted(counts, key=lambda entry: (-entry[1], entry[0]))
