"""``dlx export``: a trained network for other programs, or the records of runs for those that track experiments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Plugins
from dlx.runs.export import formats, tracking
from dlx.runs.files.latest import LATEST
from dlx.show import terminal
from dlx.spec import trust

Run = Annotated[
    str,
    typer.Argument(help="A run; for tensorboard, mlflow and csv also a directory of runs, a tag.", show_default=False),
]
To = Annotated[
    str,
    typer.Option(
        metavar="FORMAT",
        help="Of the network: onnx, pytorch or keras. Of what runs measured: csv, mlflow or tensorboard.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="Up to the ending, RUN/model_FORMAT if not given; for tensorboard a directory, where not in each run.",
    ),
]


def export(to: To, run: Run = LATEST, out: Out = None, plugin: Plugins = None, json: Json = False) -> None:
    """Write a trained network for ONNX, PyTorch or Keras, or what runs measured for TensorBoard, MLflow or a table.

    A network has its normalization inside. Of a directory of runs, or of a tag, what all of them measured is written.
    Without a run it is the newest one.
    """
    trust.load_named(plugin or ())
    is_tracked = to in tracking.TRACKERS
    files = tracking.track(run, to, out) if is_tracked else [str(path) for path in formats.export(run, to, out)]
    if json:
        terminal.document({"run": run, "format": to, "files": files})
    else:
        for file in files:
            terminal.path(file)
