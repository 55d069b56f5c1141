"""An activation or a loss in float32, in which networks are trained unless the spec says else."""

from __future__ import annotations

import numpy as np

from dlx.gradcheck.code_place import place_of
from dlx.gradcheck.fault import ALONE, IN_FLOAT32, Fault
from dlx.gradcheck.moving import moved
from dlx.gradcheck.operations import LayerOperation, LossOperation
from dlx.gradcheck.wrong_gradient import factor_of
from dlx.nn.network import Network
from dlx.nn.tape import Tape
from dlx.types import Array

CLOSE = 1e-3  # of an entry, or of a tenth of the largest: 10,000 times what float32 rounds


def fault_in_float32(operation: LayerOperation | LossOperation, network: Network) -> Fault | None:
    """A gradient that is right in float64 and is another one in float32, at the same numbers."""
    x = operation.x.astype(np.float32)
    with moved([(operation.x, lambda array: np.copyto(array, x))]):
        expected = operation.gradients()[operation.input]
    analytic = _analytic(operation, network, x)
    least = 0.1 * float(np.max(np.abs(expected), initial=0.0))
    if (np.abs(analytic - expected) <= CLOSE * np.maximum(np.abs(expected), least)).all():
        return None
    factor = factor_of(analytic.reshape(-1), expected.reshape(-1))
    is_factor = factor is not None and np.allclose(analytic, factor * expected, rtol=CLOSE, atol=CLOSE * least)
    what = f"{factor:.4g} × what it is in float64" if is_factor else "another one than in float64"
    place, method = place_of(operation)
    sentence = f"{operation.input}: analytic is {what}"
    return Fault(operation.name, operation.layer, None, IN_FLOAT32, sentence, place, ALONE, method=method)


def _analytic(operation: LayerOperation | LossOperation, network: Network, x: Array) -> Array:
    tape = Tape(np.float32)
    if isinstance(operation, LossOperation):
        targets = np.concatenate([operation.Y, operation.weights]).astype(np.float32)
        A, backward = network.record_loss(tape, x, targets)
        dx = backward(A)
    else:
        _, backward = operation.owner.record(tape, x, True)
        dx = backward(operation.u.astype(np.float32))
    tape.run()
    return np.asarray(dx, np.float64)
