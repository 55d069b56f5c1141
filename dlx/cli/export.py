"""``dlx export``: a trained network for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlx.cli.options import Json, Plugins, Run
from dlx.runs.export import formats
from dlx.show import terminal
from dlx.spec import trust

To = Annotated[str, typer.Option(metavar="FORMAT", help="onnx, pytorch or keras.", show_default=False)]
Out = Annotated[Path | None, typer.Option(metavar="PATH", help="Up to the ending; RUN/model_FORMAT if not given.")]


def export(run: Run, to: To, out: Out = None, plugin: Plugins = None, json: Json = False) -> None:
    """Write a trained network, its normalization inside, as an ONNX file or as a module for PyTorch or Keras."""
    trust.load_named(plugin or ())
    files = [str(path) for path in formats.export(run, to, out)]
    if json:
        terminal.document({"run": run, "format": to, "files": files})
    else:
        for file in files:
            terminal.path(file)
