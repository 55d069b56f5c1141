"""Packed files: told by their names, read as the file in them, and refused where they are damaged or hold several."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlx.data.files import memory
from dlx.data.formats.format import format_of, read_file
from dlx.data.sources import Source
from dlx.data.tables import TableOptions
from dlx.errors import DataError

OPTIONS = TableOptions(target=("y",))
PACKERS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
TEXT = b"a\ty\n0.5\t1\n2.5\t0\n"
LARGE = b"a,y\n" + b"0.5,1\n" * (memory.SUSPICIOUS // 5)


ROWS = 2**14  # of the table above that bzip2 packs at once, since many equal rows take it very long


def pack(path: Path, text: bytes, member: str = "x.tsv") -> Path:
    """The text in a file that is packed in the way that its name tells."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, text)
    else:
        packers: dict[str, Callable[[bytes], bytes]] = {
            ".gz": gzip.compress,
            ".bz2": bz2.compress,
            ".xz": lzma.compress,
        }
        path.write_bytes(packers[path.suffix](text))
    return path


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zip"])
def test_each_way_of_packing(tmp_path: Path, suffix: str) -> None:
    path = pack(tmp_path / f"x.TSV{suffix}", TEXT)
    examples = read_file(path, OPTIONS)["all"]
    assert examples.y is not None
    assert (examples.X[:].tolist(), examples.y.tolist()) == ([[0.5], [2.5]], [1, 0])
    path.write_bytes(path.read_bytes()[:25])
    with pytest.raises(DataError, match=rf"x\.TSV\{suffix}: the file is damaged or cut short"):
        read_file(path, OPTIONS)


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zip"])
def test_few_bytes_that_become_very_many_are_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.csv{suffix}"
    if suffix == ".bz2":  # several of its streams behind each other are one
        rows = bz2.compress(b"0.5,1\n" * ROWS)
        path.write_bytes(bz2.compress(b"a,y\n") + rows * (memory.SUSPICIOUS // 5 // ROWS))
    else:
        pack(path, LARGE)
    with pytest.raises(DataError, match="hardly data; if it is, unpack the file first"):
        read_file(path, OPTIONS)


def test_the_file_in_an_archive_tells_the_format_where_the_archive_does_not(tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/", b"")
        archive.writestr("data/x.tsv", TEXT)
        archive.writestr("__MACOSX/data/._x.tsv", b"of the system")
        archive.writestr("data/.DS_Store", b"of the system")
    examples = Source.parse({"name": "file", "path": str(path), "target": "y"}).load()["all"]
    assert examples.X[:].tolist() == [[0.5], [2.5]]
    assert not any(tmp_path.glob("data/*"))  # nothing is unpacked into the folder


def test_a_path_that_leads_out_of_an_archive_is_only_a_name(tmp_path: Path) -> None:
    path = pack(tmp_path / "data.zip", TEXT, "../../outside.tsv")
    assert read_file(path, OPTIONS)["all"].X[:].tolist() == [[0.5], [2.5]]
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (["a.csv", "b.csv"], r"data\.zip: the archive holds 2 files \(a\.csv, b\.csv\), and one is read: unpack it"),
        ([], r"data\.zip: the archive holds no file"),
        (["notes.md"], r"data\.zip: the name of notes\.md in it tells no format \(allowed \.csv"),
    ],
)
def test_an_archive_of_several_files_or_none(tmp_path: Path, members: list[str], message: str) -> None:
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        for member in members:
            archive.writestr(member, TEXT)
    source = Source.parse({"name": "file", "path": str(tmp_path / "data.zip"), "target": "y"})
    with pytest.raises(DataError, match=message):
        source.load()


def test_a_locked_archive_is_named(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.tsv.zip", TEXT)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag of encryption, in the directory at the end
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"x\.tsv\.zip: x\.tsv: is locked by a password"):
        read_file(path, OPTIONS)


def test_an_archive_that_is_not_there_yet_is_no_mistake_of_the_spec(tmp_path: Path) -> None:
    source = Source.parse({"name": "file", "path": str(tmp_path / "data.zip"), "target": "y"})
    assert format_of(str(tmp_path / "data.zip")) is None
    with pytest.raises(DataError, match=r"data\.zip: there is no such file"):
        source.load()


WITHOUT_LZMA = """
import sys
sys.modules["_lzma"] = sys.modules["_bz2"] = None  # as of a Python that was built without them
for name in ("lzma", "bz2", "shutil"):
    sys.modules.pop(name, None)
from collections.abc import Callable
from pathlib import Path
from dlx.data.formats.format import read_file
from dlx.data.tables import TableOptions
for name in sys.argv[1:]:
    try:
        read_file(Path(name), TableOptions(target=("y",)))
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_a_python_that_cannot_unpack_says_so(tmp_path: Path) -> None:
    names = [str(pack(tmp_path / name, TEXT)) for name in ("x.tsv.xz", "x.tsv.bz2", "x.tsv.gz")]
    done = subprocess.run([sys.executable, "-c", WITHOUT_LZMA, *names], capture_output=True, text=True, check=True)
    for name, module, line in zip(names, ("lzma", "bz2"), done.stdout.splitlines(), strict=False):
        assert line.startswith(f"EnvironmentProblem {name}: unpacking it needs Python's module {module}")
    assert len(done.stdout.splitlines()) == 2


def test_idx_files_are_unpacked_too(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    content = b"\0\0\x08\x02" + (2).to_bytes(4, "big") + (3).to_bytes(4, "big") + array.tobytes()
    path = pack(tmp_path / "x-idx2-ubyte.xz", content)
    assert read_file(path, TableOptions())["all"].X[:].tolist() == array.tolist()
