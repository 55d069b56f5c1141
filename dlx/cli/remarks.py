"""Remarks: warnings of dlx, each a line on stderr."""

from __future__ import annotations

import shutil
import sys
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dlx.cli.quiet import is_quiet
from dlx.errors import Remark
from dlx.language import translated
from dlx.language.messages import message as as_read


@contextmanager
def remarks_shown() -> Iterator[None]:
    """Inside, a `Remark` is a line on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", Remark)
        show, messages = warnings.showwarning, set[str]()

        def show_remark(message: Warning | str, category: type[Warning], *place: Any, **how: Any) -> None:
            if issubclass(category, Remark):
                if str(message) not in messages and not is_quiet():
                    messages.add(str(message))
                    _say(str(message))
            else:
                show(message, category, *place, **how)

        warnings.showwarning = show_remark
        yield


def _say(message: str) -> None:
    """In one line; on a terminal in as many as its width asks for."""
    lines = [f"{translated('remark')}: {as_read(message)}"]
    if sys.stderr.isatty():
        columns = shutil.get_terminal_size().columns
        lines = textwrap.wrap(
            lines[0], columns, subsequent_indent=" " * 8, break_long_words=False, break_on_hyphens=False
        )
    print("\n".join(lines), file=sys.stderr)
