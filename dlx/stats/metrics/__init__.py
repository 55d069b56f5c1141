"""Metrics: what can be measured of a network beside its error, each with its 95 % interval where one is sound.

A metric is one class; defining it registers it for ``dlx list metric``, for `metrics` and `monitor` in a spec, and for
all tables and documents.
"""

from dlx.stats.metrics import classes, labels, probabilities, ranking, residuals  # noqa: F401 - each registers its metrics
