"""Columns that a starter spec leaves out, since nothing is to be learnt from them, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from dlx.data.profile.columns import ColumnProfile, Kind
from dlx.data.profile.table import TableProfile

MOST_ONE_HOT = 50  # categories that become a feature each; of more a fixed number of features is made
SHARE_OF_FREE_TEXT = 0.5  # of the rows: texts that differ in more of them stand for nothing that comes again


def reason_to_ignore(column: ColumnProfile, profile: TableProfile, leaks: Mapping[str, str]) -> str:
    """Why a column is left out; empty where it is not.

    Args:
        column: of the table.
        profile: of the table.
        leaks: the columns from which the target follows, with the reason to think so.
    """
    if column.distinct == 0:
        return "it has no value at all"
    if column.is_constant:
        return f"it is {column.frequent(1)[0][0]} in every row"
    if column.name in leaks:
        return f"{leaks[column.name]}: is it known before the answer is?"
    if column.name in profile.copies:
        return f"its values are those of {profile.copies[column.name]}"
    if (units := profile.units_of(column.name)) and column.distinct > MOST_ONE_HOT:
        return units
    if column.is_running_number:
        return "it counts the rows"
    if column.is_identifier:
        return f"it names the rows: {column.distinct:,} different values"
    if column.kind is Kind.TEXT and column.distinct > max(MOST_ONE_HOT, SHARE_OF_FREE_TEXT * column.m):
        what = "names, whole numbers beyond 2^53" if column.name in profile.long_names else "free text"
        return f"{what}: {column.distinct:,} different ones in {column.m:,} rows"
    return ""
