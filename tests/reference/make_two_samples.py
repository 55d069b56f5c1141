"""Makes two_samples.json: Kolmogorov-Smirnov tests and tests of proportions from SciPy 1.17."""

import json
from pathlib import Path

import numpy as np
from scipy import special, stats

SAMPLES = (("normal", 0.0, 50, 80), ("normal", 0.5, 50, 80), ("normal", 0.2, 2000, 400), ("poisson", 0.0, 300, 300))
COUNTS = (([30, 70], [45, 55]), ([30, 70], [31, 69]), ([500, 300, 200], [90, 70, 40]), ([400, 600], [100, 900]))


def samples(kind: str, shift: float, n_a: int, n_b: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(n_a)
    a, b = (getattr(rng, kind)(size=n) for n in (n_a, n_b))
    return a, b + shift


def two_samples(kind: str, shift: float, n_a: int, n_b: int) -> dict[str, object]:
    found = stats.ks_2samp(*samples(kind, shift, n_a, n_b), method="asymp")
    given = {"kind": kind, "shift": shift, "n_a": n_a, "n_b": n_b}
    return given | {"distance": found.statistic, "probability": found.pvalue}


def proportions(a: list[int], b: list[int]) -> dict[str, object]:
    tests = [
        stats.chi2_contingency([[x, sum(a) - x], [y, sum(b) - y]], correction=True).pvalue
        for x, y in zip(a, b, strict=True)
    ]
    return {"a": a, "b": b, "probabilities": tests}


document = {
    "kolmogorov": [[x, special.kolmogorov(x)] for x in (0.1, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0)],
    "two_samples": [two_samples(*given) for given in SAMPLES],
    "proportions": [proportions(*counts) for counts in COUNTS],
}
Path(__file__).with_name("two_samples.json").write_text(json.dumps(document, indent=1) + "\n")
