"""Text generation: greedy or sampled, batched with padding on the left, one compiled program for all tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

import tensorflow as tf

from loadstone.architectures import components
from loadstone.errors import ArgumentError
from loadstone.frameworks.tensorflow.arguments import without_router_logits
from loadstone.frameworks.tensorflow.cache import Cache, cache_spec
from loadstone.frameworks.tensorflow.unmasked import warnings_issued
from loadstone.frameworks.unmasked import prompt_mask, prompt_padding
from loadstone.generation_config import Decoding, GenerationConfig, decoding

Found = TypeVar("Found", bound=components.Component)


class Streamer(Protocol):
    """Takes tokens as they come."""

    def put(self, value: tf.Tensor) -> None:
        """The prompt first, (batch, tokens), then each step's tokens, (batch,)."""

    def end(self) -> None:
        """No more tokens."""


class Programs:
    """The compiled forward passes of one model: with a cache, and without one.

    All sizes in their signatures are open, so that each is traced once, whatever it is called with: the whole prompt
    or one token of it, few sequences or many, a small cache or a large one.
    """

    def __init__(self, model: Any) -> None:
        whole = [tf.TensorSpec((None, None), tf.int32)] * 3
        cache = cache_spec(model.component, tf.as_dtype(model.dtype))

        def logits(ids: tf.Tensor, mask: tf.Tensor, positions: tf.Tensor, past: Cache | None = None) -> Any:
            out = model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=past,
                return_dict=True,
                logits_to_keep=1,
                **without_router_logits(model),
            )
            return tf.cast(out.logits[:, -1], tf.float32), out.past_key_values

        self.cached = tf.function(logits, input_signature=[*whole, cache], autograph=False)
        self.plain = tf.function(logits, input_signature=whole, autograph=False)


