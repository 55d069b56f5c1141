"""Export: a trained network for other programs, with the normalization of its inputs inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from dlx.errors import UsageError, allowed, remark
from dlx.files import unless_damaged
from dlx.runs.export import targets
from dlx.runs.export.frozen import Frozen, freeze
from dlx.runs.export.history import RunHistory
from dlx.runs.export.proof import proven
from dlx.runs.export.target import Target
from dlx.runs.export.tracking import TRACKERS
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import MODEL
from dlx.runs.files.manifest import write_output
from dlx.runs.predictions.predict import model_of
from dlx.runs.reading.references import open_run
from dlx.text import option
from dlx.training.model import Model

for module in iter_modules(targets.__path__, f"{targets.__name__}."):
    import_module(module.name)
TARGETS = {target.name: target for target in sorted(Target.registered, key=lambda target: target.rank)}


def export(run: str, to: str, out: Path | None = None) -> list[Path]:
    """Write the trained network of a run in another format; returns the files.

    The network takes rows as the data have them (categories one-hot, as the export lists its features; dates as days
    since 1970-01-01; NaN for what is missing, where the training imputed), float32, or float64 where a column's numbers
    need it, and gives what ``dlx predict`` gives: a probability for each class, or the values of a regression.
    Transforms of columns and indicators of missing values are in it. A norm that is frozen to a scale and a shift of
    each unit, as batch norm is, goes into the layer before it: W′ = γ/√(σ² + ε)·W.

    Args:
        run: a run directory.
        to: the name of a target, such as onnx (which needs the extra ``onnx``).
        out: the files' path up to their endings; ``model_TO`` in the run directory unless given.

    Raises:
        UsageError: there is no such format, it cannot hold this network, or its arithmetic on rows of train gives
            anything else than ``dlx predict``.
    """
    if to not in TARGETS:
        raise UsageError(f"{option('to', to)}: there is no such format {allowed(to, [*TARGETS, *TRACKERS])}")
    directory = open_run(run)
    base = out or directory.path / f"model_{to}"
    model = model_of(run)
    network = proven(_candidates(model), model, directory)
    files = TARGETS[to].files(replace(network, measured=_measured(directory, model)), base.name)
    if model.threshold != 0.5:
        what = f"the threshold of {model.threshold:.4g} for class {model.facts['classes'][1]} is not in it"
        remark(f"the export gives probabilities: {what}")
    paths = {base.with_name(f"{base.name}{ending}"): content for ending, content in files.items()}
    for path, content in paths.items():
        if out is None:
            directory.write_unlocked(path.name, content)
        else:
            write_output("out", path, content, is_ours)
    return list(paths)


def _candidates(model: Model) -> list[Frozen]:
    """The network in the types that it may be exported in, the smallest first: float64 as trained in that only.

    Raises:
        UsageError: it can be frozen in none of them.
    """
    candidates, refusals = list[Frozen](), list[UsageError]()
    types = dict.fromkeys([(False, "float32"), (True, "float32"), (True, model.facts["dtype"])])
    for is_exact, layer_type in types:
        try:
            candidates.append(freeze(model, is_exact, layer_type))
        except UsageError as refusal:
            refusals.append(refusal)
    if not candidates:
        raise refusals[-1]
    return candidates


def _measured(run: RunDirectory, model: Model) -> Mapping[str, float]:
    """What is known of the network that predicts; of one that was trained again on all examples there is nothing.

    A temperature, which `dlx calibrate` may have set since, changes costs, but no errors.
    """
    if run.predicting_model != MODEL:
        return {}
    figures = unless_damaged(lambda: RunHistory.of(run).final_figures, {})
    return figures if model.temperature == 1 else {name: figures[name] for name in figures if name.endswith("_error")}


def is_ours(content: bytes) -> bool:
    """Whether a file is an export that was made here."""
    return any(sign in content[:400] for target in TARGETS.values() for sign in target.signs)
