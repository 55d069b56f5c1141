"""``dlx data``: columns, target, parts and oddities of a data file or a spec, as lines, as JSON and as a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.meanings import MEANINGS

Run = Callable[..., Any]

PETS = "\n".join(
    [
        "nr,weight,colour,kind",
        *(f"{i},{i * 37 % 100 / 10},{('black', 'grey', 'red')[i % 3]},{'cd'[i % 2]}" for i in range(60)),
    ]
)


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    (tmp_path / "pets.csv").write_text(PETS)
    return tmp_path


def test_a_spec_of_several_labels_counts_each_of_them(call_dlx: Run, tmp_path: Path) -> None:
    rows = [f"{i},{int(i % 2 == 0)},{int(i % 3 == 0)},{int(i < 3)}" for i in range(12)]
    (tmp_path / "songs.csv").write_text("\n".join(["length,loud,slow,old", *rows]))
    (tmp_path / "s.yaml").write_text(
        "data: {source: {name: file, path: songs.csv, target: [loud, slow, old]}}\n"
        "task: multilabel\narchitecture: {hidden: []}\noptimizer: {name: adam}\n"
    )
    result = call_dlx("data", "s.yaml", "--json", cwd=tmp_path)
    assert json.loads(result.stdout)["parts"] == {"train": {"m": 12, "classes": {"loud": 6, "slow": 4, "old": 3}}}
    assert "loud 6, slow 4, old 3" in call_dlx("data", "s.yaml", cwd=tmp_path).stdout


def test_a_file_lists_its_columns_and_what_may_be_predicted(call_dlx: Run, pets: Path) -> None:
    lines = call_dlx("data", "pets.csv", cwd=pets).stdout.splitlines()
    assert lines[0] == "pets.csv  60 rows, 4 columns"
    assert [line.split()[:2] for line in lines[3:7]] == [
        ["nr", "number"],
        ["weight", "number"],
        ["colour", "text"],
        ["kind", "text"],
    ]
    assert "note      nr: it names the rows" in lines
    advice = lines[-1].removeprefix("next").split("  (")[0].split()
    assert advice == ["dlx", "data", "pets.csv", "--target", "kind"]
    assert call_dlx(*advice[1:], cwd=pets).code == 0


def test_with_a_target_the_columns_say_what_they_tell_of_it(call_dlx: Run, pets: Path) -> None:
    document = json.loads(call_dlx("data", "pets.csv", "--target", "kind", "--json", cwd=pets).stdout)
    assert (document["target"], document["task"], document["candidates"]) == (["kind"], "binary", [])
    assert document["classes"] == [{"value": "c", "count": 30}, {"value": "d", "count": 30}]
    columns = {column["name"]: column for column in document["columns"]}
    assert columns["kind"]["association"] is None
    assert columns["nr"]["notes"] == ["it counts the rows"]
    assert columns["colour"]["association"] < 0.2
    assert columns["weight"]["least"] == 0.0


def test_a_spec_shows_its_parts_and_what_is_wrong_with_them(call_dlx: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 3))
    y = rng.integers(0, 2, 100)
    np.savez(tmp_path / "a.npz", X_train=X, y_train=y, X_dev=X[:20], y_dev=y[:20])
    (tmp_path / "s.yaml").write_text(
        "name: s\ndata: {source: {name: file, path: a.npz}}\narchitecture: {hidden: [4]}\n"
    )
    document = json.loads(call_dlx("data", "s.yaml", "--json", cwd=tmp_path).stdout)
    assert {part: facts["m"] for part, facts in document["parts"].items()} == {"train": 100, "dev": 20}
    assert [finding["name"] for finding in document["findings"]] == ["duplicates_across_parts"]
    text = call_dlx("data", "s.yaml", cwd=tmp_path).stdout
    assert "duplicates_across_parts" in text
    other = call_dlx("data", "s.yaml", "data.train_examples=50", "--json", cwd=tmp_path).stdout
    assert json.loads(other)["parts"]["train"]["m"] == 50
    assert call_dlx("data", "s.yaml", "--out", "s.html", cwd=tmp_path).code == 0
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "<strong>Duplicates across parts</strong>" in page
    assert MEANINGS["duplicates_across_parts"].replace("'", "&#x27;") in page
    assert "<code>dlx explain duplicates_across_parts</code>" in page


def columns_of(call_dlx: Run, folder: Path) -> list[dict[str, Any]]:
    document = json.loads(call_dlx("data", "pets.csv", "--target", "kind", "--json", cwd=folder).stdout)
    return list(document["columns"])


def test_a_page(call_dlx: Run, pets: Path) -> None:
    result = call_dlx("data", "pets.csv", "--target", "kind", "--out", "pets.html", cwd=pets)
    assert (result.code, result.stdout.splitlines()[-1]) == (0, "pets.html")
    page = (pets / "pets.html").read_text()
    assert "<bdi>colour</bdi>" in page
    assert "it counts the rows" in page
    shares = [column["association"] for column in columns_of(call_dlx, pets)]
    drawn = [float(width) / 100 for width in re.findall(r'<rect width="([\d.]+)%"', page)]
    assert drawn == pytest.approx(sorted((share for share in shares if share is not None), reverse=True), abs=1e-4)
    (pets / "mine.html").write_text("mine")
    assert call_dlx("data", "pets.csv", "--out", "mine.html", cwd=pets).code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["none.csv"], 5, "none.csv: there is no such file"),
        (["none.yaml"], 2, "none.yaml"),
        (["pets.doc"], 2, "tells no format"),
        (["pets.csv", "--target", "knd"], 5, "did you mean kind"),
        (["pets.csv", "seed=1"], 2, "is no spec"),
        (["s.yaml", "--target", "kind"], 2, "says itself what is to be predicted"),
    ],
)
def test_faults(call_dlx: Run, pets: Path, arguments: list[str], code: int, message: str) -> None:
    (pets / "s.yaml").write_text("name: s\ndata: {source: moons}\narchitecture: {hidden: [4]}\n")
    result = call_dlx("data", *arguments, cwd=pets)
    assert result.code == code
    assert message in result.stderr


def test_a_target_of_one_value_is_shown_as_the_other_columns_are(call_dlx: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b,y\n1,p,u\n2,q,u\n3,p,u\n4,q,u\n")
    result = call_dlx("data", "x.csv", "--target", "y", cwd=tmp_path)
    assert result.code == 0
    assert "y: it has the same value in every row" in result.stdout
    assert "what may be predicted: b" in result.stdout
