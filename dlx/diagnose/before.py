"""Before training: what can be found out about a spec in seconds, from its data, its network and its first steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlx.diagnose.duplicates import duplicate_findings
from dlx.diagnose.findings import Finding, by_severity
from dlx.diagnose.input_checks import input_findings
from dlx.diagnose.label_checks import label_findings
from dlx.diagnose.part_checks import part_findings

if TYPE_CHECKING:
    from dlx.experiment import Experiment


def before(experiment: Experiment) -> list[Finding]:
    """What is likely to keep this experiment from training well, the worst first.

    The experiment itself stays as it is, to the last bit: what is tried is tried on copies of it.
    """
    dataset = experiment.dataset
    of_data = [label_findings, input_findings, duplicate_findings, part_findings]
    return by_severity(found for check in of_data for found in check(dataset))
