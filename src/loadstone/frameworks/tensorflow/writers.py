"""Texts that are being written: the compiled passes that read their next tokens, and what becomes of the rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import tensorflow as tf

from loadstone.architectures import components
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.tensorflow.arguments import without_router_logits
from loadstone.frameworks.tensorflow.cache import Cache, cache_spec
from loadstone.frameworks.tensorflow.structure import TFStructure

Kind = TypeVar("Kind")


class TextWriter(Protocol):
    """Texts that are being written."""

    ids: tf.Tensor
    """(rows, tokens) in int32."""
    dtype: tf.DType
    """That of the ids that the caller gave."""
    starts: np.ndarray | None
    """(rows,): how many of a text's tokens are padding before it; None where none is."""
    read: np.ndarray | None
    """(batch or rows, tokens): the text that an encoder has read, or the prompts; None where there is none."""
    out: Any
    cache: Cache | None
    encoded: Any
    """What an encoder gave; None where there is none."""

    @property
    def length(self) -> int:
        """How many tokens the texts have."""

    @property
    def texts(self) -> tf.Tensor:
        """The ids in the caller's dtype."""

    def logits(self) -> tf.Tensor:
        """Of the next token, (rows, vocab) in float32."""

    def append(self, tokens: tf.Tensor, parents: tf.Tensor | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""


class Prompts(NamedTuple):
    """What is to be continued, each (rows, tokens) in int32."""

    ids: tf.Tensor
    mask: tf.Tensor
    types: tf.Tensor | None
    more: dict[str, tf.Tensor]
    """What else belongs to them, by the names that the forward pass has for it."""


class Programs:
    """The compiled forward passes of one model: with a cache, and without one; with token types, or without them.

    All sizes in their signatures are open, so that each is traced once, whatever it is called with: the whole prompt
    or one token of it, few sequences or many, a small cache or a large one.
    """

    def __init__(self, model: TFStructure, *, with_types: bool) -> None:
        assert model.component is not None
        whole = [tf.TensorSpec((None, None), tf.int32)] * (4 if with_types else 3)
        cache = cache_spec(model.component, tf.as_dtype(model.dtype))

        def logits(inputs: Sequence[tf.Tensor], past: Cache | None = None) -> tuple[tf.Tensor, Cache | None]:
            ids, mask, positions, *types = inputs
            out = model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                token_type_ids=types[0] if types else None,
                past_key_values=past,
                return_dict=True,
                logits_to_keep=1,
                **without_router_logits(model),
            )
            return tf.cast(out.logits[:, -1], tf.float32), out.past_key_values

        def whole_logits(inputs: dict[str, tf.Tensor | Cache]) -> tuple[tf.Tensor, Cache | None]:
            out = model(**inputs, return_dict=True, logits_to_keep=1, **without_router_logits(model))
            return tf.cast(out.logits[:, -1], tf.float32), out.past_key_values

        # For models that know positions themselves, of what they are given besides.
        self.by_name = tf.function(whole_logits, autograph=False, reduce_retracing=True)
        self.cached = tf.function(logits, input_signature=[whole, cache], autograph=False)
        self.plain = tf.function(logits, input_signature=[whole], autograph=False)


