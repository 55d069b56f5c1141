"""Normalizations: scikit-learn's figures, properties, and the same in pieces as in one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data import examples, normalization
from dlx.data.normalization import MinMax, Normalization, Robust, Standard
from dlx.data.rows.mapped import MappedRows

REFERENCE = np.load(Path(__file__).parents[1] / "reference" / "data.npz")


@pytest.mark.parametrize("name", ["standard", "minmax", "robust"])
@pytest.mark.parametrize("chunk", [4, 13, 10**6])
def test_figures_of_scikit_learn(name: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "CHUNK", chunk)
    fitted = np.array(Normalization.parse(name).fit(REFERENCE["scaled/X"]))
    np.testing.assert_allclose(fitted, REFERENCE[f"scaled/{name}"], rtol=1e-12)


@pytest.mark.parametrize("name", list(Normalization.members()))
def test_a_file_gives_the_same_bits(name: str, tmp_path: Path) -> None:
    X = np.random.default_rng(1).integers(0, 256, (3000, 5), dtype=np.uint8)
    np.save(tmp_path / "X.npy", X)
    mapped = MappedRows.of(np.load(tmp_path / "X.npy", mmap_mode="r"))
    assert np.array_equal(Normalization.parse(name).fit(X), Normalization.parse(name).fit(mapped))


def test_none_leaves_all_as_it_is() -> None:
    shift, scale = Normalization.parse("none").fit(np.ones((3, 2)))
    assert (shift.tolist(), scale.tolist()) == ([0, 0], [1, 1])


@given(st.floats(-1e6, 1e6), st.floats(0.01, 100), st.integers(2, 300))
def test_standard_gives_mean_0_and_variance_1(center: float, spread: float, m: int) -> None:
    X = center + spread * np.random.default_rng(m).standard_normal((m, 2))
    shift, scale = Standard().fit(X)
    normalized = (X - shift) * scale
    assert np.abs(normalized.mean(axis=0)).max() < 1e-6
    assert normalized.var(axis=0) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e10, 3])
def test_a_constant_feature_keeps_its_scale(value: float) -> None:
    for scaling in (Standard(), MinMax(), Robust()):
        shift, scale = scaling.fit(np.full((777, 1), value))
        assert (shift.tolist(), scale.tolist()) == ([value], [1])


def test_robust_is_the_same_for_few_columns_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(4).standard_cauchy((500, 7))
    whole = np.array(Robust().fit(X))
    monkeypatch.setattr(normalization, "SORTED_AT_ONCE", 1200)
    assert np.array_equal(whole, Robust().fit(X))
