"""Plain data written as YAML that reads the same under the rules of versions 1.1 and 1.2."""

from __future__ import annotations

import sys
from typing import Any

import yaml

from dlx.spec.yaml_text.scalars import SCALARS, TAG

NEXT_LINE = "\x85"
REMEMBERED, LONGEST = 512, 10_000  # sections, and characters of one that is remembered
ENDS = ("end", "last")  # a key that follows, so that even a single value stands in its line

_sections: dict[str, str] = {}  # as YAML, by their plain data as Python writes them


def dump(data: Any) -> str:
    """Plain data as YAML that reads the same under the rules of YAML 1.1 and 1.2; innermost collections in one line.

    The sections of a mapping are written one by one, and those of specs are mostly those of the spec before.
    """
    if not isinstance(data, dict) or not any(
        isinstance(value, dict | list | tuple) and value for value in data.values()
    ):
        return _text(data)
    return "".join(map(_section, data.items()))


def _section(item: tuple[Any, Any]) -> str:
    """The lines of one key of a mapping that stands in lines."""
    written = repr(item)
    if written not in _sections:
        end = next(key for key in ENDS if key != item[0])
        text = _text(dict([item, (end, {})])).removesuffix(f"{end}: {{}}\n")
        if len(written) > LONGEST:
            return text
        _sections[written] = text
        if len(_sections) > REMEMBERED:
            del _sections[next(iter(_sections))]
    return _sections[written]


def _text(data: Any) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None)


def dump_scalar(value: Any) -> str:
    """One value in one line, as it stands in a flow collection."""
    return yaml.dump([value], Dumper=_Dumper, allow_unicode=True, width=sys.maxsize, default_flow_style=True)[1:-2]


class _Dumper(yaml.SafeDumper):
    """PyYAML's emitter, quoting every string that either version of YAML would read as something else."""

    yaml_implicit_resolvers = yaml.SafeDumper.yaml_implicit_resolvers | {
        None: [(TAG + name, pattern) for name, (pattern, _) in SCALARS.items() if name != "str"]
    }

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Within single quotes a reader takes U+0085 for the end of a line, and gives a space for it."""
        return self.represent_scalar(TAG + "str", data, style='"' if NEXT_LINE in data else None)


_Dumper.add_representer(str, _Dumper.represent_str)
_Dumper.add_multi_representer(str, _Dumper.represent_str)  # also text that knows its place
