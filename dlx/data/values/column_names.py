"""The names of a table's columns, where several have the same one: all but one must be left out, by their number."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dlx.data.values.columns import ColumnError, Doubles


class Doubled(str):
    """The name of a column that is left out because another one has its name, made different."""


def distinct(
    place: str,
    names: Sequence[str],
    ignore: Collection[str | int],
    use: Collection[str | int],
    train: Collection[str] | None = None,
) -> list[str]:
    """The names, of which those that are left out are `Doubled`.

    Args:
        place: of the header, for messages.
        names: in the order of the columns.
        ignore, use: the options of the source, by name or number.
        train: the columns that matter, where that is known.

    Raises:
        ColumnError: several columns of one name are left.
    """
    result = list(names)
    ignored, used = _places(ignore, len(names)), _places(use, len(names))
    for name in dict.fromkeys(names) if len(set(names)) < len(names) else ():
        places = [number for number, other in enumerate(names) if other == name]
        if len(places) == 1:
            continue
        chosen = [number for number in places if number in used] or places
        remaining = [number for number in chosen if number not in ignored]
        is_left_out = name in ignore or (train is not None and name not in train)
        if len(remaining) > 1 and not is_left_out:
            raise _several(place, Doubles(name, remaining, len(names)), places)
        for number in places:
            if number != (remaining or places)[0]:
                result[number] = Doubled(_new_name(f"{name} ({number})", result))
    return result


def _several(place: str, doubles: Doubles, places: Sequence[int]) -> ColumnError:
    """The error about columns of one name, these of which are left of those at the places."""
    name, remaining, _ = doubles
    what = f"the header has {len(places)} columns named {name!r}: {', '.join(map(str, places))} (counted from 0)"
    advice = f"leave out all but one by number, such as `ignore: [{', '.join(map(str, remaining[1:]))}]`"
    reason = f"column {remaining[0]} is named {name}, too: rename one of them in the file to learn from both"
    return ColumnError(f"{place}: {what}; {advice}", remaining[1], reason, "ignore", doubles=doubles)


def _places(columns: Collection[str | int], count: int) -> set[int]:
    """The places of the columns that are given by number, from 0 or, from the end, from -1."""
    return {column % count for column in columns if isinstance(column, int) and -count <= column < count}


def _new_name(name: str, names: Collection[str]) -> str:
    while name in names:
        name += "'"
    return name
