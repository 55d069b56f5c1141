"""The names of the files and folders in a run directory; they live here only."""

from __future__ import annotations

SPECS = (".yaml", ".yml")  # what the name of a spec ends in

CONFIG = "config.yaml"
FACTS = "run.json"
METRICS = "metrics.csv"
LAYERS = "layers.csv"
CURVES = "curves.png"
BOUNDARY = "boundary.png"
TRAIL = "path.csv"
TRAIL_PICTURE = "path.png"
DIAGNOSIS = "diagnosis.json"
ERRORS = "diagnosis.png"
WORST = "worst.png"
REPORT = "report.html"
CALIBRATION = "calibration.json"
CALIBRATION_PICTURE = "calibration.png"
LEARNING_CURVE = "learning_curve.json"
LEARNING_CURVE_PICTURE = "learning_curve.png"
EVENTS = "events.tfevents"  # TensorBoard takes every file with tfevents in its name
MODEL = "model.npz"
REFIT = "refit.npz"
CHECKPOINT = "checkpoint"
MISTAKES = "mistakes.npz"
TRIALS = "trials"
PLAN = "plan.yaml"  # of many trainings
FOLDS = "folds.json"  # of a training in folds, whose directory is no run
ACT = "act.yaml"
CANDIDATE = "candidate.yaml"
DAMAGED = "damaged"  # below the trials, the run directories that could not be resumed
FILES = (
    *(CONFIG, FACTS, METRICS, LAYERS, CURVES, BOUNDARY, TRAIL, TRAIL_PICTURE, DIAGNOSIS, ERRORS, WORST, REPORT),
    *(CALIBRATION, CALIBRATION_PICTURE, LEARNING_CURVE, LEARNING_CURVE_PICTURE, MODEL, REFIT, MISTAKES),
    *(ACT, CANDIDATE, EVENTS),
)
ITS_CHECKPOINT = f"{CHECKPOINT}/manifest.json"
