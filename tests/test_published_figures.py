"""Single figures that the course's notebooks and lectures print: initial weights, costs, activations, mini-batches.

Its figures for backprop with L2 and for gradient checking stand in nn/test_gradcheck.py, those for learning rates in
nn/test_schedules.py, and the costs and accuracies of whole trainings in test_course.py.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlx.nn.activations import ReLU
from dlx.nn.initializers import He, Initializer, Normal, Zeros
from dlx.nn.losses import Logistic, Loss, Softmax, SquaredError
from dlx.nn.network import LayerPlan, Network, Step
from dlx.nn.tape import Tape
from dlx.runs.preparation import prepare
from dlx.spec.loader import load_spec
from dlx.training.fit import take_steps
from dlx.training.supervised import Supervised
from dlx.types import Array


def network_of(*sizes: int, initializer: Initializer, l2: float = 0.0, loss: Loss | None = None) -> Network:
    hidden = [LayerPlan(units, ReLU(), initializer) for units in sizes[1:-1]]
    return Network(sizes[0], [*hidden, LayerPlan(sizes[-1], None, initializer)], loss or Logistic(), np.float64, l2)


@pytest.mark.parametrize(
    ("initializer", "sizes", "W1", "W2"),
    [
        (
            Normal(scale=10),
            (3, 2, 1),
            [[17.88628473, 4.36509851, 0.96497468], [-18.63492703, -2.77388203, -3.54758979]],
            [[-0.82741481, -6.27000677]],
        ),
        (
            He(),
            (2, 4, 1),
            [[1.78862847, 0.43650985], [0.09649747, -1.8634927], [-0.2773882, -0.35475898], [-0.08274148, -0.62700068]],
            [[-0.03098412, -0.33744411, -0.92904268, 0.62552248]],
        ),
        (He(), (3, 1, 2), [[1.46040903, 0.3564088, 0.07878985]], [[-2.63537665], [-0.39228616]]),
    ],
)
def test_initial_weights_of_seed_3(
    initializer: Initializer, sizes: tuple[int, ...], W1: list[list[float]], W2: list[list[float]]
) -> None:
    parameters = network_of(*sizes, initializer=initializer)
    parameters.initialize(np.random.RandomState(3))
    for name, values in (("W1", W1), ("W2", W2)):
        np.testing.assert_allclose(parameters.parameters[name], values, rtol=0, atol=5.1e-9)
    assert not parameters.parameters["b1"].any()
    assert not parameters.parameters["b2"].any()


def notebook_network(rng: np.random.RandomState, l2: float = 0.0) -> Network:
    """The notebooks' network 3-2-3-1, W1, b1, W2 … drawn in this order."""
    network = network_of(3, 2, 3, 1, initializer=Zeros(), l2=l2)
    for name in ("W1", "b1", "W2", "b2", "W3", "b3"):
        network.parameters[name][...] = rng.randn(*network.parameters[name].shape)
    return network


def notebook_step() -> Step:
    rng = np.random.RandomState(1)
    X = rng.randn(3, 5)
    network = notebook_network(rng)
    step = network.record_step(np.ascontiguousarray(X.T), np.array([[1.0, 1, 0, 1, 0]]))
    step.run()
    return step


def test_the_forward_pass() -> None:
    published = [[0.40682402, 0.01629284, 0.16722898, 0.10118111, 0.40682402]]
    np.testing.assert_allclose(notebook_step().A, published, rtol=0, atol=5.1e-9)


def test_the_cost_with_l2() -> None:
    """The notebook hands over A3 to 8 digits, and draws W without X: here the logits of that A3 are made outright."""
    network = notebook_network(np.random.RandomState(1), l2=0.1)
    A3, tape = np.array([[0.40682402, 0.01629284, 0.16722898, 0.10118111, 0.40682402]]), Tape(np.float64)
    network.loss.record(tape, np.log(A3 / (1 - A3)), np.array([[1.0, 1, 0, 1, 0]]))
    tape.run()
    assert tape.cost() == pytest.approx(1.6025016047573224, rel=1e-14)
    network.penalties()["l2"](tape, 5)
    tape.run()
    assert tape.cost() == pytest.approx(1.7864859451590758, rel=1e-14)


def test_a_linear_layer() -> None:
    rng, network = np.random.RandomState(1), network_of(3, 4, initializer=Zeros(), loss=SquaredError())
    X = rng.randn(3, 1)
    network.parameters["W1"][...], network.parameters["b1"][...] = rng.randn(4, 3), rng.randn(4, 1)
    step = network.record_step(np.ascontiguousarray(X.T), np.zeros((4, 1)))
    step.run()
    published = [[-2.15657382], [2.95891446], [-1.08926781], [-0.84538042]]
    np.testing.assert_allclose(step.A, published, rtol=0, atol=5.1e-9)


