"""Mutated directories: a key gone or of another type, a file missing, a folder or a link; no command breaks."""

from __future__ import annotations

import io
import json
import random
import shutil
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from dlx.runs.files import checkpoint

from .cases import Bench, Case
from .commands import call
from .damage import READERS, USES, WEIGHTS
from .samples import FINISHED, arrange

COUNT = 2000
CODES = (0, 2, 3, 4, 5, 6)
VALUES: tuple[Any, ...] = (None, True, -1, 10**30, 1e308, "x", "", "../../x", "\x1b[2J\n", [], [1], {}, {"x": 1})
MORE = {
    "doctor": ("doctor",),
    "export": ("export", "{}", "--to", "pytorch"),
    "gradcheck": ("gradcheck", "{}", "--json"),
    "list": ("runs",),
}
OF_FILES = ("missing", "empty", "a folder", "a dangling link", "a link to itself", "half")
GONE = object()

Key = tuple[str | int, ...]


def cases(bench: Bench) -> list[Case]:
    """2,000 mutations, each with a command that has to do with the directory."""
    return [_draw_case(bench, number) for number in bench.numbers(COUNT)]


def _draw_case(bench: Bench, number: int) -> Case:
    rng = random.Random(f"{bench.seed} {number}")
    place = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    folder = bench.shared(f"arranged {Path(place).name}", partial(arrange, bench, place))
    commands = {**READERS, **MORE}
    command = rng.choice((*USES[place], *(MORE if place == FINISHED else ())))
    files = sorted(path for path in (folder / place).rglob("*") if path.is_file())
    documents = [path for path in files if path.suffix == ".json" or path.name == "model.npz"]
    if rng.random() < 0.3:
        path, how = rng.choice(files), rng.choice(OF_FILES)
        what, mutation = how, partial(mutate_file, how=how)
    else:
        path = _random_document(documents, rng)
        key, value = rng.choice(list(_keys(_document(path)))), rng.choice((*VALUES, GONE, GONE, GONE))
        what = f"{'.'.join(map(str, key))} {'gone' if value is GONE else f'= {value!r}'}"
        mutation = partial(mutate_key, key=key, value=value)
    file = str(path.relative_to(folder))
    words = tuple(word.format(place) for word in commands[command])
    return Case(f"{file}, {what}: {command}", partial(_judge, bench, place, file, mutation, words))


def _random_document(documents: list[Path], rng: random.Random) -> Path:
    """One of the documents, those of the directory itself more often than those of its trials."""
    own = [path for path in documents if "trials" not in path.parts]
    return rng.choice(own if own and rng.random() < 0.6 else documents)


def _judge(bench: Bench, place: str, file: str, mutation: Any, words: tuple[str, ...], folder: Path) -> list[str]:
    arrange(bench, place, folder)
    mutation(folder / file)
    ended = call(words, folder)
    if ended.trouble:
        return [ended.trouble]
    if ended.code not in CODES:
        return [f"{ended} → {ended.code}: {ended.last_line}"]
    if any(ord(letter) < 32 and letter not in "\n\t" for letter in ended.stdout + ended.stderr):
        return [f"{ended} → {ended.code}: control characters in what it says"]
    return [] if ended.code == 0 or ended.last_line else [f"{ended} → {ended.code} without a message"]


def mutate_file(path: Path, how: str) -> None:
    """Put something else in the place of a file."""
    content = path.read_bytes()
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how.endswith("link") or how.endswith("itself"):
        path.symlink_to("nowhere" if how.startswith("a dangling") else path.name)
    elif how != "missing":
        path.write_bytes(content[: len(content) // 2] if how == "half" else b"")


def mutate_key(path: Path, key: Key, value: Any) -> None:
    """Change a document so that its checksums still fit."""
    document = _document(path)
    inner = document
    for part in key[:-1]:
        inner = inner[part]
    if value is GONE:
        del inner[key[-1]]
    else:
        inner[key[-1]] = value
    if path.suffix == ".npz":
        arrays = dict(np.load(path)) | {"meta": np.array(json.dumps(document))}
        np.savez(path, **arrays)
    elif path.name == checkpoint.MANIFEST:
        path.write_text(json.dumps(_signed(document)))
    elif path.parent.name == "checkpoint":
        arrays, _ = checkpoint.load(path.parent)
        shutil.rmtree(path.parent)
        checkpoint.save(path.parent, arrays, document)
    else:
        path.write_text(json.dumps(document))


def _signed(document: dict[str, Any]) -> dict[str, Any]:
    """The manifest with the checksum that it has to have."""
    rest = {key: value for key, value in document.items() if key != "sha256"}
    signature = sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
    return rest | ({"sha256": signature} if "sha256" in document else {})


def _document(path: Path) -> Any:
    if path.suffix == ".npz":
        return json.loads(str(np.load(io.BytesIO(path.read_bytes()))["meta"]))
    return json.loads(path.read_bytes())


def _keys(document: Any, prefix: Key = ()) -> Iterator[Key]:
    """The way to every value of a document."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield (*prefix, key)
        yield from _keys(value, (*prefix, key))
