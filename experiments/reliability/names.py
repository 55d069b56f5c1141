"""Hostile names: labels, columns, categories, tags, files and folders with markup or control characters in them."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import sys
from collections.abc import Callable, Sequence
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from threading import Thread

import yaml

from .bits import bits
from .cases import Bench, Case, same_bits
from .commands import Ended, call, start

PRINTABLE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "javascript:alert(1)",
    "</title><svg onload=alert(1)>", "</script><script>alert(1)</script>",
    "[bold]x[/bold]", "[/]", "[link=x]y", "$x_1^$",
    "{x}", "%s", 'a,b"c', "&lt;b&gt;", "x: y", "- x", "# x", "null", "=1+1", "😀", "é" * 30, "\\", "`x`", "${x}", "'''",
)  # fmt: skip
CONTROLS = (
    "a\nb",
    "a\rb",
    "a\tb",
    "\x1b]0;owned\x07",
    "\x1b[2Jx",
    "a\x08b",
    "a\x9bb",
    "a\u202eb",
    "a\u2028b",
    "a\x00b",
    "x\x7f",
)
NEW_LINE = "a\nb"  # which a cell of CSV may have
RAW = ("\x1b]", "\x1b[2J", "\x07", "\x08", "\x9b", "\u202e", "\x00", "\x7f", "\u2028", NEW_LINE, "a\rb")
RUN, TABLE = "runs/lab/one", "table.csv"
REFUSED = (2, 5)
ROLES = ("label", "column", "category", "variant", "tag", "folder", "file", "name")


def cases(bench: Bench) -> list[Case]:
    """Every name in every role; those of letters only together where that can be."""
    every: list[Case] = []
    for role in ROLES:
        together = role in ("label", "column", "category", "variant")
        groups = [PRINTABLE] if together else [(name,) for name in PRINTABLE]
        for names in [*groups, *((name,) for name in CONTROLS)]:
            what = f"{len(names)} printable names" if len(names) > 1 else repr(names[0])
            every.append(Case(f"{what} as {role}", partial(JUDGES.get(role, _judge_table), role, names), len(names)))
    return bench.draw(every)


def _table(role: str, names: Sequence[str], path: Path) -> None:
    """A table of 120 rows with these names in that role."""
    other = "plain"
    labels = [*names, other] if role == "label" else ["no", "yes"]
    columns = [*names] if role == "column" else ["width", "kind"]
    kinds = [*names, other] if role == "category" else ["round", "square"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([*columns, "y"])
        for k in range(120):
            cells = (
                [f"{(k * 7 + j) % 11}" for j in range(len(columns))]
                if role == "column"
                else [f"{k % 7}", kinds[k % len(kinds)]]
            )
            writer.writerow([*cells, labels[(k // 3) % len(labels)]])


def _spec(table: str) -> dict[str, object]:
    return {
        "name": "hostile",
        "data": {"source": {"name": "file", "path": table, "target": "y"}, "split": {"train": 0.6, "dev": 0.4}},
        "architecture": {"hidden": [3]},
        "training": {"epochs": 3},
    }


def _write(document: dict[str, object], path: Path) -> None:
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")


def _judge_table(role: str, names: Sequence[str], folder: Path) -> list[str]:
    """Names in a table: whatever prints or draws them."""
    table = names[0] + ".csv" if role == "file" else TABLE
    try:
        _table(role, names, folder / table)
    except (OSError, ValueError):  # no file can be called that
        return []
    _write(_spec(table), folder / "spec.yaml")
    first = in_terminal(("train", "spec.yaml", "--out", RUN), folder)
    if wrong := _printed([first]):
        return wrong
    if first.code:
        return [] if first.code in REFUSED else [f"{first} → {first.code}: {first.stdout[-200:]}"]
    ended = [
        in_terminal(words, folder)
        for words in (
            ("diagnose", RUN),
            ("predict", RUN, f"./{table}"),  # as for every command: a name may begin with a dash
            ("report", RUN),
            ("runs",),
            ("train", "--resume", RUN),
        )
    ]
    return _printed(ended) or _page(folder / RUN) or _documents(table, folder, names if role == "label" else ())


def _printed(ended: Sequence[Ended]) -> list[str]:
    """What a terminal must never be sent."""
    wrong = [end.trouble for end in ended if end.trouble]
    wrong += [
        f"{end}: sends {raw!r} to the terminal"
        for end in ended
        for raw in RAW
        if raw in end.stdout.replace("\r\n", "\n") and not (raw == NEW_LINE and end.arguments[0] == "predict")
    ]
    return wrong[:1]


def _page(run: Path) -> list[str]:
    page = run / "report.html"
    harmful = Harmful()
    harmful.feed(page.read_text(encoding="utf-8") if page.exists() else "")
    return [f"report.html: {harmful.harms[0]}"] if harmful.harms else []


class Harmful(HTMLParser):
    """Finds what a name could have put into a page."""

    def __init__(self) -> None:
        super().__init__()
        self.harms: list[str] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag may not do anything."""
        self._tag = tag
        for name, value in attrs:
            if (name.startswith("on") and "alert" in (value or "")) or (value or "").strip().startswith("javascript:"):
                self.harms.append(f"<{tag} {name}={value!r}>")

    def handle_data(self, data: str) -> None:
        """Nor may a script or style have the name in it."""
        if self._tag in ("script", "style") and "alert(1)" in data:
            self.harms.append(f"<{self._tag}>{data[:80]}")


