"""English words in what dlx says in another language; those of names, keys, values and commands are left aside."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORDS = re.compile(
    r"\b(the|an|of|is|are|was|were|be|and|or|from|has|have|than|that|which|its|it|as|for|to|on|at|in|not|there|where"
    r"|with|by|this|these|what|so|if|than|then|only|about|under|over|above|below|against|before|after|since|while"
    r"|smaller|larger|longer|lower|higher|more|most|less|fewer|few|each|every|all|none|one|two|first|last|best|worst"
    r"|would|may|can|does|do|try|kept|keep|high|low|unsettled|unknown|examples|rows|columns|layers|units|steps|seeds"
    r"|trained|training|trainings|written|cost|gap|verdict|next|remedy|finding|findings|interval|time|status|diverged"
    r"|completed|failed|passed|interrupted|running|yes|missing|number|type|part|target|share|suggested|study|search|claims?|variants?|curves"
    r"|learning rate)\b",
    re.IGNORECASE,
)
# Keys, options and files; names of findings; what is quoted; the command behind `dlx`, or below a broken line.
NAMES = re.compile(r"[\w./~-]*[._/=][\w./:*-]*\S*|--[\w-]+|\[[^\]]*\]|\{[^}]*\}|'[^']*'|\"[^\"]*\"|\bdlx .*")


def in_english(lines: Iterable[str], names: Iterable[str] = ()) -> list[str]:
    """Those of the lines that have an English word beside these names."""
    own = re.compile("|".join(map(re.escape, names)) or r"(?!)")
    return [line for line in lines if WORDS.search(NAMES.sub(" ", own.sub(" ", line)))]
