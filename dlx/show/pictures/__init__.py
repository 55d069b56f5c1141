"""Every picture, as the bytes of a PNG file; matplotlib is imported only when one is drawn."""

from dlx.show.late_names import late_names

late_names(
    __name__,
    {
        "activations": ("activations",),
        "averages": ("averages",),
        "boundaries": ("Panel", "boundaries"),
        "boundary": ("boundary",),
        "calibration": ("calibration",),
        "canvas": ("is_ours",),
        "curves": ("curves", "curves_figure"),
        "diagnosis": ("diagnosis",),
        "hyperparameter": ("hyperparameter",),
        "importance": ("importance",),
        "learning_curve": ("learning_curve",),
        "orders": ("orders",),
        "overlay": ("overlay",),
        "path": ("path",),
        "paths": ("DescentPath", "paths"),
        "range_test": ("range_test",),
        "settings": ("settings",),
        "sweep": ("sweep",),
        "worst": ("worst",),
    },
)
