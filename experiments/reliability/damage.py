"""Damage: a bit is flipped, or a file is cut off; a command may say so, or answer as if nothing had happened."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

from .bits import Bits, bits, differences, document_bits
from .cases import Bench, Case
from .commands import Ended, call
from .samples import CLAIMS, EXAMPLES, FINISHED, INTERRUPTED, OBJECTIVE, OTHER, REPAIRED, RUNNING, SEARCH, arrange

FLIPS, CUTS = 2000, 500
DAMAGED, EDITED = 5, 2  # the exit codes; a spec may have been edited by the user, and is told of as such
SPECS = ("config.yaml", "plan.yaml", "best.yaml", "act.yaml")
PICTURES = ".png"

READERS = {
    "diagnose": ("diagnose", "{}", "--json"),
    "report": ("report", "{}"),
    "compare": ("compare", "{}", OTHER, "--json"),
    "predict": ("predict", "{}", EXAMPLES),
    "evaluate": ("evaluate", "{}", EXAMPLES, "--json"),
    "runs": ("runs", "--json"),
    "resume": ("train", "--resume", "{}", "--quiet"),
    "tune": ("tune", "--resume", "{}", "--quiet"),
    "study": ("study", "--resume", "{}", "--quiet"),
    "act": ("diagnose", "{}", "--act", "--seeds", "2", "--json"),
}
OF_RUNS = (
    "diagnose",
    "report",
    *("compare", "predict", "evaluate", "runs") * 2,
    *("resume",) * 4,
)  # the cheap ones more often
USES = {
    FINISHED: OF_RUNS,
    INTERRUPTED: OF_RUNS,
    RUNNING: ("resume", "resume", "runs"),
    OBJECTIVE: ("resume", "runs", "report"),
    SEARCH: ("tune", "tune", "report"),
    CLAIMS: ("study", "study", "report"),
    REPAIRED: ("act", *("report", "diagnose") * 2),
}
WEIGHTS = {FINISHED: 8, INTERRUPTED: 8, RUNNING: 4, OBJECTIVE: 2, SEARCH: 2, CLAIMS: 2, REPAIRED: 1}


def cases(bench: Bench) -> list[Case]:
    """2,000 flipped bits and 500 cuts, each of a random file, and a command that has to do with it."""
    return [_draw_case(bench, number) for number in bench.numbers(FLIPS + CUTS)]


def _draw_case(bench: Bench, number: int) -> Case:
    rng = random.Random(f"{bench.seed} {number}")
    place = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    folder = bench.shared(f"arranged {Path(place).name}", partial(arrange, bench, place))
    files = [path for path in sorted((folder / place).rglob("*")) if path.is_file() and path.stat().st_size]
    path = rng.choice([path for path in files if path.suffix != PICTURES] if rng.random() < 0.9 else files)
    position, bit = rng.randrange(path.stat().st_size), rng.randrange(8) if number < FLIPS else None
    command = "resume" if "checkpoint" in path.parts and place in (INTERRUPTED, RUNNING) else rng.choice(USES[place])
    file = str(path.relative_to(folder))
    what = f"cut after byte {position}" if bit is None else f"bit {bit} of byte {position} flipped"
    return Case(f"{file}, {what}: {command}", partial(_judge, bench, place, file, position, bit, command))


def _words(command: str, place: str) -> tuple[str, ...]:
    return tuple(word.format(place) for word in READERS[command])


def _undamaged(bench: Bench, command: str, place: str, folder: Path) -> None:
    """The command where nothing is damaged."""
    arrange(bench, place, folder)
    ended = call(_words(command, place), folder)
    assert not ended.trouble, ended.trouble
    (folder / "answer").write_text(_answer(ended))
    (folder / "text").write_text(_text(ended, folder / place))


def _answer(ended: Ended) -> str:
    """What the command says, without durations and times."""
    text = document_bits(ended.stdout) if "--json" in ended.arguments and not ended.code else ended.output
    return f"{ended.code} {text}"


def _text(ended: Ended, run: Path) -> str:
    """All that the command says, also on a page."""
    page = run / "report.html"
    return ended.stdout + ended.stderr + (page.read_text() if "report" in ended.arguments and page.exists() else "")


def _judge(
    bench: Bench, place: str, file: str, position: int, bit: int | None, command: str, folder: Path
) -> list[str]:
    name = f"{command}-{Path(place).name}"
    undamaged = bench.shared(name, partial(_undamaged, bench, command, place))
    arrange(bench, place, folder)
    damage(folder / file, position, bit)
    ended = call(_words(command, place), folder)
    if ended.trouble:
        return [ended.trouble]
    texts = _text(ended, folder / place), (undamaged / "text").read_text()
    named = any(texts[0].count(name) > texts[1].count(name) for name in (file, Path(file).name, str(Path(file).parent)))
    is_same = _answer(ended) == (undamaged / "answer").read_text()
    if ended.code and not is_same:
        return _refusal(ended, file, named)
    changed = _changed(bits(undamaged / place), place, file, command, folder)
    if named or (is_same and not changed):
        return []
    return [f"{ended} → 0, silently other: {', '.join([*([] if is_same else ['stdout']), *changed])}"]


def _refusal(ended: Ended, file: str, named: bool) -> list[str]:
    allowed = (DAMAGED, EDITED) if Path(file).name in SPECS else (DAMAGED,)
    if ended.code not in allowed:
        return [f"{ended} → {ended.code} in place of {DAMAGED}: {ended.last_line}"]
    if named or Path(file).name in ended.stderr:
        return []
    return [f"{ended} → {ended.code}, and does not name the file: {ended.last_line}"]


def _changed(expected: Bits, place: str, file: str, command: str, folder: Path) -> list[str]:
    """The files that came out otherwise; the damaged one itself counts only where the whole run is to be right."""
    own = str(Path(file).relative_to(place))
    own = own.rpartition("/")[0] if "checkpoint/" in own else own
    changes = differences(expected, bits(folder / place))
    return [text for text in changes if command == "resume" or not text.startswith(f"{own} ")]


def damage(path: Path, position: int, bit: int | None) -> None:
    """Flip a bit of a byte, or cut the file off before it."""
    content = bytearray(path.read_bytes())
    if bit is None:
        content = content[:position]
    else:
        content[position] ^= 1 << bit
    path.write_bytes(content)
