"""Mutated specs and plans, drawn from a seed, and what is wrong with how dlx refuses them.

``python -m experiments.reliability.mutations --count 10000 --seed 1`` draws so many, prints each one that raises
anything but a usage error or has a problem without line and column, and the slowest.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dlx.errors import SpecError, UsageError
from dlx.search.plan import kind_of
from dlx.search.study.file import load_study
from dlx.search.tune.file import load_tune
from dlx.spec.loader import load_spec
from dlx.spec.yaml_text.reading import load

ROOT = Path(__file__).resolve().parents[2]
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
SECONDS = 0.5  # of the processor, in which a refusal should come

WORDS = ("name", "data", "units", "auto", "digits", "x", "нет", "", " ", "a.b", "0", "-1", "1e400", "<<", "é" * 3, "名")
CONTROLS = (
    "\0",
    "\x07",
    "\x1b[31m",
    "\r",
    "\x7f",
    "\x85",
    "\x9b",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\U0001f600",
    "\ud800",
)
SCALARS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 10**30, -(10**400), 0.5, -0.0, 1e-320, float("inf"), float("nan"), *WORDS
)  # fmt: skip
YAML_PIECES = (
    "&a ",
    "*a",
    "!!int ",
    "!x ",
    "? ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "\n",
    "\t",
    "|\n",
    '"',
    "'",
    "%",
    "---\n",
)


@dataclass(frozen=True)
class Mutant:
    """A mutated file: which file it was, what was done to it, and its text."""

    base: Path
    steps: tuple[str, ...]
    text: str

    @property
    def content(self) -> bytes:
        """The text as a file has it."""
        return self.text.encode("utf-8", "surrogatepass")


def shipped() -> list[Path]:
    """All specs and plans in configs/ and experiments/."""
    files = [*(ROOT / "configs").rglob("*.yaml"), *(ROOT / "experiments").rglob("*.yaml")]
    return sorted(file for file in files if file.name not in ("topics.yaml", "lessons.yaml"))


def mutants(seed: int) -> Iterator[Mutant]:
    """Mutants without end, the same for the same seed."""
    rng, files = random.Random(seed), _contents()
    while True:
        base = rng.choice(list(files))
        yield mutate(base, files[base], rng)


@cache
def _contents() -> dict[Path, Any]:
    return {file: _standing_alone(load(file).plain(), file.parent) for file in shipped()}


def mutate(base: Path, data: Any, rng: random.Random) -> Mutant:
    """One to three changes of the data, or of the text that they make."""
    steps, data = [], _copy(data)
    for _ in range(rng.choice((1, 1, 2, 3))):
        change = rng.choice(DATA_CHANGES)
        data = change(data, rng)
        steps.append(change.__name__)
    text = _written(data, rng)
    for _ in range(rng.choice((0, 0, 1, 2))):
        edit = rng.choice(TEXT_CHANGES)
        text = edit(text, rng)
        steps.append(edit.__name__)
    return Mutant(base, tuple(steps), text)


def _written(data: Any, rng: random.Random) -> str:
    """The data as YAML: what is short and flat in any style, all else as JSON, which is YAML too and quick to write."""
    text = json.dumps(data, ensure_ascii=False)
    if rng.random() < 0.4 or len(text) > 20_000 or text.count("{") + text.count("[") > 100:
        return text
    style = rng.choice((None, True, False))
    return str(yaml.dump(data, Dumper=DUMPER, sort_keys=False, allow_unicode=True, default_flow_style=style))


def fault(mutant: Mutant, folder: Path) -> str | None:
    """What is wrong with how dlx takes it: another exception than a usage error, or a problem without its place."""
    file = folder / "mutant.yaml"
    file.write_bytes(mutant.content)
    try:
        _load(file)
    except SpecError as error:
        unplaced = [str(problem) for problem in error.problems if problem.place.column is None]
        return f"without a place: {unplaced[0]}" if unplaced or not error.problems else None
    except UsageError:
        return None
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def _load(file: Path) -> None:
    kind = kind_of(file)
    load_spec(file) if kind is None else load_tune(file) if kind == "search" else load_study(file)


def _standing_alone(data: Any, folder: Path) -> Any:
    """The data with the paths of other files made absolute, so that a mutant may stand anywhere."""
    if isinstance(data, dict):
        return {key: _standing_alone(value, folder) for key, value in data.items()}
    if isinstance(data, list):
        return [_standing_alone(value, folder) for value in data]
    is_file = isinstance(data, str) and data != "" and (folder / data).is_file()
    return str((folder / data).resolve()) if is_file else str(data) if isinstance(data, str) else data


def _copy(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(value) for value in data] if isinstance(data, list) else data


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every collection in the data with each of its keys or indices."""
    for key in list(data) if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield data, key
        yield from _places(data[key])


def _somewhere(data: Any, rng: random.Random, make: Callable[[Any], Any]) -> Any:
    """The data with one value replaced by what is made of it."""
    places = list(_places(data))
    if not places:
        return make(data)
    collection, key = rng.choice(places)
    collection[key] = make(collection[key])
    return data


def rename_key(data: Any, rng: random.Random) -> Any:
    """A key with a letter more, less or other, or another word."""
    keyed = [(collection, key) for collection, key in _places(data) if isinstance(collection, dict)]
    if keyed:
        collection, key = rng.choice(keyed)
        old = str(key)
        place = rng.randrange(len(old) + 1)
        names = (old[:place] + old[place + 1 :], old[:place] + "x" + old[place:], old * 40, rng.choice(WORDS))
        collection[rng.choice(names)] = collection.pop(key)
    return data


