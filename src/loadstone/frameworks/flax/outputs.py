"""The shared output classes as JAX pytrees, so that compiled functions can return them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeAlias

import jax

from loadstone.frameworks.outputs import (
    BaseModelOutput,
    CausalLMOutput,
    MaskedLMOutput,
    ModelOutput,
    MoeCausalLMOutputWithPast,
    QuestionAnsweringModelOutput,
    SequenceClassifierOutput,
    TokenClassifierOutput,
)

__all__ = [
    "BaseModelOutput",
    "CausalLMOutput",
    "FieldTuple",
    "MaskedLMOutput",
    "MoeCausalLMOutputWithPast",
    "QuestionAnsweringModelOutput",
    "SequenceClassifierOutput",
    "TokenClassifierOutput",
]

FieldTuple: TypeAlias = tuple[Any, ...]
"""An output's fields that are set, in order, for ``return_dict=False``: which these are only the call tells."""

for _output in ModelOutput.__subclasses__():
    jax.tree_util.register_dataclass(_output, data_fields=[field.name for field in fields(_output)], meta_fields=[])
