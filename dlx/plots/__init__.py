"""Every picture, as the bytes of a PNG file; matplotlib is imported only when one is drawn."""

from dlx.plots.averages import averages
from dlx.plots.boundary import boundary
from dlx.plots.canvas import is_ours
from dlx.plots.curves import curves
from dlx.plots.diagnosis import diagnosis
from dlx.plots.groups import Group
from dlx.plots.learning_curve import learning_curve
from dlx.plots.orders import orders
from dlx.plots.overlay import overlay
from dlx.plots.worst import worst

__all__ = [
    "Group",
    "averages",
    "boundary",
    "curves",
    "diagnosis",
    "is_ours",
    "learning_curve",
    "orders",
    "overlay",
    "worst",
]
