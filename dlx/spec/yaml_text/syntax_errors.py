"""Errors of YAML's syntax in plain English, each at its place."""

from __future__ import annotations

import yaml

from dlx.errors import Place, Problem
from dlx.spec.yaml_text.limits import MAX_DEPTH

_PLAIN_ENGLISH = {  # libyaml's words, and what PyYAML's own parser says for the same, which is used without libyaml
    "mapping values are not allowed in this context": "a ':' is not allowed here: start a new line, or put the value "
    "in quotes",
    "block sequence entries are not allowed in this context": "a '- ' is not allowed here: each entry of a list begins "
    "a line of its own",
    "exceeded maximum nesting depth": f"nested deeper than {MAX_DEPTH} levels",
    "found invalid Unicode character escape code": "no such character",
}
_PLAIN_ENGLISH |= {
    words.replace("block ", "").replace("in this context", "here"): text for words, text in _PLAIN_ENGLISH.items()
}


def syntax_problem(error: yaml.MarkedYAMLError, text: str, source: str) -> Problem:
    """The problem that an error of the parser is, in a text of this source."""
    mark = error.problem_mark or error.context_mark
    place = Place(source, mark.line + 1, mark.column + 1) if mark else Place(source)
    words = str(error.problem)
    if mark and mark.index >= len(text):
        place, words = Place.of_index(source, text, len(text)), f"{words}, but the text ends here"
    if words.endswith("cannot start any token") and mark and mark.index < len(text):
        what = _misplaced(text[mark.index])
    elif words in _PLAIN_ENGLISH:
        what = _PLAIN_ENGLISH[words]
    else:
        context = f" ({error.context})" if error.context else ""
        what = words.removeprefix("did not find ") + context
    return Problem(place, "", f"not valid YAML: {what}")


def _misplaced(character: str) -> str:
    if character == "\t":
        return "a tab stands where only spaces may: indent with spaces"
    return f"nothing begins with {character!r} here: put the value in quotes"