def _documents(table: str, folder: Path, labels: Sequence[str]) -> list[str]:
    """CSV, JSON and YAML say the names again, and so does the code of an export."""
    as_csv, as_json = (call(("predict", RUN, f"./{table}", *more), folder) for more in ((), ("--json",)))
    again = call(("train", f"{RUN}/config.yaml", "--out", "runs/lab/again", "--quiet"), folder)
    exported = call(("export", RUN, "--to", "pytorch"), folder)
    wrong = [
        end.trouble or f"{end} → {end.code}: {end.last_line}" for end in (as_csv, as_json, again, exported) if end.code
    ]
    if wrong:
        return wrong[:1]
    header, *rows = csv.reader(io.StringIO(as_csv.stdout, newline=""))
    predicted = json.loads(as_json.stdout)["predictions"]
    if len(rows) != 120 or len(predicted) != 120:
        return [f"{as_csv}: {len(rows)} rows and {len(predicted)} in JSON in place of 120"]
    possible = {*labels, "plain"}
    key = next((name for name in header if {row[header.index(name)] for row in rows} <= possible), None)
    if labels and (
        key is None or {str(prediction[key]) for prediction in predicted} != {row[header.index(key)] for row in rows}
    ):
        return [f"{as_csv}: the labels of CSV and JSON are not those of the table"]
    for path in (folder / RUN).glob("model_pytorch*.py"):
        compile(path.read_text(encoding="utf-8"), path.name, "exec")
    return same_bits(_trained_files(folder / RUN), folder / "runs/lab/again")


def _trained_files(run: Path) -> dict[str, str]:
    """The files that training itself makes."""
    return {path: digest for path, digest in bits(run).items() if path in ("config.yaml", "model.npz", "metrics.csv")}


def _judge_variant(role: str, names: Sequence[str], folder: Path) -> list[str]:
    _table("plain", (), folder / TABLE)
    document = {
        "name": "s",
        "base": _spec(TABLE),
        "variants": {name: {"seed": k} for k, name in enumerate(names)} | {"plain": {}},
        "seeds": 1,
    }
    _write(document, folder / "study.yaml")
    ended = [in_terminal(("study", "study.yaml", "--out", RUN), folder), in_terminal(("report", RUN), folder)]
    return _printed(ended) or _page(folder / RUN)


def _judge_tag(role: str, names: Sequence[str], folder: Path) -> list[str]:
    _table("plain", (), folder / TABLE)
    _write(_spec(TABLE), folder / "spec.yaml")
    call(("train", "spec.yaml", "--out", RUN, "--quiet"), folder)
    if "\0" in names[0]:  # no argument can have it
        return []
    ended = [in_terminal(words, folder) for words in (("runs", "tag", RUN, "--", names[0]), ("runs",), ("report", RUN))]
    return _printed(ended) or _page(folder / RUN)


def _judge_folder(role: str, names: Sequence[str], folder: Path) -> list[str]:
    place = f"runs/lab/{names[0].replace('/', '|')}"
    if "\0" in place:
        return []
    _table("plain", (), folder / TABLE)
    _write(_spec(TABLE), folder / "spec.yaml")
    ended = [
        in_terminal(words, folder)
        for words in (("train", "spec.yaml", "--out", place), ("diagnose", place), ("report", place), ("runs",))
    ]
    return _printed(ended) or _page(folder / place)


def _judge_name(role: str, names: Sequence[str], folder: Path) -> list[str]:
    _table("plain", (), folder / TABLE)
    _write(_spec(TABLE) | {"name": names[0]}, folder / "spec.yaml")
    ended = in_terminal(("train", "spec.yaml"), folder)
    return _printed([ended]) or ([] if ended.code in (0, 2) else [f"{ended} → {ended.code}"])


JUDGES: dict[str, Callable[[str, Sequence[str], Path], list[str]]] = {
    "variant": _judge_variant, "tag": _judge_tag, "folder": _judge_folder, "name": _judge_name,
}  # fmt: skip


def in_terminal(arguments: Sequence[str], folder: Path) -> Ended:
    """How a command ends that writes to a terminal, and all that it has sent there."""
    master, slave = pty.openpty()
    child = start(arguments, folder, partial(_attach, master, slave))
    os.close(slave)
    sent: list[bytes] = []
    reader = Thread(target=_read_all, args=(master, sent))
    reader.start()
    ended = child.wait()
    reader.join()
    os.close(master)
    return Ended(ended.arguments, ended.code, b"".join(sent).decode("utf-8", "replace"), ended.stderr, ended.seconds)


def _attach(master: int, slave: int) -> None:
    """Let this process write to the terminal."""
    os.environ["TERM"] = "xterm-256color"
    os.close(master)
    for number in (1, 2):
        os.dup2(slave, number)
    os.close(slave)
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115


def _read_all(master: int, sent: list[bytes]) -> None:
    while True:
        try:
            content = os.read(master, 2**16)
        except OSError:  # Linux says so when the last one who could write is gone
            return
        if not content:
            return
        sent.append(content)
