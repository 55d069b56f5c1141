"""Numbers of the comparison: means over seeds, ranks among the networks, and how near dlx is to the best of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import fmean, median, stdev

from dlx.stats.student import two_sided

NETWORKS = ["dlx", "sklearn", "sklearn scaled", "PyTorch", "Keras"]
NEAR = 1.1  # times the error of the best network


@dataclass(frozen=True)
class Row:
    """The errors of all models on one table, a number for each seed."""

    name: str
    errors: dict[str, list[float]]

    def mean(self, model: str) -> float:
        """The mean error over the seeds."""
        return fmean(self.errors[model])

    def ranks(self) -> dict[str, float]:
        """The rank of each network, 1 for the lowest error; equal ones share the mean of their ranks."""
        means = [self.mean(model) for model in NETWORKS]
        return {
            model: 1 + sum(other < mean for other in means) + (sum(other == mean for other in means) - 1) / 2
            for model, mean in zip(NETWORKS, means, strict=True)
        }

    @property
    def best_peer(self) -> str:
        """The best of the other networks, chosen by the same errors: a strict measure."""
        return min(NETWORKS[1:], key=self.mean)

    def is_near_best(self) -> bool:
        """Whether dlx is within a tenth of the best network."""
        return self.mean("dlx") <= NEAR * min(self.mean(model) for model in NETWORKS)

    def is_worse(self, than: str) -> bool:
        """Whether dlx's error is higher by more than the chance of the seeds explains: a paired t test, 95 %."""
        differences = [a - b for a, b in zip(self.errors["dlx"], self.errors[than], strict=True)]
        if len(differences) < 2:
            return False
        margin = two_sided(0.95, len(differences) - 1) * stdev(differences) / sqrt(len(differences))
        return fmean(differences) > margin


def median_rank(rows: list[Row], model: str) -> float:
    """The median over the tables."""
    return median(row.ranks()[model] for row in rows)


def mean_rank(rows: list[Row], model: str) -> float:
    """The mean over the tables."""
    return fmean(row.ranks()[model] for row in rows)
