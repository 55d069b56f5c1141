"""The store of trust: where it lies, and that nothing is lost of what two write at once."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dlx.spec.plugin_sources import PluginSource
from dlx.spec.trust_store import entries, remember, store


def test_two_who_remember_at_once_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLX_TRUST_FILE", str(tmp_path / "trusted.json"))
    files = [PluginSource(f"m{number}", tmp_path / f"{number}.py", b"x = %d" % number) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda file: remember([file]), files))
    assert {entry.sha256 for entry in entries()} == {file.sha256 for file in files}


@pytest.mark.parametrize(
    ("platform", "variables", "place"),
    [
        ("linux", {}, ".local/state/dlx/trusted.json"),
        ("linux", {"XDG_STATE_HOME": "relative"}, ".local/state/dlx/trusted.json"),
        ("linux", {"XDG_STATE_HOME": "/var/state"}, "/var/state/dlx/trusted.json"),
        ("darwin", {}, "Library/Application Support/dlx/trusted.json"),
    ],
)
def test_where_trust_is_kept(
    platform: str, variables: dict[str, str], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.delenv("DLX_TRUST_FILE", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    for name, value in ({"HOME": str(tmp_path)} | variables).items():
        monkeypatch.setenv(name, value)
    assert store() == tmp_path / place
