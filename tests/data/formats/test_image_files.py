"""Folders of images: layouts, sizes, colours, and what is said of files that are none."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.examples import Examples
from dlx.data.formats.format import format_of
from dlx.data.loading import load_dataset, read_like
from dlx.data.section import Data
from dlx.data.sources import File, Source
from dlx.errors import DataError, EnvironmentProblem, Remark
from dlx.spec.starter.decisions import Wishes
from dlx.spec.starter.writing import starter_for
from dlx.types import Array

pytest.importorskip("PIL")
from PIL import Image

GREY = np.arange(12, dtype=np.uint8).reshape(4, 3) * 20
COLOUR = np.arange(36, dtype=np.uint8).reshape(4, 3, 3) * 7


def save(path: Path, array: Array = GREY, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path, **options)
    return path


def load(path: Path, **options: Any) -> dict[str, Examples]:
    return Source.parse({"name": "file", "path": str(path), **options}).load()


def test_folders_are_classes_in_the_order_of_their_names(tmp_path: Path) -> None:
    pictures = {"dog/b.png": GREY, "cat/2.png": GREY + 1, "cat/1.bmp": GREY + 2, "cat/deep/3.gif": GREY + 3}
    for name, picture in pictures.items():
        save(tmp_path / "pets" / name, picture)
    for hidden in ("cat/.DS_Store", ".git/x.png", "dog/Thumbs.db"):
        (tmp_path / "pets" / hidden).parent.mkdir(exist_ok=True)
        (tmp_path / "pets" / hidden).write_bytes(b"hidden")
    examples = load(tmp_path / "pets")["all"]
    assert examples.y is not None
    assert examples.names == ("cat/1.bmp", "cat/2.png", "cat/deep/3.gif", "dog/b.png")
    assert examples.y.tolist() == ["cat", "cat", "cat", "dog"]
    assert [row.tolist() for row in examples.X[:]] == [pictures[name].tolist() for name in examples.names]
    assert examples.image_shape == (4, 3)


def test_parts_are_folders_too(tmp_path: Path) -> None:
    for place in ("train/a/1.png", "train/b/1.png", "val/b/1.png", "test/a/1.png"):
        save(tmp_path / place, COLOUR)
    parts = load(tmp_path)
    assert {part: examples.X.shape for part, examples in parts.items()} == {
        "test": (1, 4, 3, 3),
        "train": (2, 4, 3, 3),
        "dev": (1, 4, 3, 3),
    }
    assert parts["dev"].y is not None
    assert parts["dev"].y.tolist() == ["b"]
    assert np.array_equal(parts["test"].X[0:1][0], COLOUR)


@pytest.mark.parametrize(
    ("shape", "expected"), [([8, 6], (8, 6, 3)), ([2, 2, 1], (2, 2, 1)), ([4, 3, 3], (4, 3, 3)), (None, (4, 3, 3))]
)
def test_all_become_one_size_and_grey_or_rgb_by_majority(
    tmp_path: Path, shape: list[int] | None, expected: tuple[int, ...]
) -> None:
    for name in ("a/1.png", "b/1.png"):
        save(tmp_path / name, COLOUR)
    save(tmp_path / "a" / "2.png", GREY)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        examples = load(tmp_path, image_shape=shape)["all"]
    assert (examples.X.shape, examples.image_shape) == ((3, *expected), expected)
    message = str(caught[0].message)
    assert ("2 of 3 images are RGB, and read as grey" if expected[2] == 1 else "1 of 3 images are grey") in message
    assert ("resized to" in message) == (expected[:2] != (4, 3))


def test_other_sizes_must_be_meant(tmp_path: Path) -> None:
    for name in ("a/1.png", "b/1.png"):
        save(tmp_path / name)
    save(tmp_path / "b" / "2.png", GREY.T.copy())
    with pytest.raises(DataError, match=r"b/2\.png has 3 × 4 pixels, most have 4 × 3; state `image_shape: \[4, 3\]`"):
        load(tmp_path)
    with pytest.warns(Remark, match="1 of 3 images are resized"):
        spec = starter_for(File(path=str(tmp_path)), Wishes(), tmp_path / "spec.yaml")
    assert "image_shape: [4, 3]  # b/2.png has 3 × 4 pixels, most have 4 × 3" in spec
    with pytest.raises(DataError, match=r"image_shape \[4, 3, 2\]: its last number must be 1 \(grey\) or 3 \(RGB\)"):
        load(tmp_path, image_shape=[4, 3, 2])


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
def test_pixels_are_those_that_a_viewer_shows(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right
    tall = np.ascontiguousarray(np.rot90(COLOUR))
    save(tmp_path / "a" / "turned.png", tall, exif=exif)
    save(tmp_path / "a" / "deep.png", GREY.astype(np.uint16) * 256)
    save(tmp_path / "b" / "see-through.png", np.dstack([COLOUR, np.full((4, 3), 9, np.uint8)]))
    first, second = Image.fromarray(COLOUR), Image.fromarray(COLOUR // 2)
    first.quantize(64).save(tmp_path / "b" / "moving.gif", save_all=True, append_images=[second.quantize(64)])
    examples = load(tmp_path)["all"]
    rows = dict(zip(examples.names, examples.X[:], strict=True))
    assert np.array_equal(rows["a/turned.png"], COLOUR)
    assert np.array_equal(rows["a/deep.png"], np.repeat(GREY[:, :, np.newaxis], 3, 2))
    assert np.array_equal(rows["b/see-through.png"], COLOUR)
    assert np.array_equal(rows["b/moving.gif"], np.asarray(first.quantize(64).convert("RGB")))


def test_an_image_is_resized_as_a_constant_stays_one(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", np.full((40, 10), 77, np.uint8))
    with pytest.warns(Remark, match="1 of 1 images are resized to 5 × 7 pixels"):
        examples = load(tmp_path, image_shape=[5, 7])["all"]
    assert (examples.X[:] == 77).all()


def test_a_broken_file_is_named_and_leaves_the_others_answered(tmp_path: Path) -> None:
    for label in "ab":
        for number in range(4):
            save(tmp_path / "pets" / label / f"{number}.png", GREY + number)
    rng = np.random.default_rng(1)
    data = Data(source=Source.parse({"name": "file", "path": str(tmp_path / "pets")}))
    preprocessing = load_dataset(data, None, rng).preprocessing
    other = tmp_path / "other"
    save(other / "1.png", np.repeat(np.repeat(GREY, 2, 0), 2, 1))
    (other / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    whole = save(other / "3.png", rng.integers(0, 255, (4, 3, 3)).astype(np.uint8)).read_bytes()
    (other / "3.png").write_bytes(whole[:60])
    save(other / "4.png")
    with pytest.warns(Remark, match="resized to 4 × 3"):
        examples = read_like(preprocessing, other, labelled=False, strict=False)
    assert [fault.row for fault in examples.faults] == [1, 2]
    assert examples.names == ("1.png", "2.png", "3.png", "4.png")
    assert examples.X[:].tolist()[1] == GREY.reshape(-1).tolist()
    single = read_like(preprocessing, other / "4.png", labelled=False)
    assert (single.names, single.X[:].tolist()) == (("4.png",), [GREY.reshape(-1).tolist()])
    (tmp_path / "pets" / "a" / "9.png").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"pets/a/9\.png: this is no PNG, JPEG, BMP or GIF image, or it is damaged"):
        load(tmp_path / "pets")


def test_what_is_no_layout_of_classes_is_named(tmp_path: Path) -> None:
    save(tmp_path / "mixed" / "a" / "1.png")
    save(tmp_path / "mixed" / "2.png")
    save(tmp_path / "empty" / "a" / "1.png")
    (tmp_path / "empty" / "b").mkdir()
    save(tmp_path / "twice" / "train" / "a" / "1.png")
    save(tmp_path / "twice" / "val" / "a" / "1.png")
    save(tmp_path / "twice" / "dev" / "a" / "1.png")
    (tmp_path / "nothing").mkdir()
    for name, message in [
        ("mixed", r"mixed: 2\.png lies beside the folders of classes \(a, …\); move it into one of them"),
        ("empty", r"empty/b: there is no image in this folder \(\.png"),
        ("twice", "the folders dev and val mean the same part; join them"),
        ("nothing", "nothing: there is no image in this folder"),
    ]:
        with pytest.raises(DataError, match=message):
            load(tmp_path / name)
    (tmp_path / "empty" / "b").rmdir()
    (tmp_path / "empty" / "a" / "notes.md").write_text("")
    with pytest.warns(Remark, match=r"a/notes\.md: passed over, being no image by name"):
        load(tmp_path / "empty")


def test_links_that_lead_out_are_refused(tmp_path: Path) -> None:
    outside = save(tmp_path / "outside" / "1.png")
    inside = save(tmp_path / "pets" / "a" / "1.png")
    (tmp_path / "pets" / "a" / "2.png").symlink_to(inside)
    assert len(load(tmp_path / "pets")["all"].X) == 2
    (tmp_path / "pets" / "a" / "3.png").symlink_to(outside)
    with pytest.raises(DataError, match=r"a/3\.png: is a link that leads out of .*pets"):
        load(tmp_path / "pets")
    (tmp_path / "pets" / "a" / "3.png").unlink()
    (tmp_path / "pets" / "b").symlink_to(outside.parent)
    with pytest.raises(DataError, match=r"pets/b: is a link to a folder"):
        load(tmp_path / "pets")


def test_few_bytes_that_are_very_many_pixels_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.png", np.zeros((6000, 6000), np.uint8))
    with pytest.raises(DataError, match=r"1\.png: .* unpack to 36\.0 MB, .* hardly data; if it is, save it unpacked"):
        load(tmp_path)


def test_a_folder_keeps_its_slash_where_it_is_gone(tmp_path: Path) -> None:
    source = Source.parse({"name": "file", "path": f"{tmp_path}/pets/"})
    assert str(source.path).endswith("pets/")  # type: ignore[attr-defined]  # it is a File
    assert format_of(f"{tmp_path}/pets/") is not None
    with pytest.raises(DataError, match="pets: there is no such file"):
        source.load()
    save(tmp_path / "pets" / "a" / "1.png")
    assert Source.parse({"name": "file", "path": f"{tmp_path}/pets"}) == source


def test_without_pillow_one_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "a" / "1.png")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(EnvironmentProblem, match=r"reading an image file needs Pillow, .* pip install 'pillow>="):
        load(tmp_path)