class Continued:
    """Prompts that are continued."""

    def __init__(self, model: Any, prompts: Prompts, how: Decoding, dtype: tf.DType) -> None:
        assert isinstance(model, TFStructure) and model.component is not None
        self.model, self.dtype = model, dtype
        self.ids, self.types, self.more = prompts.ids, prompts.types, prompts.more
        self.starts, self.read = np.argmax(prompts.mask.numpy() != 0, axis=1), prompts.ids.numpy()
        self.out = self.encoded = None
        # Places that are not written yet are hidden by causality, so that one mask serves to the end.
        self.mask = tf.pad(prompts.mask, [[0, 0], [0, how.new_tokens]], constant_values=1)
        self.room = self.ids.shape[1] + how.new_tokens
        self.use_cache = how.use_cache
        with_types = self.types is not None
        self.programs = kept_programs(model, with_types, lambda: Programs(model, with_types=with_types))
        self.embeddings = next(components.find(model.component, components.Embeddings))
        self.turns = components.frequencies_change_at(model.component)
        self.places_itself = components.places_itself(model.component, model.task.inputs)
        self.cache: Cache | None = None

    @property
    def length(self) -> int:
        """How many tokens the texts have."""
        return int(self.ids.shape[1])

    @property
    def texts(self) -> tf.Tensor:
        """The ids in the caller's dtype."""
        return tf.cast(self.ids, self.dtype)

    def logits(self) -> tf.Tensor:
        """Of the next token, (rows, vocab) in float32."""
        ids, mask, length = self.ids, self.mask, self.length
        if self.places_itself:
            return self._by_name()
        positions = self._positions(ids, mask[:, :length])
        types = [] if self.types is None else [self.types]
        if not self.use_cache:
            return self.programs.plain([ids, mask[:, :length], positions, *types])[0]
        # Beyond that length the cache holds what was turned by the frequencies of short texts.
        if self.cache is None or length == self.turns + 1:
            self.cache, start = self.model.init_cache(len(ids), self.room), 0
        else:
            start = length - 1
        inputs = [ids[:, start:], mask, positions[:, start:], *(each[:, start:] for each in types)]
        logits, self.cache = self.programs.cached(inputs, self.cache)
        return logits

    def _by_name(self) -> tf.Tensor:
        """The same of a model that counts positions itself."""
        if not self.use_cache:
            inputs = {"input_ids": self.ids, "attention_mask": self.mask[:, : self.length], **self.more}
            return self.programs.by_name(inputs)[0]
        start, more = (0, self.more) if self.cache is None else (self.length - 1, {})
        if self.cache is None:
            self.cache = self.model.init_cache(len(self.ids), self.room)
        inputs = {"input_ids": self.ids[:, start:], "attention_mask": self.mask, "past_key_values": self.cache}
        logits, self.cache = self.programs.by_name({**inputs, **more})
        return logits

    def append(self, tokens: tf.Tensor, parents: tf.Tensor | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""
        if parents is not None:  # the rows of one prompt have the same mask and types
            self.ids, self.cache = tf.gather(self.ids, parents), in_order(self.cache, parents)
        self.ids = tf.concat((self.ids, tokens[:, None]), axis=1)
        if self.types is not None:
            self.types = tf.concat((self.types, self.types[:, -1:]), axis=1)

    def _positions(self, ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Position ids (batch, tokens), counted over what the mask lets through, or over what is not padding."""
        if self.embeddings.positions == "tokens":
            real = tf.cast(ids != (self.embeddings.padding or 0), tf.int32)
            return tf.cumsum(real, axis=1) * real + self.embeddings.offset
        return tf.maximum(tf.cumsum(mask, axis=1) - 1, 0)


def kept_programs(model: Any, key: Hashable, make: Callable[[], Kind]) -> Kind:
    """The compiled passes of a model under a key, made when first needed. A dtype that changed asks for new ones."""
    held = model.__dict__.get("_generation_programs")
    if held is None or held[0] != model.dtype:
        held = (model.dtype, {})
        # Past Keras, which would save them with the model.
        model.__dict__["_generation_programs"] = held
    programs: dict[Hashable, Kind] = held[1]
    if key not in programs:
        programs[key] = make()
    return programs[key]


def in_order(cache: Cache | None, parents: tf.Tensor) -> Cache | None:
    """A cache whose rows are those that ``parents`` (rows,) says."""
    if cache is None:
        return None
    keys, values = (tuple(tf.gather(array, parents) for array in arrays) for arrays in (cache.keys, cache.values))
    stored = {name: tf.gather(array, parents) for name, array in cache.stored.items()}
    return cache._replace(keys=keys, values=values, stored=stored)
