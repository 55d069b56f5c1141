"""Batch norm: each unit is standardized over the examples of a mini-batch, in evaluation by what training remembers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from dlx.nn import averages
from dlx.nn.norms.norm import Backward, NormArrays, Standardizing, no_backward
from dlx.nn.params import Shapes
from dlx.nn.tape import Tape
from dlx.types import Array


class BatchNorm(Standardizing):
    """Batch norm before a layer's activation (Ioffe & Szegedy 2015): Z̃ = γ·(Z − μ)/√(σ² + ε) + β, and no b.

    Algorithm 1 of the paper, with μ and σ² (n, 1) of the mini-batch in training; σ² is the mean of squares, divided by
    m (not m − 1), also in the running averages. Evaluation uses exponentially weighted averages of μ and σ²,
    bias-corrected, or (``exact``) those over the train set. PyTorch's running σ² is divided by m − 1 and its
    ``momentum`` is 1 − β (0.1 for our 0.9); its averages, and those of Keras, begin at μ = 0, σ² = 1, uncorrected.
    """

    name = "batch_norm"
    axis: ClassVar[int] = 1
    replaces_bias: ClassVar[bool] = True
    least_batch: ClassVar[int] = 2
    momentum: Annotated[
        float,
        Field(ge=0, lt=1, description="β of the running averages of μ and σ², bias-corrected; PyTorch's is 1 − β"),
    ] = 0.9
    epsilon: Annotated[float, Field(gt=0, description="ε: keeps the root of the biased σ² + ε away from 0")] = 1e-5
    statistics: Literal["running", "exact"] = Field(
        "running", description="evaluate with running averages, or with the exact μ and σ² over the train set"
    )

    @classmethod
    def facts(cls) -> dict[str, str]:
        conventions = "σ² is divided by m, not m − 1; running averages are bias-corrected; β is 1 − PyTorch's momentum"
        return {"conventions": conventions}

    @property
    def measures(self) -> bool:
        return self.statistics == "exact"

    def statistics_shapes(self, n: int) -> Shapes:
        return {"mu": (n, 1), "sigma_squared": (n, 1), "t": (1, 1)}

    def sigma(self, Z: Array) -> Array:
        sigma: Array = np.sqrt(Z.var(axis=1, keepdims=True) + self.epsilon)
        return sigma

    def record(self, tape: Tape, Z: Array, arrays: NormArrays, training: bool) -> tuple[Array, Backward]:
        return self._record_training(tape, Z, arrays) if training else self._record_evaluation(tape, Z, arrays)

    def _record_training(self, tape: Tape, Z: Array, arrays: NormArrays) -> tuple[Array, Backward]:
        n, m = Z.shape
        gamma, beta = arrays.parameters["gamma"], arrays.parameters["beta"]
        ones, inv_m = tape.ones(m), tape.constant(1 / m)
        mu, sigma2, inv_sigma = (tape.empty(name, n, 1) for name in ("mu", "sigma²", "1/sigma"))
        Z_norm, Z_tilde = tape.empty("Z_norm", n, m), tape.empty("Z_tilde", n, m)
        tape.call(np.dot, Z, ones, out=mu.reshape(-1))
        tape.call(np.multiply, mu, inv_m, out=mu)
        tape.call(np.subtract, Z, mu, out=Z_norm)
        tape.call(np.vecdot, Z_norm, Z_norm, out=sigma2.reshape(-1))
        tape.call(np.multiply, sigma2, inv_m, out=sigma2)
        tape.call(np.add, sigma2, tape.constant(self.epsilon), out=inv_sigma)
        tape.call(np.sqrt, inv_sigma, out=inv_sigma)
        tape.call(np.divide, tape.constant(1), inv_sigma, out=inv_sigma)
        tape.call(np.multiply, Z_norm, inv_sigma, out=Z_norm)
        tape.call(np.multiply, Z_norm, gamma, out=Z_tilde)
        tape.call(np.add, Z_tilde, beta, out=Z_tilde)
        if not self.measures:
            tape.watch(sigma2.reshape(-1))  # its overflow does not show in the cost: Z_norm is then 0
            self._record_averages(tape, arrays.statistics, mu, sigma2)

        def backward(dZ_tilde: Array) -> Array:
            d_gamma, d_beta = arrays.gradients["gamma"], arrays.gradients["beta"]
            mean, scale = tape.empty("mean", n, 1), tape.empty("gamma/sigma", n, 1)
            dZ, along = tape.empty("dZ", n, m), tape.empty("dZ_along", n, m)
            tape.rename("dZ_tilde", dZ_tilde)
            tape.call(np.vecdot, dZ_tilde, Z_norm, out=d_gamma.reshape(-1))
            tape.call(np.dot, dZ_tilde, ones, out=d_beta.reshape(-1))
            # dZ = γ/σ·(dZ̃ − mean(dZ̃) − Z_norm·mean(dZ̃ ∘ Z_norm))
            tape.call(np.multiply, d_gamma, inv_m, out=mean)
            tape.call(np.multiply, Z_norm, mean, out=along)
            tape.call(np.subtract, dZ_tilde, along, out=dZ)
            tape.call(np.multiply, d_beta, inv_m, out=mean)
            tape.call(np.subtract, dZ, mean, out=dZ)
            tape.call(np.multiply, gamma, inv_sigma, out=scale)
            tape.call(np.multiply, dZ, scale, out=dZ)
            return dZ

        return Z_tilde, backward

    def _record_averages(self, tape: Tape, statistics: Mapping[str, Array], mu: Array, sigma2: Array) -> None:
        """Write what takes the μ and σ² of a mini-batch into the running averages, once the step is finite."""
        scratch, t = tape.empty("scratch", *mu.shape), statistics["t"]
        for name in ("t", "mu", "sigma_squared"):
            tape.rename(f"{name}_average" if name != "t" else name, statistics[name])
        tape.later(np.add, t, tape.constant(1), t)
        averages.record_later(tape, statistics["mu"], mu, self.momentum, scratch)
        averages.record_later(tape, statistics["sigma_squared"], sigma2, self.momentum, scratch)

    def measure(self, arrays: NormArrays, mu: Array, sigma2: Array) -> None:
        statistics = arrays.statistics
        statistics["mu"][:, 0], statistics["sigma_squared"][:, 0], statistics["t"][...] = mu, sigma2, 1

    def _record_evaluation(self, tape: Tape, Z: Array, arrays: NormArrays) -> tuple[Array, Backward]:
        n, m = Z.shape
        shift, scale = tape.empty("shift", n, 1), tape.empty("scale", n, 1)
        Z_tilde = tape.empty("Z_tilde", n, m)
        tape.call(partial(self.freeze, arrays), shift, scale)
        tape.call(np.multiply, Z, scale, out=Z_tilde)
        tape.call(np.add, Z_tilde, shift, out=Z_tilde)
        return Z_tilde, no_backward

    def freeze(self, arrays: NormArrays, shift: Array, scale: Array) -> None:
        """Z̃ = scale·Z + shift by the frozen statistics; before there are any, μ = 0 and σ² = 1."""
        statistics, t = arrays.statistics, arrays.statistics["t"].item()
        correction = 1.0 if self.measures or t == 0 else averages.bias(self.momentum, t)
        sigma2 = statistics["sigma_squared"] / correction if t else np.ones_like(statistics["sigma_squared"])
        np.divide(arrays.parameters["gamma"], np.sqrt(sigma2 + self.epsilon), scale)
        np.subtract(arrays.parameters["beta"], statistics["mu"] / correction * scale, shift)

    def affine(self, arrays: NormArrays) -> tuple[Array, Array]:
        shift, scale = (np.empty_like(arrays.parameters["gamma"]) for _ in range(2))
        self.freeze(arrays, shift, scale)
        return scale, shift
