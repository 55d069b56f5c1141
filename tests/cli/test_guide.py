"""``dlx guide``: lists the pages, prints one, and says where else a word is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.guide import REFERENCE, TOPICS, pages

Run = Callable[..., Any]


def test_the_list_has_every_page_with_its_summary(call_dlx: Run, tmp_path: Path) -> None:
    lines = call_dlx("guide", cwd=tmp_path).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [*TOPICS, *REFERENCE]
    summaries = [page.summary for page in pages().values()] + [summary for _, summary in REFERENCE.values()]
    assert all(summary in line for line, summary in zip(lines, summaries, strict=True))


def test_a_page_of_the_reference_is_written_when_it_is_asked_for(call_dlx: Run, tmp_path: Path) -> None:
    (page,) = json.loads(call_dlx("guide", "findings", "--json", cwd=tmp_path).stdout)["pages"]
    assert (page["topic"], page["title"], page["summary"]) == ("findings", *REFERENCE["findings"])
    assert call_dlx("guide", "findings", cwd=tmp_path).stdout == page["text"]
    assert "did you mean findings?" in call_dlx("guide", "finding", cwd=tmp_path).stderr


@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_its_markdown_where_there_is_no_terminal(topic: str, call_dlx: Run, tmp_path: Path) -> None:
    result = call_dlx("guide", topic, cwd=tmp_path)
    assert (result.code, result.stdout) == (0, pages()[topic].text)


def test_the_document_has_sections_and_no_comments_of_commands(call_dlx: Run, tmp_path: Path) -> None:
    (page,) = json.loads(call_dlx("guide", "searching", "--json", cwd=tmp_path).stdout)["pages"]
    assert page["sections"] == ["Search hyperparameters", "Find a learning rate"]
    assert page["text"].startswith(f"# {page['title']}\n\n")


def test_a_word_that_names_no_page_leads_to_those_that_have_it(call_dlx: Run, tmp_path: Path) -> None:
    result = call_dlx("guide", "Halving", cwd=tmp_path)
    assert result.code == 2
    assert "there is no page 'Halving'" in result.stderr
    assert "the word is in searching" in result.stderr
    assert "did you mean diagnosis?" in call_dlx("guide", "diagnose", cwd=tmp_path).stderr


def test_what_programs_print_fits_a_terminal_of_80_columns() -> None:
    for page in pages().values():
        for block in re.findall(r"^```text\n(.*?)^```", page.text, re.DOTALL | re.MULTILINE):
            assert max(map(len, block.splitlines())) <= 80, page.topic
