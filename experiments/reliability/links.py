"""Links: places of a directory are links to things elsewhere, of which no command may change or delete anything."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from .cases import Bench, Case, tree
from .commands import call
from .samples import CLAIMS, FINISHED, INTERRUPTED, OTHER, REPAIRED, SEARCH, arrange

OUTSIDE = "outside"
RUN_COMMANDS = (
    ("train", "--resume", "{}", "--quiet"),
    ("diagnose", "{}", "--json"),
    ("report", "{}"),
    ("compare", "{}", OTHER, "--json"),
    ("runs", "tag", "{}", "mine"),
    ("runs", "remove", "{}", "--yes"),
)
ACT = ("diagnose", "{}", "--act", "--seeds", "2", "--json")
RUN_PLACES = (
    "checkpoint", "checkpoint/manifest.json", "checkpoint/*.npy", "metrics.csv", "layers.csv", "run.json",
    "config.yaml", "model.npz", "diagnosis.json", "curves.png", "boundary.png", "report.html",
)  # fmt: skip
MANY_PLACES = (
    "trials",
    "trials/*",
    "trials/*/checkpoint",
    "trials/*/run.json",
    "trials/*/metrics.csv",
    "trials/*/model.npz",
    "plan.yaml",
)
PLANS = {
    FINISHED: (RUN_COMMANDS, RUN_PLACES),
    INTERRUPTED: (RUN_COMMANDS, RUN_PLACES),
    REPAIRED: ((ACT,), ("trials", "trials/*", "act.yaml")),
    SEARCH: (
        (("tune", "--resume", "{}", "--quiet"), ("report", "{}")),
        (*MANY_PLACES, "tune.json", "trials.csv", "best.yaml"),
    ),
    CLAIMS: ((("study", "--resume", "{}", "--quiet"), ("report", "{}")), (*MANY_PLACES, "study.json", "curves.png")),
}
REFUSALS = (2, 5)


def cases(bench: Bench) -> list[Case]:
    """Every place of every kind of directory, as a link to the same thing elsewhere, or to something else."""
    every = [
        Case(
            f"{owner}/{place} links to {'its own content' if moved else 'something else'}: {' '.join(command)}",
            partial(_judge, bench, owner, place, moved, command),
        )
        for owner, (commands, places) in PLANS.items()
        for place in places
        for moved in (True, False)
        for command in commands
    ]
    return bench.draw(every)


def _judge(bench: Bench, owner: str, place: str, moved: bool, command: tuple[str, ...], folder: Path) -> list[str]:
    arrange(bench, owner, folder)
    matches = sorted((folder / owner).glob(place))
    path = matches[0] if matches else folder / owner / place
    is_folder = path.is_dir() or not path.suffix
    plant(path, folder / OUTSIDE, moved)
    before = tree(folder / OUTSIDE)
    ended = call([word.format(owner) for word in command], folder)
    after = tree(folder / OUTSIDE)
    if before != after:
        changed = sorted(name for name in {**before, **after} if before.get(name) != after.get(name))
        return [f"{ended} → {ended.code}: changed outside: {', '.join(changed)[:200]}"]
    return [ended.trouble] if ended.trouble else _answer(ended.code, is_folder, command, f"{ended}: {ended.last_line}")


def _answer(code: int, is_folder: bool, command: tuple[str, ...], answer: str) -> list[str]:
    """A link in place of a folder in which training would write is refused; the rest may also go well."""
    allowed = REFUSALS if is_folder and command[0] == "train" else (0, *REFUSALS)
    return [] if code in allowed else [f"{answer} → {code} in place of {allowed}"]


def plant(path: Path, outside: Path, moved: bool) -> None:
    """Put a link there, to what has been there or to a folder or file of somebody's own."""
    outside.mkdir()
    target = outside / path.name
    if moved and path.exists():
        shutil.move(path, target)
    elif path.is_dir() or not path.suffix:
        target.mkdir()
        for name in ("thesis.txt", "numbers.npy", "notes.json", ".run.json.1.tmp", "run.json", "metrics.csv"):
            (target / name).write_text("mine\n")
    else:
        target.write_text("mine\n")
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
