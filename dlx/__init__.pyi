from dlx.api.run import Run as Run
from dlx.api.training import fit as fit
from dlx.api.training import train as train
from dlx.errors import DlxError as DlxError

__all__ = ["DlxError", "Run", "__version__", "fit", "train"]
__version__: str
