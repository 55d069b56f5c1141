"""The names of experiments, which are folders on every system."""

from __future__ import annotations

import re

FOLDER_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
NO_FOLDERS = {"CON", "PRN", "AUX", "NUL", *(f"{device}{number}" for device in ("COM", "LPT") for number in "123456789")}


def folder_name(name: str) -> str:
    """The name; raises `ValueError` where no folder may have it."""
    if not re.fullmatch(FOLDER_NAME, name):
        raise ValueError(f"expected up to 100 letters, digits, '.', '_' and '-', no sign in front, got {name!r}")
    if name.endswith(".") or name.partition(".")[0].upper() in NO_FOLDERS:
        raise ValueError(f"Windows has no folder of that name, got {name!r}")
    return name


def nearest_name(text: str) -> str:
    """A name for an experiment that is most like a text.

    >>> [nearest_name(text) for text in ("ventas año 1", "_nul.2021", "über.", "…")]
    ['ventas-a-o-1', 'nul-2021', 'ber', 'experiment']
    """
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).lstrip(".-_")[:100].rstrip(".-") or "experiment"
    if name.partition(".")[0].upper() in NO_FOLDERS:
        name = name.replace(".", "-", 1) if "." in name else f"{name}-data"
    return name
