"""All that a terminal shows; rich is imported only where there is one."""

from dlx.show.terminal.comparison import comparison
from dlx.show.terminal.comparison_export import csv_rows, markdown
from dlx.show.terminal.count_progress import CountProgress
from dlx.show.terminal.diagnosis import diagnosis
from dlx.show.terminal.learning_curve import learning_curve
from dlx.show.terminal.lines import csv_table, document, facts, path, say, table
from dlx.show.terminal.progress import progress
from dlx.show.terminal.recipe import recipe
from dlx.show.terminal.repair_progress import RepairProgress
from dlx.show.terminal.study import failing, foretold, study
from dlx.show.terminal.summary import summary
from dlx.show.terminal.training_progress import TrainingProgress
from dlx.show.terminal.tuning import tuning, tuning_foretold
from dlx.show.terminal.tuning_progress import TuningProgress

__all__ = [
    "CountProgress",
    "RepairProgress",
    "TrainingProgress",
    "TuningProgress",
    "comparison",
    "csv_rows",
    "csv_table",
    "diagnosis",
    "document",
    "facts",
    "failing",
    "foretold",
    "learning_curve",
    "markdown",
    "path",
    "progress",
    "recipe",
    "say",
    "study",
    "summary",
    "table",
    "tuning",
    "tuning_foretold",
]
