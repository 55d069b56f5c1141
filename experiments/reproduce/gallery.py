"""The gallery: experiments/README.md, made of the topics and their results."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlx.show.numbers import error, interval
from dlx.words import PARTS

from .topics import PICTURES, RESULTS, ROOT, Part, Topic

FILE = ROOT / "README.md"
COLUMN = 840  # pixels of a page of text on a forge
HEAD = """# Experiments

The course as lessons: each has a question, a picture, five sentences, and a command that turns one knob. Below, folded,
stand the claims that it rests on, with their numbers. `make reproduce` trains everything again and fails if a claim no
longer holds; `make NAME` does it for one topic. This page is generated from the measurements in [`results/`](results)
and the words in [`lessons.yaml`](lessons.yaml), and a test fails if it is older than the studies that it shows.

In studies, numbers are means over the seeds, with 95 % intervals of the dev error; a command trains one seed. The
margin of a claim is the amount by which it holds.
"""


def gallery(all_topics: Sequence[Topic]) -> str:
    """The page, topic by topic."""
    claims = [claim for topic in all_topics for part in topic.results().values() for claim in part["claims"]]
    holding = sum(claim["holds"] for claim in claims)
    summary = f"{holding} of {len(claims)} claims in {len(all_topics)} topics hold."
    contents = " · ".join(f"[{topic.title}](#{_anchor(topic.title)})" for topic in all_topics)
    return "\n".join([HEAD, summary, "", contents, "", *(_section(topic) for topic in all_topics)])


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _section(topic: Topic) -> str:
    """A lesson: question, picture, sentences and a knob to turn; what it rests on can be unfolded."""
    results = topic.results()
    first, *others = [part.files_of(name) for part in topic.parts for name in part.pictures]
    knob = f"Turn a knob:\n\n```sh\n{topic.command}\n```\n\n{topic.then}"
    lesson = [f"## {topic.title}", f"**{topic.question}** {topic.shows}", _picture(topic, *first), topic.lesson, knob]
    claims = [claim for part in results.values() for claim in part["claims"]]
    holding = sum(claim["holds"] for claim in claims)
    summary = f"<summary>What it rests on: {holding} of {len(claims)} claims hold (make {topic.name})</summary>"
    rest = [_picture(topic, *files) for files in others]
    rest += [text for part in topic.parts for text in _part(part, results[part.name])]
    return "\n\n".join([*lesson, f"<details>\n{summary}", *rest, "</details>"]) + "\n"


def _picture(topic: Topic, light: Path, dark: Path) -> str:
    """The picture, on a dark page its twin; in a column of `COLUMN` pixels at most."""
    width = min(COLUMN, width_of(light)) if light.exists() else COLUMN  # of a topic that is yet to be reproduced
    twin = f'<source media="(prefers-color-scheme: dark)" srcset="pictures/{dark.name}">'
    image = f'<img src="pictures/{light.name}" width="{width}" alt="{topic.title}: {light.stem.replace("_", " ")}">'
    return f"<picture>{twin}{image}</picture>"


def width_of(picture: Path) -> int:
    """Of a PNG file, in pixels: what stands behind signature, length and name of its first chunk."""
    with picture.open("rb") as file:
        return int.from_bytes(file.read(20)[16:], "big")


def _part(part: Part, results: Mapping[str, Any]) -> Iterator[str]:
    """Its numbers, its claims and where it lies."""
    where = f"[`{part.file.name}`]({os.path.relpath(part.file, ROOT)})"
    if part.is_study:
        seeds = results["seeds"] if isinstance(results["seeds"], int) else len(results["seeds"])
        yield f"{where}, {seeds} seed{'s' if seeds > 1 else ''} a variant:"
        yield _variants(results)
    else:
        yield f"{where}: {_sentence(results['about'])}"
        yield _rows(results["rows"])
    yield _claims(results["claims"])


def _sentence(about: str) -> str:
    first = " ".join(about.split("\n\n")[0].split())
    return first[0].lower() + first[1:]


def _variants(results: Mapping[str, Any]) -> str:
    variants, task = results["variants"], results["task"]
    parts = [part for part in PARTS if any(part in variant["errors"] for variant in variants)]
    if not parts:
        costs = [[variant["name"], f"{variant['train_cost']:.4g}", f"{variant['epochs']:,.0f}"] for variant in variants]
        return _table(["variant", "J", "steps"], costs)
    chief = "dev" if "dev" in parts else parts[-1]
    header = ["variant", *(part.replace("_", "-") for part in parts), f"95 % of {chief}"]
    lines = []
    for variant in variants:
        estimates = variant["errors"]
        errors = [error(estimates[part]["value"], task) if part in estimates else "" for part in parts]
        ends = interval(estimates[chief]["low"], estimates[chief]["high"], task) if chief in estimates else ""
        lines.append([variant["name"], *errors, ends])
    return _table(header, lines)


def _rows(rows: Mapping[str, Mapping[str, float | str]]) -> str:
    """A table of the rows; those that share no column with others have one of their own."""
    tables: list[dict[str, Mapping[str, float | str]]] = []
    for name, row in rows.items():
        joined = {name: row}
        for table in [table for table in tables if any(set(other) & set(row) for other in table.values())]:
            tables.remove(table)
            joined = table | joined
        tables.append(joined)
    return "\n\n".join(_of_rows(table) for table in tables)


def _of_rows(rows: Mapping[str, Mapping[str, float | str]]) -> str:
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    lines = [[name, *(_number(row.get(column, "")) for column in columns)] for name, row in rows.items()]
    return _table(["", *(column.replace("_", " ") for column in columns)], lines)


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) < 1e9 and float(value).is_integer() else f"{value:.4g}"


def _claims(claims: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for claim in claims:
        margins = [compared["by"] for compared in claim["comparisons"] if isinstance(compared["by"], float | int)]
        by = f"{min(margins):.2g}" if margins and any(margins) else "exactly" if margins else ""
        lines.append([f"`{claim['claim']}`", by if claim["holds"] else "**fails**", claim["why"] or ""])
    return _table(["claim", "holds by", "because"], lines)


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, ["---"] * len(header), *lines])


def stale(all_topics: Sequence[Topic]) -> list[str]:
    """What of the gallery is not what the studies would give now, or is not there."""
    names = [f"results/{topic.name}.json" for topic in all_topics if not _is_current(topic)]
    parts = [part for topic in all_topics for part in topic.parts]
    pictures = {file for part in parts for name in part.pictures for file in part.files_of(name)}
    names += [f"pictures/{path.name}" for path in sorted(pictures) if not path.exists()]
    if not names and FILE.read_text(encoding="utf-8") != gallery(all_topics):
        names.append("README.md")
    files = pictures | {topic.results_file for topic in all_topics}
    return names + [
        f"{path.relative_to(ROOT)} belongs to no topic"
        for path in sorted([*RESULTS.glob("*.json"), *PICTURES.glob("*.png")])
        if path not in files
    ]


def _is_current(topic: Topic) -> bool:
    if not topic.is_reproduced():
        return False
    results = topic.results()
    return all(results[part.name]["digest"] == part.digest() for part in topic.parts)
