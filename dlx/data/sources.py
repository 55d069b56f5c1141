"""Sources of examples: toy sets, the digits that ship with dlx, and files."""

from __future__ import annotations

from dlx.component import Component


class Source(Component):
    """Where examples come from."""

    kind = "source"
