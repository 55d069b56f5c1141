"""The pairs of settings in a spec that exclude each other, each with the key that is at fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from dlx.nn.norms.norm import Norm
from dlx.spec.sections import DRAWN_ONCE, OF_BATCHES, OF_NETWORKS, LayerSection, Spec, norms_of
from dlx.spec.tree import KeyPath, dotted
from dlx.words import PARTS


@dataclass(frozen=True)
class Contradiction:
    """``key`` cannot stand together with what ``other`` says."""

    key: KeyPath
    other: KeyPath
    what: str


def contradictions(spec: Spec) -> list[Contradiction]:
    """Every contradiction in a spec; what only the data can tell is left to those who load them."""
    return [contradiction for check in _CHECKS for contradiction in check(spec)]


def _sources(spec: Spec) -> Iterator[Contradiction]:
    data = spec.data
    if spec.objective is not None:
        return
    if "data" not in spec.model_fields_set:
        yield Contradiction(("data",), ("objective",), "is missing: give it, or an objective to minimize in its place")
        return
    parts = [part for part in PARTS if getattr(data, part) is not None]
    if data.source is None and data.train is None:
        yield Contradiction(("data",), ("data",), "gives no examples: set source, or train (and dev, test)")
    if data.source is not None:
        for part in parts:
            what = "source already gives the examples: set source and split, or a source for each part"
            yield Contradiction(("data", part), ("data", "source"), what)


def _objective(spec: Spec) -> Iterator[Contradiction]:
    """What is given beside an objective, and says something about a network or its examples."""
    objective, fields = spec.objective, spec.model_fields_set
    if objective is None:
        return
    key: KeyPath = ("objective",)
    for section in (name for name in OF_NETWORKS if name in fields):
        yield Contradiction((section,), key, "an objective stands in place of data and network: leave one of them out")
    for option in (name for name in OF_BATCHES if name in spec.training.model_fields_set):
        if getattr(spec.training, option):
            what = "an objective has no examples: each of its epochs is one step"
            yield Contradiction(("training", option), key, what)
    for stream in spec.randomness.model_fields_set - {"generator", "gradient_noise"}:
        if getattr(spec.randomness, stream):
            yield Contradiction(("randomness", stream), key, "an objective draws nothing but its gradient noise")
    start, n = objective.start, objective.dimension()
    if isinstance(start, tuple) and len(start) != n:
        variables = f"{n:,} variable{'s' * (n > 1)}"
        what = f"{len(start):,} number{'s' * (len(start) != 1)}, but {objective.name} is of {variables} here"
        yield Contradiction((*key, "start"), key, what)
    largest = float(np.finfo(spec.dtype).max)
    for option, value in objective.model_dump().items():
        numbers = [number for number in (value if isinstance(value, tuple) else [value]) if isinstance(number, float)]
        if beyond := [number for number in numbers if abs(number) > largest]:
            what = f"{beyond[0]:g} is infinite to {spec.dtype}: set at most {largest:.2g}"
            yield Contradiction((*key, option), ("dtype",), what)


def _split(spec: Spec) -> Iterator[Contradiction]:
    key, split = ("data", "split"), spec.data.split
    if split is None:
        return
    total = split.train + split.dev + split.test
    kinds = {type(share) for share in (split.train, split.dev, split.test, split.train_dev) if share}
    if len(kinds) > 1:
        yield Contradiction(key, key, "fractions (0.8) and counts (800) stand side by side: use one kind")
    elif float in kinds and abs(total - 1) > 1e-9:
        yield Contradiction(key, key, f"the fractions of train, dev and test add up to {total:.12g}, not to 1")
    elif split.train_dev >= split.train:
        yield Contradiction((*key, "train_dev"), key, f"taken out of train's {split.train}, it leaves nothing")


def _folds(spec: Spec) -> Iterator[Contradiction]:
    """What folds need, and what groups and times exclude."""
    data, key = spec.data, ("data", "folds")
    split = data.split
    if data.folds is None and data.fold is not None:
        yield Contradiction(("data", "fold"), key, "which of the folds? there are none: set data.folds")
    if data.folds is not None and (data.source is None or data.test is not None):
        what = (
            "each fold is test once: set source, and no test"
            if data.source
            else "one source is cut into folds: set source"
        )
        yield Contradiction(key, ("data", "source"), what)
    if data.folds is not None and (data.fold or 1) > data.folds:
        yield Contradiction(("data", "fold"), key, f"there are {data.folds} folds, from 1 to {data.folds}")
    if data.folds is not None and spec.training.refit:
        what = "folds keep no network that predicts: training.refit=false, and train once more with data.folds=null"
        yield Contradiction(("training", "refit"), key, what)
    if split is None:
        return
    time: KeyPath = ("data", "split", "time")
    if split.time is not None and data.folds is not None:
        yield Contradiction(time, key, "a fold would be trained on what comes after it: leave one of the two out")
    for other in ("group", "duplicates"):
        if split.time is not None and getattr(split, other) is not None:
            what = f"what `{other}` keeps together may lie at several times: leave one of the two out"
            yield Contradiction(time, ("data", "split", other), what)


def _early_stopping(spec: Spec) -> Iterator[Contradiction]:
    data = spec.data
    in_split = data.split is not None and data.split.dev == 0
    if spec.training.early_stopping and (in_split or (data.train is not None and data.dev is None)):
        missing = "data.split.dev" if in_split else "data.dev"
        what = f"it watches the dev set, and there is none: set {missing}"
        yield Contradiction(("training", "early_stopping"), ("data", "dev"), what)


def _refit(spec: Spec) -> Iterator[Contradiction]:
    if spec.training.refit and spec.data.train_examples is not None:
        what = "it trains on all examples, and train_examples leaves some out: leave one of the two out"
        yield Contradiction(("training", "refit"), ("data", "train_examples"), what)


def _norms(spec: Spec) -> Iterator[Contradiction]:
    architecture, size = spec.architecture, spec.training.batch_size
    if not architecture.hidden:
        for key in norms_of(architecture):
            what = "there is no hidden layer to normalize"
            yield Contradiction(("architecture", key), ("architecture", "hidden"), what)
    of_batch = None
    for index, layer in enumerate(architecture.hidden):
        norms = architecture.norms_before(layer)
        for key, norm in norms.items():
            yield from _norm(norm, layer, ("architecture", "hidden", index), ("architecture", key))
            of_batch = norm if size != "full" and size < norm.least_batch else of_batch
        yield from _two_norms(list(norms), layer, index)
    if of_batch is not None:
        what = f"{of_batch.title} needs at least {of_batch.least_batch} examples in a batch: the variance of one is 0"
        yield Contradiction(("training", "batch_size"), ("architecture",), what)


def _norm(norm: Norm, layer: LayerSection, here: KeyPath, key: KeyPath) -> Iterator[Contradiction]:
    """What a norm does not bear in its layer."""
    if layer.bias and norm.replaces_bias:
        what = f"{norm.title} subtracts the mean, and any b with it, so that its gradient is 0: leave bias out"
        yield Contradiction((*here, "bias"), key, what)
    if layer.units < norm.least_units:
        what = f"{norm.title} needs at least {norm.least_units} units: the variance of one is 0"
        yield Contradiction((*here, "units"), key, what)


def _two_norms(keys: list[str], layer: LayerSection, index: int) -> Iterator[Contradiction]:
    """More than one norm in a layer; where `architecture` has them it is told once."""
    stated = [key for key in keys if getattr(layer, key)]
    if len(keys) > 1 and (stated or index == 0):
        key: KeyPath = ("architecture", "hidden", index, stated[-1]) if stated else ("architecture", keys[-1])
        others = " and ".join(f"`{other}`" for other in keys if other != key[-1])
        what = f"there is {others} in the same layer: a layer has one norm at most, so set one of them to false"
        yield Contradiction(key, ("architecture",), what)


def _epsilon(spec: Spec) -> Iterator[Contradiction]:
    """ε keeps a division finite; one that the type cannot hold is 0."""
    least = {"float32": 1e-37, "float64": 1e-307}[spec.dtype]
    sections: list[tuple[KeyPath, object]] = [(("optimizer",), spec.optimizer)]
    sections += [(("architecture", key), norm) for key, norm in norms_of(spec.architecture).items()]
    for index, layer in enumerate(spec.architecture.hidden):
        sections += [(("architecture", "hidden", index, key), norm) for key, norm in norms_of(layer).items()]
    for key, section in sections:
        epsilon = getattr(section, "epsilon", None)
        if epsilon is not None and epsilon < least:
            what = f"{epsilon:g} is nothing to {spec.dtype}: set at least {least:g}"
            yield Contradiction((*key, "epsilon"), ("dtype",), what)


def _loss_options(spec: Spec) -> Iterator[Contradiction]:
    """A limit that the type cannot hold is 0, and nothing is learned, or infinite."""
    least, most = {"float32": (1e-37, 1e37), "float64": (1e-307, 1e307)}[spec.dtype]
    delta = getattr(spec.loss, "delta", None)
    if isinstance(delta, float) and not least <= delta <= most:
        what = f"{delta:g} is nothing, or infinite, to {spec.dtype}: set from {least:g} to {most:g}"
        yield Contradiction(("loss", "delta"), ("dtype",), what)


def _dropout(spec: Spec) -> Iterator[Contradiction]:
    hidden, keep_probs = spec.architecture.hidden, spec.regularization.keep_prob
    key: KeyPath = ("regularization", "keep_prob")
    if not hidden and keep_probs not in (1, ()):
        yield Contradiction(key, ("architecture", "hidden"), "there is no hidden layer to drop units from")
    elif isinstance(keep_probs, tuple) and len(keep_probs) != len(hidden):
        what = f"expected one number, or one for each of the {len(hidden)} hidden layers, got {len(keep_probs)}"
        yield Contradiction(key, ("architecture", "hidden"), what)
    elif isinstance(keep_probs, tuple):
        for index, (layer, keep_prob) in enumerate(zip(hidden, keep_probs, strict=True)):
            if layer.keep_prob not in (None, keep_prob):
                what = f"{layer.keep_prob} here, but {keep_prob} in {dotted(key)}: set one of the two"
                yield Contradiction(("architecture", "hidden", index, "keep_prob"), key, what)


def _loss(spec: Spec) -> Iterator[Contradiction]:
    loss, scaling = spec.loss, spec.data.normalize_targets
    if loss is not None and loss.has_log_link and scaling not in (None, "none"):
        what = f"the loss {loss.name} learns targets as they are: set it to none, or take another loss"
        yield Contradiction(("data", "normalize_targets"), ("loss",), what)


def _randomness(spec: Spec) -> Iterator[Contradiction]:
    for name in DRAWN_ONCE:
        stream = getattr(spec.randomness, name)
        if stream is not None and stream.reseed is not None:
            key: KeyPath = ("randomness", name, "reseed")
            yield Contradiction(key, key, f"the {name} is drawn once: there is nothing to restart")


_CHECKS: tuple[Callable[[Spec], Iterator[Contradiction]], ...] = (
    _sources,
    _objective,
    _split,
    _folds,
    _early_stopping,
    _refit,
    _norms,
    _epsilon,
    _loss_options,
    _dropout,
    _loss,
    _randomness,
)
