"""What models return, whatever the framework: named fields, also reachable by key and by index as Transformers' are.

"Tensor" below is the framework's own kind of array.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass
class ModelOutput:
    """Named fields. Those that are None are left out of the tuple, the keys and the iteration.

    A mapping to whoever asks: tools that go through mappings change what is in them and make another of the same class
    of a dict, so that a class may be made of one, too.
    """

    def __post_init__(self) -> None:
        first = next(iter(self.__dataclass_fields__), "")
        given = getattr(self, first, None)
        if type(given) is dict:
            setattr(self, first, None)
            for name, value in given.items():
                setattr(self, name, value)

    def to_tuple(self) -> tuple[Any, ...]:
        """The fields that are set, in order."""
        return tuple(value for _, value in self.items())

    def items(self) -> Iterator[tuple[str, Any]]:
        """Name and value of the fields that are set."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None:
                yield field.name, value

    def keys(self) -> list[str]:
        """Names of the fields that are set."""
        return [name for name, _ in self.items()]

    def values(self) -> list[Any]:
        """Values of the fields that are set."""
        return list(self.to_tuple())

    def get(self, name: str, default: Any = None) -> Any:
        """A field by name, or the default if it is not set."""
        value = getattr(self, name, None)
        return default if value is None else value

    def __getitem__(self, key: int | str | slice) -> Any:
        if isinstance(key, str):
            value = getattr(self, key, None)
            if value is None:
                raise KeyError(key)
            return value
        return self.to_tuple()[key]

    def __setitem__(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    def __contains__(self, name: object) -> bool:
        return name in self.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.to_tuple())


Mapping.register(ModelOutput)


@dataclass
class BaseModelOutput(ModelOutput):
    """What a bare model returns.

    ``last_hidden_state`` (batch, tokens, width); ``pooler_output`` (batch, width); ``hidden_states``: the input of
    each layer and the last hidden state; ``attentions``: for each layer (batch, heads, tokens, keys);
    ``router_logits``: for each layer with experts (batch · tokens, experts).
    """

    last_hidden_state: Any = None
    pooler_output: Any = None
    past_key_values: Any = None
    hidden_states: tuple[Any, ...] | None = None
    attentions: tuple[Any, ...] | None = None
    router_logits: tuple[Any, ...] | None = None


@dataclass
class CausalLMOutput(ModelOutput):
    """``loss`` (); ``logits`` (batch, tokens, vocab)."""

    loss: Any = None
    logits: Any = None
    past_key_values: Any = None
    hidden_states: tuple[Any, ...] | None = None
    attentions: tuple[Any, ...] | None = None


@dataclass
class MaskedLMOutput(ModelOutput):
    """``loss`` (); ``logits`` (batch, tokens, vocab)."""

    loss: Any = None
    logits: Any = None
    hidden_states: tuple[Any, ...] | None = None
    attentions: tuple[Any, ...] | None = None


@dataclass
class SequenceClassifierOutput(ModelOutput):
    """``loss`` (); ``logits`` (batch, labels)."""

    loss: Any = None
    logits: Any = None
    past_key_values: Any = None
    hidden_states: tuple[Any, ...] | None = None
    attentions: tuple[Any, ...] | None = None


@dataclass
class TokenClassifierOutput(ModelOutput):
    """``loss`` (); ``logits`` (batch, tokens, labels)."""

    loss: Any = None
    logits: Any = None
    hidden_states: tuple[Any, ...] | None = None
    attentions: tuple[Any, ...] | None = None


@dataclass
class QuestionAnsweringModelOutput(ModelOutput):
    """``loss`` (); ``start_logits`` and ``end_logits`` (batch, tokens)."""

    loss: Any = None
    start_logits: Any = None
    end_logits: Any = None
    hidden_states: tuple[Any, ...] | None = None
    attentions: tuple[Any, ...] | None = None


@dataclass
class MoeCausalLMOutputWithPast(ModelOutput):
    """``aux_loss`` () keeps experts equally busy; ``router_logits``: for each layer (tokens, experts)."""

    loss: Any = None
    aux_loss: Any = None
    logits: Any = None
    past_key_values: Any = None
    hidden_states: tuple[Any, ...] | None = None
    attentions: tuple[Any, ...] | None = None
    router_logits: tuple[Any, ...] | None = None
