"""The shared outputs as mappings that ``tf.function``, ``tf.nest`` and Keras can take apart and put together again."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from typing import Any, TypeAlias

import optree

from loadstone.frameworks import outputs

FieldTuple: TypeAlias = tuple[Any, ...]
"""An output's fields that are set, in order, for ``return_dict=False``: which these are only the call tells."""


class _Nested(outputs.ModelOutput):
    """A mapping, made as ``dict`` is: of pairs, or of keywords."""

    def __init__(self, pairs: Iterable[tuple[str, object]] = (), /, **fields: object) -> None:
        super().__init__(**dict(pairs), **fields)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        MutableMapping.register(cls)
        optree.register_pytree_node(
            cls,
            lambda output: (tuple(output.values()), tuple(output)),  # type: ignore[attr-defined]
            lambda names, values: cls(zip(names, values, strict=True)),  # type: ignore[call-overload]
            namespace="keras",
        )


class BaseModelOutput(_Nested, outputs.BaseModelOutput):
    __doc__ = outputs.BaseModelOutput.__doc__


class MoeCausalLMOutputWithPast(_Nested, outputs.MoeCausalLMOutputWithPast):
    __doc__ = outputs.MoeCausalLMOutputWithPast.__doc__


_EXPLICIT = (outputs.BaseModelOutput, outputs.MoeCausalLMOutputWithPast)

globals().update(
    {
        output.__name__: type(output.__name__, (_Nested, output), {"__doc__": output.__doc__, "__module__": __name__})
        for output in outputs.ModelOutput.__subclasses__()
        if output not in (_Nested, *_EXPLICIT)
    }
)
