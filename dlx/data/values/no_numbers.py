"""Texts in a column of numbers that are none: why not, and what makes numbers of them."""

from __future__ import annotations

from dlx.data.values.columns import as_key
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.units import Measured, measured, same_unit


def reason_in_train(text: str, name: str, style: NumberStyle, is_stated: bool) -> str:
    """Why a text is no number as its column has them, and what can be done: words to stand behind the text.

    Args:
        text: from the file.
        name: of the column.
        style: of its numbers.
        is_stated: whether the column is stated to hold numbers.
    """
    invalid = _setting(name, style, {"invalid": "missing"})
    parts = _parts(text, style)
    if parts is not None and (what := _other_unit(parts, style)):
        return f"{what}: convert it, or state `{invalid}`"
    if parts is not None and (lacking := _lacking(parts, style)):
        others = "" if is_stated else ", or name the column in `categorical`"
        return f"{_peculiarity(parts, lacking)}; correct it, or state `{_setting(name, style, lacking)}`{others}"
    ways = f"state `{invalid}`" if is_stated else "name the column in `categorical`"
    return f"{_difference(text, style, is_stated)}; correct it, name it in `missing`, or {ways}"


def reason_in_others(text: str, style: NumberStyle) -> str:
    """The same of a text in a file that is read as train was."""
    parts = _parts(text, style)
    if parts is not None and (what := _other_unit(parts, style)):
        return f"{what}: convert it"
    if parts is not None and (lacking := _lacking(parts, style)):
        return f"{_peculiarity(parts, lacking)}, which train's numbers have not: write {parts.number}"
    return _difference(text, style)


def _parts(text: str, style: NumberStyle) -> Measured | None:
    """The parts of a number with a unit or a sign of a limit; None where it is none, as 1/2 is."""
    parts = measured(text)
    if parts is None or all(way.number(parts.number) is None for way in (style, style.other)):
        return None
    return None if parts.unit.startswith("/") and not any(map(str.isalpha, parts.unit)) else parts


def _other_unit(parts: Measured, style: NumberStyle) -> str:
    """That the number is in another unit than its column, in words; empty where it is not."""
    if not parts.unit or style.unit is None or same_unit(parts.unit) == same_unit(style.unit):
        return ""
    return f"is in {parts.unit}, and this column in {style.unit}"


def _lacking(parts: Measured, style: NumberStyle) -> dict[str, str]:
    """What would have to be stated of the column so that this is a number in it."""
    has_unit = parts.unit and style.unit is None and style.number(f"1{parts.unit}") is None
    unit = {"unit": parts.unit} if has_unit else {}
    return unit | ({"censored": "true"} if parts.is_limit and not style.is_censored else {})


def _peculiarity(parts: Measured, lacking: dict[str, str]) -> str:
    unit = [f"has the unit {parts.unit}"] if "unit" in lacking else []
    return " and ".join([*unit, *(["is a limit"] if "censored" in lacking else [])])


def _difference(text: str, style: NumberStyle, is_stated: bool = False) -> str:
    number = style.number(text)
    if number is not None and number[1]:
        return f"has the mark {number[1]}, unlike others in this column"
    return f"is not a number, as {'this column is stated to hold' if is_stated else 'others in this column are'}"


def _setting(name: str, style: NumberStyle, further: dict[str, str]) -> str:
    """What is stated of a column, and more."""
    stated = {"kind": "number"} | ({"unit": style.unit} if style.unit else {})
    stated |= {"censored": "true"} if style.is_censored else {}
    options = ", ".join(f"{key}: {value}" for key, value in (stated | further).items())
    return f"columns: {{{as_key(name)}: {{{options}}}}}"
