"""ONNX: the network as one file of operators, written with the optional package onnx."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from dlx import __version__
from dlx.extras import missing_extra
from dlx.nn.activations import Activation
from dlx.runs.export.frozen import Dense, Formula, Frozen, Operation, TargetUnit
from dlx.runs.export.onnx_primitives import add_activation
from dlx.runs.export.preparation import Preparation
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

    def prepare(self, network: Frozen, row_type: int) -> None:
        """The features of a row, and what stands in for NaN."""
        preparation = network.preparation
        if preparation is not None:
            self.add("Gather", self.constant("source", preparation.source), axis=1)
        numbers = self.last
        missing = self.add("IsNaN") if preparation is not None or network.imputation is not None else ""
        self.last = numbers
        if preparation is not None:
            self._transform(preparation, network.shift.dtype)
        if preparation is not None and preparation.quantile.any():
            self._quantile(preparation)
        if network.imputation is not None:
            numbers, self.last = self.last, missing
            self.add("Where", self.constant("imputation", network.imputation), numbers)
        if preparation is not None and preparation.indicator.any():
            numbers, self.last = self.last, missing
            indicators = self.add("Cast", to=row_type)
            self.last = self.constant("indicator", preparation.indicator)
            self.add("Where", indicators, numbers)

    def _transform(self, preparation: Preparation, dtype: np.dtype[Any]) -> None:
        """The logarithms of some numbers."""
        numbers = self.last
        if preparation.log.any():
            logarithms = self.add("Log")
            self.last = self.constant("log", preparation.log)
            self.add("Where", logarithms, numbers)
        if preparation.signed_log.any():
            numbers = self.last
            sign, self.last = self.add("Sign"), numbers
            self.add("Abs")
            self.add("Add", self.constant("one_more", np.ones(1, dtype)))
            self.add("Log")
            logarithms = self.add("Mul", sign)
            self.last = self.constant("signed_log", preparation.signed_log)
            self.add("Where", logarithms, numbers)

    def _quantile(self, preparation: Preparation) -> None:
        """The shares of some numbers: the first one + Σ slope·(clip(x, low, high) − low)."""
        numbers = self.last
        low, axis = self.constant("low", preparation.low), self.constant("axis_of_steps", np.array([1]))
        self.add("Unsqueeze", axis)
        self.add("Max", low)
        self.add("Min", self.constant("high", preparation.high))
        self.add("Sub", low)
        self.add("Mul", self.constant("slope", preparation.slope))
        self.add("ReduceSum", axis, keepdims=0)
        shares = self.add("Add", self.constant("share", preparation.share))
        self.last = self.constant("quantile", preparation.quantile)
        self.add("Where", shares, numbers)

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
        self.last = self.constant("one", np.ones(1, network.layer_type))
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
    """``.onnx``: input ``features`` (m, n) float32, or float64 where their numbers need it; output ``probabilities``
    (m, classes) or ``values`` (m, k), float32, or float64 where the layers need it.

    The names of features and classes, and of several targets, and what was measured of the network, such as
    ``dev_error``, stand in the file's metadata as JSON; ``producer_version`` is the version of dlx.
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
        types = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}
        graph, row_type, layer_type = _Graph(), types[network.row_type], types[network.layer_type]
        graph.prepare(network, row_type)
        graph.add("Sub", graph.constant("shift", network.shift))
        graph.add("Mul", graph.constant("scale", network.scale))
        if row_type != layer_type:
            graph.add("Cast", to=layer_type)
        for operation in network.operations:
            self._add(graph, operation, network.layer_type)
        output = graph.output(network)
        width = len(network.classes) or len(network.dense[-1].b)
        features = helper.make_tensor_value_info("features", row_type, ["m", network.length])
        result = helper.make_tensor_value_info(output, layer_type, ["m", width])
        model = helper.make_model(
            helper.make_graph(graph.nodes, network.name, [features], [result], graph.constants),
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="dlx",
            producer_version=__version__,
        )
        metadata: dict[str, Any] = {"task": network.task, "features": network.features, "classes": network.classes}
        if network.targets:
            metadata["targets"] = network.targets
        if network.measured:
            metadata["measured"] = network.measured
        helper.set_model_props(model, {key: json.dumps(value, ensure_ascii=False) for key, value in metadata.items()})
        checker.check_model(model, full_check=True)
        return {".onnx": model.SerializeToString()}

    def _add(self, graph: _Graph, operation: Operation, dtype: str) -> None:
        l = operation.l
        if isinstance(operation, Dense):
            graph.add("Gemm", graph.constant(f"W{l}", operation.W), graph.constant(f"b{l}", operation.b), transB=1)
        elif operation.component.name == "swish":
            before = graph.last
            graph.add("Sigmoid")
            graph.add("Mul", before)
        elif dtype == "float32" or not add_activation(graph, operation, dtype):
            self._add_formula(graph, operation)

    def _add_formula(self, graph: _Graph, formula: Formula) -> None:
        component, of_activation = formula.component, isinstance(formula.component, Activation)
        operators = ACTIVATIONS if of_activation else NORMS
        if component.name not in operators:
            raise self.no_counterpart(formula, [*operators, *(["identity", "swish"] if of_activation else [])])
        constants = [graph.constant(f"{name}{formula.l}", array) for name, array in formula.arrays.items()]
        attributes = {ATTRIBUTES[key]: option for key, option in component}
        graph.add(operators[component.name], *constants, **FORMS.get(component.name, {}), **attributes)
