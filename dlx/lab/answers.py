"""What a network says of the examples or places in view: its answers, or what one of its units computes."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np

from dlx.errors import UsageError
from dlx.nn.layers import Activate
from dlx.nn.network import Network, Step
from dlx.nn.tape import Tape
from dlx.training.supervised import Supervised
from dlx.types import Array

COARSE = 20  # points of a unit's picture along each axis


class AnswerView:
    """Answers of the frozen network, as its training goes on: ``step`` is a recorded pass over what is in view."""

    experiment: Supervised
    step: Step
    _unit: UnitAnswers | None = None

    def look_at(self, layer: int, unit: int) -> None:
        """Show what a unit of a hidden layer computes, in place of the answers; raises `UsageError` where none is."""
        sizes = self.experiment.network.sizes
        if not 0 < layer < len(sizes) - 1 or not 0 <= unit < sizes[layer]:
            raise UsageError(f"there is no unit {unit} in a hidden layer {layer}")
        self._unit = UnitAnswers(self.experiment.network, self.step, layer, unit)

    def look_away(self) -> None:
        """Show the network's answers again."""
        self._unit = None

    def picture(self) -> dict[str, Any]:
        """The answers now, or what the unit computes that is looked at, a byte for each example or place."""
        if self.experiment.network.exact_norms():
            self.experiment.evaluation("train")  # measures the statistics of this θ
        with np.errstate(all="ignore"):  # what overflows shows in the picture
            self.step.tape.run()
        return self.answers() if self._unit is None else self._unit.picture()

    def answers(self) -> dict[str, Any]:
        """Of classes: ``codes`` says which is likeliest, ``tones`` how much likelier than by chance."""
        codes, certainty = certainty_of(self.step.A)
        return {"codes": encoded(codes), "tones": encoded(255 * certainty)}


class UnitAnswers:
    """What one unit of a hidden layer computes in a recorded pass: its A, which behind it others may overwrite."""

    def __init__(self, network: Network, step: Step, layer: int, unit: int) -> None:
        activation = [each for each in network.layers if isinstance(each, Activate)][layer - 1]
        self.layer, self.unit = layer, unit
        self._Z = step.Zs[layer - 1]
        self._input = self._Z.copy()
        self._tape = Tape(self._Z.dtype)
        self._A, _ = activation.record(self._tape, self._input, False)

    def picture(self) -> dict[str, Any]:
        """Its A after the pass was run, as tones between the lowest and the highest."""
        np.copyto(self._input, self._Z)
        with np.errstate(all="ignore"):
            self._tape.run()
        values = np.nan_to_num(self._A[self.unit].astype(np.float64))
        low, high = float(values.min()), float(values.max())
        tones = encoded(255 * (values - low) / ((high - low) or 1.0))
        return {"tones": tones, "low": low, "high": high, "unit": [self.layer, self.unit]}


class UnitPictures:
    """What every hidden unit computes in a recorded pass over a square grid, at every so manieth point of each axis."""

    def __init__(self, network: Network, step: Step, grid: int) -> None:
        points = np.arange(0, grid, -(-grid // COARSE))
        self.grid = len(points)
        self._points = (points[:, np.newaxis] * grid + points).ravel()
        self._layers: list[tuple[Array, Array, Tape, Array]] = []
        for Z, layer in zip(step.Zs, (each for each in network.layers if isinstance(each, Activate)), strict=False):
            copy, tape = np.zeros((len(Z), len(self._points)), Z.dtype), Tape(Z.dtype)
            A, _ = layer.record(tape, copy, False)
            self._layers.append((Z, copy, tape, A))

    def tones(self) -> list[str]:
        """Of each layer its units after the pass was run, a byte a point, from the lowest to the highest of a unit."""
        layers = []
        for Z, copy, tape, A in self._layers:
            np.take(Z, self._points, axis=1, out=copy, mode="clip")
            with np.errstate(all="ignore"):
                tape.run()
            values = np.nan_to_num(A.astype(np.float64))
            low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
            layers.append(encoded(255 * (values - low) / np.where(high > low, high - low, 1.0)))
        return layers


def certainty_of(A: Array) -> tuple[Array, Array]:
    """The likeliest class of each column of probabilities, and how much likelier it is than by chance, from 0 to 1."""
    A = A.astype(np.float64)
    probabilities = np.nan_to_num(np.concatenate([1 - A, A]) if len(A) == 1 else A)
    chance = 1 / len(probabilities)
    return probabilities.argmax(axis=0), (probabilities.max(axis=0) - chance) / (1 - chance)


def encoded(values: Array) -> str:
    """Values from 0 to 255, a byte each, as base64."""
    return b64encode(np.clip(values, 0, 255).astype(np.uint8).tobytes()).decode()
