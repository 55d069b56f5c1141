"""Functions of a file: what they return is remembered as long as the file is the same and as it was."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from dlx.files import identity

Options = ParamSpec("Options")
Result = TypeVar("Result")
FunctionOfFile = Callable[Concatenate[Path, Options], Result]

REMEMBERED = 16  # results of a function, each of a file with other arguments


def once_a_file(function: FunctionOfFile[Options, Result]) -> FunctionOfFile[Options, Result]:
    """The function, which does not look at a file again that it has looked at; the result must never be changed.

    Its other arguments are compared by their text, so this has to say all of them.
    """
    parameters = signature(function)
    results: dict[tuple[object, ...], Result] = {}

    @wraps(function)
    def remembering(path: Path, /, *arguments: Options.args, **keywords: Options.kwargs) -> Result:
        before = identity(path)
        if before is None:
            return function(path, *arguments, **keywords)
        call = parameters.bind(path, *arguments, **keywords)
        call.apply_defaults()
        key = (before, repr(call))
        with suppress(KeyError):
            return results[key]
        result = results[key] = function(path, *arguments, **keywords)
        for oldest in list(results)[:-REMEMBERED]:
            results.pop(oldest, None)  # by another thread, it may be gone already
        return result

    return remembering
