"""Where a check gets its network from: a spec or a run, with real data, in float64."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlx.errors import DataError, UsageError
from dlx.events import Count
from dlx.gradcheck.check import entry_by_entry
from dlx.gradcheck.orders import Orders, orders_of
from dlx.gradcheck.places import too_large
from dlx.gradcheck.report import Report
from dlx.gradcheck.subject import CheckedCost, LandscapeSubject, Subject
from dlx.nn.gradcheck import EPSILON
from dlx.runs.files.directory import RunDirectory
from dlx.runs.reading.mistaken import refuse_as_spec
from dlx.runs.reading.references import means_run, open_run
from dlx.spec.loader import Resolved, load_spec
from dlx.spec.sections import Spec
from dlx.spec.trust import NamedBy
from dlx.text import option
from dlx.training import threads
from dlx.training.build import build
from dlx.training.experiment import Experiment
from dlx.training.fit import take_steps
from dlx.training.minimization import Minimization
from dlx.training.supervised import Supervised

EXAMPLES = 16
CHECKING_THREADS = 1  # a pass over so few examples is short, and there are thousands: two would wait for each other


@dataclass(frozen=True)
class CheckOptions:
    """How to check; ``seed`` chooses the examples and, of a large θ, what is looked at."""

    examples: int | None = None
    after: int | None = None
    epsilon: float = EPSILON
    dropout: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if not 1e-12 <= self.epsilon <= 1e-1:
            raise UsageError(f"{option('epsilon')}: expected 1e-12 to 0.1, got {self.epsilon:g}")


def check_file(path: Path, overrides: Sequence[str], options: CheckOptions) -> Generator[Count, None, Report]:
    """Check the network of a spec, or of a run, which is then checked at its trained parameters too.

    Raises:
        CheckFailed: the cost is not finite.
        UsageError: an option asks for what there is not.
    """
    resolved, run = _resolved(path, overrides)
    return (yield from check_spec(resolved, options, run))


def check_spec(
    resolved: Resolved, options: CheckOptions, run: RunDirectory | None = None
) -> Generator[Count, None, Report]:
    """The same of a spec, and of the run that was trained from it; raises as `check_file`."""
    experiment = experiment_in_double(resolved, options)
    subject = _subject(experiment, options)
    points = []
    for when in _places(experiment, run, options):
        threads.limit(CHECKING_THREADS)
        rng = np.random.default_rng(options.seed)
        points.append((yield from entry_by_entry(subject, when, options.epsilon, rng)))
    return Report(experiment.spec.name, options.epsilon, subject.examples, tuple(points), too_large(subject))


def orders_of_file(path: Path, overrides: Sequence[str], options: CheckOptions) -> Orders:
    """How the differences of the same network's cost at its initialization depend on ε."""
    subject = _subject(experiment_in_double(_resolved(path, overrides)[0], options), options)
    threads.limit(CHECKING_THREADS)
    return orders_of(subject, np.random.default_rng(options.seed))


def _resolved(path: Path, overrides: Sequence[str]) -> tuple[Resolved, RunDirectory | None]:
    """The spec of a file, or of a run, and that run."""
    run = open_run(str(path)) if means_run(path) else None
    if run is None:
        refuse_as_spec(path, "gradcheck")
    named_by = NamedBy.FILE if run else NamedBy.USER
    return load_spec(run.config if run else path, overrides, named_by=named_by), run


def experiment_in_double(resolved: Resolved, options: CheckOptions) -> Supervised | Minimization:
    """The experiment of a spec as it is checked: in float64, at its initialization; raises as `build`."""
    spec = resolved.spec if options.dropout else _without_dropout(resolved.spec)
    return build(_in_double(spec), resolved.origins)


def _in_double(spec: Spec) -> Spec:
    """The same in float64, and an objective without its noise, of which its cost knows nothing."""
    objective = spec.objective and spec.objective.model_copy(update={"gradient_noise": 0.0})
    return spec.model_copy(update={"dtype": "float64", "objective": objective})


def _without_dropout(spec: Spec) -> Spec:
    hidden = tuple(layer.model_copy(update={"keep_prob": 1.0}) for layer in spec.architecture.hidden)
    return spec.model_copy(update={"architecture": spec.architecture.model_copy(update={"hidden": hidden})})


def _subject(experiment: Supervised | Minimization, options: CheckOptions) -> CheckedCost:
    """What is checked; raises `UsageError` where an option asks for what there is not."""
    subject: CheckedCost
    if isinstance(experiment, Supervised):
        subject = batch_subject(experiment, options)
    else:
        subject = _on_landscape(experiment, options)
    steps = experiment.spec.training.epochs * experiment.steps_per_epoch
    if options.after is not None and not 1 <= options.after <= steps:
        raise UsageError(
            f"{option('after')}: expected 1 to {steps:,}, the steps of the whole training, got {options.after}"
        )
    return subject


def _on_landscape(experiment: Minimization, options: CheckOptions) -> LandscapeSubject:
    if options.examples is not None:
        raise UsageError(f"{option('examples')}: an objective has none")
    return LandscapeSubject(experiment.landscape)


def batch_subject(experiment: Supervised, options: CheckOptions) -> Subject:
    """The network on its batch and with its masks; training draws from its streams as if there were no check."""
    train, streams = experiment.train, experiment.streams
    if options.examples is not None and not 1 <= options.examples <= train.m:
        raise UsageError(
            f"{option('examples')}: expected 1 to {train.m:,}, the examples of train, got {options.examples}"
        )
    states = {purpose: streams.state(purpose) for purpose in ("augmentation", "dropout")}
    size = min(EXAMPLES, train.m) if options.examples is None else options.examples
    X, Y = train.buffers(size)
    train.fill(np.sort(np.random.default_rng(options.seed).choice(train.m, size, replace=False)), X, Y)
    subject = Subject(experiment.network, X, Y, sizes=_batch_sizes(experiment))
    for purpose, state in states.items():
        streams.set_state(purpose, state)
    return subject


def _batch_sizes(experiment: Supervised) -> list[int]:
    """Those of training: that of the spec, and that of the last batch of an epoch where it is shorter."""
    m, size = experiment.train.m, min(experiment.batch_size, experiment.train.m)
    return [size, m % size] if m % size else [size]


def _threads_of_training(experiment: Experiment) -> int:
    count, weights = experiment.spec.training.threads, experiment.parameters.weights.size
    return threads.decide(weights, experiment.batch_size) if count == "auto" else count


def _places(experiment: Experiment, run: RunDirectory | None, options: CheckOptions) -> Iterator[str]:
    """Put θ where it is to be checked, one after the other, and say where that is."""
    yield "initialization"
    if options.after is not None:
        threads.limit(_threads_of_training(experiment))  # so θ is that of training to the last bit
        take_steps(experiment, options.after)
        yield f"after {options.after:,} step{'s' * (options.after > 1)}"
    if run is not None:
        _load(experiment, run)
        yield "trained"


def _load(experiment: Experiment, run: RunDirectory) -> None:
    arrays, _ = run.model()
    for name, view in experiment.parameters.items():
        if name not in arrays or arrays[name].shape != view.shape:
            raise DataError(f"{run.path}: its trained {name} does not fit the network of the spec with these overrides")
        view[...] = arrays[name]
