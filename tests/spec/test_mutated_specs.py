"""Mutated specs and plans: whatever is done to them, they are valid or refused with line and column."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from dlx import errors
from dlx.errors import MOST_SHOWN, Place, Problem, SpecError, allowed
from dlx.search.study.file import load_study
from dlx.search.tune.file import load_tune
from dlx.spec.loader import load_spec
from experiments.reliability import mutations

MUTANTS = 40


@pytest.mark.parametrize("seed", [1, 2])
def test_mutants_are_valid_or_refused_with_their_place(seed: int, tmp_path: Path) -> None:
    faults = {
        m.steps: fault for m in islice(mutations.mutants(seed), MUTANTS) if (fault := mutations.fault(m, tmp_path))
    }
    assert faults == {}


def test_a_problem_without_its_place_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    mutant = mutations.Mutant(Path(mutations.__file__), (), "seed: -1")
    assert mutations.fault(mutant, tmp_path) is None
    monkeypatch.setattr(mutations, "load_spec", lambda file: _raise(SpecError([Problem(Place("x"), "", "no")])))
    assert mutations.fault(mutant, tmp_path) == "without a place: x: no"
    monkeypatch.setattr(mutations, "load_spec", lambda file: _raise(KeyError("x")))
    assert mutations.fault(mutant, tmp_path) == "KeyError: 'x'"


def _raise(error: Exception) -> None:
    raise error


def refusal(tmp_path: Path, text: str) -> SpecError:
    file = tmp_path / "spec.yaml"
    file.write_text(text)
    with pytest.raises(SpecError) as raised:
        (load_tune if "search:" in text else load_study if "base:" in text else load_spec)(file)
    return raised.value


def test_of_many_problems_the_first_are_shown_and_all_are_kept(tmp_path: Path) -> None:
    error = refusal(tmp_path, "data: {source: moons}\n" + "".join(f"sed{i}: 1\n" for i in range(1000)))
    *lines, last = str(error).splitlines()
    file = tmp_path / "spec.yaml"
    assert [line.split(" ")[0] for line in lines] == [f"{file}:{2 + i}:1:" for i in range(MOST_SHOWN)]
    assert all("unknown key (allowed name, seed," in line for line in lines)
    assert last == f"{file}:{2 + MOST_SHOWN}:1: {1000 - MOST_SHOWN} more problems, from here on"
    assert [problem.place.line for problem in error.problems] == list(range(2, 1002))


def test_names_are_compared_for_the_problems_that_are_shown_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compared: list[str] = []

    def counted(word: str, *rest: Any, **more: Any) -> list[str]:
        compared.append(word)
        return get_close_matches(word, *rest, **more)

    monkeypatch.setattr(errors, "get_close_matches", counted)
    refusal(tmp_path, "data: {source: moons}\n" + "".join(f"sed{i}: 1\n" for i in range(1000)))
    assert len(compared) == MOST_SHOWN
    assert allowed("x" * 10**6, ["x"]) == "(allowed x)"
    assert len(compared) == MOST_SHOWN


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("seed: " + "k" * 10**5, "1:7: seed: expected a whole number, got 'kkk"),
        ("data: {source: " + "k" * 10**5 + "}", "1:16: data.source: there is no source named 'kkk"),
        ("k" * 999 + ": 1\ndata: {source: moons}", "1:1: kkk"),
        ("base: {data: {source: moons}}\nexpect: ['" + "(" * 10**5 + "']\nvariants: {a: {}}", "2:10: expect.0: (((("),
        (
            "base: {data: {source: moons}}\nvariants: {" + ", ".join(f"v{i}: {{seed: {i}}}" for i in range(300)) + "}",
            "2:11: variants: makes 300 variants (allowed 1 to 200)",
        ),
        (
            "base: {data: {source: moons}}\nsweep: {" + ", ".join(f"v{i}: [1]" for i in range(300)) + "}",
            "2:8: sweep: has 300 keys (allowed 20)",
        ),
        (
            "base: {data: {source: moons}}\nvariants: {a: {" + "a." * 400 + "b: 1}}",
            "2:16: variants.a.a.a.",
        ),
        (
            f"base: {{data: {{source: moons}}}}\nsearch: {{space: {{seed: {{choice: {list(range(300))}}}}}}}",
            "cannot be searched: seed is luck",
        ),
        (
            "base: {data: {source: moons}}\n"
            f"search: {{space: {{training.epochs: {{choice: {list(range(300))}}}}}}}",
            "2:44: search.space.training.epochs: a choice has up to 100 options, got 300",
        ),
        (
            "base: {data: {source: moons}}\nsearch: {space: {"
            + ", ".join(f"k{i}: {{uniform: [0, 1]}}" for i in range(300))
            + "}}",
            "2:17: search.space: has 300 hyperparameters (allowed 50)",
        ),
    ],
)
def test_what_is_too_much_is_refused_in_a_short_message(text: str, what: str, tmp_path: Path) -> None:
    message = str(refusal(tmp_path, text))
    assert what in message
    assert max(map(len, message.splitlines())) < 4000


def test_overrides_are_bounded_too(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("data: {source: moons}\narchitecture: {hidden: [3]}")
    for override, what in [
        ("a." * 400 + "a=1", "nested deeper than 50 levels"),
        (f"architecture.hidden.{'9' * 5000}=1", "there is no such entry: architecture.hidden has 1"),
        ("optimizer=" + "x" * 10**5, "there is no optimizer named 'xxx"),
        ("seed=0x" + "f" * 9000, "cannot be read as a whole number"),
    ]:
        with pytest.raises(SpecError, match=what) as raised:
            load_spec(file, [override])
        assert len(str(raised.value)) < 4000


def test_a_sweep_may_have_words(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text("base: {data: {source: moons}}\nsweep: {optimizer.name: [adam, momentum]}")
    assert [variant.name for variant in load_study(file).variants] == ["name=adam", "name=momentum"]
