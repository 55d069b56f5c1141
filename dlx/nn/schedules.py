"""Schedules: the learning rate α as training goes on, from α₀ = optimizer.learning_rate."""

from __future__ import annotations

from abc import abstractmethod
from itertools import pairwise
from math import cos, pi, sqrt
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dlx.component import Component

First = Annotated[
    int,
    Field(
        ge=0, le=1, description="the number of the first epoch (or step): 1 in the notes' table, 0 in the course's code"
    ),
]


class Schedule(Component):
    """α at time t, where t counts epochs or steps (``unit``), the first one being number ``first``."""

    kind = "schedule"
    unit: Literal["epoch", "step"] = Field("epoch", description="what t counts")
    first: First = 1
    warmup: Annotated[int, Field(ge=0)] = Field(
        0, description="units at the start over which α rises linearly to α₀; the schedule itself begins after them"
    )

    @abstractmethod
    def rate(self, alpha0: float, t: int, total: int) -> float:
        """α at time t of ``total`` units."""

    def learning_rate(self, alpha0: float, done: int, total: int) -> float:
        """α after ``done`` of ``total`` units: the warm-up, then the schedule from its beginning.

        >>> schedule = InverseTime(warmup=2)
        >>> [round(schedule.learning_rate(0.2, done, total=6), 4) for done in range(6)]
        [0.1, 0.2, 0.1, 0.0667, 0.05, 0.04]
        """
        if done < self.warmup:
            return alpha0 * (done + 1) / self.warmup
        return self.rate(alpha0, done - self.warmup + self.first, max(total - self.warmup, 1))


class Constant(Schedule):
    """α = α₀."""

    name = "constant"

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0


class InverseTime(Schedule):
    """α = α₀/(1 + decay_rate·⌊t/interval⌋): the notes' learning rate decay, α₀ = 0.2 → .1, .0667, .05, .04."""

    name = "inverse_time"
    decay_rate: Annotated[float, Field(ge=0, description="0 leaves α as it is")] = 1.0
    interval: Annotated[int, Field(ge=1, description="α changes every so many units (the course's fixed interval)")] = 1

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 / (1 + self.decay_rate * (t // self.interval))


class Exponential(Schedule):
    """α = base^t·α₀."""

    name = "exponential"
    base: Annotated[float, Field(gt=0, le=1, description="the factor from one unit to the next")] = 0.95

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return float(self.base**t * alpha0)


class InverseSqrt(Schedule):
    """α = k·α₀/√t; t counts from 1."""

    name = "inverse_sqrt"
    first: Literal[1] = 1
    k: Annotated[float, Field(gt=0, description="the factor at t = 1")] = 1.0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return self.k * alpha0 / sqrt(t)


class Staircase(Schedule):
    """α = α₀·drop^⌊t/every⌋: falls by a factor after every so many units; t counts the units done, from 0."""

    name = "staircase"
    first: First = 0
    drop: Annotated[float, Field(gt=0, le=1, description="the factor of each fall")] = 0.5
    every: Annotated[int, Field(ge=1, description="units between two falls")] = 10

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return float(alpha0 * self.drop ** (t // self.every))


Entry = Annotated[tuple[Annotated[int, Field(ge=0)], Annotated[float, Field(gt=0)]], Field(strict=False)]


class Manual(Schedule):
    """α from a table of [t, α] in rising order of t: each α holds from its t on, α₀ before the first."""

    name = "manual"
    table: Annotated[tuple[Entry, ...], Field(strict=False, min_length=1, description="[[t, α], …]")]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        times = [t for t, _ in self.table]
        if any(later <= earlier for earlier, later in pairwise(times)):
            raise ValueError(f"the times of the table must rise, got {times}")
        return self

    def rate(self, alpha0: float, t: int, total: int) -> float:
        reached = [alpha for start, alpha in self.table if start <= t]
        return reached[-1] if reached else alpha0


class Cosine(Schedule):
    """α = α₀·(floor + (1 − floor)·½(1 + cos(π·t/total))) (Loshchilov & Hutter 2017, without restarts); t from 0."""

    name = "cosine"
    first: First = 0
    floor: Annotated[float, Field(ge=0, le=1, description="the share of α₀ that is left at the end")] = 0.0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return alpha0 * (self.floor + (1 - self.floor) * (1 + cos(pi * min(t / total, 1))) / 2)


class Stretched(Schedule):
    """Another schedule, ``factor`` times as slow: at time t of T its α at ⌊t/factor⌋ of T/factor; t from 0.

    So a training of more epochs, each of fewer examples, goes through the same α in the same number of steps.
    """

    name = "stretched"
    first: Literal[0] = 0
    schedule: Annotated[Schedule, Field(description="the one that is slowed down")] = Constant()
    factor: Annotated[float, Field(gt=0, description="1 leaves the schedule as it is")] = 1.0

    def rate(self, alpha0: float, t: int, total: int) -> float:
        return self.schedule.learning_rate(alpha0, int(t / self.factor), max(round(total / self.factor), 1))
