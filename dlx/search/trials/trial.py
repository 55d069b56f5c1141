"""A trial: what is to be trained, named by a key that follows from nothing but its spec."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

from dlx.errors import UsageError
from dlx.spec.plugins import hashes, unnamed
from dlx.spec.sections import Spec


@dataclass(frozen=True)
class Trial:
    """What is to be trained: a complete spec as plain data, and nothing else that could change the result.

    Its matrix products have one thread, so that the bits are the same however many trials go on beside it.
    """

    spec: Mapping[str, Any]
    until_epoch: int | None = None  # stop at the first row of metrics.csv from this epoch on; it can go on later
    allowed: frozenset[str] = field(default=frozenset(), compare=False)  # hashes of plugins: a worker cannot ask

    @classmethod
    def of(cls, spec: Spec, until_epoch: int | None = None) -> Self:
        """The trial of a complete spec."""
        training = spec.training.model_copy(update={"threads": 1, "refit": None})  # a refit measures nothing
        return cls(spec.model_copy(update={"training": training}).dump(), until_epoch, hashes())

    def refuse_unnamed_classes(self) -> None:
        """Raises `UsageError` where it needs a class that only this process knows, so that no other could train it."""
        for name, member in unnamed(self.spec).items():
            what = f"{member.kind} {name!r} is a class of {member.__module__}, which worker processes do not know"
            raise UsageError(f"{what}: put it in a file that `plugins` names, or take one worker")

    @property
    def key(self) -> str:
        """16 hexadecimal digits of the SHA-256 of the spec: the name of the trial's run directory.

        Where training stops for the time being is no part of it: the same run goes on from there. Nor is the engine,
        which changes no bit.
        """
        training = {key: value for key, value in self.spec["training"].items() if key != "engine"}
        canonical = json.dumps({**self.spec, "training": training}, sort_keys=True, ensure_ascii=False)
        return sha256(canonical.encode()).hexdigest()[:16]
