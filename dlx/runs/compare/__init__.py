"""Runs beside each other: what differs between their specs and results, and how sure the difference is."""

from dlx.runs.compare.comparison import Comparison as Comparison
from dlx.runs.compare.comparison import compare as compare
from dlx.runs.compare.comparison import newest_pair as newest_pair