def output(loss: Loss, Z: Array, Y: Array) -> tuple[Array, float]:
    tape = Tape(np.float64)
    A, _ = loss.record(tape, np.asarray(Z, np.float64), np.asarray(Y, np.float64))
    tape.run()
    return A, tape.cost()


@pytest.mark.parametrize(("z", "published"), [(-1, 0.26894143), (0, 0.5), (12, 0.9999939)])
def test_the_sigmoid(z: float, published: float) -> None:
    A, _ = output(Logistic(), np.array([[z]]), np.array([[1]]))
    assert A.item() == pytest.approx(published, abs=6e-8)


def test_the_logistic_cost_of_each_example() -> None:
    """The notebook's logits are themselves sigmoids, and its costs float32."""
    Z = 1 / (1 + np.exp(-np.array([0.2, 0.4, 0.7, 0.9])))
    published = [1.00538719, 1.03664088, 0.41385433, 0.39956614]
    costs = [output(Logistic(), np.array([[z]]), np.array([[y]]))[1] for z, y in zip(Z, (0, 0, 1, 1), strict=True)]
    np.testing.assert_allclose(costs, published, rtol=0, atol=1e-7)


def test_the_softmax_cost_of_two_examples() -> None:
    Z = np.array(
        [
            [2.4048107, 5.0334096],
            [-0.7921977, -4.1523376],
            [0.9447198, -0.46802214],
            [1.158121, 3.9810789],
            [4.768706, 2.3220146],
            [6.1481323, 3.909829],
        ]
    )
    Y = np.eye(6)[:, [5, 0]]
    costs = [output(Softmax(), Z[:, [k]], Y[:, [k]])[1] for k in (0, 1)]
    np.testing.assert_allclose(costs, [0.25361037, 0.5566767], rtol=0, atol=1e-7)
    assert output(Softmax(), Z, Y)[1] == pytest.approx(0.4051435, abs=1e-7)


def test_the_softmax_of_the_lecture() -> None:
    A, _ = output(Softmax(), np.array([[5.0], [2], [-1], [3]]), np.eye(4)[:, :1])
    np.testing.assert_allclose(A[:, 0], [0.84203357, 0.04192238, 0.00208719, 0.11395685], rtol=0, atol=5.1e-9)


SPEC = """
dtype: float64
task: binary
data: {train: {name: file, path: rows.npz}, normalize: none}
architecture: {hidden: []}
optimizer: {name: gradient_descent, learning_rate: 1e-30}
training: {epochs: 1, batch_size: SIZE}
randomness: {generator: legacy, shuffle: {seed: 0, reseed: epoch}}
"""


def batches(folder: Path, rows: Array, size: int) -> list[Array]:
    """The mini-batches of an epoch, examples in rows."""
    np.savez(folder / "rows.npz", X=rows, y=np.arange(len(rows)) % 2)
    (folder / "spec.yaml").write_text(SPEC.replace("SIZE", str(size)))
    experiment, seen = prepare(load_spec(folder / "spec.yaml").spec), []
    assert isinstance(experiment, Supervised)
    for done in range(0, len(rows), size):
        take_steps(experiment, 1)
        seen.append(experiment.batches.step_for(min(size, len(rows) - done)).X.copy())
    return seen


def test_the_mini_batches_of_the_notebook(tmp_path: Path) -> None:
    """Its X is (12288, 148), of which the figures show the first and the last row."""
    counter = np.arange(148.0)[:, np.newaxis] * 12288 + [0, 12287]
    rows = np.hstack([counter, np.random.RandomState(1).randn(148, 1)])
    seen = batches(tmp_path, rows, 64)
    assert [len(batch) for batch in seen] == [64, 64, 20]
    assert seen[0][:3, 0].tolist() == [294912, 86016, 454656]
    assert seen[-1][:3, 1].tolist() == [1425407, 1769471, 897023]
    assert seen[0][:3, 2] == pytest.approx([0.90085595, -0.7612069, 0.2344157], abs=5.1e-9)
    assert (seen[0][:5, 0] / 12288).tolist() == [24, 7, 37, 114, 27]


def test_the_mini_batches_of_three_examples(tmp_path: Path) -> None:
    seen = batches(tmp_path, np.arange(3.0)[:, np.newaxis], 2)
    assert [batch[:, 0].tolist() for batch in seen] == [[2, 1], [0]]
