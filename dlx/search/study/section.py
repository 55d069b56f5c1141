"""What stands in a file for ``dlx study``: its variants or its sweep, the seeds, and what is expected of them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from dlx.component import Options
from dlx.spec.sections import Seed
from dlx.spec.short_forms import as_mapping


class Expectation(Options):
    """A claim about the variants, and what it is there for."""

    claim: str = Field(description="a comparison, such as he.dev_error < zeros.dev_error")
    why: str | None = Field(None, description="the sentence that it stands for")


class StudyFile(Options):
    """A file for ``dlx study``, besides `base` and `name`."""

    variants: Annotated[dict[str, dict[str, Any] | None], Field(min_length=1)] | None = Field(
        None, description="name → what it changes: sections, or dotted keys; nothing for the base itself"
    )
    sweep: Annotated[dict[str, Annotated[tuple[Any, ...], Field(strict=False)]], Field(min_length=1)] | None = Field(
        None,
        description="dotted key → its values, each a variant named KEY=VALUE by the key's last part; of several "
        "keys all combinations",
    )
    seeds: Annotated[int, Field(ge=1, le=1000)] | Annotated[tuple[Seed, ...], Field(strict=False, min_length=1)] = (
        Field(3, description="how many trainings of each variant, on the same examples; or the spec's seeds, as a list")
    )
    expect: Annotated[
        tuple[Annotated[Expectation, as_mapping("claim", ("a claim",), Expectation | str)], ...], Field(strict=False)
    ] = Field((), description="claims that are checked; where one fails the exit code is 3")
