"""The signatures of the functions of dlx: the types that they share, and what decorates them."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar, cast, overload

from dlx.api.arguments import FunctionArguments


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

IN_HELP = {  # what help says in place of these names, in words of the docstrings
    "Data": "(X, y) | table | dict | None",
    "ObjectiveLike": "str | dict | Objective",
    "PathLike": "str | Path",
    "RunLike": "Run | str | Path",
    "SpecLike": "str | Path | dict",
    "Subject": "str | Path | dict | Run | Component",
    "Target": "str | int | list[str] | None",
}

Arguments = ParamSpec("Arguments")
Form = ParamSpec("Form")
Result = TypeVar("Result")
Returned = TypeVar("Returned", covariant=True)


class WithSettings(Protocol[Arguments, Form, Returned]):
    """A function whose further keywords are settings, as type checkers see it.

    Of ``**{"training.epochs": 80}`` they check the value against every argument that has none, such as ``out``. So
    there is a form in which nothing has a type but what stands in front. It cannot be called without such a mapping,
    since it wants a keyword, `dotted`, that nobody writes and that a mapping may hold. ``settings={…}`` needs no form
    of its own: all other arguments keep their types.
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
    """The same function, which raises `UsageError` where it is called with other arguments than it takes."""
    arguments = FunctionArguments(function)

    @wraps(function)
    def call(*args: Arguments.args, **keywords: Arguments.kwargs) -> Result:
        stated: Any = arguments.with_settings(keywords)
        arguments.check(args, stated)
        return function(*args, **stated)

    vars(call)["__signature__"] = _as_read(inspect.signature(function))
    return call


class _Unquoted(str):
    """An annotation that help shows without quotation marks."""

    __slots__ = ()
    __repr__ = str.__str__


def _as_read(signature: inspect.Signature) -> inspect.Signature:
    """The signature with annotations for people."""
    parameters = [each.replace(annotation=_in_help(each.annotation)) for each in signature.parameters.values()]
    return signature.replace(parameters=parameters, return_annotation=_in_help(signature.return_annotation))


def _in_help(annotation: Any) -> Any:
    if not isinstance(annotation, str):
        return annotation
    return _Unquoted(re.sub(r"\w+", lambda match: IN_HELP.get(match[0], match[0]), annotation))
