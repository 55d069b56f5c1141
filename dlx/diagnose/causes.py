"""All causes that a diagnosis can name, by name; each is defined beside what finds it, in data/, before/ or after/."""

from __future__ import annotations

import dlx.diagnose.after.checks
import dlx.diagnose.after.rare_class
import dlx.diagnose.before.checks  # noqa: F401 - these import all that finds causes
from dlx.diagnose.findings import Cause

CAUSES = dict(sorted(Cause.members.items()))
