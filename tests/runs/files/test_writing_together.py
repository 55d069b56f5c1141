"""Files that are written together: named by the manifest at once, and at any moment each is what the manifest knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx import files
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import FACTS, MISTAKES, MODEL
from dlx.runs.files.manifest import MANIFEST

NAMES = (MODEL, MISTAKES, FACTS)


class Killed(BaseException):
    """The process dies."""


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are written, in their order."""
    names, write = list[str](), files.write_atomically

    def noting(path: Path, *of_file: object) -> None:
        names.append(path.name)
        write(path, *of_file)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "write_atomically", noting)
    monkeypatch.setattr("dlx.runs.files.locked_directory.write_atomically", noting)
    return names


def write_all(run: RunDirectory, content: bytes) -> None:
    with run.writing_together():
        for name in NAMES:
            run.write(name, content)


def test_the_manifest_is_written_once_for_all(run: RunDirectory, writes: list[str]) -> None:
    write_all(run, b"{}")
    assert writes == [MANIFEST, *NAMES]
    before = list(run.manifest.contents)
    run.close()
    assert writes == [MANIFEST, *NAMES, MANIFEST]
    assert list(RunDirectory(run.path).manifest.contents) == before
    assert [RunDirectory(run.path).read(name) for name in NAMES] == [b"{}"] * 3


def test_the_manifest_is_what_it_is_of_files_written_one_by_one(root: Path) -> None:
    manifests = []
    for together in (True, False):
        with RunDirectory.create("digits", root) as run:
            if together:
                write_all(run, b"{}")
            else:
                for name in NAMES:
                    run.write(name, b"{}")
        manifests.append((run.path / MANIFEST).read_bytes())
    assert manifests[0] == manifests[1]


def test_what_is_collected_is_read_as_if_it_were_there(run: RunDirectory) -> None:
    with run.writing_together():
        assert not run.holds(MODEL)
        assert run.size(MODEL) is None
        run.write(MODEL, b"model")
        run.write_facts(status="running")
        run.write_facts(seed=1)
        assert run.holds(MODEL)
        assert run.size(MODEL) == 5
        assert run.read(MODEL) == b"model"
        assert not (run.path / MODEL).exists()
    assert (run.path / MODEL).read_bytes() == b"model"
    assert {"status": "running", "seed": 1}.items() <= run.document(FACTS).items()


def test_what_was_collected_before_an_error_is_written(run: RunDirectory) -> None:
    def fail() -> None:
        with run.writing_together():
            run.write(MODEL, b"model")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert run.read(MODEL) == b"model"


@pytest.mark.parametrize("count", range(5))
def test_a_process_that_dies_leaves_files_that_the_manifest_knows(
    count: int, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunDirectory.create("digits", root)
    run.write_config("name: digits\n")
    write_all(run, b"old")
    write, done = files.write_atomically, list[str]()

    def dying(path: Path, *of_file: object) -> None:
        if len(done) == count:
            raise Killed
        done.append(path.name)
        write(path, *of_file)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_atomically", dying)
        if count < 4:
            with pytest.raises(Killed):
                write_all(run, b"newer")
        else:
            write_all(run, b"newer")
    run._lock.give_up()  # as the system does
    with RunDirectory(run.path) as later:
        later.acquire()
        contents = [later.read(name) for name in NAMES]
        assert contents == [b"newer"] * max(count - 1, 0) + [b"old"] * (3 - max(count - 1, 0))
        assert later.foreign() == []
