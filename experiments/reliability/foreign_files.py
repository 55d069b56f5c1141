"""Foreign files: what somebody has put into a directory of dlx is still there, unchanged, after every command."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from .cases import Bench, Case, tree
from .commands import call
from .links import ACT, RUN_COMMANDS
from .samples import CLAIMS, EXAMPLES, FINISHED, INTERRUPTED, REPAIRED, RUNNING, SEARCH, arrange

OF_RUN = (
    "notes.txt", "thesis/chapter.tex", "metrics.csv.bak", "model.npz~", "old.npz", ".hidden", ".run.json.123.tmp",
    ".metrics.csv.99999.tmp", "run.json.tmp", ".run.json.PID.tmp", ".diagnosis.json.PID.tmp", "checkpoint/mine.npy",
    "checkpoint/theta-mine.npy", "checkpoint/notes.json", "checkpoint/notes.txt", "checkpoint/.mine.tmp",
    "checkpoint/sub/mine.npy", "trials/notes.txt", "trials/mine/notes.txt",
)  # fmt: skip
OF_MANY = (
    "notes.txt",
    ".plan.yaml.123.tmp",
    "trials/notes.txt",
    "trials/mine/notes.txt",
    "trials/*/notes.txt",
    "trials/*/checkpoint/mine.npy",
    "trials/*/.run.json.5.tmp",
    "trials/mine/notes.json",
)
KEEPING = tuple(command for command in RUN_COMMANDS if "remove" not in command)
MORE = (("predict", "{}", EXAMPLES), ("export", "{}", "--to", "pytorch"), ACT)
PLANS = {
    FINISHED: (KEEPING + MORE, OF_RUN),
    INTERRUPTED: (KEEPING, OF_RUN),
    RUNNING: (KEEPING[:1], OF_RUN),
    REPAIRED: ((ACT,), (*OF_RUN, *OF_MANY)),
    SEARCH: ((("tune", "--resume", "{}", "--quiet"), ("report", "{}")), OF_MANY),
    CLAIMS: ((("study", "--resume", "{}", "--quiet"), ("report", "{}")), OF_MANY),
}
MOST = 200
EMPTY = "runs/lab/new"
START = ("train", f"{FINISHED}/config.yaml", "--out", EMPTY, "--quiet")


def cases(bench: Bench) -> list[Case]:
    """A file in a kind of directory, and a command that has to do with it: a part of all such pairs."""
    every = [
        Case(f"{owner}/{name}: {' '.join(command)}", partial(_judge, bench, owner, name, command))
        for owner, (commands, names) in PLANS.items()
        for name in names
        for command in commands
    ]
    every += [Case(f"{EMPTY}/{name}: train --out", partial(_judge, bench, EMPTY, name, START)) for name in OF_RUN]
    return bench.draw(every, MOST)


def _judge(bench: Bench, owner: str, name: str, command: tuple[str, ...], folder: Path) -> list[str]:
    arrange(bench, FINISHED if owner == EMPTY else owner, folder)
    parent, _, file = name.rpartition("/")
    matches = sorted((folder / owner).glob(parent)) if parent else [folder / owner]
    path = (matches[0] if matches else folder / owner / parent) / file
    if "PID" not in name:
        plant(path)
    ended = call([word.format(owner) for word in command], folder, partial(plant, path) if "PID" in name else None)
    if ended.trouble:
        return [ended.trouble]
    left = tree(folder / owner)
    ending = file.rpartition("PID")[2]
    survived = any(content == b"mine\n" and place.endswith(ending) for place, content in left.items())
    return [] if survived else [f"{ended} → {ended.code}: it is gone: {ended.last_line}"]


def plant(path: Path) -> None:
    """Put a file there; PID in its name stands for the number of this process, as in dlx's own temporary files."""
    place = path.with_name(path.name.replace("PID", str(os.getpid())))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("mine\n")
