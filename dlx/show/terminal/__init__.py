"""All that a terminal shows; rich is imported only where there is one."""

from dlx.show.terminal.comparison import comparison as comparison
from dlx.show.terminal.comparison_export import csv_rows as csv_rows
from dlx.show.terminal.comparison_export import markdown as markdown
from dlx.show.terminal.count_progress import CountProgress as CountProgress
from dlx.show.terminal.diagnosis import diagnosis as diagnosis
from dlx.show.terminal.learning_curve import learning_curve as learning_curve
from dlx.show.terminal.lines import csv_table as csv_table
from dlx.show.terminal.lines import document as document
from dlx.show.terminal.lines import facts as facts
from dlx.show.terminal.lines import path as path
from dlx.show.terminal.lines import say as say
from dlx.show.terminal.lines import table as table
from dlx.show.terminal.overview import overview as overview
from dlx.show.terminal.progress import progress as progress
from dlx.show.terminal.recipe import recipe as recipe
from dlx.show.terminal.repair_progress import RepairProgress as RepairProgress
from dlx.show.terminal.study import failing as failing
from dlx.show.terminal.study import foretold as foretold
from dlx.show.terminal.study import study as study
from dlx.show.terminal.summary import summary as summary
from dlx.show.terminal.training_progress import TrainingProgress as TrainingProgress
from dlx.show.terminal.tuning import tuning as tuning
from dlx.show.terminal.tuning import tuning_foretold as tuning_foretold
from dlx.show.terminal.tuning_progress import TuningProgress as TuningProgress
