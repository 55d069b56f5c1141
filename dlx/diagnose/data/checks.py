"""What can be found in the data, whatever is trained on them."""

from __future__ import annotations

from collections.abc import Iterable

from dlx.data.dataset import Dataset
from dlx.data.section import Data
from dlx.diagnose.data.constant_labels import CONSTANT_LABELS
from dlx.diagnose.data.duplicates import DUPLICATES_ACROSS_PARTS, duplicate_findings
from dlx.diagnose.data.inputs import input_findings
from dlx.diagnose.data.label_order import LABELS_SHIFTED, LABELS_UNRELATED, order_findings
from dlx.diagnose.data.labels import label_findings
from dlx.diagnose.data.leaks import leak_findings
from dlx.diagnose.data.marks import mark_findings
from dlx.diagnose.data.near_copies import near_copy_findings
from dlx.diagnose.data.parts import part_findings
from dlx.diagnose.data.target_kind import target_kind_findings
from dlx.diagnose.findings import Finding


def data_findings(dataset: Dataset, data: Data | None = None, thorough: bool = True) -> list[Finding]:
    """What is wrong with the data.

    Args:
        dataset: as it is trained on.
        data: the section of the spec that it was made by, where there is one.
        thorough: whether simple models are asked, and parts compared, which takes longest.
    """
    findings = [*label_findings(dataset), *mark_findings(dataset, data), *input_findings(dataset)]
    findings += duplicate_findings(dataset, data)
    if not thorough or CONSTANT_LABELS.is_among(findings):
        return findings
    findings += order_findings(dataset)
    if not any(cause.is_among(findings) for cause in (LABELS_SHIFTED, LABELS_UNRELATED)):
        findings += target_kind_findings(dataset)
        findings += leak_findings(dataset, data)
    return [*findings, *_between_parts(dataset, data, findings)]


def _between_parts(dataset: Dataset, data: Data | None, findings: Iterable[Finding]) -> list[Finding]:
    copies = [] if DUPLICATES_ACROSS_PARTS.is_among(findings) else list(near_copy_findings(dataset))
    return [*copies, *part_findings(dataset, None if data is None else data.split)]
