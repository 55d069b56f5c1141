"""The registered components by kind and name; it is apart from what a component is, so that pictures need no pydantic."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlx.component import Component

REGISTRY: dict[str, dict[str, type[Component]]] = {}
