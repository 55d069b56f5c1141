"""What stands in a file for ``dlx tune`` under ``search``: how is searched, and the ranges of the hyperparameters."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from dlx.component import Options
from dlx.search.tune.methods import METHODS
from dlx.spec.quantities import RowQuantity
from dlx.spec.sections import Count, Seed
from dlx.spec.short_forms import as_switch

Number = float | int
Ends = Annotated[tuple[Number, Number], Field(strict=False)]


class Range(Options):
    """The values that one hyperparameter may take: one scale, or a choice; of hidden layers, their number and size."""

    uniform: Ends | None = Field(None, description="[low, high], all values alike")
    log_uniform: Ends | None = Field(None, description="[low, high], as many draws in each power of ten")
    one_minus_log_uniform: Ends | None = Field(
        None, description="[low, high] near 1, as many draws of 1 − β in each power of ten"
    )
    choice: Annotated[tuple[Any, ...], Field(strict=False)] | None = Field(None, description="one of these")
    layers: Ends | None = Field(None, description="of architecture.hidden: how many layers, with `units`")
    units: Ends | None = Field(None, description="of architecture.hidden: units of each layer, on a log scale")
    integer: bool | None = Field(
        None, description="whole numbers only; follows from the spec where only these are allowed"
    )
    points: Annotated[int, Field(ge=2)] | None = Field(None, description="of a grid")

    @model_validator(mode="before")
    @classmethod
    def _has_a_scale(cls, value: Any) -> Any:
        """A list alone may be meant in both ways."""
        if isinstance(value, list | tuple):
            what = f"[{', '.join(map(str, value))}]"
            raise ValueError(f"expected a scale or a choice, such as {{log_uniform: {what}}} or {{choice: {what}}}")
        return value


class Halving(Options):
    """Successive halving (Jamieson & Talwalkar 2016): the weak trials of a round are stopped early.

    All settings of a round are trained for 1/reduction^rungs of their epochs, the best 1/reduction of them for
    reduction times as many, and so on; those that are left to the end.
    """

    reduction: Annotated[int, Field(ge=2, le=10)] = Field(2, description="one in so many goes on")
    rungs: Annotated[int, Field(ge=1, le=6)] = Field(2, description="how often the weak are stopped")


class Search(Options):
    """How hyperparameters are searched."""

    method: Literal[tuple(METHODS)] = Field(  # type: ignore[valid-type]
        "coarse_to_fine", description="how settings are chosen; tpe is Optuna's, from the extra optuna"
    )
    draw: Literal["random", "sobol"] = Field(
        "random", description="of random and coarse_to_fine: independent draws, or Sobol's evenly spread ones"
    )
    trials: Count = Field(64, description="settings that are tried in all")
    rounds: Annotated[int, Field(ge=2, le=10)] = Field(
        3, description="of coarse_to_fine: the first over all of the space, each later one closer"
    )
    seeds: Annotated[int, Field(ge=1, le=100)] = Field(1, description="trainings of each setting; their mean counts")
    seed: Seed = Field(1, description="of the draws")
    objective: RowQuantity = Field(
        "dev_error",
        description="what should be low, of the parameters that are kept: error or cost of dev or train, or a metric "
        "such as dev_f1, of which 1 − it is searched where it should be high; ties are decided by the cost",
    )
    halving: Annotated[Halving | None, as_switch(Halving | bool | None)] = Field(
        Halving(), description="true, false, or options: stop the weak trials of a round early"
    )
    finalists: Annotated[int, Field(ge=1, le=20)] = Field(3, description="the best so many are trained again …")
    fresh_seeds: Annotated[int, Field(ge=2, le=100)] = Field(5, description="… so often, and that is what counts")
    space: Annotated[dict[str, Range], Field(min_length=1)] = Field(description="dotted keys of the spec")


class TuneFile(Options):
    """A file for ``dlx tune``, besides `base` and `name`."""

    search: Search