class GenerationMixin:
    """:meth:`generate` for models that predict the next token."""

    config: Any
    generation_config: GenerationConfig | None

    def generate(
        self,
        inputs: Any = None,
        *,
        input_ids: Any = None,
        attention_mask: Any = None,
        max_new_tokens: int | None = None,
        max_length: int | None = None,
        do_sample: bool | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        eos_token_id: int | Sequence[int] | None = None,
        pad_token_id: int | None = None,
        use_cache: bool = True,
        seed: int | None = None,
        streamer: Streamer | None = None,
    ) -> tf.Tensor:
        """Continue each prompt: ``input_ids`` (batch, tokens) → (batch, tokens + new ones), of the same dtype.

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left; without one, tokens that are
        ``pad_token_id`` are padding, unless that is one of ``eos_token_id``. A prompt that met one of ``eos_token_id``
        is filled up with ``pad_token_id``. ``max_length`` counts the prompt, ``max_new_tokens`` does not. Greedy unless
        ``do_sample``; then ``temperature``, ``top_k`` and ``top_p`` (the smallest set of tokens with that probability)
        apply, and a ``seed`` makes the text repeatable. What is not given comes from ``generation_config``.
        """
        given = inputs if inputs is not None else input_ids
        given = None if given is None else tf.convert_to_tensor(given)
        if given is None or given.shape.rank != 2 or 0 in given.shape or (inputs is not None and input_ids is not None):
            raise ArgumentError("generate needs input_ids of shape (batch, tokens) with at least one token.")
        how = decoding(
            given.shape[1],
            self.generation_config or GenerationConfig.for_model(self.config, None),
            self.config,
            max_new_tokens=max_new_tokens,
            max_length=max_length,
            do_sample=do_sample,
            temperature=temperature,
            top_k=top_k,
            top_p=top_p,
            eos_token_id=eos_token_id,
            pad_token_id=pad_token_id,
        )
        ids = tf.cast(given, tf.int32)
        pad = prompt_padding(pad_token_id, self.generation_config or self.config, self.config, how.ends)
        mask = tf.cast(prompt_mask(warnings_issued(self), ids.numpy(), attention_mask, pad), tf.int32)
        if streamer is not None:
            streamer.put(given)
        for step, chosen in enumerate(self._steps(ids, mask, how, use_cache, seed)):
            del step
            given = tf.concat((given, tf.cast(chosen[:, None], given.dtype)), axis=1)
            if streamer is not None:
                streamer.put(tf.cast(chosen, given.dtype))
        if streamer is not None:
            streamer.end()
        return given

    def _steps(
        self, ids: tf.Tensor, mask: tf.Tensor, how: Decoding, use_cache: bool, seed: int | None
    ) -> Iterator[tf.Tensor]:
        """The tokens (batch,) of each step, until all texts are complete or as long as asked."""
        model: Any = self
        programs = self._programs()
        batch, prompt = ids.shape
        # Places that are not written yet are hidden by causality, so that one mask serves to the end.
        mask = tf.pad(mask, [[0, 0], [0, how.new_tokens]], constant_values=1)
        unfinished = tf.ones(batch, tf.bool)
        ending = tf.constant(how.ends, tf.int32)
        turns = self._frequencies_change_at()
        cache = None
        for step in range(how.new_tokens):
            length = prompt + step
            positions = self._positions(ids, mask[:, :length])
            if not use_cache:
                logits, _ = programs.plain(ids, mask[:, :length], positions)
            else:
                # Beyond that length the cache holds what was turned by the frequencies of short texts.
                if cache is None or length == turns + 1:
                    cache, start = model.init_cache(batch, prompt + how.new_tokens), 0
                else:
                    start = length - 1
                logits, cache = programs.cached(ids[:, start:], mask, positions[:, start:], cache)
            chosen = _sample(logits, how, seed, step) if how.sample else tf.argmax(logits, -1, tf.int32)
            chosen = tf.where(unfinished, chosen, how.padding)
            ids = tf.concat((ids, chosen[:, None]), axis=1)
            yield chosen
            if how.ends:
                unfinished &= tf.reduce_all(chosen[:, None] != ending, axis=-1)
                if not bool(tf.reduce_any(unfinished)):
                    return

    def _programs(self) -> Programs:
        """The compiled forward passes. A dtype that changed asks for new ones."""
        model: Any = self
        held = self.__dict__.get("_generation_programs")
        if held is None or held[0] != model.dtype:
            held = (model.dtype, Programs(model))
            # Past Keras, which would save them with the model.
            self.__dict__["_generation_programs"] = held
        found: Programs = held[1]
        return found

    def _positions(self, ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Position ids (batch, tokens), counted over what the mask lets through, or over what is not padding."""
        embeddings = next(self._components(components.Embeddings))
        if embeddings.positions == "tokens":
            real = tf.cast(ids != (embeddings.padding or 0), tf.int32)
            return tf.cumsum(real, axis=1) * real + embeddings.offset
        return tf.maximum(tf.cumsum(mask, axis=1) - 1, 0)

    def _frequencies_change_at(self) -> int:
        """The length beyond which LongRoPE takes its other frequencies; -1 if they never change."""
        rotaries = (attention.rotary for attention in self._components(components.Attention))
        return next((rotary.limit for rotary in rotaries if rotary and rotary.kind == "longrope"), -1)

    def _components(self, kind: type[Found]) -> Iterator[Found]:
        """Every component of a kind in the model's blueprint."""
        model: Any = self
        return components.find(model.component, kind)


def _sample(logits: tf.Tensor, how: Decoding, seed: int | None, step: int) -> tf.Tensor:
    """One token for each row of ``logits`` (batch, vocab)."""
    if how.temperature is not None:
        logits /= how.temperature
    if how.top_k:
        lowest = tf.math.top_k(logits, min(how.top_k, logits.shape[-1])).values[:, -1:]
        logits = tf.where(logits < lowest, -float("inf"), logits)
    if how.top_p is not None and how.top_p < 1:
        order = tf.argsort(logits, direction="DESCENDING", stable=True)
        odds = tf.gather(tf.nn.softmax(logits), order, batch_dims=1)
        beyond = tf.cumsum(odds, axis=-1) - odds >= how.top_p  # the first token that reaches top_p still counts
        logits = tf.where(tf.gather(beyond, tf.argsort(order), batch_dims=1), -float("inf"), logits)
    if seed is None:
        return tf.random.categorical(logits, 1, tf.int32)[:, 0]
    return tf.random.stateless_categorical(logits, 1, (seed, step), tf.int32)[:, 0]
