"""ONNX: the network as one file of operators, written with the optional package onnx."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from dlx import __version__
from dlx.errors import missing_extra
from dlx.nn.activations import Activation
from dlx.runs.export.frozen import Dense, Formula, Frozen, Operation, TargetUnit
from dlx.runs.export.target import Target
from dlx.types import Array
from dlx.words import Task

OPSET, IR_VERSION = 20, 9  # the first with Gelu (December 2023); onnxruntime 1.17 and newer read them
ACTIVATIONS = {
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "Relu",
    "leaky_relu": "LeakyRelu",
    "elu": "Elu",
    "softplus": "Softplus",
    "gelu": "Gelu",
}
NORMS = {"layer_norm": "LayerNormalization"}  # over the last axis; whose inputs are our parameters, in their order
ATTRIBUTES = {"slope": "alpha", "alpha": "alpha", "epsilon": "epsilon"}  # what ONNX calls our options
FORMS = {"gelu": {"approximate": "tanh"}}  # attributes that choose our formula


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

    def output(self, network: Frozen) -> str:
        """The name of the result, after the output activation that the task asks for."""
        task = network.task
        if task.is_regression:
            return self._values(network.target_unit)
        if task is Task.MULTICLASS:
            return self.add("Softmax", axis=1, out="probabilities")
        if task is Task.MULTILABEL:
            return self.add("Sigmoid", out="probabilities")
        p = self.add("Sigmoid")  # of class 1; that of class 0 is what is left
        self.last = self.constant("one", np.ones(1, np.float32))
        self.add("Sub", p)
        return self.add("Concat", p, axis=1, out="probabilities")

    def _values(self, unit: TargetUnit | None) -> str:
        """Those of a regression, in the unit of its targets."""
        if unit is None:
            return self.add("Identity", out="values")
        self.add("Mul", self.constant("target_spread", unit.spread))
        shift = self.constant("target_shift", unit.shift)
        if not unit.is_log:
            return self.add("Add", shift, out="values")
        self.add("Add", shift)
        return self.add("Exp", out="values")


class Onnx(Target):
    """``.onnx``: input ``features`` (m, n_x) float32, output ``probabilities`` (m, classes) or ``values`` (m, k).

    The names of features and classes stand in the file's metadata as JSON.
    """

    name = "onnx"
    title = "ONNX"
    rank = 0
    signs = (b"\x12\x03dlx",)

    def files(self, network: Frozen, name: str) -> dict[str, bytes]:
        try:
            from onnx import TensorProto, checker, helper
        except ImportError as error:
            raise missing_extra("onnx", "onnx", "writing an ONNX file") from error
        graph = _Graph()
        if network.imputation is not None:
            graph.add("IsNaN")
            graph.add("Where", graph.constant("imputation", network.imputation), "features")
        graph.add("Sub", graph.constant("shift", network.shift))
        graph.add("Mul", graph.constant("scale", network.scale))
        for operation in network.operations:
            self._add(graph, operation)
        output = graph.output(network)
        width = len(network.classes) or len(network.dense[-1].b)
        features = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["m", network.n_x])
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

    def _add(self, graph: _Graph, operation: Operation) -> None:
        l = operation.l
        if isinstance(operation, Dense):
            graph.add("Gemm", graph.constant(f"W{l}", operation.W), graph.constant(f"b{l}", operation.b), transB=1)
        elif operation.component.name == "swish":
            before = graph.last
            graph.add("Sigmoid")
            graph.add("Mul", before)
        else:
            self._add_formula(graph, operation)

    def _add_formula(self, graph: _Graph, formula: Formula) -> None:
        component, of_activation = formula.component, isinstance(formula.component, Activation)
        operators = ACTIVATIONS if of_activation else NORMS
        if component.name not in operators:
            raise self.no_counterpart(formula, [*operators, *(["identity", "swish"] if of_activation else [])])
        constants = [graph.constant(f"{name}{formula.l}", array) for name, array in formula.arrays.items()]
        attributes = {ATTRIBUTES[key]: option for key, option in component}
        graph.add(operators[component.name], *constants, **FORMS.get(component.name, {}), **attributes)
