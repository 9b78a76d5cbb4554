"""The signatures of forward passes, from what their tasks declare; and arguments by the names in them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter
from typing import Any, NamedTuple

from loadstone.architectures.tasks import FLAGS, Task
from loadstone.errors import ArgumentError


class Types(NamedTuple):
    """What a framework calls things."""

    array: str
    cache: str
    output: str
    """The type of an output, with ``{}`` for its class."""
    plain: str
    """What ``return_dict=False`` gives."""


def with_signature(
    function: Callable[..., Any], name: str, task: Task, types: Types, more: Sequence[Parameter] = ()
) -> Callable[..., Any]:
    """``function`` with the name, the signature and the documentation of a task's forward pass.

    ``more``: what the framework's passes take besides.
    """
    parameters = [_parameter(argument, types, task) for argument in task.arguments]
    outputs = [task.output, *(("MoeCausalLMOutputWithPast",) if "logits_to_keep" in task.options else ())]
    returns = " | ".join([*(types.output.format(output) for output in outputs), types.plain])
    own = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    function.__name__ = name
    function.__qualname__ = f"{task.class_name}.{name}"
    function.__doc__ = inspect.cleandoc(task.doc)
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [own, *parameters, *more], return_annotation=returns
    )
    return function


def _parameter(name: str, types: Types, task: Task) -> Parameter:
    default: object = None
    if name == "logits_to_keep":
        annotation, default = f"int | {types.array}", 0
    elif name == "labels" and task.loss == "objects":
        annotation = f"list[dict[str, {types.array}]] | None"
    elif name in FLAGS:
        annotation = "bool | None"
    else:
        annotation = f"{types.cache if name == 'past_key_values' else types.array} | None"
    return Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default, annotation=annotation)


def by_name(names: Sequence[str], args: tuple[object, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments by name. :class:`ArgumentError` for more than there are names, and for one that comes twice."""
    if len(args) > len(names):
        raise ArgumentError(f"Expected at most {len(names)} arguments, found {len(args)}.")
    placed = dict(zip(names, args, strict=False))
    for name in placed:
        if name in given:
            raise ArgumentError(f"{name} is given twice.")
    return {**placed, **given}
