"""YAML in, a tree with places out: refusals with their places, and no other exception."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.errors import Place, SpecError
from dlx.spec.tree import Text
from dlx.spec.yaml_text.limits import LONGEST_LIST, MAX_BYTES, MAX_DEPTH, MAX_VALUES, MOST_KEYS
from dlx.spec.yaml_text.reading import load, parse

MAX_NUMBERS = LONGEST_LIST["numbers"]
ONE_PLACE = Place("the test")
COLON = "1:5: not valid YAML: a ':' is not allowed here: start a new line, or put the value in quotes"


def refusal_of(text: str, tmp_path: Path) -> list[str]:
    """What `load` says about a file with this text, without the file's name."""
    file = tmp_path / "spec.yaml"
    file.write_bytes(text.encode("utf-8"))
    with pytest.raises(SpecError) as raised:
        load(file)
    return [line.removeprefix(f"{file}:") for line in str(raised.value).splitlines()]


def test_a_number_as_key_is_its_text(tmp_path: Path) -> None:
    """Labels are often numbers, and stand as keys under `data.class_weight`."""
    file = tmp_path / "spec.yaml"
    file.write_text("{0: a, 1.50: b, 0x1F: c, true: d}")
    assert load(file).plain() == {"0": "a", "1.50": "b", "0x1F": "c", "true": "d"}


@pytest.mark.parametrize(
    ("text", "refusals"),
    [
        ("", ["1:1: the file is empty"]),
        ("# nothing but a comment\n", ["1:1: the file is empty"]),
        ("a: 1\nb: 2\na: 3\n", ["3:1: a: given twice, first at {file}:1:1"]),
        ("{b: 1, b: 2, b: 3}", [f"1:{i}: b: given twice, first at {{file}}:1:2" for i in (8, 14)]),
        ("a:\n\tb: 1", ["2:1: not valid YAML: a tab stands where only spaces may: indent with spaces"]),
        ("a: b: c", [COLON]),
        ("a: [1", ["1:6: not valid YAML: expected ',' or ']', but the text ends here (while parsing a flow sequence)"]),
        ("a: 1\n---\nb: 2\n", ["2:1: not valid YAML: a second document starts here: a spec is one document"]),
        ("a: *b", ["1:4: not valid YAML: found undefined alias 'b'"]),
        ("a: &b [*b]", ["1:8: an alias stands inside the value that it names"]),
        ("null: b", ["1:1: a key must be text: write 'null' in quotes"]),
        ("1: b\n1: c", ["2:1: 1: given twice, first at {file}:1:1"]),
        ("[a]: b", ["1:1: a key must be text, not a collection"]),
        ("a: &x {}\n<<: *x", ["2:1: merge keys (<<) are not part of YAML 1.2: use extends, or write the keys out"]),
        ("a: !!python/object/apply:os.system [ls]", ["1:4: the tag !!python/object/apply:os.system is not supported"]),
        ("a: !mine 3", ["1:4: the tag !mine is not supported"]),
        ("a: !!int x", ["1:4: 'x' cannot be read as a whole number"]),
        ("a: 1e999", ["1:4: '1e999' cannot be read as a number"]),
        ("a: " + "9" * 5000, ["1:4: '" + "9" * 56 + "... cannot be read as a whole number"]),
        ("ab\x07c: 1", ["1:3: the character U+0007 is not allowed in YAML"]),
        ('a: "\\uD800"', ["1:7: not valid YAML: no such character"]),
        ('a: "\\U00110000"', ["1:7: not valid YAML: no such character"]),
        (
            "%YAML 1." + "9" * 5000 + "\n--- a",
            ["1:18: not valid YAML: found extremely long version number (while scanning a %YAML directive)"],
        ),
        ("a: @b", ["1:4: not valid YAML: nothing begins with '@' here: put the value in quotes"]),
        (
            "a: - b",
            ["1:4: not valid YAML: a '- ' is not allowed here: each entry of a list begins a line of its own"],
        ),
        ("a: 1\na: 2\nb: c: d", ["2:1: a: given twice, first at {file}:1:1", COLON.replace("1:5", "3:5")]),
    ],
)
def test_refusals_say_what_and_where(text: str, refusals: list[str], tmp_path: Path) -> None:
    file = str(tmp_path / "spec.yaml")
    assert refusal_of(text, tmp_path) == [refusal.replace("{file}", file) for refusal in refusals]


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("[" * 100_000, f"not valid YAML: nested deeper than {MAX_DEPTH} levels"),
        ("- " * 10_000, f"nested deeper than {MAX_DEPTH} levels"),
        ("{a: " * 10_000, f"nested deeper than {MAX_DEPTH} levels"),
        ("[" + "1," * MAX_NUMBERS + "2]", f"here a list has more than {MAX_NUMBERS:,} numbers, too many for a spec"),
        ("\n".join(f"k{i}: {i}" for i in range(MOST_KEYS + 1)), f"{MOST_KEYS + 1}:1: here a mapping has more than"),
        (
            "[" + f"[{'1,' * (MAX_NUMBERS - 1)}1]," * (MAX_VALUES // MAX_NUMBERS) + "]",
            f"here the file has more than {MAX_VALUES:,} values, too many for a spec",
        ),
        ("a: " + "x" * MAX_BYTES, f"here the file exceeds {MAX_BYTES:,} bytes, too large for a spec"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)
            ),
            f"5:20: here the file has more than {MAX_VALUES:,} values, too many for a spec",
        ),
    ],
    ids=["flow", "block", "mappings", "numbers", "keys", "width", "size", "billion laughs"],
)
def test_depth_size_and_aliases_are_bounded(text: str, refusal: str, tmp_path: Path) -> None:
    assert refusal in refusal_of(text, tmp_path)[0]


