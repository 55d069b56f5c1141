"""What is wrong in the options of a component whose name no class has: of the class that was probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import isabstract
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from dlx.component import Component
from dlx.errors import nearest
from dlx.spec.shapes import Shape

OF_THE_NAME = ("missing", "component")  # what cannot be judged without the right name


def with_options(detail: ErrorDetails, shape: Shape | None) -> Iterator[ErrorDetails]:
    """An error of a validation; where it refuses a name, those of the options that stand beside that follow."""
    options, location = detail["input"], detail["loc"]
    family = shape.family if shape and detail["type"] == "component" else None
    beside: list[ErrorDetails] = []
    if family is not None and isinstance(options, dict) and "name" in options:
        beside = _of_options({key: value for key, value in options.items() if key != "name"}, family, options["name"])
    yield {**detail, "loc": (*location, "name")} if beside else detail
    for further in beside:
        yield {**further, "loc": (*location, *further["loc"])}


def _of_options(options: dict[str, Any], family: type[Component], name: object) -> list[ErrorDetails]:
    """By the class with a name like this one, or by the first that has all of these options."""
    members = {each: member for each, member in family.members().items() if not isabstract(member)}
    alike = members.get(nearest(name, members) or "")
    classes = [alike] if alike else [each for each in members.values() if {*options} <= {*each.model_fields}]
    try:
        for each in classes[:1]:
            each.model_validate(options)
    except ValidationError as error:
        anywhere = {key for each in members.values() for key in each.model_fields}
        details = [detail for detail in error.errors(include_url=False) if detail["type"] not in OF_THE_NAME]
        return [each for each in details if each["type"] != "extra_forbidden" or each["loc"][0] not in anywhere]
    return []
