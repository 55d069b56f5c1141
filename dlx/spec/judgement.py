"""The section ``diagnosis`` of a spec: what the errors are judged against, and in which unit they are counted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dlx.component import Options


class Diagnosis(Options):
    """What the errors are judged against."""

    optimal_error: Annotated[
        float, Field(ge=0, description="human-level or Bayes error; of a regression in the unit of the target")
    ] = 0.0
    tolerance: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="the gap above which bias or variance counts as high; when left out 0.02, or if that is less half "
        "the error of always answering the most frequent class; for a regression a tenth of the standard deviation "
        "of train's targets",
    )
    metric: Literal["balanced_error"] | None = Field(
        None,
        description="what bias, variance and optimal_error speak of in place of the error; its tolerance is 0.02 when "
        "left out",
    )
    target_errors: Literal["pooled", "relative"] | None = Field(
        None,
        description="of a regression with several targets: pooled is the root mean square of all their residuals, in "
        "their unit; relative divides those of each target by its standard deviation in train first, so that always "
        "answering the means has about 1; null: relative where the standard deviations differ by a factor of two or "
        "more, and neither tolerance nor optimal_error, which are in the unit of the errors, is stated",
    )
