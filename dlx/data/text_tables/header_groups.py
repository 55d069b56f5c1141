"""A row of groups above the names of a table's columns, as spreadsheets and pandas write headers of two levels."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dlx.data.tables import TableOptions
from dlx.data.text_tables.dropped_rows import NO_VALUE, describes
from dlx.data.text_tables.header import Fields
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.units import KINDS_OF_UNITS, same_unit

UNITS = frozenset().union(*KINDS_OF_UNITS)
BRACKETS = "[("


def groups_above(records: Fields, options: TableOptions, like: Collection[str]) -> tuple[str, ...]:
    """What the first record puts in front of each name in the second; nothing where it has the names itself.

    A row of groups has gaps, where spreadsheets join cells, or the same name several times, where pandas repeats it;
    the next one has words over columns of numbers, not all of which are units. Without gaps each name gets its group,
    with gaps those that would be there twice. like: the names of train's columns, which are what they were in train.
    """
    style = NumberStyle(options.decimal or ".", options.thousands)
    if options.header is False or len(records) < 4 or len(records[0]) != len(records[1]):
        return ()
    groups, names = ([field.strip() for field in record] for record in records[:2])
    has_gaps = any(name and not group for group, name in zip(groups, names, strict=True))
    present = list(filter(None, groups))
    if not present or (not has_gaps and len(set(present)) == len(present)):
        return ()
    if not describes(names, records[2:], style) or _are_units(names):
        return ()
    joined = with_groups(_filled(groups, names), names)
    options_names = (*options.target, *options.ignore, *options.use, *options.categorical, *options.columns)
    stated = {*like, *(name for name in options_names if isinstance(name, str))}
    chosen = [
        both if both in stated or (name not in stated and (not has_gaps or names.count(name) > 1)) else name
        for both, name in zip(joined, names, strict=True)
    ]
    if len(set(filter(None, chosen))) < len(list(filter(None, chosen))):
        return ()
    return tuple(both.removesuffix(name).strip() for both, name in zip(chosen, names, strict=True))


def with_groups(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """The names, each behind its group."""
    if not groups:
        return list(names)
    return [" ".join(filter(None, (group, name.strip()))) for group, name in zip(groups, names, strict=True)]


def _filled(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """The groups, with that on the left in each gap above a name."""
    filled, last = list[str](), ""
    for group, name in zip(groups, names, strict=True):
        last = group or last
        filled.append(last if name else group)
    return filled


def _are_units(names: Sequence[str]) -> bool:
    """Whether they say in what the columns are measured, so that they are no names."""
    present = filter(None, names)
    return all(name[0] in BRACKETS or NO_VALUE.fullmatch(name) or same_unit(name) in UNITS for name in present)
