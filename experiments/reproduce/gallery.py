"""The gallery: experiments/README.md, made of the topics and their results."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from topics import RESULTS, ROOT, Topic

from dlx.render.numbers import error, interval

FILE = ROOT / "README.md"
HEAD = """# Experiments

Every claim of the course, regenerated and checked: `make reproduce` trains all of it anew and fails when a claim no
longer holds; `make NAME` does it for one topic. This page is made of what was measured ([`results/`](results)); a test
sees to it that it is not older than the studies.

Numbers are means over the seeds, with 95 % intervals of the dev error. A claim's margin is by how much it holds.
"""
PARTS = ("train", "train_dev", "dev", "test")


def gallery(all_topics: Sequence[Topic]) -> str:
    """The page, topic by topic."""
    contents = " · ".join(f"[{one.title}](#{_anchor(one.title)})" for one in all_topics)
    return "\n".join([HEAD, contents, "", *(_section(one, one.results()) for one in all_topics)])


def _anchor(title: str) -> str:
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _section(topic: Topic, results: Mapping[str, Any]) -> str:
    pictures = [f"![{topic.title}: {name}](pictures/{topic.picture_file(name).name})" for name in topic.pictures]
    study = os.path.relpath(topic.study, ROOT)
    seeds = results["seeds"] if isinstance(results["seeds"], int) else len(results["seeds"])
    how = f"`make {topic.name}`: [`{topic.study.name}`]({study}), {seeds} seed{'s' if seeds > 1 else ''} a variant."
    parts = [f"## {topic.title}", topic.shows, *pictures, _table(results), _claims(results["claims"]), how]
    return "\n\n".join(parts) + "\n"


def _table(results: Mapping[str, Any]) -> str:
    variants, task = results["variants"], results["task"]
    parts = [part for part in PARTS if any(part in one["errors"] for one in variants)]
    chief = "dev" if "dev" in parts else parts[-1]
    header = ["variant", *(part.replace("_", "-") for part in parts), f"95 % of {chief}"]
    lines = [_row(header), _row(["---"] * len(header))]
    for one in variants:
        found = one["errors"]
        errors = [error(found[part]["value"], task) if part in found else "" for part in parts]
        ends = interval(found[chief]["low"], found[chief]["high"], task) if chief in found else ""
        lines.append(_row([one["name"], *errors, ends]))
    return "\n".join(lines)


def _claims(claims: Sequence[Mapping[str, Any]]) -> str:
    lines = [_row(["claim", "holds by", "because"]), _row(["---"] * 3)]
    for one in claims:
        margins = [compared["by"] for compared in one["comparisons"] if compared["by"] is not None]
        by = f"{min(margins):.2g}" if margins else ""
        lines.append(_row([f"`{one['claim']}`", by if one["holds"] else "**fails**", one["why"] or ""]))
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def stale(all_topics: Sequence[Topic]) -> list[str]:
    """What of the gallery is not what the studies would give now, or is not there."""
    found = []
    for one in all_topics:
        if not one.results_file.exists() or one.results()["digest"] != one.digest():
            found.append(f"results/{one.name}.json")
        found += [
            f"pictures/{one.picture_file(name).name}" for name in one.pictures if not one.picture_file(name).exists()
        ]
    if not found and FILE.read_text(encoding="utf-8") != gallery(all_topics):
        found.append("README.md")
    known = {one.results_file for one in all_topics}
    return found + [f"results/{path.name}" for path in sorted(RESULTS.glob("*.json")) if path not in known]
