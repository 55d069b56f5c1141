"""Labels that do not vary: the cause by which there is nothing to learn, which verdicts know too."""

from dlx.diagnose.findings import Cause

CONSTANT_LABELS = Cause(
    "constant_labels",
    "give examples of at least two classes (or targets that vary)",
    "Train, dev and test sets",
    severity="error",
)
