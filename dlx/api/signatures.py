"""The arguments of the functions of dlx: the types that they share, and what is said of one that there is not."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar, cast, overload

from dlx.errors import UsageError, allowed, nearest
from dlx.search.plan import BASE
from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile
from dlx.spec.messages import place_of
from dlx.spec.sections import Spec
from dlx.synonyms import SYNONYMS, plainly


class Frame(Protocol):
    """A table of pandas or polars."""

    @property
    def columns(self) -> Any:
        """The names of its columns."""


class ArrowTable(Protocol):
    """A table of Arrow, or of whatever speaks its protocol."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Its batches."""


Examples: TypeAlias = tuple[Any, Any] | Frame | ArrowTable | Mapping[Any, Any]  # (X, y), or a table
Data: TypeAlias = Examples | None  # a mapping may also be from train, dev and test to examples
Target: TypeAlias = str | int | Sequence[str] | None  # the column or columns that are to be predicted
PathLike: TypeAlias = str | os.PathLike[str]
SpecLike: TypeAlias = PathLike | Mapping[str, Any]
POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
NAMED = (POSITIONAL, inspect.Parameter.KEYWORD_ONLY)
TOGETHER = {"data": "; arrays are one of them: (X, y)", "runs": "; several runs are one of them: [a, b]"}
KEYS = {BASE, *Spec.model_fields, *StudyFile.model_fields, *TuneFile.model_fields}

Arguments = ParamSpec("Arguments")
Form = ParamSpec("Form")
Result = TypeVar("Result")
Returned = TypeVar("Returned", covariant=True)


class WithSettings(Protocol[Arguments, Form, Returned]):
    """A function whose further keywords are settings, as type checkers see it.

    Of ``**{"training.epochs": 80}`` they check the value against every argument that has none, such as ``out``. So
    there is a form in which nothing has a type but what stands in front. It cannot be called without such a mapping,
    since it wants a keyword, `dotted`, that nobody writes and that a mapping may hold.
    """

    @overload
    def __call__(self, *args: Arguments.args, **keywords: Arguments.kwargs) -> Returned: ...
    @overload
    def __call__(self, *args: Form.args, **keywords: Form.kwargs) -> Returned: ...


def of_spec(spec: SpecLike, *data: Data, dotted: object, **settings: object) -> None:
    """The form of `train`."""


def of_plan(plan: SpecLike | None = None, *data: Data, dotted: object, **settings: object) -> None:
    """The form of `tune`."""


def with_settings(
    form: Callable[Form, object],
) -> Callable[[Callable[Arguments, Result]], WithSettings[Arguments, Form, Result]]:
    """The same function, typed as `WithSettings`, which refuses what is neither an argument of it nor a setting."""

    def decorated(function: Callable[Arguments, Result]) -> WithSettings[Arguments, Form, Result]:
        return cast("WithSettings[Arguments, Form, Result]", public(function))

    return decorated


def public(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The same function, which raises `UsageError` with the arguments that there are where it is called with others."""
    parameters = inspect.signature(function).parameters.values()
    kinds = {each.kind for each in parameters}
    names = [each.name for each in parameters if each.kind in NAMED and each.name != "self"]
    by_place = [each.name for each in parameters if each.kind is POSITIONAL]
    called = function.__name__.replace("__init__", "Run")

    @wraps(function)
    def call(*args: Arguments.args, **keywords: Arguments.kwargs) -> Result:
        for keyword in keywords:
            is_setting = inspect.Parameter.VAR_KEYWORD in kinds and _is_setting(keyword, names)
            if keyword not in names and not is_setting:
                what = f"{keyword!r} is no argument{' and no key' if inspect.Parameter.VAR_KEYWORD in kinds else ''}"
                raise UsageError(f"{called}: {what} {allowed(keyword, names)}")
        if len(args) > len(by_place) and inspect.Parameter.VAR_POSITIONAL not in kinds:
            raise UsageError(f"{called}: {_too_many([name for name in by_place if name != 'self'])}")
        return function(*args, **keywords)

    return call


def _too_many(by_place: Sequence[str]) -> str:
    """What is said of more arguments without a name than there are."""
    hint = next((TOGETHER[name] for name in by_place if name in TOGETHER), "")
    return f"takes {' and '.join(by_place) or 'nothing'} without a name{hint}"


def _is_setting(word: str, names: Collection[str]) -> bool:
    """Whether a keyword is a key, or rather meant to be one than to be one of these arguments."""
    meant = {plainly(word), *map(plainly, SYNONYMS.get(plainly(word), ()))}
    is_argument = any(plainly(name) in meant for name in names)
    if "." in word or word in KEYS or is_argument:
        return not is_argument
    return place_of(word) is not None or (nearest(word, names) is None and nearest(word, KEYS) is not None)
