"""dlx: a laboratory for training fully-connected networks in NumPy, driven by YAML.

What stands in ``__all__`` is stable; NumPy and all else are imported when one of these names is used.
"""

from importlib import import_module

__version__ = "0.2.0"
__all__ = ["DlxError", "Run", "__version__", "fit", "train"]

_MODULES = {"DlxError": "dlx.errors", "Run": "dlx.api.run", "fit": "dlx.api.training", "train": "dlx.api.training"}


def __getattr__(name: str) -> object:
    """The public names, each from its module (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module 'dlx' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
