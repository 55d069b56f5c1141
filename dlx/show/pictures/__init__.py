"""Every picture, as the bytes of a PNG file; matplotlib is imported only when one is drawn."""

from dlx.show.pictures.activations import activations
from dlx.show.pictures.averages import averages
from dlx.show.pictures.boundaries import Panel, boundaries
from dlx.show.pictures.boundary import boundary
from dlx.show.pictures.canvas import is_ours
from dlx.show.pictures.curves import curves
from dlx.show.pictures.diagnosis import diagnosis
from dlx.show.pictures.hyperparameter import hyperparameter
from dlx.show.pictures.importance import importance
from dlx.show.pictures.learning_curve import learning_curve
from dlx.show.pictures.orders import orders
from dlx.show.pictures.overlay import overlay
from dlx.show.pictures.path import path
from dlx.show.pictures.paths import DescentPath, paths
from dlx.show.pictures.settings import settings
from dlx.show.pictures.sweep import sweep
from dlx.show.pictures.worst import worst

__all__ = [
    "DescentPath",
    "Panel",
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
    "path",
    "paths",
    "settings",
    "sweep",
    "worst",
]
