"""Remarks: warnings of dlx, each a line on stderr."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dlx.errors import Remark


@contextmanager
def remarks_shown() -> Iterator[None]:
    """Inside, a `Remark` is a line on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", Remark)
        show, messages = warnings.showwarning, set[str]()

        def show_remark(message: Warning | str, category: type[Warning], *place: Any, **how: Any) -> None:
            if issubclass(category, Remark):
                if str(message) not in messages:
                    messages.add(str(message))
                    print(f"remark: {message}", file=sys.stderr)
            else:
                show(message, category, *place, **how)

        warnings.showwarning = show_remark
        yield
