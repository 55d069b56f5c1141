"""The scalars of YAML 1.2 in its core schema: which type a plain one has, and the value that it stands for."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import yaml

from dlx.spec.tree import Scalar
from dlx.spec.yaml_text.limits import MOST_DIGITS

TAG = "tag:yaml.org,2002:"


def _whole_number(text: str) -> int:
    if len(text) > MOST_DIGITS:  # Python would not write it out
        raise ValueError
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


def _real_number(text: str) -> float:
    value = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    if math.isinf(value) and "inf" not in text.lower():
        raise ValueError
    return value


# YAML 1.2.2, §10.3.2: the core schema, in the order in which a plain scalar is tried.
SCALARS: dict[str, tuple[re.Pattern[str], Callable[[str], Scalar]]] = {
    "null": (re.compile(r"(?:null|Null|NULL|~|)\Z"), lambda text: None),
    "bool": (re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), lambda text: text.lower() == "true"),
    "int": (re.compile(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"), _whole_number),
    "float": (
        re.compile(
            r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
        ),
        _real_number,
    ),
    "str": (re.compile(""), str),
}


_PLAIN = re.compile("|".join(f"(?P<{name}>{pattern.pattern})" for name, (pattern, _) in SCALARS.items()))


def type_of(event: yaml.ScalarEvent) -> str:
    """The name of a scalar's type: by its tag, or as the core schema reads it."""
    if event.tag not in (None, "!"):
        return str(event.tag).removeprefix(TAG)
    if event.tag == "!" or not event.implicit[0]:
        return "str"
    match = _PLAIN.match(event.value)
    return (match and match.lastgroup) or "str"


def read_scalar(name: str, text: str) -> Scalar:
    """The value of a text as a scalar of the type of this name; raises ValueError where it is none."""
    pattern, convert = SCALARS[name]
    if not pattern.match(text):
        raise ValueError
    return convert(text)
