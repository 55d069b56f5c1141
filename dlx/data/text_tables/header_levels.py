"""Headers of two levels, such as groups above names or units below them, as spreadsheets and pandas write them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from dlx.data.tables import TableOptions
from dlx.data.text_tables.dropped_rows import NO_VALUE, describes
from dlx.data.text_tables.header import Fields
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.units import KINDS_OF_UNITS, same_unit

UNITS = frozenset().union(*KINDS_OF_UNITS)
BRACKETS = "[("


class HeaderLevels(NamedTuple):
    """The names of all columns from a header of several records; none where it has one record.

    above: how many of the records stand above the last one; are_joined: whether a name is from several of them.
    """

    names: tuple[str, ...] = ()
    above: int = 0
    are_joined: bool = False


def header_levels(records: Fields, options: TableOptions, like: Collection[str]) -> HeaderLevels:
    """The names that the first two records have together.

    A row of groups has gaps, where spreadsheets join cells, or the same name several times, where pandas repeats it;
    the next one has words over columns of numbers, or tells apart what the first one repeats. Without gaps each name
    gets its group, with gaps those that would be there twice; units are names only where they tell columns apart.
    A record with the names of pandas' index may follow.
    like: the names of train's columns, which are what they were in train.
    """
    style = NumberStyle(options.decimal or ".", options.thousands)
    if options.header is False or len(records) < 4 or len(records[0]) != len(records[1]):
        return HeaderLevels()
    groups, names = ([field.strip() for field in record] for record in records[:2])
    index = _index_names(groups, names, records[2], style)
    filled = _filled(groups, names)
    without_index = [""] * len(index) + filled[len(index) :]
    tells_apart = _tells_apart(without_index, names, style) and (bool(index) or _is_filled_below(names, records[2:]))
    if not any(groups) or not (tells_apart or describes(names, records[2:], style)):
        return HeaderLevels()
    option_names = (*options.target, *options.ignore, *options.use, *options.categorical, *options.columns)
    stated = {*like, *(name for name in option_names if isinstance(name, str))}
    if _are_units(names):
        chosen = _with_units(groups, names, stated)
    else:
        has_numbers = any(map(style.number, filter(None, names)))
        chosen = _with_groups(groups, filled, names, stated, are_all=has_numbers)
    chosen = [*index, *chosen[len(index) :]] if chosen else []
    present = list(filter(None, chosen))
    if not present or len(set(present)) < len(present):
        return HeaderLevels()
    return HeaderLevels(tuple(chosen), 2 if index else 1, chosen != names)


def _with_groups(
    groups: Sequence[str], filled: Sequence[str], names: Sequence[str], stated: Collection[str], are_all: bool
) -> list[str]:
    """The names, each behind its group where it has to be, or the group where it has none; none if there are no groups.

    are_all: it has to be wherever the options and train do not have the name alone.
    """
    joined = _joined(filled, names)
    has_gaps = any(name and not group for group, name in zip(groups, names, strict=True))
    present = list(filter(None, groups))
    is_stated = any(both in stated for both, group, name in zip(joined, groups, names, strict=True) if group and name)
    if not has_gaps and not is_stated and len(set(present)) == len(present):
        return []
    return [
        both
        if not name or both in stated or (name not in stated and (are_all or not has_gaps or names.count(name) > 1))
        else name
        for both, name in zip(joined, names, strict=True)
    ]


def _with_units(names: Sequence[str], units: Sequence[str], stated: Collection[str]) -> list[str]:
    """The names, with their units where these tell several of one name apart; none where there is nothing to tell."""
    joined = _joined(names, units)
    has_unit = [
        bool(name and unit) and (both in stated or (names.count(name) > 1 and name not in stated))
        for both, name, unit in zip(joined, names, units, strict=True)
    ]
    if not any(has_unit) or any(
        name and not unit and names.count(name) > 1 for name, unit in zip(names, units, strict=True)
    ):
        return []
    return [both if is_apart else name for both, name, is_apart in zip(joined, names, has_unit, strict=True)]


def _joined(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """The names, each behind its group."""
    return [" ".join(filter(None, pair)) for pair in zip(groups, names, strict=True)]


def _filled(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """The groups, with that on the left in each gap above a name; one without a name below it is a name itself."""
    filled, last = list[str](), ""
    for group, name in zip(groups, names, strict=True):
        last = (group or last) if name else ""
        filled.append(last if name else group)
    return filled


def _index_names(groups: Sequence[str], names: Sequence[str], record: Sequence[str], style: NumberStyle) -> list[str]:
    """The names that pandas gives the columns of the index in a record of its own, in which nothing else stands.

    Above them it has nothing, or above the last one what the levels of the columns are called.
    """
    fields = [field.strip() for field in record]
    count = len(list(filter(None, fields)))
    index = fields[:count]
    is_alone = len(fields) == len(names) and all(index) and 0 < count < len(fields)
    last = count - 1
    is_index = not any((*groups[:last], *names[:last])) and bool(names[last] or not groups[last])
    return index if is_alone and is_index and not any(map(style.number, index)) else []


def _tells_apart(groups: Sequence[str], names: Sequence[str], style: NumberStyle) -> bool:
    """Whether the second level has different fields below each group that comes again, and none below the others.

    Thus pivots are written, of which the fields may be numbers, such as years. An index has no group.
    """
    pairs = list(zip(groups, names, strict=True))
    again = [pair for pair in pairs if pair[0] and groups.count(pair[0]) > 1]
    others = [name for group, name in pairs if group and groups.count(group) == 1]
    index = [name for group, name in pairs if name and not group]
    is_apart = len(set(again)) == len(again) > 0 and all(name for _, name in again) and not any(others)
    return is_apart and not any(map(style.number, filter(None, (*groups, *index))))


def _is_filled_below(names: Sequence[str], others: Fields) -> bool:
    """Whether a column has a field everywhere but here, so that these are hardly the values of an example."""
    return any(
        not name and all(len(other) > place and other[place].strip() for other in others if other)
        for place, name in enumerate(names)
    )


def _are_units(names: Sequence[str]) -> bool:
    """Whether they say in what the columns are measured, so that they are no names."""
    present = filter(None, names)
    return all(name[0] in BRACKETS or NO_VALUE.fullmatch(name) or same_unit(name) in UNITS for name in present)
