"""All that a terminal shows; rich is imported only where there is one."""

from dlx.render.comparison import comparison, csv_rows, markdown
from dlx.render.counting import counting
from dlx.render.diagnosis import diagnosis
from dlx.render.display import progress
from dlx.render.learning_curve import learning_curve
from dlx.render.lines import csv_table, facts, path, say, table
from dlx.render.recipe import acting, recipe
from dlx.render.study import failing, foretold, study
from dlx.render.summary import summary
from dlx.render.tuning import tuning, tuning_foretold
from dlx.render.tuning_progress import tuning_progress

__all__ = [
    "acting",
    "comparison",
    "counting",
    "csv_rows",
    "csv_table",
    "diagnosis",
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
    "tuning_progress",
]
