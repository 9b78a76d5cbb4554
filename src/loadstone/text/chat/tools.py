"""Functions that a model may call → the JSON schemas that chat templates write down."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Union

from loadstone.errors import ArgumentError

_TYPES: Mapping[object, str] = {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null"}
_SECTIONS = re.compile(r"\n\s*(Args|Arguments|Returns?|Raises|Yields):\s*\n", re.IGNORECASE)
_PARAMETER = re.compile(r"^\s*\*{0,2}(\w+)\s*(?:\([^)\n]*\))?:\s*(.*)$")
_CHOICES = re.compile(r"\(choices:\s*(\[.*?\])\)\s*$", re.IGNORECASE | re.DOTALL)


def schema_of(tool: object) -> Any:
    """A schema as it is; a function's by its type hints and its docstring, which has a Google-style ``Args:`` section.

    :class:`ArgumentError` for a function that lacks them, and for what is neither.

    >>> def weather(city: str) -> str:
    ...     '''Tells the weather.
    ...
    ...     Args:
    ...         city: Where.
    ...     '''
    >>> schema_of(weather)["function"]["parameters"]["properties"]
    {'city': {'type': 'string', 'description': 'Where.'}}
    """
    if isinstance(tool, Mapping):
        return tool
    if not (inspect.isfunction(tool) or inspect.ismethod(tool)):
        raise ArgumentError(f"tools: expected JSON schemas, or functions with type hints, found {tool!r}.")
    name = tool.__name__
    description, said, returned = _docstring(tool)
    if not description:
        raise ArgumentError(f"tools: {name} has no docstring that says what it does.")
    hints = typing.get_type_hints(tool)
    properties: dict[str, Any] = {}
    required = []
    for parameter in inspect.signature(tool).parameters.values():
        if parameter.name not in hints or parameter.name not in said:
            raise ArgumentError(
                f"tools: {name}: the parameter {parameter.name!r} needs a type hint, and a line under 'Args:'."
            )
        schema = _schema(hints[parameter.name], f"{name}.{parameter.name}")
        properties[parameter.name] = {**schema, **_described(said[parameter.name], schema)}
        if parameter.default is parameter.empty:
            required.append(parameter.name)
    parameters: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        parameters["required"] = required
    function: dict[str, Any] = {"name": name, "description": description, "parameters": parameters}
    if hints.get("return", inspect.Signature.empty) is not inspect.Signature.empty and "return" in hints:
        function["return"] = _schema(hints["return"], f"{name}'s return")
        if returned:
            function["return"]["description"] = returned
    return {"type": "function", "function": function}


def _described(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The description of a parameter, and the choices that it ends with, if it does."""
    found = _CHOICES.search(text)
    if found is None:
        return {"description": text}
    import json

    return {"enum": json.loads(found[1]), "description": text[: found.start()].strip()}


def _docstring(function: Callable[..., object]) -> tuple[str, dict[str, str], str]:
    """What it does, what each parameter is, what it returns."""
    doc = "\n" + inspect.cleandoc(function.__doc__ or "") + "\n"
    pieces = _SECTIONS.split(doc)
    sections = {title.lower(): body for title, body in zip(pieces[1::2], pieces[2::2], strict=True)}
    arguments = sections.get("args", sections.get("arguments", ""))
    said: dict[str, list[str]] = {}
    current: list[str] = []
    margin = min((len(line) - len(line.lstrip()) for line in arguments.splitlines() if line.strip()), default=0)
    for line in arguments.splitlines():
        begins = _PARAMETER.match(line) if len(line) - len(line.lstrip()) == margin else None
        if begins is not None:
            current = said.setdefault(begins[1], [])
            current.append(begins[2].strip())
        elif line.strip():
            current.append(line.strip())
    returned = sections.get("returns", sections.get("return", ""))
    return (
        pieces[0].strip(),
        {name: " ".join(lines).strip() for name, lines in said.items()},
        " ".join(returned.split()),
    )


def _schema(hint: Any, where: str) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in _TYPES:
        return {"type": _TYPES[hint]}
    if hint is Any:
        return {}
    if origin in (Union, types.UnionType):
        return _union([each for each in arguments if each is not type(None)], type(None) in arguments, where)
    if origin is Literal:
        kinds = list(dict.fromkeys(_TYPES[type(value)] for value in arguments))
        return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": list(arguments)}
    if hint is list or origin in (list, Sequence):
        return {"type": "array", **({"items": _schema(arguments[0], where)} if arguments else {})}
    if origin is tuple and Ellipsis not in arguments:
        return {"type": "array", "prefixItems": [_schema(each, where) for each in arguments]}
    if hint is dict or origin in (dict, Mapping):
        more = {"additionalProperties": _schema(arguments[1], where)} if len(arguments) == 2 else {}
        return {"type": "object", **more}
    raise ArgumentError(f"tools: {where}: no JSON schema for {hint!r}; use int, float, str, bool, list, dict, Literal.")


def _union(members: list[Any], is_nullable: bool, where: str) -> dict[str, Any]:
    schemas = [_schema(member, where) for member in members]
    if len(schemas) == 1:
        union = schemas[0]
    elif all(isinstance(schema.get("type"), str) and len(schema) == 1 for schema in schemas):
        union = {"type": sorted(schema["type"] for schema in schemas)}
    else:
        union = {"anyOf": schemas}
    return {**union, "nullable": True} if is_nullable else union