def replace_value(data: Any, rng: random.Random) -> Any:
    """A value of another type."""
    others: tuple[Any, ...] = (*SCALARS, [], {}, [[]], {"name": None}, [1, "a", None], {"a": {"b": []}})
    return _somewhere(data, rng, lambda value: _copy(rng.choice(others)))


def drop_key(data: Any, rng: random.Random) -> Any:
    """A key or an entry less."""
    places = list(_places(data))
    if places:
        collection, key = rng.choice(places)
        del collection[key]
    return data


def nest(data: Any, rng: random.Random) -> Any:
    """A value in itself, many times: under its key, or in lists."""
    depth, key = rng.choice((1, 3, 20, 45, 60, 120)), rng.choice(("data", "name", "source", "a", None))

    def nested(value: Any) -> Any:
        for _ in range(depth):
            value = [value] if key is None else {key: value}
        return value

    return _somewhere(data, rng, nested)


def repeat(data: Any, rng: random.Random) -> Any:
    """A value many times, in a list or under many keys."""
    times = rng.choice((2, 10, 300, 3000, 12_000))

    def repeated(value: Any) -> Any:
        copies = [_copy(value) for _ in range(min(times, 1 + 200_000 // max(1, len(str(value)))))]
        return copies if in_list else {f"k{number}": copy for number, copy in enumerate(copies)}

    in_list = rng.random() < 0.5
    return _somewhere(data, rng, repeated)


def swap_subtree(data: Any, rng: random.Random) -> Any:
    """A part of the file in the place of another."""
    values = [collection[key] for collection, key in _places(data)]
    return _somewhere(data, rng, lambda value: _copy(rng.choice(values)) if values else value)


def lengthen_list(data: Any, rng: random.Random) -> Any:
    """A long flow list of numbers, words or mappings."""
    entry = rng.choice((*SCALARS[3:12], "x", {"a": 1}, [1]))
    return _somewhere(data, rng, lambda value: [_copy(entry) for _ in range(rng.choice((50, 2000, 12_000)))])


def lengthen_scalar(data: Any, rng: random.Random) -> Any:
    """A scalar of up to a megabyte."""
    text = rng.choice(("a", "é", "9", "a ", "0.", "a.", "(", "-", *CONTROLS[2:3])) * rng.choice((100, 5000, 300_000))
    return _somewhere(data, rng, lambda value: text)


def odd_text(data: Any, rng: random.Random) -> Any:
    """A value or key with characters that no terminal should get."""
    text = rng.choice(CONTROLS[:-1]) + rng.choice(WORDS)
    if rng.random() < 0.5 and isinstance(data, dict):
        return data | {text: 1}
    return _somewhere(data, rng, lambda value: text)


def insert_piece(text: str, rng: random.Random) -> str:
    """A sign of YAML, or a control character, somewhere in the text."""
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice((*YAML_PIECES, *CONTROLS)) + text[place:]


def insert_nesting(text: str, rng: random.Random) -> str:
    """Flow collections opened many times."""
    place = rng.randrange(len(text) + 1)
    return (
        text[:place]
        + rng.choice(("[", "{a: ", "- ", "? ", "{? ", "&a [")) * rng.choice((5, 49, 1200, 30_000))
        + text[place:]
    )


def cut(text: str, rng: random.Random) -> str:
    """The beginning of the text, or its end."""
    place = rng.randrange(len(text) + 1)
    return text[:place] if rng.random() < 0.5 else text[place:]


def double_line(text: str, rng: random.Random) -> str:
    """A line twice, perhaps with another indentation."""
    lines = text.splitlines(keepends=True) or [""]
    line = rng.randrange(len(lines))
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(("", " ", "\t")) + lines[line])
    return "".join(lines)


def add_aliases(text: str, rng: random.Random) -> str:
    """Anchors, and aliases that repeat them, up to exponentially."""
    levels, width = rng.choice((1, 3, 9)), rng.choice((1, 9))
    lines = ["a0: &a0 [1]"]
    lines += [f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * width)}]" for i in range(levels)]
    return text + "\n".join(lines) + rng.choice(("\n", "\nb: &b {c: *b}\n", "\nb: *nothing\n"))


DATA_CHANGES: tuple[Callable[[Any, random.Random], Any], ...] = (
    rename_key, replace_value, drop_key, nest, repeat, swap_subtree, lengthen_list, lengthen_scalar, odd_text
)  # fmt: skip
TEXT_CHANGES = (insert_piece, insert_nesting, cut, double_line, add_aliases)


def main() -> None:
    """Draw mutants, and print the faults and the slowest refusals."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    slowest: list[tuple[float, int, str]] = []
    mutated, refused = mutants(arguments.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.count):
            mutant = next(mutated)
            started = time.process_time()
            what = fault(mutant, Path(folder))
            seconds = time.process_time() - started
            label = f"{mutant.base.name} {' '.join(mutant.steps)}"
            if what is not None:
                refused += 1
                print(f"mutant {number}, {label}: {what[:300]}")
            slowest = sorted([*slowest, (seconds, number, label)], reverse=True)[:5]
    print(f"{arguments.count} mutants, {refused} faults; slowest:")
    for seconds, number, label in slowest:
        print(f"{seconds:.2f} s  mutant {number}, {label}{' TOO SLOW' if seconds > SECONDS else ''}")


if __name__ == "__main__":
    main()
