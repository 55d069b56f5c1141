"""What can be found in the data, whatever is trained on them."""

from __future__ import annotations

from dlx.data.dataset import Dataset
from dlx.diagnose.data.duplicates import duplicate_findings
from dlx.diagnose.data.inputs import input_findings
from dlx.diagnose.data.labels import label_findings
from dlx.diagnose.data.parts import part_findings
from dlx.diagnose.findings import Finding


def data_findings(dataset: Dataset, thorough: bool = True) -> list[Finding]:
    """What is wrong with the data; comparing the parts takes longest, and is left out where not ``thorough``."""
    checks = [label_findings, input_findings, duplicate_findings, *([part_findings] if thorough else [])]
    return [finding for check in checks for finding in check(dataset)]