def test_aliases_are_copies(tmp_path: Path) -> None:
    assert parse("a: &x {b: [1]}\nc: *x", ONE_PLACE).plain() == {"a": {"b": [1]}, "c": {"b": [1]}}


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("name: é".encode("utf-8-sig"), {"name": "é"}),
        ("name: é".encode("utf-16"), {"name": "é"}),
        (b"a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ],
    ids=["UTF-8 with byte order mark", "UTF-16", "CRLF"],
)
def test_encodings(data: bytes, value: object, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_bytes(data)
    assert load(tmp_path / "spec.yaml").plain() == value


def test_other_encodings_are_refused_with_the_place_of_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_bytes("a: 1\nname: é".encode("latin-1"))
    with pytest.raises(SpecError, match=r"spec\.yaml:2:7: byte 0xe9 is not valid UTF-8: save the file as UTF-8"):
        load(file)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "digits.yaml").touch()
    with pytest.raises(SpecError, match=r"digit\.yaml: there is no such file \(did you mean .*digits\.yaml\?\)"):
        load(tmp_path / "digit.yaml")
    with pytest.raises(SpecError, match=r"nowhere/spec\.yaml: there is no such file$"):
        load(tmp_path / "nowhere" / "spec.yaml")
    with pytest.raises(SpecError, match=r"is a folder, not a spec"):
        load(tmp_path)


def test_keys_values_and_text_know_their_places(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("data:\n  source: {path: 'x.csv'}\n  parts: [1, two]\n")
    tree = load(file)
    path, depth = tree.nearest(("data", "source", "path"))
    assert depth == 3
    assert (path.key, path.place) == (Place(str(file), 2, 12), Place(str(file), 2, 18))
    assert isinstance(path.value, Text)
    assert path.value.place == path.place
    two, depth = tree.nearest(("data", "parts", 1, "deeper"))
    assert (two.value, two.key, depth) == ("two", Place(str(file), 3, 14), 3)


def test_what_stands_in_no_file_has_one_place_and_plain_text() -> None:
    node, _ = parse("{a: [x]}", ONE_PLACE).nearest(("a", 0))
    assert (node.key, node.place) == (ONE_PLACE, ONE_PLACE)
    assert type(node.value) is str
    with pytest.raises(SpecError, match=r"^the test: not valid YAML: expected ',' or ']'"):
        parse("[1", ONE_PLACE)


@given(st.text())
def test_any_text_gives_a_tree_or_a_spec_error(text: str) -> None:
    with suppress(SpecError):
        parse(text, ONE_PLACE).plain()


pieces = "a|b: |- |[|]|{|}|,|\n|\n  |&x |*x|!!int |!|? |: |'|\"|>\n|# |%YAML 1.2\n|---\n|...\n|\\u|D800|<<: |\t|\ufeff"


@given(st.lists(st.sampled_from(pieces.split("|")), max_size=30))
def test_any_near_yaml_gives_a_tree_or_a_spec_error(pieces: list[str]) -> None:
    with suppress(SpecError):
        parse("".join(pieces), ONE_PLACE).plain()


@given(data=st.binary())
def test_any_file_gives_a_tree_or_a_spec_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(data)
    with suppress(SpecError):
        load(file).plain()
