"""Many trainings in Python: searches of hyperparameters, studies of variants, and folds, as the commands do them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx.api.plans import plan_tree
from dlx.api.signatures import Data, PathLike, SpecLike, Target, of_plan, with_settings
from dlx.api.specs import as_path, resolved_spec
from dlx.documents.folds import FoldsDocument
from dlx.documents.study import StudyDocument
from dlx.documents.tuning import TuningDocument
from dlx.errors import UsageError
from dlx.events import finish
from dlx.search.folds.directory import new_folds, resumed_folds
from dlx.search.study.check import check
from dlx.search.study.file import load_study
from dlx.search.study.training import new_study, resumed_study, studied
from dlx.search.tune.file import load_tune
from dlx.search.tune.search import new_search, resumed_search, searched
from dlx.search.tune.tuner import Tuning
from dlx.show.terminal import CountProgress, TuningProgress
from dlx.show.terminal.notebook import displayed
from dlx.spec.trust import NamedBy


@with_settings(of_plan)
def tune(
    plan: SpecLike | None = None,
    data: Data = None,
    *,
    target: Target = None,
    resume: PathLike | None = None,
    out: PathLike | None = None,
    workers: int = 1,
    cluster: str | None = None,
    budget: str | float | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> TuningDocument:
    """Search hyperparameters; the best settings are trained again. Returns the document ``tune.json``.

    In it ``best`` is the setting that was best when trained again, ``best_spec`` its file, ``trials`` are all of them.

    Args:
        plan: the path of a YAML file, or what would stand in it: ``{"base": a spec, "search": {"trials": 20, "space":
            {"optimizer.learning_rate": {"log_uniform": [1e-4, 0.1]}}}}``.
        data, target: of the base, as for `dlx.train`.
        resume: the directory of a search to go on with, or ``latest``, in place of a plan.
        out: the directory, in place of ``runs/NAME/TIME-ID``.
        workers, cluster: processes that train at a time, or the Dask scheduler whose workers do.
        budget: how long it may take, in seconds or as ``10m``.
        progress: whether to show it; if not said, in notebooks.
        settings: other values, such as ``**{"search.trials": 10, "base.training.epochs": 5}``.

    Raises:
        SpecError: the plan or its base has faults, all of which are named.
        Interrupted: Ctrl-C; ``resume`` goes on.
    """
    how: dict[str, Any] = {"workers": workers, "cluster": cluster, "budget": budget}
    if _goes_on(plan, data, out, resume, settings):
        with resumed_search(str(resume), **how) as tuning:
            return _searched(tuning, progress)
    with plan_tree(plan, data, target, settings) as (tree, overrides):
        read = load_tune(tree, overrides, named_by=NamedBy.USER)
        with new_search(*read, out=as_path(out), **how) as tuning:
            return _searched(tuning, progress)


@with_settings(of_plan)
def study(
    plan: SpecLike | None = None,
    data: Data = None,
    *,
    target: Target = None,
    resume: PathLike | None = None,
    out: PathLike | None = None,
    workers: int = 1,
    cluster: str | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> StudyDocument:
    """Train variants of a spec with several seeds, lay them over each other and check what is claimed of them.

    Returns the document ``study.json``: ``variants`` with their errors, 95 % intervals and differences from the first,
    ``claims`` with ``holds``.

    Args:
        plan: the path of a YAML file, or what would stand in it: ``{"base": a spec, "seeds": 5, "variants": {"adam":
            {"optimizer": "adam"}, "momentum": {"optimizer": "momentum"}}, "expect": ["adam.dev_error < 0.05"]}``.
        data, target, resume, out, workers, cluster, progress, settings: as for `tune`.

    Raises:
        SpecError: the plan, its base, a variant or a claim has faults; the error names all of them.
        DataError: the data cannot be read or learned from.
        Interrupted: Ctrl-C; ``resume`` goes on.
    """
    with displayed(CountProgress("trainings"), progress) as display:
        if _goes_on(plan, data, out, resume, settings):
            with resumed_study(str(resume), workers=workers, cluster=cluster) as run:
                return studied(run, display.update)[0]
        with plan_tree(plan, data, target, settings) as (tree, overrides):
            read = load_study(tree, overrides, named_by=NamedBy.USER)
            check(read)
            with new_study(read, out=as_path(out), workers=workers, cluster=cluster) as run:
                return studied(run, display.update)[0]


@with_settings(of_plan)
def folds(
    spec: SpecLike | None = None,
    data: Data = None,
    *,
    target: Target = None,
    resume: PathLike | None = None,
    out: PathLike | None = None,
    workers: int = 1,
    progress: bool | None = None,
    **settings: Any,
) -> FoldsDocument:
    """Train once for each fold of a spec with ``data.folds``, so that every example is judged by a network without it.

    Returns the document ``folds.json``: errors, their 95 % intervals and the verdict over all examples. Arguments and
    errors are those of `dlx.train`; ``workers`` processes train at a time, and ``resume``, in place of a spec, is the
    directory of trainings to go on with. ``status`` says whether a fold failed or diverged.
    """
    with displayed(CountProgress("folds"), progress) as display:
        if _goes_on(spec, data, out, resume, settings, "spec"):
            with resumed_folds(str(resume), workers=workers) as run:
                return finish(run.run(), display.update)
        assert spec is not None
        with resolved_spec(spec, data, target, settings) as stated:
            if not stated.resolved.spec.is_in_folds:
                raise UsageError("the spec has no folds: state data.folds, such as **{'data.folds': 5}")
            with new_folds(stated.resolved, out=as_path(out), workers=workers) as run:
                return finish(run.run(), display.update)


def _searched(tuning: Tuning, progress: bool | None) -> TuningDocument:
    view = TuningProgress(tuning.task, tuning.search.trials, tuning.search.objective)
    with displayed(view, progress) as display:
        return searched(tuning, display.update)[0]


def _goes_on(
    plan: object, data: object, out: object, resume: object, settings: Mapping[str, Any], what: str = "plan"
) -> bool:
    """Whether something is gone on with, as it was begun; raises `UsageError` where both or neither is asked for."""
    if (plan is None) == (resume is None):
        raise UsageError(f"give a {what}, or resume=DIR")
    if resume is not None and (settings or data is not None or out is not None):
        raise UsageError("resume goes on as it was begun: it takes no data, settings or out")
    return resume is not None
