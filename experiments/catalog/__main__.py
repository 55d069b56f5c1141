"""``python -m experiments.catalog``: brings catalogs up to date with the program, and compiles them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from dlx.language import ENGLISH, LANGUAGES
from dlx.language.catalog import FOLDER
from experiments.catalog.sources import Message, messages

HEADER = "# What dlx says, in another language: `make catalog` brings it up to date and compiles it.\n#"
NO_TIME = datetime(2026, 1, 1, tzinfo=UTC)  # so that a catalog changes where it says something else, and only there
HEAD = {
    "project": "dlx",
    "version": "1",
    "msgid_bugs_address": "the dlx authors",
    "last_translator": "the dlx authors",
    "language_team": "the dlx authors",
}


def main() -> int:
    """Returns 1 where something is not translated."""
    open_keys = 0
    for code in LANGUAGES:
        if code != ENGLISH:
            path = FOLDER / f"{code}.po"
            catalog = up_to_date(path, code, messages())
            path.write_bytes(in_po(catalog))
            path.with_suffix(".mo").write_bytes(in_mo(catalog))
            missing = [message for message in catalog if message.id and not message.string]
            open_keys += len(missing)
            print(f"{path.name}: {len(catalog)} texts, {len(missing)} without a translation")
    return int(open_keys > 0)


def up_to_date(path: Path, code: str, present: list[Message]) -> Catalog:
    """The catalog with the keys that the program has now, and the translations that there are."""
    old = stored(path, code) if path.exists() else Catalog(code)
    catalog = Catalog(code, header_comment=HEADER, creation_date=NO_TIME, revision_date=NO_TIME, fuzzy=False, **HEAD)
    for message in present:
        stated = old.get(message.key, message.context)
        translation, comments = stated.string if stated else "", [message.source] if message.source else []
        catalog.add(message.key, translation, [(message.file, 0)], auto_comments=comments, context=message.context)
    return catalog


def stored(path: Path, code: str) -> Catalog:
    """The catalog in a file."""
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def in_po(catalog: Catalog) -> bytes:
    """A catalog to be edited."""
    file = BytesIO()
    write_po(file, catalog, width=120, include_lineno=False)
    return file.getvalue()


def in_mo(catalog: Catalog) -> bytes:
    """The same, compiled."""
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
