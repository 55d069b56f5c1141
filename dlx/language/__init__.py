"""The language in which people are spoken to: that of ``DLX_LANG`` or of the locale, or else English."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es")  # each but English has a catalog in this folder
VARIABLES = ("DLX_LANG", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides
_CHOSEN: ContextVar[str] = ContextVar("language", default="")  # by the reader of a page, who may be another


def language() -> str:
    """The code of the language."""
    stated = _CHOSEN.get() or next(filter(None, map(os.environ.get, VARIABLES)), ENGLISH)
    code = stated.replace("-", "_").partition(".")[0].partition("_")[0].lower()
    return code if code in LANGUAGES else ENGLISH


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak this language meanwhile, here and in no other thread or task."""
    token = _CHOSEN.set(code)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def translated(text: str, of: str = "") -> str:
    """A text of dlx in that language; what no catalog has stays as it is.

    ``of`` is what a word is said of, where its translation agrees with that.
    """
    code = language()
    if code == ENGLISH:
        return text
    translation: str = import_module("dlx.language.catalog").catalog(code).translated(text, of)
    return translation
