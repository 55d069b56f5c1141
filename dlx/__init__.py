"""dlx: a laboratory for training fully-connected networks in NumPy, driven by YAML.

What stands in ``__all__`` is stable; NumPy and all else are imported when one of these names is used.

``new`` finds a spec for data; ``train``, ``fit`` (the same as a loop) and ``folds`` train; ``tune`` searches, ``study``
compares variants, ``minimize`` follows the gradient of an objective. A ``Run`` predicts, is diagnosed, repaired, drawn,
exported and gone on with; ``runs`` lists them, ``compare`` tells them apart, ``gradcheck`` checks gradients. Errors are
subclasses of ``DlxError``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__version__ = "0.2.0"
__all__ = [
    "CheckFailed",
    "DataError",
    "Diverged",
    "DlxError",
    "EnvironmentProblem",
    "Interrupted",
    "Remark",
    "Run",
    "SpecError",
    "UsageError",
    "__version__",
    "compare",
    "fit",
    "folds",
    "gradcheck",
    "minimize",
    "new",
    "runs",
    "study",
    "train",
    "tune",
]

_ERRORS = (
    *("CheckFailed", "DataError", "Diverged", "DlxError", "EnvironmentProblem"),
    *("Interrupted", "Remark", "SpecError", "UsageError"),
)
_MODULES = {
    **dict.fromkeys(_ERRORS, "dlx.errors"),
    "Run": "dlx.api.run",
    "compare": "dlx.api.collection",
    "fit": "dlx.api.training",
    "folds": "dlx.api.searches",
    "gradcheck": "dlx.api.checks",
    "minimize": "dlx.api.objectives",
    "new": "dlx.api.starters",
    "runs": "dlx.api.collection",
    "study": "dlx.api.searches",
    "train": "dlx.api.training",
    "tune": "dlx.api.searches",
}
_NO_FUNCTIONS = ("data", "diagnose", "errors", "guide", "lab")  # rooms with the name of something else to call


class _Room(ModuleType):  # a room of the house that has the name of a function, which calling it calls
    @property
    def __doc__(self) -> str | None:  # type: ignore[override]
        return _function(self.__name__.removeprefix("dlx.")).__doc__

    def __call__(self, *args: object, **keywords: object) -> object:
        """Call the function of this name."""
        return _function(self.__name__.removeprefix("dlx."))(*args, **keywords)

    @property
    def __signature__(self) -> object:
        """That of the function, for `help` and notebooks."""
        signature: object = import_module("inspect").signature(_function(self.__name__.removeprefix("dlx.")))
        return signature

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        """How it is pickled on the way to a worker process: as the function."""
        return _function, (self.__name__.removeprefix("dlx."),)


class _NoFunction(ModuleType):  # a room that has the name of a command, or of what a run has
    def __call__(self, *args: object, **keywords: object) -> object:
        """Say what to call."""
        raise import_module("dlx.errors").UsageError(_instead(self.__name__.removeprefix("dlx.")))


class _Package(ModuleType):
    """The package itself: its rooms `gradcheck` and `runs`, once they are imported, stand where the functions stood."""

    def __setattr__(self, name: str, value: object) -> None:
        if type(value) is ModuleType and name in (*_MODULES, *_NO_FUNCTIONS):  # and has not yet to be run, as late ones
            value.__class__ = _Room if name in _MODULES else _NoFunction
        super().__setattr__(name, value)


def _function(name: str) -> Callable[..., object]:
    function: Callable[..., object] = getattr(import_module(_MODULES[name]), name)
    return function


def _instead(name: str) -> str | None:
    text: str | None = None if name.startswith("_") else import_module("dlx.calls").instead(name)
    return text


def __getattr__(name: str) -> object:
    """The public names, each from its module (PEP 562), and `sklearn`, which is a module."""
    if name in _MODULES:
        return _function(name)
    if name == "sklearn":
        return import_module("dlx.sklearn")
    text = _instead(name) or f"module 'dlx' has no attribute {name!r}"
    raise AttributeError(text, name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted(__all__)


sys.modules[__name__].__class__ = _Package
