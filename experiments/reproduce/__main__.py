"""Reproduces the course: trains the studies of all topics, checks their claims, and writes the gallery."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from gallery import FILE, gallery, stale
from topics import PICTURES, RESULTS, Topic, topics

from dlx.files import to_json
from dlx.search.directory import StudyDirectory
from dlx.search.executors import executor_for
from dlx.search.study import StudyRun
from dlx.search.study_file import load_study
from dlx.search.study_pictures import draw

KEPT = ("name", "changes", "status", "errors", "difference", "epochs")  # of a variant: what does not change each time


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="experiments/reproduce", description=__doc__)
    parser.add_argument("topics", nargs="*", help="only these")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that train")
    parser.add_argument("--check", action="store_true", help="only say what of the gallery is out of date")
    return parser.parse_args()


def main() -> int:
    """Reproduce; returns 3 where a claim fails, or the gallery is out of date."""
    given = options()
    if given.check:
        old = stale(topics())
        print("\n".join(f"out of date: {name}" for name in old) or "the gallery is up to date")
        return 3 if old else 0
    for folder in (RESULTS, PICTURES):
        folder.mkdir(exist_ok=True)
    failed = 0
    with executor_for(given.workers) as executor:
        for topic in topics(given.topics):
            failed += reproduce(topic, executor)
    if all(one.results_file.exists() for one in topics()):
        FILE.write_text(gallery(topics()), encoding="utf-8")
    print(f"{failed} claims fail" if failed else "every claim holds")
    return 3 if failed else 0


def reproduce(topic: Topic, executor: Executor) -> int:
    """Train one topic and write its results and pictures; returns how many of its claims fail."""
    started, study = time.monotonic(), load_study(topic.study)
    with tempfile.TemporaryDirectory() as folder, StudyDirectory.create(topic.name, out=Path(folder)) as directory:
        run = StudyRun(study, directory, executor)
        document = run.run()
        drawn = {path.stem: path.read_bytes() for path in draw(run, document)}
    for name in topic.pictures:
        topic.picture_file(name).write_bytes(drawn[name])
    topic.results_file.write_bytes(to_json(kept(document, topic)))
    fails = [one["claim"] for one in document["claims"] if not one["holds"]]
    count = len(document["claims"])
    print(
        f"{topic.name:<20} {count - len(fails)} of {count} claims hold, {time.monotonic() - started:.1f} s", flush=True
    )
    for claim in fails:
        print(f"{'':<20} fails: {claim}", flush=True)
    return len(fails)


def kept(document: dict[str, Any], topic: Topic) -> dict[str, Any]:
    """What of a study's document is kept beside the gallery: no times, no names of directories."""
    variants = [{key: one[key] for key in KEPT} for one in document["variants"]]
    head = {key: document[key] for key in ("schema_version", "name", "task", "seeds")}
    return {**head, "digest": topic.digest(), "variants": variants, "claims": document["claims"]}


sys.exit(main())
