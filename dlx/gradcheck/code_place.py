"""Where in the code of a plugin the gradient of an operation is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from dlx.component import Component, defined_at, is_of_dlx
from dlx.gradcheck.operations import LayerOperation, Operation
from dlx.nn.activations import Activation
from dlx.nn.layers import Activate
from dlx.nn.tape import Tape


def place_of(operation: Operation) -> tuple[str | None, str | None]:
    """``file:line`` and the name of the function that writes the gradients, of an operation that is not one of dlx.

    Where that function is dlx's own, inherited for instance, it is the class.
    """
    component = getattr(operation.owner, "component", operation.owner)
    if not isinstance(component, Component) or type(component).__module__.split(".")[0] == "dlx":
        return None, None
    code = getattr(_innermost(_writer(operation)), "__code__", None)
    if code is None or is_of_dlx(code.co_filename):
        return defined_at(type(component)), None
    return f"{code.co_filename}:{code.co_firstlineno}", code.co_qualname.replace(".<locals>", "")


def _writer(operation: Operation) -> Callable[..., object] | None:
    """What writes the gradients: of an activation its g′, where it leaves the product with dA to dlx."""
    owner = operation.owner
    if isinstance(operation, LayerOperation) and isinstance(owner, Activate):
        activation = owner.activation
        if type(activation).record is Activation.record:
            _, derivative = activation.forward(Tape(operation.x.dtype), operation.x)
            return derivative
    return operation.backward_function


def _innermost(function: Any) -> Any:
    """The function itself of a partial one, a method or an object that is called."""
    while isinstance(function, partial):
        function = function.func
    function = getattr(function, "__func__", function)
    return function if hasattr(function, "__code__") else vars(type(function)).get("__call__")
