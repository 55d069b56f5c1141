"""What is wrong with a study as far as only its data tell, before anything is trained; and what it would take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dlx.errors import DataError, SpecError
from dlx.runs.before.dry_run import forecast_of
from dlx.search.study.claim_check import check_against_data
from dlx.search.study.claim_parser import ClaimError
from dlx.search.study.file import Study, Variant, misclaimed
from dlx.search.trials.shared_data import shared_dataset
from dlx.spec.tree import dotted
from dlx.training.build import build
from dlx.training.minimization import Minimization
from dlx.training.supervised import Supervised

FORETOLD = ("parameters", "steps", "first_cost", "predicted_seconds", "predicted_bytes")


def check(study: Study) -> None:
    """Build every variant, and ask the claims what they need.

    Raises:
        SpecError: a variant asks for what its data do not offer, or a claim does; with every problem.
        DataError: the data of a variant cannot be read or do not fit.
    """
    experiments, problems = {}, []
    for variant in study.variants:
        try:
            experiments[variant.name] = _built(variant)
        except SpecError as error:
            problems += [
                replace(problem, key=dotted(("variants", variant.name, problem.key))) for problem in error.problems
            ]
    if problems:
        raise SpecError(problems)
    for number, expected in enumerate(study.claims):
        try:
            check_against_data(expected.claim, experiments)
        except ClaimError as error:
            problems.append(misclaimed(study.plan, error, number))
    if problems:
        raise SpecError(problems)


def _built(variant: Variant) -> Supervised | Minimization:
    try:
        return build(
            variant.spec, variant.resolved.origins, initialize=False, dataset=shared_dataset(variant.spec.dump())
        )
    except DataError as error:
        raise DataError(f"{variant.name}: {error}") from None


def foretold(study: Study) -> dict[str, Any]:
    """What a study would take: of each variant its size, its steps and the seconds of one training."""
    seeds = study.repetitions
    variants = []
    for variant in study.variants:
        forecast = forecast_of(variant.resolved, shared_dataset(variant.spec.dump()))
        variants.append({"name": variant.name, **{key: forecast[key] for key in FORETOLD}})
    return {
        "name": study.plan.name,
        "seeds": seeds,
        "trainings": len(variants) * seeds,
        "claims": len(study.claims),
        "predicted_seconds": seeds * sum(entry["predicted_seconds"] for entry in variants),
        "variants": variants,
    }
