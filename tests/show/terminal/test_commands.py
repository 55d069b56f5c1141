"""Commands on a narrow screen: their lines fit it, and a shell takes them as the one command that they are."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.errors import Place
from dlx.show.terminal.commands import command_lines
from dlx.spec.yaml_text.reading import parse
from dlx.text import command

BASH = shutil.which("bash")
MARKS = "data.source.missing=['?', N/A, NA, 'NULL', NaN, nan, 'null', -999]"
MARGIN = 10


def lines_of(*words: str, columns: int) -> list[str]:
    """What is printed on a screen of so many columns."""
    return ["".join(text for text, _ in line) for line in command_lines("", command(*words), columns, MARGIN)]


def test_a_command_that_fits_stays_in_its_line() -> None:
    assert lines_of("diagnose", "runs/a", columns=80) == [" " * MARGIN + "dlx diagnose runs/a"]


def test_a_wider_one_is_broken_between_its_words() -> None:
    config, stop = "runs/noisy/20261130T080650Z-c938d8/config.yaml", "training.early_stopping={monitor: dev_cost}"
    lines = lines_of("train", config, stop, "regularization.l2=0.13", columns=80)
    assert lines == [
        f"          dlx train {config} \\",
        f"            '{stop}' \\",
        "            regularization.l2=0.13",
    ]
    assert lines_of("train", config, stop, columns=200) == [f"          dlx train {config} '{stop}'"]


def test_marks_of_missing_values_fit_a_line() -> None:
    lines = lines_of("train", "config.yaml", MARKS, "data.source.impute=median", columns=80)
    assert lines[1] == f'          "{MARKS}" \\'
    assert max(map(len, lines)) <= 80


def test_a_list_that_is_wider_than_the_screen_means_the_same_in_its_lines() -> None:
    many = f"data.source.missing={['?', 'not known', *range(-999, -950)]}"
    lines = lines_of("train", "config.yaml", many, "data.source.impute=median", columns=60)
    assert max(map(len, lines)) <= 60
    words = shlex.split("\n".join(lines).replace("\\\n", " "))
    assert words[:3] + words[4:] == ["dlx", "train", "config.yaml", "data.source.impute=median"]
    place = Place("command line")
    assert [parse(word.partition("=")[2], place).plain() for word in (words[3], many)] == [
        ["?", "not known", *range(-999, -950)]
    ] * 2


@pytest.mark.skipif(BASH is None, reason="there is no bash")
@settings(max_examples=20)
@given(
    st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30), max_size=4),
    st.integers(12, 90),
)
def test_a_shell_takes_the_lines_as_one_command(words: list[str], columns: int) -> None:
    assert BASH is not None
    text = "\n".join(lines_of(*words, columns=columns)).lstrip()
    ended = subprocess.run([BASH, "-c", f"printf '%s\\0' {text}"], capture_output=True, check=True)
    assert ended.stdout.decode().split("\0")[:-1] == ["dlx", *words]
