"""Where a run comes from: its spec, and the machine, versions and data behind it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlx.diagnose.verdict import in_words
from dlx.show.page.elements import Element, element, scrolled
from dlx.show.page.material import Document, Material
from dlx.show.page.words import section


def spec(material: Material) -> Element:
    """What was set, and the complete spec to unfold."""
    changed = [element("p", "What is not the default:"), _code(material.changed, "spec in short")]
    complete = element(
        "details", element("summary", "The complete spec (config.yaml)"), _code(material.config, "complete spec")
    )
    overrides = material.facts.get("overrides") or []
    chips = [element("code", override, class_="chip") for override in overrides]
    line = element("p", "Given on the command line: ", chips)
    return section("spec", "Spec", changed if material.changed else None, line if overrides else None, complete)


def _code(text: str, label: str) -> Element:
    return scrolled(element("pre", element("code", text.rstrip("\n"))), label)


def environment(material: Material) -> Element:
    """All that ``run.json`` knows of where the run was made."""
    entries = [(label, text) for label, text in _facts(material.facts) if text]
    pairs = [element("div", element("dt", label), element("dd", text)) for label, text in entries]
    return section("environment", "Environment", element("dl", pairs, class_="facts"))


def _facts(facts: Document) -> Iterator[tuple[str, str]]:
    yield "command", _text(facts.get("command"))
    yield "started", _text(facts.get("started"))
    yield "resumed", _text(facts.get("resumed"))
    yield "ended", _text(facts.get("ended"))
    yield "seed", _text(facts.get("seed"))
    for name, version in (facts.get("versions") or {}).items():
        yield name, _text(version)
    blas: Document = facts.get("blas") or {}
    yield "BLAS", " ".join(_text(blas.get(key)) for key in ("name", "version", "architecture")).strip()
    yield "threads", _text(blas.get("threads"))
    yield "git commit", _commit(facts.get("git") or {})
    yield from _data(facts.get("data") or {})
    yield "tags", ", ".join(map(str, facts.get("tags") or []))
    yield "SHA-256 of the spec", _text(facts.get("config_sha256"))


def _data(data: Document) -> Iterator[tuple[str, str]]:
    yield "task", _text(data.get("task"))
    sizes = [f"{in_words(part)} {size:,}" for part, size in (data.get("examples") or {}).items()]
    yield "examples", ", ".join(sizes)
    if "n_x" in data:
        yield "inputs and outputs", f"{data['n_x']:,} and {data.get('n_y', 0):,}"
    yield "fingerprint of the data", _text(data.get("fingerprint"))


def _commit(git: Document) -> str:
    commit = _text(git.get("commit"))
    return f"{commit}, with changes that are not committed" if commit and git.get("dirty") else commit


def _text(value: Any) -> str:
    return "" if value is None else str(value)
