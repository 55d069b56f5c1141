"""ONNX: the network as one file of operators, written with the optional package onnx."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx import __version__
from dlx.errors import UsageError, allowed, missing_extra
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.nn.activations import Activation
    from dlx.runs.export.frozen import Frozen
    from dlx.types import Array

OPSET, IR_VERSION = 20, 9  # the first with Gelu (December 2023); onnxruntime 1.17 and newer read them
OPERATORS = {
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "Relu",
    "leaky_relu": "LeakyRelu",
    "elu": "Elu",
    "softplus": "Softplus",
    "gelu": "Gelu",
}
ATTRIBUTES = {"slope": "alpha", "alpha": "alpha"}  # what ONNX calls our options


class _Graph:
    """Operators in a row, each on what the one before gave, and the constants that they use."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.last = "features"

    def constant(self, name: str, values: Array) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def add(self, operator: str, *others: str, out: str | None = None, **attributes: Any) -> str:
        from onnx import helper

        result = out or f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, [self.last, *others], [result], name=result, **attributes))
        self.last = result
        return result


def onnx_file(network: Frozen, name: str) -> dict[str, bytes]:
    """``.onnx``: input ``features`` (m, n_x) float32, output ``probabilities`` (m, classes) or ``values`` (m, k).

    The names of features and classes stand in the file's metadata as JSON.
    """
    try:
        from onnx import TensorProto, checker, helper
    except ImportError as error:
        raise missing_extra("onnx", "onnx", "writing an ONNX file") from error
    graph = _Graph()
    graph.add("Sub", graph.constant("shift", network.shift))
    graph.add("Mul", graph.constant("scale", network.scale))
    for l, layer in enumerate(network.layers, start=1):
        graph.add("Gemm", graph.constant(f"W{l}", layer.W), graph.constant(f"b{l}", layer.b), transB=1)
        if layer.activation is not None:
            _add_activation(graph, layer.activation)
    output = _add_output(graph, network.task)
    width = len(network.classes) or len(network.layers[-1].b)
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["m", len(network.features)])
    result = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["m", width])
    model = helper.make_model(
        helper.make_graph(graph.nodes, network.name, [features], [result], graph.constants),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="dlx",
        producer_version=__version__,
    )
    metadata = {"task": network.task, "features": network.features, "classes": network.classes}
    helper.set_model_props(model, {key: json.dumps(value, ensure_ascii=False) for key, value in metadata.items()})
    checker.check_model(model, full_check=True)
    return {".onnx": model.SerializeToString()}


def _add_activation(graph: _Graph, activation: Activation) -> None:
    name, options = activation.name, activation.model_dump()
    if name == "identity":
        return
    if name == "swish":
        before = graph.last
        graph.add("Sigmoid")
        graph.add("Mul", before)
    elif name in OPERATORS:
        form = {"approximate": "tanh"} if name == "gelu" else {}
        graph.add(OPERATORS[name], **form, **{ATTRIBUTES[key]: options[key] for key in ATTRIBUTES if key in options})
    else:
        raise no_counterpart("ONNX", name, [*OPERATORS, "identity", "swish"])


def no_counterpart(format_name: str, activation: str, counterparts: list[str]) -> UsageError:
    """An activation that the other format does not have."""
    return UsageError(
        f"the activation {activation} has no counterpart in {format_name} {allowed('', sorted(counterparts))}"
    )


def _add_output(graph: _Graph, task: Task) -> str:
    if task.is_regression:
        return graph.add("Identity", out="values")
    if task is Task.MULTICLASS:
        return graph.add("Softmax", axis=1, out="probabilities")
    p = graph.add("Sigmoid")  # of class 1; that of class 0 is what is left
    graph.last = graph.constant("one", np.ones(1, np.float32))
    graph.add("Sub", p)
    return graph.add("Concat", p, axis=1, out="probabilities")
