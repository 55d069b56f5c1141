"""On PYTHONPATH: with DLX_TEST_ULP=k, each first parameter that is not 0 is one unit in the last place off.

Python imports this file by its name in every process that starts, those that tests start included. The numbers of an
objective's start are exact on any processor, but what follows from them is not; they are changed as well.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

CHANGED = {"dlx.nn.network": "Network", "dlx.nn.landscape": "Landscape"}


class Switch(MetaPathFinder):
    """Changes ``initialize`` of a class as soon as its module has been imported, and imports nothing before."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path) if name in CHANGED else None
        if spec is None or spec.loader is None:
            return None
        execute: Any = spec.loader.exec_module

        def execute_and_change(module: ModuleType) -> None:
            execute(module)
            change(getattr(module, CHANGED[name]))

        spec.loader.exec_module = execute_and_change  # type: ignore[method-assign]
        return spec


def change(network: Any) -> None:
    """Let ``initialize`` move each parameter up or down, by signs that follow from DLX_TEST_ULP."""
    initialize = network.initialize

    def initialize_and_move(self: Any, rng: Any) -> None:
        import numpy as np

        initialize(self, rng)
        if "DLX_TEST_ULP" not in os.environ:  # a test may take it away
            return
        theta = self.parameters.theta
        up = np.random.default_rng(int(os.environ["DLX_TEST_ULP"])).random(theta.size) < 0.5
        moved = np.nextafter(theta, np.where(up, np.inf, -np.inf).astype(theta.dtype))
        theta[...] = np.where(theta == 0, theta, moved)

    network.initialize = initialize_and_move


if os.environ.get("DLX_TEST_ULP"):
    sys.meta_path.insert(0, Switch())
