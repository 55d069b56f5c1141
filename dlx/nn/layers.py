"""Layers: Z = W·A + b, batch norm and dropout, each writing its forward and backward calls side by side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from dlx.nn import averages
from dlx.nn.activations import Activation
from dlx.nn.params import Flat, Parameters
from dlx.nn.tape import Tape
from dlx.types import Array

Backward = Callable[[Array], Array]

# Below this many entries of Z the product b·1ᵀ and a sum of equal shapes are faster than adding a column (measured).
BROADCAST_PAYS_ABOVE = 2048


class Layer(ABC):
    """One operation of layer ``l`` of the network."""

    l: int

    @abstractmethod
    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        """Write the forward calls on A (n_in, m); return the result (n_out, m) and what writes the backward calls."""


class Linear(Layer):
    """Z = W·A_prev + b; dW = dZ·A_prevᵀ, db = Σ dZ, dA_prev = Wᵀ·dZ.

    The notes' factor 1/m stands in the loss, once: J is a mean over the batch, and so is dZ of the output.
    """

    def __init__(self, l: int, parameters: Parameters, first: bool) -> None:
        self.l = l
        self.W, self.dW = parameters[f"W{l}"], parameters.gradients[f"W{l}"]
        self.b, self.db = parameters.get(f"b{l}"), parameters.gradients.get(f"b{l}")
        self.first = first

    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        A_prev, m = A, A.shape[1]
        W, b, db = self.W, self.b, self.db
        Z = tape.empty("Z", W.shape[0], m)
        tape.call(np.dot, W, A_prev, out=Z)
        if b is not None:
            self._add_bias(tape, Z, b)

        def backward(dZ: Array) -> Array:
            tape.call(np.dot, dZ, A_prev.T, out=self.dW)
            if db is not None:
                tape.call(np.dot, dZ, tape.ones(m), out=db.reshape(-1))
            if self.first:
                return dZ  # nobody needs the gradient with respect to the examples
            dA_prev = tape.empty("dA", *A_prev.shape, layer=self.l - 1)
            tape.call(np.dot, W.T, dZ, out=dA_prev)
            return dA_prev

        return Z, backward

    def _add_bias(self, tape: Tape, Z: Array, b: Array) -> None:
        """Z += b, in the way that is fastest for so many units and examples."""
        n, m = Z.shape
        if n == 1:  # a number
            tape.call(np.add, Z, b.reshape(()), out=Z)
        elif Z.size < BROADCAST_PAYS_ABOVE:
            B = tape.empty("B", n, m)
            tape.call(np.dot, b, tape.ones(m).reshape(1, m), out=B)
            tape.call(np.add, Z, B, out=Z)
        else:
            tape.call(np.add, Z, b, out=Z)


class Activate(Layer):
    """A = g(Z)."""

    def __init__(self, l: int, activation: Activation) -> None:
        self.l = l
        self.activation = activation

    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        return self.activation.record(tape, A)


class BatchNorm(Layer):
    """Z_norm = (Z − μ)/√(σ² + ε), Z̃ = γ·Z_norm + β, with μ and σ² of the mini-batch in training.

    Ioffe & Szegedy 2015, algorithm 1; σ² is the mean of squares, divided by m (not m − 1), also in the running
    averages. Evaluation uses exponentially weighted averages of μ and σ², bias-corrected, or (``exact``) the statistics
    over the train set that ``measure`` has been given.
    """

    def __init__(
        self,
        l: int,
        parameters: Parameters,
        statistics: Flat,
        momentum: float,
        epsilon: float,
        exact: bool,
    ) -> None:
        self.l = l
        self.gamma, self.d_gamma = parameters[f"gamma{l}"], parameters.gradients[f"gamma{l}"]
        self.beta, self.d_beta = parameters[f"beta{l}"], parameters.gradients[f"beta{l}"]
        self.mu, self.sigma2, self.t = (statistics[f"{name}{l}"] for name in ("mu", "sigma_squared", "t"))
        self.momentum, self.epsilon, self.exact = momentum, epsilon, exact

    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        return self._record_training(tape, A) if training else (self._record_evaluation(tape, A), _no_backward)

    def _record_training(self, tape: Tape, Z: Array) -> tuple[Array, Backward]:
        n, m = Z.shape
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
        tape.call(np.multiply, Z_norm, self.gamma, out=Z_tilde)
        tape.call(np.add, Z_tilde, self.beta, out=Z_tilde)
        if not self.exact:
            scratch = tape.empty("scratch", n, 1)
            tape.watch(sigma2.reshape(-1))  # its overflow does not show in the cost: Z_norm is then 0
            tape.later(self.average_statistics, mu, sigma2, scratch)

        def backward(dZ_tilde: Array) -> Array:
            d_gamma, d_beta = self.d_gamma, self.d_beta
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
            tape.call(np.multiply, self.gamma, inv_sigma, out=scale)
            tape.call(np.multiply, dZ, scale, out=dZ)
            return dZ

        return Z_tilde, backward

    def average_statistics(self, mu: Array, sigma2: Array, scratch: Array) -> None:
        """Take the μ and σ² of a mini-batch into the running averages."""
        self.t += 1
        averages.update(self.mu, mu, self.momentum, scratch)
        averages.update(self.sigma2, sigma2, self.momentum, scratch)

    def measure(self, mu: Array, sigma2: Array) -> None:
        """Evaluate with these exact statistics (n,) from now on."""
        self.mu[:, 0], self.sigma2[:, 0], self.t[...] = mu, sigma2, 1

    def _record_evaluation(self, tape: Tape, Z: Array) -> Array:
        n, m = Z.shape
        shift, scale = tape.empty("shift", n, 1), tape.empty("scale", n, 1)
        Z_tilde = tape.empty("Z_tilde", n, m)
        tape.call(self.freeze, shift, scale)
        tape.call(np.multiply, Z, scale, out=Z_tilde)
        tape.call(np.add, Z_tilde, shift, out=Z_tilde)
        return Z_tilde

    def freeze(self, shift: Array, scale: Array) -> None:
        """Z̃ = scale·Z + shift by the frozen statistics; before there are any, μ = 0 and σ² = 1."""
        t = self.t.item()
        correction = 1.0 if self.exact or t == 0 else averages.bias(self.momentum, t)
        sigma2 = self.sigma2 / correction if t else np.ones_like(self.sigma2)
        np.divide(self.gamma, np.sqrt(sigma2 + self.epsilon), scale)
        np.subtract(self.beta, self.mu / correction * scale, shift)


class Dropout(Layer):
    """Inverted dropout: D = (rand < keep_prob), A ← A ∘ D/keep_prob, so that E[A] is kept; nothing in evaluation.

    Srivastava et al. 2014 as the notes invert it. ``draw`` fills D with 0 and 1/keep_prob.
    """

    def __init__(self, l: int, draw: Callable[[Array], None]) -> None:
        self.l = l
        self.draw = draw

    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        if not training:
            return A, _no_backward
        D, A_kept = tape.empty("D", *A.shape), tape.empty("A_kept", *A.shape)
        tape.call(self.draw, out=D)
        tape.call(np.multiply, A, D, out=A_kept)

        def backward(dA_kept: Array) -> Array:
            dA = tape.empty("dA", *A.shape)
            tape.rename("dA_kept", dA_kept)
            tape.call(np.multiply, dA_kept, D, out=dA)
            return dA

        return A_kept, backward


def mask_from(rng: Any, keep_prob: float) -> Callable[[Array], None]:
    """What fills D: 1/keep_prob with probability keep_prob, else 0.

    A RandomState is asked for uniform numbers in the order of D's rows, as the course's ``np.random.rand(*D.shape) <
    keep_prob`` does. A Generator gives raw 16-bit integers against a threshold (3 times as fast); the probability is
    then round(2¹⁶·keep_prob)/2¹⁶, and D holds its exact inverse.
    """
    if isinstance(rng, np.random.RandomState):

        def draw_mask(D: Array) -> None:
            np.less(rng.random_sample(D.shape), keep_prob, D, casting="unsafe")
            np.divide(D, keep_prob, D)

        return draw_mask
    threshold = max(round(keep_prob * 2**16), 1)

    def draw_mask_from_bits(D: Array) -> None:
        bits = rng.bit_generator.random_raw(-(-D.size // 4)).view("<u2")[: D.size]
        np.less(bits.reshape(D.shape), threshold, D, casting="unsafe")
        np.multiply(D, 2**16 / threshold, D)

    return draw_mask_from_bits


def _no_backward(dA: Array) -> Array:
    raise AssertionError("the evaluation of a network has no backward pass")
