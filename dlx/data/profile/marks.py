"""Words and signs that say that a value is missing, among numbers and among texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dlx.data.values.numbers import MISSING

SPREADSHEET = r"#(?:n/a(?: n/a)?|na|div/0!|value!|ref!|name\?|null!|num!)"
PROGRAM = r"\\n|<na>|[<(\[]null[>)\]]|[<(\[](?:missing|none|blank|empty|na|n/a|nan)[>)\]]|-?nan|nat|-?1\.#(?:ind|qnan)"
DATABASE = r"0000-00-00(?:[ T]00:00(?::00)?)?"
# In a column of numbers …
SAYS_MISSING = re.compile(
    rf"[-–—.*]+|n[./]?[ad]\.?|none|nil|null|unk|unknown|undefined|missing|blank|tb[ac]|k\.\s?a\."
    rf"|not? (?:available|applicable|recorded|known|data|value)|{SPREADSHEET}|{PROGRAM}|{DATABASE}",
    re.IGNORECASE,
)
# … and in a column of texts, where `unknown` and `none` are categories as good as others.
SURELY_MISSING = re.compile(rf"(?i:n/a|n\.a\.|null|{SPREADSHEET}|{PROGRAM}|{DATABASE})|na")
PERHAPS_MISSING = re.compile(r"None|[-–—]+|\.+|(?i:missing|not (?:available|applicable|recorded))")
USUAL = tuple(sorted(MISSING - {""}))  # what is one wherever nothing is stated
# Words in a column of numbers stand for missing values where they are few: so many different ones, this share of rows;
# those that say so, and what spreadsheets write for what they cannot compute, also where there are more of them.
MOST_MARKS, SHARE_OF_MARKS = 3, 0.1


def marks_in(texts: Sequence[str]) -> list[str]:
    """Those of the texts of a column that say that a value is missing, beside the usual marks."""
    marks = [text.strip() for text in texts if is_mark(text.strip()) and text.strip() not in MISSING]
    return [mark for mark in dict.fromkeys(marks) if mark != "-" or "+" not in texts]


def are_marks(odd: Sequence[str], share: float) -> bool:
    """Whether texts that this share of the rows has among the numbers of a column stand for missing values."""
    if not odd:
        return False
    few = len(odd) <= MOST_MARKS and share <= SHARE_OF_MARKS
    return few or all(SAYS_MISSING.fullmatch(text.strip()) for text in odd)


def is_mark(text: str) -> bool:
    """Whether a text among other texts says that a value is missing."""
    return any(pattern.fullmatch(text) for pattern in (SURELY_MISSING, PERHAPS_MISSING))


def may_be_label(text: str) -> bool:
    """Whether it may well be the label of a class."""
    return SURELY_MISSING.fullmatch(text) is None
