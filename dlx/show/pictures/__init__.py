"""Every picture, as the bytes of a PNG file; matplotlib is imported only when one is drawn."""

from dlx.show.pictures.activations import activations as activations
from dlx.show.pictures.averages import averages as averages
from dlx.show.pictures.boundaries import Panel as Panel
from dlx.show.pictures.boundaries import boundaries as boundaries
from dlx.show.pictures.boundary import boundary as boundary
from dlx.show.pictures.calibration import calibration as calibration
from dlx.show.pictures.canvas import is_ours as is_ours
from dlx.show.pictures.curves import curves as curves
from dlx.show.pictures.curves import curves_figure as curves_figure
from dlx.show.pictures.diagnosis import diagnosis as diagnosis
from dlx.show.pictures.hyperparameter import hyperparameter as hyperparameter
from dlx.show.pictures.importance import importance as importance
from dlx.show.pictures.learning_curve import learning_curve as learning_curve
from dlx.show.pictures.orders import orders as orders
from dlx.show.pictures.overlay import overlay as overlay
from dlx.show.pictures.path import path as path
from dlx.show.pictures.paths import DescentPath as DescentPath
from dlx.show.pictures.paths import paths as paths
from dlx.show.pictures.range_test import range_test as range_test
from dlx.show.pictures.settings import settings as settings
from dlx.show.pictures.sweep import sweep as sweep
from dlx.show.pictures.worst import worst as worst
