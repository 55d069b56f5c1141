"""The reliability bench: a slice of each of its kinds is answered rightly, and it notices what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
# Few injections of each kind; `make torture` does them all. To import all of dlx and to train what is damaged takes
# longer than they do, so that the kinds share it.
KINDS = (
    *("kills", "failing-calls", "power-loss", "disk-sizes", "mutated-directories", "links", "foreign-files"),
    "broken-specs",
)
# What other tests look at too: damage those of runs/files and runs/integrity, names those of hostile text and paths,
# races those of locks and of searches side by side.
ELSEWHERE_TOO = ("races", "damage", "names")
SLICES = {
    KINDS: ("6", "0.0004"),
    ELSEWHERE_TOO: ("6", "0.0004"),
    ("signals",): ("10", "0.006"),  # takes longest, and tests of the commands send signals too
}


@pytest.mark.skipif(sys.platform != "linux", reason="the bench forks, and looks into /proc")
@pytest.mark.parametrize(
    "kinds",
    [KINDS, *(pytest.param(kinds, marks=pytest.mark.thorough) for kinds in (ELSEWHERE_TOO, ("signals",)))],
    ids=["most", "what others look at", "signals"],
)
def test_a_slice_of_each_kind_is_answered_rightly(kinds: tuple[str, ...], tmp_path: Path) -> None:
    (seed, share), page = SLICES[kinds], tmp_path / "results.md"
    options = ["--seed", seed, "--share", share, "--workers", "1", "--out", str(page)]
    done = subprocess.run(
        [sys.executable, "-m", "experiments.reliability", "--only", *kinds, *options],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    text = page.read_text(encoding="utf-8") if page.exists() else done.stderr
    assert done.returncode == 0, text
    assert [f"\n| {kind} | " in text for kind in kinds] == [True] * len(kinds)


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The modules of the bench."""
    monkeypatch.syspath_prepend(str(ROOT))
    from experiments.reliability import bits, file_calls, names, power_loss, report

    return SimpleNamespace(bits=bits, file_calls=file_calls, names=names, power_loss=power_loss, report=report)


def test_a_changed_bit_is_a_difference_and_another_time_is_none(bench: SimpleNamespace, tmp_path: Path) -> None:
    def made(name: str, w: float, seconds: float) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        np.savez(folder / "model.npz", W1=np.array([w]))
        (folder / "metrics.csv").write_text(f"epoch,seconds\n1,{seconds}\n")
        (folder / "run.json").write_text(json.dumps({"status": "completed", "final": {"seconds": seconds}}))
        return folder

    whole = bench.bits.bits(made("whole", 1.0, 1.0))
    assert bench.bits.differences(whole, bench.bits.bits(made("later", 1.0, 2.0))) == []
    other = bench.bits.bits(made("other", float(np.nextafter(1.0, 2.0)), 1.0))
    assert bench.bits.differences(whole, other) == ["model.npz differs"]
    assert bench.bits.differences(whole, {}) == [f"{name} is missing" for name in sorted(whole)]


def test_what_was_not_synced_is_gone_after_a_power_loss(bench: SimpleNamespace) -> None:
    calls, loss = bench.file_calls, bench.power_loss
    disk = loss.Disk({"a": b"old"})
    steps = [
        calls.FileCall(calls.CREATE, "b"),
        calls.FileCall(calls.WRITE, "b", content=b"new!"),
        calls.FileCall(calls.RENAME, "b", "a"),
    ]
    left = []
    for step in [*steps, calls.FileCall(calls.FSYNC, "a"), calls.FileCall(calls.FSYNC, ".")]:
        disk.apply(step)
        left.append([disk.after_power_loss(way, None) for way in loss.WAYS[:3]])
    assert left[2] == [{"a": b"old"}, {"a": b""}, {"a": b"ne"}]
    assert left[3] == [{"a": b"old"}, {"a": b"new!"}, {"a": b"new!"}]
    assert left[4] == [{"a": b"new!"}] * 3


def test_every_file_call_is_seen_and_can_fail(tmp_path: Path) -> None:
    script = """
import os, pathlib, shutil, sys
from experiments.reliability.file_calls import Hooks
calls, folder = [], pathlib.Path(sys.argv[1])
def before(call):
    calls.append(call.operation)
    if call.path == 'full':
        raise OSError(28, 'no space')
Hooks(folder, before).install()
(folder / 'd').mkdir()
(folder / 'd' / 'a').write_text('x')
with open(folder / 'd' / 'a', 'ab') as file:
    file.write(b'y'); file.flush(); os.fsync(file.fileno())
os.replace(folder / 'd' / 'a', folder / 'd' / 'b')
(folder / 'd' / 'c').symlink_to('b')
shutil.rmtree(folder / 'd')
try:
    (folder / 'full').write_bytes(b'z')
except OSError as error:
    calls.append(error.errno)
pathlib.Path(sys.argv[1] + '.outside').write_text('not seen')
print(*calls)
"""
    (tmp_path / "in").mkdir()
    command = [sys.executable, "-c", script, str(tmp_path / "in")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    calls = done.stdout.split()
    assert calls[:7] == ["mkdir", "create", "write", "open", "write", "fsync", "rename"]
    assert sorted(calls[7:-2]) == ["link", "open", "rmdir", "unlink", "unlink"]
    assert calls[-2:] == ["create", "28"]


@pytest.mark.parametrize(
    ("page", "harmful"),
    [
        ("<td>&lt;script&gt;alert(1)&lt;/script&gt;</td>", False),
        ("<td><script>alert(1)</script></td>", True),
        ("<td title='x' onmouseover='alert(1)'>x</td>", True),
        ("<a href='javascript:alert(1)'>x</a>", True),
        ("<p>javascript:alert(1)</p>", False),
    ],
)
def test_a_script_in_a_page_is_noticed(bench: SimpleNamespace, page: str, harmful: bool) -> None:
    reader = bench.names.Harmful()
    reader.feed(page)
    assert bool(reader.harms) is harmful


def test_the_page_counts_and_names_the_wrong_ones(bench: SimpleNamespace) -> None:
    kinds = [bench.report.Kind("kills", 10, {"3: adam killed": ["model.npz differs"]}, 1.0)]
    text = bench.report.report(kinds, seed=7, share=0.5)
    assert "**10 injections: 9 right, 1 wrong.**" in text
    assert "--only kills --seed 7 --share 0.5 --case NUMBER" in text
    assert "- 3: adam killed: model.npz differs" in text
