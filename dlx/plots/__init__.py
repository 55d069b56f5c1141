"""Every picture, as the bytes of a PNG file; matplotlib is imported only when one is drawn."""

from dlx.plots.activations import activations
from dlx.plots.averages import averages
from dlx.plots.boundaries import Panel, boundaries
from dlx.plots.boundary import boundary
from dlx.plots.canvas import is_ours
from dlx.plots.curves import curves
from dlx.plots.diagnosis import diagnosis
from dlx.plots.groups import Group
from dlx.plots.hyperparameter import hyperparameter
from dlx.plots.importance import importance
from dlx.plots.learning_curve import learning_curve
from dlx.plots.orders import orders
from dlx.plots.overlay import overlay
from dlx.plots.settings import settings
from dlx.plots.sweep import sweep
from dlx.plots.trail import trail
from dlx.plots.trails import Way, trails
from dlx.plots.worst import worst

__all__ = [
    "Group",
    "Panel",
    "Way",
    "activations",
    "averages",
    "boundaries",
    "boundary",
    "curves",
    "diagnosis",
    "hyperparameter",
    "importance",
    "is_ours",
    "learning_curve",
    "orders",
    "overlay",
    "settings",
    "sweep",
    "trail",
    "trails",
    "worst",
]
