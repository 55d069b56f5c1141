"""Paths in a spec: meant from the file they stand in, else from the working directory."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from dlx.component import FilePath, Options
from dlx.data.sources import Source
from dlx.errors import Place


class Text(str):
    """Text that knows where it stands, as the YAML loader gives it."""

    def __new__(cls, value: str, place: Place) -> Text:
        text = super().__new__(cls, value)
        text.place = place
        return text

    place: Place


class Holder(Options):
    """Something with a path."""

    path: FilePath


def held(path: object) -> str:
    return Holder.model_validate({"path": path}).path


def test_a_relative_path_is_meant_from_the_folder_of_its_file() -> None:
    path = held(Text("../data/x.csv", Place("/specs/deep/spec.yaml", 3, 9)))
    assert path == "/specs/data/x.csv"
    assert type(path) is str


@pytest.mark.parametrize("path", ["x.csv", Text("x.csv", Place("command line"))])
def test_without_a_file_it_is_meant_from_the_working_directory(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert held(path) == str(tmp_path / "x.csv")


def test_an_absolute_path_stays_and_home_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somebody")
    assert held(Text("/data/x.csv", Place("/specs/spec.yaml", 3))) == "/data/x.csv"
    assert held("~/x.csv") == "/somebody/x.csv"


def test_links_are_kept(tmp_path: Path) -> None:
    (tmp_path / "blob").write_text("")
    (tmp_path / "x.csv").symlink_to(tmp_path / "blob")
    assert held(str(tmp_path / "x.csv")) == str(tmp_path / "x.csv")


def test_only_text_is_a_path() -> None:
    with pytest.raises(ValidationError, match="valid string"):
        held(3)


def test_labels_in_a_file_of_their_own_are_a_path_too() -> None:
    place = Place("/specs/spec.yaml", 3)
    pair = Source.parse({"name": "file", "path": Text("X.npy", place), "target": Text("y.npy", place)})
    table = Source.parse({"name": "file", "path": Text("x.csv", place), "target": Text("y", place)})
    assert pair.model_dump()["target"] == "/specs/y.npy"
    assert table.model_dump()["target"] == "y"
