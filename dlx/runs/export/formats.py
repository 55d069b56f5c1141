"""Export: a trained network for other programs, with the normalization of its inputs inside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dlx.errors import UsageError, allowed
from dlx.runs.export.frozen import freeze
from dlx.runs.export.keras_code import keras_code
from dlx.runs.export.onnx_file import onnx_file
from dlx.runs.export.pytorch_code import pytorch_code
from dlx.runs.manifest import write_output
from dlx.runs.predict import model_of
from dlx.runs.references import open_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from dlx.runs.export.frozen import Frozen

# Each takes the network and the name of its files; gives the files by what their names end in.
FORMATS: dict[str, Callable[[Frozen, str], dict[str, bytes]]] = {
    "onnx": onnx_file,
    "pytorch": pytorch_code,
    "keras": keras_code,
}

# What its files have near their beginnings: of a module, of a model, and of the weights beside a module.
SIGNS = (b": a network trained by dlx (", b"\x12\x03dlx", b"shift.npy")


def export(run: str, to: str, out: Path | None = None) -> list[Path]:
    """Write the trained network of a run in another format; returns the files.

    The network takes rows as the data have them (categories one-hot, as the run lists its features), float32, and
    gives what ``dlx predict`` gives: a probability for each class, or the values of a regression. Batch norm is folded
    into the layer before it, W′ = γ/√(σ² + ε)·W, as its statistics are frozen.

    Args:
        run: a run directory.
        to: onnx (one file; needs the extra ``onnx``), or pytorch or keras (a readable module and its weights).
        out: the files' path up to their endings; ``model_TO`` in the run directory unless given.

    Raises:
        UsageError: there is no such format, or it lacks one of the network's activations.
    """
    if to not in FORMATS:
        raise UsageError(f"--to {to}: there is no such format {allowed(to, list(FORMATS))}")
    directory = open_run(run)
    base = out or directory.path / f"model_{to}"
    files = FORMATS[to](freeze(model_of(run)), base.name)
    paths = {base.with_name(f"{base.name}{ending}"): content for ending, content in files.items()}
    for path, content in paths.items():
        if out is None:
            directory.write_unlocked(path.name, content)
        else:
            write_output("--out", path, content, is_ours)
    return list(paths)


def is_ours(content: bytes) -> bool:
    """Whether a file is an export that was made here."""
    return any(sign in content[:400] for sign in SIGNS)
