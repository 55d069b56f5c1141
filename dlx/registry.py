"""The registered components by kind and name, apart from what a component is: pictures need no pydantic."""

from __future__ import annotations

from typing import Any

REGISTRY: dict[str, dict[str, Any]] = {}
