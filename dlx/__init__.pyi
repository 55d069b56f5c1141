from dlx.api.checks import gradcheck as gradcheck
from dlx.api.collection import compare as compare
from dlx.api.collection import runs as runs
from dlx.api.objectives import minimize as minimize
from dlx.api.run import Run as Run
from dlx.api.searches import folds as folds
from dlx.api.searches import study as study
from dlx.api.searches import tune as tune
from dlx.api.starters import new as new
from dlx.api.training import fit as fit
from dlx.api.training import train as train
from dlx.errors import CheckFailed as CheckFailed
from dlx.errors import DataError as DataError
from dlx.errors import Diverged as Diverged
from dlx.errors import DlxError as DlxError
from dlx.errors import EnvironmentProblem as EnvironmentProblem
from dlx.errors import Interrupted as Interrupted
from dlx.errors import Remark as Remark
from dlx.errors import SpecError as SpecError
from dlx.errors import UsageError as UsageError

__all__ = [
    "CheckFailed",
    "DataError",
    "Diverged",
    "DlxError",
    "EnvironmentProblem",
    "Interrupted",
    "Remark",
    "Run",
    "SpecError",
    "UsageError",
    "__version__",
    "compare",
    "fit",
    "folds",
    "gradcheck",
    "minimize",
    "new",
    "runs",
    "study",
    "train",
    "tune",
]
__version__: str
