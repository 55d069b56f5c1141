"""Reproduces the course: trains and measures what all topics show, checks their claims, and writes the gallery."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from dlx.events import finish
from dlx.files import to_json
from dlx.runs.files.collection import StudyDirectory
from dlx.search.study.file import load_study
from dlx.search.study.pictures import draw
from dlx.search.study.study import StudyRun
from dlx.search.trials.executors import executor_for

from .dark import dark_twin
from .gallery import FILE, gallery, stale
from .measuring import Bench, measured
from .topics import PICTURES, RESULTS, Part, Topic, topics

# Of a study and of a variant: what does not change each time.
STUDY_KEYS = ("name", "task", "seeds")
VARIANT_KEYS = ("name", "changes", "status", "errors", "difference", "epochs", "train_cost")


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="experiments.reproduce", description=__doc__)
    parser.add_argument("topics", nargs="*", help="only these")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes that train")
    parser.add_argument("--check", action="store_true", help="only say what of the gallery is out of date")
    return parser.parse_args()


def main() -> int:
    """Reproduce; returns 3 where a claim fails, or the gallery is out of date."""
    arguments = options()
    if arguments.check:
        old = stale(topics())
        print("\n".join(f"out of date: {name}" for name in old) or "the gallery is up to date")
        return 3 if old else 0
    for folder in (RESULTS, PICTURES):
        folder.mkdir(exist_ok=True)
    failed = 0
    with executor_for(arguments.workers) as executor:
        for topic in topics(arguments.topics):
            failed += reproduce(topic, executor)
    if missing := [topic.name for topic in topics() if not topic.is_reproduced()]:
        print(f"the gallery is not written: nothing is known yet of {', '.join(missing)}")
    else:
        FILE.write_text(gallery(topics()), encoding="utf-8")
    print(f"{failed} claims fail" if failed else "every claim holds")
    return 3 if failed else 0


def reproduce(topic: Topic, executor: Executor) -> int:
    """Reproduce one topic and write its results and pictures; returns how many of its claims fail."""
    started, parts = time.monotonic(), {}
    for part in topic.parts:
        with tempfile.TemporaryDirectory() as folder:
            document, pictures = (studied if part.is_study else measured)(part, Bench(Path(folder), executor))
        for name in part.pictures:
            light, dark = part.files_of(name)
            light.write_bytes(pictures[name])
            dark.write_bytes(dark_twin(pictures[name]))
        parts[part.name] = {"digest": part.digest(), **document}
    topic.results_file.write_bytes(to_json(parts))
    claims = [claim for part in parts.values() for claim in part["claims"]]
    fails = [claim["claim"] for claim in claims if not claim["holds"]]
    summary = f"{len(claims) - len(fails)} of {len(claims)} claims hold, {time.monotonic() - started:.1f} s"
    print(f"{topic.name:<20} {summary}", flush=True)
    for claim in fails:
        print(f"{'':<20} fails: {claim}", flush=True)
    return len(fails)


def studied(part: Part, bench: Bench) -> tuple[dict[str, Any], Mapping[str, bytes]]:
    """Train a study; returns what of its document does not change each time, and its pictures."""
    with StudyDirectory.create(part.name, out=bench.folder) as directory:
        run = StudyRun(load_study(part.file), directory, bench.executor)
        result = finish(run.run())
        pictures = {path.stem: path.read_bytes() for path in draw(run, result, part.pictures)}
    document = result.to_document()
    variants = [{key: variant[key] for key in VARIANT_KEYS} for variant in document["variants"]]
    return {**{key: document[key] for key in STUDY_KEYS}, "variants": variants, "claims": document["claims"]}, pictures


if __name__ == "__main__":
    sys.exit(main())
