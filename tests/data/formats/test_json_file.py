"""JSON, in lines or as a list: what becomes of its values, and what is said of what is no example."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.examples import Examples
from dlx.data.profile.reading import profile_file
from dlx.data.sources import File, Source
from dlx.errors import DataError

ROWS: list[dict[str, Any]] = [
    {"age": 30, "member": True, "city": "Rome", "home": {"rooms": 2, "at": {"x": 0.5}}, "y": "no"},
    {"y": "yes", "city": "Oslo", "age": 41.5, "member": False, "home": {"rooms": 3, "at": {"x": -1e-3}}},
    {"age": 7, "member": True, "city": "Rome", "home": {"at": {"x": 2}, "rooms": 1}, "y": "no"},
]
COLUMNS = ["age", "member", "city=Oslo", "city=Rome", "home.rooms", "home.at.x"]
X = [[30, 1, 0, 1, 2, 0.5], [41.5, 0, 1, 0, 3, -0.001], [7, 1, 0, 1, 1, 2]]


def read(path: Path, text: str | bytes, **options: Any) -> Examples:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Source.parse({"name": "file", "path": str(path), "target": "y", **options}).load()["all"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jsonl", "\n\n".join(map(json.dumps, ROWS))),
        ("x.ndjson", "\ufeff" + "\r\n".join(map(json.dumps, ROWS)) + "\r\n"),
        ("x.jsonl.gz", gzip.compress("\n".join(map(json.dumps, ROWS)).encode(), mtime=0)),
        ("x.json", json.dumps(ROWS)),
        ("x.json", json.dumps(ROWS, indent=2).encode("utf-16")),
        ("x.json", " ".join(json.dumps(row, indent=2) for row in ROWS)),
    ],
)
def test_every_way_of_writing_gives_the_same(tmp_path: Path, name: str, content: str | bytes) -> None:
    examples = read(tmp_path / name, content)
    assert examples.y is not None
    assert (list(examples.features), examples.X[:].tolist(), examples.y.tolist()) == (COLUMNS, X, ["no", "yes", "no"])


def test_columns_stand_in_the_order_of_their_first_appearance_and_may_be_absent(tmp_path: Path) -> None:
    lines = '{"b": 1, "y": 0}\n{"a": null, "y": 1, "b": 2}\n{"y": 0, "a": 5}\n'
    examples = read(tmp_path / "x.jsonl", lines, impute="mean")
    assert examples.features == ("b", "a")
    assert str(examples.X[:].tolist()) == "[[1.0, nan], [2.0, nan], [nan, 5.0]]"


def test_whole_numbers_beyond_float64_are_labels_of_their_own(tmp_path: Path) -> None:
    labels = [2**53, 2**53 + 1, 2**63 - 1, 2**63 - 2]
    y = read(tmp_path / "x.jsonl", "\n".join(f'{{"a": 1.5, "y": {label}}}' for label in labels)).y
    assert y is not None
    assert y.tolist() == labels
    y = read(tmp_path / "y.jsonl", "\n".join(f'{{"a": 1.5, "y": {2**70 + k}}}' for k in range(2))).y
    assert y is not None
    assert y.tolist() == [str(2**70), str(2**70 + 1)]


def test_marks_of_missing_values_can_be_stated(tmp_path: Path) -> None:
    lines = '{"a": -99, "c": "NA", "y": 0}\n{"a": 1, "c": "EU", "y": 1}\n'
    examples = read(tmp_path / "x.jsonl", lines, missing=[-99], impute="mean")
    assert examples.features == ("a", "c=EU", "c=NA")
    assert str(examples.X[:].tolist()) == "[[nan, 0.0, 1.0], [1.0, 1.0, 0.0]]"


LINE = '{"a": 1, "y": 0}\n'


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.jsonl", LINE + '{"a": NaN, "y": 1}', r"x\.jsonl:2: column 'a': the value is missing"),
        ("x.json", f'[{LINE},\n{{"NaN": "NaN", "a": -Infinity}}]', r"x\.json:3: column 'a': -inf is not finite"),
        ("x.jsonl", LINE + '{"a": 1 "y": 1}', r"x\.jsonl:2:9: this is no JSON: Expecting ',' delimiter"),
        ("x.jsonl", LINE + '{"a": 1, "y": ', r"x\.jsonl:2:15: this is no JSON"),
        ("x.jsonl", LINE + '{"a": 1, "a": 2}', r"x\.jsonl:2: key 'a': it stands there twice"),
        ("x.jsonl", '{"h": {"a": 1}, "h": {"b": 2}}', r"x\.jsonl:1: key 'h': it stands there twice"),
        ("x.jsonl", '{"h": {"a": 1, "a": 2}}', r"x\.jsonl:1: key 'h\.a': it stands there twice"),
        ("x.jsonl", '{"h.a": 1, "h": {"a": 2}}', r"x\.jsonl:1: key 'h\.a': it stands there twice"),
        ("x.json", f'[{LINE},\n\n{{"h": {{"a": [1]}}}}]', r"x\.json:4: key 'h\.a': its value is a list, which is no"),
        ("x.json", "[[1, 2], [3, 4]]", r"x\.json:1:2: expected an object such as {\"a\": 1}, found a list"),
        ("x.json", f"[{LINE}] {LINE}", r"x\.json:2:3: the list has ended, and there is more behind it"),
        ("x.json", f"[{LINE}{LINE}]", r"x\.json:2:1: expected , or \] behind an object of the list, found '{'"),
        ("x.json", f"[{LINE}", r"x\.json:2:1: expected , or \] behind an object of the list, found 'the end'"),
        (
            "x.json",
            '{"a": [1, 2], "y": [0, 1]}',
            r"x\.json: one object holds all of the table, and expected is one for",
        ),
        ("x.json", '{"a": {"0": 1}, "y": {"0": 1}}', r"x\.json: one object holds all of the table, and expected is"),
        ("x.json", "17", r"x\.json:1:1: expected an object such as {\"a\": 1}, found '17'"),
        ("x.json", "[]", r"x\.json: there are no examples"),
        ("x.json", "", r"x\.json: there are no examples"),
        ("x.json", "[" * 100_000, r"x\.json:1:2: objects or lists are nested too deep"),
        ("x.json", '{"a": ' * 100_000, r"x\.json:1:1: objects or lists are nested too deep"),
        ("x.jsonl", LINE.strip() + LINE, r"x\.jsonl:1: the line holds two objects, and expected is one a line"),
        ("x.jsonl", f"[{LINE.strip()}]", r"x\.jsonl:1: the line holds a list, and expected is an object"),
        ("x.jsonl", LINE + '{"a": "u", "y": 1}', r"x\.jsonl:2: column 'a': 'u' is not a number, as others in this"),
        ("x.jsonl", LINE + '{"y": 1}', r"x\.jsonl:2: column 'a': the value is missing"),
        ("x.jsonl", LINE + '{"a": 1e999, "y": 1}', r"x\.jsonl:2: column 'a': inf is not finite"),
        ("x.jsonl", LINE + '{"a": 1}', r"x\.jsonl:2: column 'y': the target is missing"),
        ("x.jsonl", LINE + '{"a": "\\ud800"}', r"x\.jsonl:2: key 'a': there is half of a character in it"),
        ("x.jsonl", b'{"a": 1}\n{"a": "\xe9"}', r"x\.jsonl:2: the text is not UTF-8 \(byte 0xe9\)"),
        ("x.json", b'[{"a": 1},\n{"a": "\xe9"}]', r"x\.json:2: the text is not UTF-8 \(byte 0xe9\)"),
        ("x.jsonl", LINE.encode("utf-16"), r"x\.jsonl:1: the text is UTF-16; JSON lines must be UTF-8"),
    ],
)
def test_what_does_not_fit_is_placed(tmp_path: Path, name: str, text: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path / name, text)


@given(st.lists(st.tuples(st.floats(-1e300, 1e300), st.integers(-(2**62), 2**62)), min_size=1, max_size=20))
def test_numbers_come_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, int]]) -> None:
    folder = tmp_path_factory.mktemp("x", numbered=True)
    text = "\n".join(json.dumps({"a": number, "y": label}) for number, label in rows)
    for name, content in (("x.jsonl", text), ("x.json", f"[{','.join(text.splitlines())}]")):
        examples = read(folder / name, content)
        assert examples.y is not None
        assert examples.X[:].tolist() == [[number] for number, _ in rows]
        assert examples.y.tolist() == [label for _, label in rows]


def test_lists_are_left_out_where_nothing_is_stated(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("".join(f'{{"a": {number}, "tags": {list(range(number % 3))}}}\n' for number in range(6)))
    profile = profile_file(File(path=str(path)))
    assert (profile.names, profile.unreadable) == (("a",), {"tags": "its values are lists"})
