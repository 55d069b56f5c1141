"""The arguments of a call from Python, checked against those of its function: names, number and plain types."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

from dlx.calls import OF_A_RUN
from dlx.errors import UsageError, allowed, nearest
from dlx.search.plan import BASE
from dlx.search.study.section import StudyFile
from dlx.search.tune.section import TuneFile
from dlx.spec.messages import place_of
from dlx.spec.sections import Spec
from dlx.synonyms import SYNONYMS, plainly
from dlx.text import shorten

POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
NAMED = (POSITIONAL, inspect.Parameter.KEYWORD_ONLY)
TOGETHER = {"data": "; arrays are one of them: (X, y)", "runs": "; several runs are one of them: [a, b]"}
KEYS = {BASE, *Spec.model_fields, *StudyFile.model_fields, *TuneFile.model_fields}
PLAIN: Mapping[str, tuple[tuple[type, ...], str]] = {  # by the word of an annotation
    "bool": ((bool, np.bool_), "True, False"),
    "int": ((Integral,), "a whole number"),
    "float": ((Real,), "a number"),
    "str": ((str,), "text"),
    "PathLike": ((str, os.PathLike), "a path"),
    "None": ((type(None),), "None"),
}


class FunctionArguments:
    """The arguments that a public function takes."""

    def __init__(self, function: Callable[..., object]) -> None:
        parameters = [*inspect.signature(function).parameters.values()]
        self._function = function.__name__
        self._is_method = parameters[0].name == "self"
        own = parameters[1:] if self._is_method else parameters
        kinds = {parameter.kind for parameter in own}
        self._named = {parameter.name: parameter for parameter in own if parameter.kind in NAMED}
        self._by_place = [parameter.name for parameter in own if parameter.kind is POSITIONAL]
        self._takes_settings = inspect.Parameter.VAR_KEYWORD in kinds
        self._takes_any_number = inspect.Parameter.VAR_POSITIONAL in kinds

    def with_settings(self, keywords: Mapping[str, object]) -> Mapping[str, object]:
        """The same with the entries of ``settings={…}`` as keywords; raises `UsageError` where they cannot be."""
        settings = keywords.get("settings")
        if not self._takes_settings or settings is None:
            return keywords
        if not isinstance(settings, Mapping) or not all(isinstance(key, str) for key in settings):
            raise UsageError(f"{self._function}: settings: expected a mapping, such as {{'training.epochs': 80}}")
        others = {name: value for name, value in keywords.items() if name != "settings"}
        if twice := settings.keys() & {*self._named, *others}:
            raise UsageError(f"{self._function}: settings: {twice.pop()!r} is an argument, or is given twice")
        return {**others, **settings}

    def check(self, args: Sequence[object], keywords: Mapping[str, object]) -> None:
        """Raise `UsageError` where a function cannot be called with these."""
        called = type(args[0]).__name__ if self._function == "__init__" else self._function
        values = args[1:] if self._is_method else args
        if fault := self._fault(values, keywords):
            raise UsageError(f"{called}: {fault}")

    def _fault(self, values: Sequence[object], keywords: Mapping[str, object]) -> str | None:
        """What is wrong with the arguments of a call."""
        for keyword in keywords:
            if keyword not in self._named and not self._is_setting(keyword):
                what = f"{keyword!r} is no argument{' and no key' if self._takes_settings else ''}"
                return f"{what} {allowed(keyword, [*self._named])}"
        if len(values) > len(self._by_place) and not self._takes_any_number:
            hint = next((TOGETHER[name] for name in self._by_place if name in TOGETHER), "")
            return f"takes {' and '.join(self._by_place) or 'nothing'} without a name{hint}"
        by_place = dict(zip(self._by_place, values, strict=False))
        if twice := by_place.keys() & keywords:
            return f"{twice.pop()!r} is given twice"
        stated = {**by_place, **{name: value for name, value in keywords.items() if name in self._named}}
        for name, parameter in self._named.items():
            if name not in stated and parameter.default is inspect.Parameter.empty:
                return f"{name!r} is missing: {self._example()}"
        return next(filter(None, (_mistake(self._named[name], value) for name, value in stated.items())), None)

    def _is_setting(self, keyword: str) -> bool:
        """Whether a keyword is a setting; one without arguments beside it says itself which there are."""
        return self._takes_settings and (not self._named or is_setting(keyword, self._named))

    def _example(self) -> str:
        """A call with what has to be given."""
        if self._is_method:
            return f"run.{OF_A_RUN[self._function]}"
        needed = [name for name, parameter in self._named.items() if parameter.default is inspect.Parameter.empty]
        return f"dlx.{self._function}({', '.join(needed)})"


def is_setting(word: str, arguments: Collection[str]) -> bool:
    """Whether a keyword is, or was meant to be, a key of a spec or plan, and not one of these arguments.

    >>> is_setting("epochs", ["out"]), is_setting("shedule", ["out"]), is_setting("Out", ["out"])
    (True, True, False)
    """
    meant = {plainly(word), *map(plainly, SYNONYMS.get(plainly(word), ()))}
    if any(plainly(argument) in meant for argument in arguments):
        return False
    if "." in word or word in KEYS or place_of(word) is not None:
        return True
    return nearest(word, arguments) is None and nearest(word, KEYS) is not None


def _mistake(parameter: inspect.Parameter, value: Any) -> str | None:
    """What is wrong with the type of a value, where the argument takes nothing but plain ones."""
    words = str(parameter.annotation).split(" | ")
    if not all(word in PLAIN for word in words):
        return None
    is_truth = isinstance(value, bool | np.bool_) and "bool" not in words  # which Python counts as a number
    if not is_truth and any(isinstance(value, PLAIN[word][0]) for word in words):
        return None
    *others, last = ", ".join(PLAIN[word][1] for word in words).split(", ")
    expected = f"{', '.join(others)} or {last}" if others else last
    return f"{parameter.name}: expected {expected}, got {shorten(repr(value), 60)}"
