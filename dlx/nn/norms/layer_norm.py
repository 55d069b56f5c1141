"""Layer norm: each example is standardized over the units of the layer, in training and evaluation alike."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from dlx.nn.norms.norm import Backward, NormArrays, Standardizing
from dlx.nn.tape import Tape
from dlx.types import Array


class LayerNorm(Standardizing):
    """Layer norm before a layer's activation (Ba, Kiros & Hinton 2016): Z̃ = γ·(Z − μ)/√(σ² + ε) + β for each example.

    μ and σ² (1, m) are over the n units of the layer, one of each for an example, so that nothing is remembered for
    evaluation and a batch may have one example; γ and β (n, 1) are of each unit (arXiv:1607.06450, eq. 3 and 4, where
    they are g and b). The paper has no ε; as in PyTorch's and Keras's layers it stands inside the root, and σ² is
    divided by n, not n − 1. The layer keeps its b unless ``bias: false``: as μ is over units, only the mean of b
    cancels, and what is left is divided by another σ for each example, which β is not. PyTorch's Linear has b, too; the
    paper's layers have none.
    """

    name = "layer_norm"
    axis: ClassVar[int] = 0
    least_units: ClassVar[int] = 2
    epsilon: Annotated[float, Field(gt=0, description="ε: keeps the root away from 0")] = 1e-5

    def sigma(self, Z: Array) -> Array:
        sigma: Array = np.sqrt(Z.var(axis=0, keepdims=True) + self.epsilon)
        return sigma

    def record(self, tape: Tape, Z: Array, arrays: NormArrays, training: bool) -> tuple[Array, Backward]:
        n, m = Z.shape
        gamma, beta = arrays.parameters["gamma"], arrays.parameters["beta"]
        inv_n = tape.register("1/n", np.full(n, 1 / n, Z.dtype))  # a product with it is the mean over the units
        mu, sigma2, inv_sigma = (tape.empty(name, 1, m) for name in ("mu", "sigma²", "1/sigma"))
        Z_norm, Z_tilde = tape.empty("Z_norm", n, m), tape.empty("Z_tilde", n, m)
        tape.call(np.dot, inv_n, Z, out=mu.reshape(-1))
        tape.call(np.subtract, Z, mu, out=Z_norm)
        tape.call(np.multiply, Z_norm, Z_norm, out=Z_tilde)
        tape.call(np.dot, inv_n, Z_tilde, out=sigma2.reshape(-1))
        tape.call(np.add, sigma2, tape.constant(self.epsilon), out=inv_sigma)
        tape.call(np.sqrt, inv_sigma, out=inv_sigma)
        tape.call(np.divide, tape.constant(1), inv_sigma, out=inv_sigma)
        tape.call(np.multiply, Z_norm, inv_sigma, out=Z_norm)
        tape.call(np.multiply, Z_norm, gamma, out=Z_tilde)
        tape.call(np.add, Z_tilde, beta, out=Z_tilde)
        if training:
            tape.watch(sigma2.reshape(-1))  # its overflow does not show in the cost: Z_norm is then 0

        def backward(dZ_tilde: Array) -> Array:
            d_gamma, d_beta = arrays.gradients["gamma"], arrays.gradients["beta"]
            mean, mean_along = (tape.empty(name, 1, m) for name in ("mean", "mean_along"))
            dZ, along = tape.empty("dZ", n, m), tape.empty("dZ_along", n, m)
            tape.rename("dZ_tilde", dZ_tilde)
            tape.call(np.vecdot, dZ_tilde, Z_norm, out=d_gamma.reshape(-1))
            tape.call(np.dot, dZ_tilde, tape.ones(m), out=d_beta.reshape(-1))
            # dZ = (v − mean(v) − Z_norm·mean(v ∘ Z_norm))/σ with v = γ·dZ̃
            tape.call(np.multiply, dZ_tilde, gamma, out=dZ)
            tape.call(np.dot, inv_n, dZ, out=mean.reshape(-1))
            tape.call(np.multiply, dZ, Z_norm, out=along)
            tape.call(np.dot, inv_n, along, out=mean_along.reshape(-1))
            tape.call(np.multiply, Z_norm, mean_along, out=along)
            tape.call(np.subtract, dZ, along, out=dZ)
            tape.call(np.subtract, dZ, mean, out=dZ)
            tape.call(np.multiply, dZ, inv_sigma, out=dZ)
            return dZ

        return Z_tilde, backward
