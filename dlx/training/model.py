"""The model: a trained network with everything that predicting needs, as arrays and plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.data.batches import Scaling
from dlx.data.targets.target_scaling import TargetScaling
from dlx.nn.activations import Activation
from dlx.nn.initializers import Zeros
from dlx.nn.layers import Activate
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.norms.norm import Norm
from dlx.nn.tape import Tape
from dlx.training.evaluation import EVALUATION_BATCH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dlx.data.rows.stored_rows import StoredRows
    from dlx.training.supervised import Supervised
    from dlx.types import Array


def describe(experiment: Supervised) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays W1, b1 …, mu1, sigma_squared1 …, shift and scale, and the facts that a Model is made from again."""
    network, dataset = experiment.network, experiment.dataset
    arrays = {**network.parameters, **network.statistics, "shift": dataset.shift, "scale": dataset.scale}
    facts = {
        "name": experiment.spec.name,
        "dtype": experiment.spec.dtype,
        "plugins": list(experiment.spec.plugins),
        "task": dataset.task,
        "loss": network.loss.model_dump(mode="json"),
        "classes": list(dataset.classes),
        "n_x": dataset.n_x,
        "layers": [_layer_facts(plan) for plan in network.plans],
        "preprocessing": dataset.preprocessing,
    }
    return arrays, facts


def _layer_facts(plan: LayerPlan) -> dict[str, Any]:
    facts = {
        "units": plan.units,
        "activation": plan.activation.model_dump(mode="json") if plan.activation else None,
        "bias": plan.bias,
        "batch_norm": None,
    }
    if isinstance(plan.norm, BatchNorm):  # the only one in the models of earlier runs, as a list
        return facts | {"batch_norm": [plan.norm.momentum, plan.norm.epsilon, plan.norm.measures]}
    return facts if plan.norm is None else facts | {"norm": plan.norm.model_dump(mode="json")}


def _norm(facts: Mapping[str, Any]) -> Norm | None:
    """The norm of a layer that has these facts."""
    if facts["batch_norm"]:
        momentum, epsilon, exact = facts["batch_norm"]
        return BatchNorm(momentum=momentum, epsilon=epsilon, statistics="exact" if exact else "running")
    return Norm.parse(facts["norm"]) if "norm" in facts else None


class Model:
    """A frozen network that takes rows as the data have them."""

    def __init__(self, arrays: Mapping[str, Array], facts: Mapping[str, Any]) -> None:
        self.facts = facts
        self.shift, self.scale = arrays["shift"], arrays["scale"]
        self.target_scaling = TargetScaling.from_data(facts["preprocessing"].get("target_scaling"))
        plans = [_plan(layer) for layer in facts["layers"]]
        self.network = Network(facts["n_x"], plans, Loss.parse(facts["loss"]), facts["dtype"])
        for name, view in (*self.network.parameters.items(), *self.network.statistics.items()):
            view[...] = arrays[name]
        dtype = self.network.parameters.theta.dtype
        X, Y = np.zeros((EVALUATION_BATCH, facts["n_x"]), dtype), np.zeros((plans[-1].units, EVALUATION_BATCH), dtype)
        self._step = self.network.record_evaluation(X, Y)
        self._scaling = Scaling(self.shift, self.scale, dtype)
        self.temperature, self.threshold = 1.0, 0.5  # of logits, and for the second of two classes: `dlx calibrate`

    def __reduce__(self) -> tuple[Callable[..., Model], tuple[object, ...]]:
        """What pickle and copy make the same model of: its step belongs to its own arrays."""
        arrays = {**self.network.parameters, **self.network.statistics, "shift": self.shift, "scale": self.scale}
        return _again, (arrays, self.facts, self.temperature, self.threshold)

    def outputs(self, X: Array | StoredRows) -> Array:
        """A of the output layer for rows X (m, n_x) as the data have them: (m, n_y) probabilities or values.

        Values are in the unit of the targets, where these were scaled in float64.
        Every batch has the same size, the last one filled up, so that a row gives the same bits in any company.
        """
        A = np.empty((len(X), self._step.A.shape[0]), self._step.A.dtype)
        for start in range(0, len(X), EVALUATION_BATCH):
            rows = X[start : start + EVALUATION_BATCH]
            with np.errstate(all="ignore"):  # what overflows shows in A
                self._scaling.write(rows, self._step.X[: len(rows)])
                self._step.run()
            A[start : start + len(rows)] = self._probabilities()[:, : len(rows)].T
        return self.target_scaling.original(A)

    def _probabilities(self) -> Array:
        """A of the last batch; where there is a temperature, of logits that are divided by it."""
        if self.temperature == 1:
            return self._step.A
        Z = self._step.Z.astype(np.float64) / self.temperature
        if len(Z) == 1:
            Z = np.concatenate([np.zeros_like(Z), Z])
            return np.asarray(np.exp(Z - np.logaddexp.reduce(Z, axis=0)))[1:]
        return np.asarray(np.exp(Z - np.logaddexp.reduce(Z, axis=0)))

    def hidden(self, X: Array) -> list[Array]:
        """A of each hidden layer, (units, m), for rows X (m, n_x) as the data have them, m up to 1024."""
        self._scaling.write(X, self._step.X[: len(X)])
        outputs = []
        with np.errstate(all="ignore"):
            self._step.run()
            activations = [layer for layer in self.network.layers if isinstance(layer, Activate)]
            for layer, Z in zip(activations, self._step.Zs, strict=False):
                tape = Tape(Z.dtype)
                A, _ = layer.record(tape, Z.copy(), False)
                tape.run()
                outputs.append(A[:, : len(X)].copy())
        return outputs


def _again(arrays: Mapping[str, Array], facts: Mapping[str, Any], temperature: float, threshold: float) -> Model:
    model = Model(arrays, facts)
    model.temperature, model.threshold = temperature, threshold
    return model


def _plan(layer: Mapping[str, Any]) -> LayerPlan:
    return LayerPlan(
        units=layer["units"],
        activation=Activation.parse(layer["activation"]) if layer["activation"] else None,
        initializer=Zeros(),
        bias=layer["bias"],
        norm=_norm(layer),
    )
