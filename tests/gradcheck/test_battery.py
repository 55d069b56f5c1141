"""The battery: random small networks over everything that is registered pass, without one false alarm."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlx.gradcheck.check import check
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation
from dlx.nn.initializers import Initializer
from dlx.nn.layers import mask_from
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network, Normalize

INITIALIZERS = [
    *(name for name in Initializer.members() if name != "file"),  # which reads its values and draws none
    *({"name": "normal", "scale": scale} for scale in (0.3, 3.0)),
]


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    hidden = [_plan(draw, rng) for _ in range(draw(st.integers(0, 2)))]
    loss = Loss.parse(draw(st.sampled_from(list(Loss.members()))))
    n_x, n_y, m = draw(st.integers(1, 3)), 1 if loss.task == "binary" else 3, draw(st.integers(2, 7))
    penalty = draw(st.sampled_from([{}, {"l2": 0.7}, {"l1": 0.7}]))
    output = LayerPlan(n_y, None, Initializer.parse(draw(st.sampled_from(INITIALIZERS))))
    network = Network(n_x, [*hidden, output], loss, np.float64, **penalty)
    network.initialize(rng)
    classes = np.eye(max(n_y, 2))[:n_y, rng.integers(max(n_y, 2), size=m)]
    Y = rng.standard_normal((n_y, m)) if loss.task == "regression" else classes
    return Subject(network, rng.standard_normal((m, n_x)), np.ascontiguousarray(Y))


def _plan(draw: st.DrawFn, rng: np.random.Generator) -> LayerPlan:
    return LayerPlan(
        units=draw(st.integers(1, 4)),
        activation=Activation.parse(draw(st.sampled_from(list(Activation.members())))),
        initializer=Initializer.parse(draw(st.sampled_from(INITIALIZERS))),
        batch_norm=Normalize(0.9, 1e-5, exact=draw(st.booleans())) if draw(st.booleans()) else None,
        draw=mask_from(rng, 0.7) if draw(st.booleans()) else None,
    )


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(subjects())
def test_backprop_is_the_gradient_of_every_random_network(subject: Subject) -> None:
    point = check(subject, "now")
    assert point.passed, point
    assert all(one.difference < 1e-7 for one in point.parameters if one.difference is not None)
    assert point.difference < 1e-7
