"""Text generation: greedy or sampled, batched with padding on the left, one compiled program for all tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, TypeVar, Unpack

import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.inputs import ONCE
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.generation_keys import GenerationOptions
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks.decoding import Decoding, decoding
from loadstone.frameworks.ranges import beyond
from loadstone.frameworks.tensorflow.arguments import without_router_logits
from loadstone.frameworks.tensorflow.cache import Cache, cache_spec
from loadstone.frameworks.tensorflow.structure import TFStructure
from loadstone.frameworks.tensorflow.unmasked import warnings_issued
from loadstone.frameworks.unmasked import prompt_mask

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from loadstone.architectures.tasks import Task

_OWN = ("attention_mask", "generation_config", "input_ids", "inputs", "seed", "streamer", "token_type_ids")
Found = TypeVar("Found", bound=components.Component)


class Streamer(Protocol):
    """Takes tokens as they come."""

    def put(self, value: tf.Tensor) -> None:
        """The prompt first, (batch, tokens), then each step's tokens, (batch,)."""

    def end(self) -> None:
        """No more tokens."""


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


class GenerationMixin:
    """:meth:`generate` for models that predict the next token."""

    config: PretrainedConfig
    task: ClassVar[Task]
    generation_config: GenerationConfig | None

    def generate(
        self,
        inputs: tf.Tensor | ArrayLike | None = None,
        generation_config: object = None,
        *,
        input_ids: tf.Tensor | ArrayLike | None = None,
        attention_mask: tf.Tensor | ArrayLike | None = None,
        token_type_ids: tf.Tensor | ArrayLike | None = None,
        seed: int | None = None,
        streamer: Streamer | None = None,
        **options: Unpack[GenerationOptions],
    ) -> tf.Tensor:
        """Continue each prompt: ``input_ids`` (batch, tokens) → (batch, tokens + new ones), of the same dtype.

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left; without one, tokens that are
        ``pad_token_id`` are padding, unless that is one of ``eos_token_id``. ``token_type_ids`` (batch, tokens) are for
        models that have them; new tokens get the last one's. What else belongs to a prompt, as ``pixel_values``, is
        given as the model's forward pass takes it.

        Options: ``max_new_tokens`` (20), or ``max_length``, which counts the prompt; ``do_sample`` (False), and if so
        ``temperature`` (1), ``top_k`` (50; 0: off) and ``top_p`` (1; the smallest set of tokens with that probability),
        and a ``seed`` makes the text repeatable; ``eos_token_id``, one or several, and ``pad_token_id``, which fills
        up a text that met one; ``use_cache`` (True). What is not given comes from ``generation_config`` (Loadstone's,
        transformers' or a dict), then from the model's. Other keywords of transformers' ``generate`` are taken where
        they change nothing.

        Raises :class:`UnknownArgument` for a keyword that nothing takes, or that asks for what is not applied.
        """
        if inputs is not None and input_ids is not None:
            raise ArgumentError("Give the prompt once: as the first argument, or as input_ids.")
        given = inputs if inputs is not None else input_ids
        given = None if given is None else tf.convert_to_tensor(given)
        if given is None or given.shape.rank != 2 or 0 in given.shape or not given.dtype.is_integer:
            raise ArgumentError("generate needs input_ids of shape (batch, tokens) with at least one token.")
        ids = tf.cast(given, tf.int32)
        embeddings = next(self._components(components.Embeddings))
        named = dict(options)
        beside = {name: named.pop(name) for name in ONCE.intersection(self.task.inputs) & named.keys()}
        more = {name: tf.convert_to_tensor(value) for name, value in beside.items() if value is not None}
        how = decoding(
            ids.shape[1],
            self.generation_config or GenerationConfig.for_model(self.config, None),
            self.config,
            named,
            generation_config,
            own=_OWN,
        )
        real = prompt_mask(warnings_issued(self), ids.numpy(), attention_mask, how.prompt_padding)
        how, mask = how.within(embeddings.longest_text, int(real.sum(axis=1).max())), tf.cast(real, tf.int32)
        types = _segments(ids, token_type_ids) if embeddings.reads_segments else None
        if streamer is not None:
            streamer.put(given)
        for chosen in self._steps(ids, mask, _Beside(types, more), how, seed):
            given = tf.concat((given, tf.cast(chosen[:, None], given.dtype)), axis=1)
            if streamer is not None:
                streamer.put(tf.cast(chosen, given.dtype))
        if streamer is not None:
            streamer.end()
        return given

    def _steps(
        self, ids: tf.Tensor, mask: tf.Tensor, beside: _Beside, how: Decoding, seed: int | None
    ) -> Iterator[tf.Tensor]:
        """The tokens (batch,) of each step, until all texts are complete or as long as asked."""
        assert isinstance(self, TFStructure) and self.component is not None
        types, more = beside
        numbers = {name: value.numpy() for name, value in {"input_ids": ids, **more}.items()}
        if (merged := components.find_merged(self.component)) is not None:
            merged.check(numbers, numbers.get)
        by_name = components.places_itself(self.component)
        programs = self._programs(with_types=types is not None)
        batch, prompt = ids.shape
        embeddings = next(self._components(components.Embeddings))
        if error := beyond(embeddings, "input_ids", int(tf.reduce_min(ids)), int(tf.reduce_max(ids))):
            raise error
        # Places that are not written yet are hidden by causality, so that one mask serves to the end.
        mask = tf.pad(mask, [[0, 0], [0, how.new_tokens]], constant_values=1)
        unfinished = tf.ones(batch, tf.bool)
        ending = tf.constant(how.ends, tf.int32)
        turns = self._frequencies_change_at()
        cache = None
        for step in range(how.new_tokens):
            length = prompt + step
            positions = self._positions(ids, mask[:, :length])
            if by_name:
                start = 0 if cache is None else length - 1
                if how.use_cache and cache is None:
                    cache = self.init_cache(batch, prompt + how.new_tokens)
                named = {"input_ids": ids[:, start:], "attention_mask": mask if how.use_cache else mask[:, :length]}
                past = {"past_key_values": cache} if how.use_cache else {}
                logits, cache = programs.by_name({**named, **past, **({} if start else more)})
            elif not how.use_cache:
                inputs = [ids, mask[:, :length], positions]
                logits, _ = programs.plain(inputs if types is None else [*inputs, types])
            else:
                # Beyond that length the cache holds what was turned by the frequencies of short texts.
                if cache is None or length == turns + 1:
                    cache, start = self.init_cache(batch, prompt + how.new_tokens), 0
                else:
                    start = length - 1
                inputs = [ids[:, start:], mask, positions[:, start:]]
                logits, cache = programs.cached(inputs if types is None else [*inputs, types[:, start:]], cache)
            chosen = _sample(logits, how, seed, step) if how.sample else tf.argmax(logits, -1, tf.int32)
            chosen = tf.where(unfinished, chosen, how.padding)
            ids = tf.concat((ids, chosen[:, None]), axis=1)
            if types is not None:
                types = tf.concat((types, types[:, -1:]), axis=1)
            yield chosen
            if how.ends:
                unfinished &= tf.reduce_all(chosen[:, None] != ending, axis=-1)
                if not bool(tf.reduce_any(unfinished)):
                    return
        how.report_cut()

    def _programs(self, *, with_types: bool) -> Programs:
        """The compiled forward passes. A dtype that changed asks for new ones."""
        assert isinstance(self, TFStructure)
        held = self.__dict__.get("_generation_programs")
        if held is None or held[0] != self.dtype:
            held = (self.dtype, {})
            # Past Keras, which would save them with the model.
            self.__dict__["_generation_programs"] = held
        programs: dict[bool, Programs] = held[1]
        if with_types not in programs:
            programs[with_types] = Programs(self, with_types=with_types)
        return programs[with_types]

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
        assert isinstance(self, TFStructure) and self.component is not None
        return components.find(self.component, kind)


class _Beside(NamedTuple):
    """What belongs to a prompt beside its tokens."""

    types: tf.Tensor | None
    """(batch, tokens)."""
    more: dict[str, tf.Tensor]
    """By the names that the forward pass has for it."""


def _segments(ids: tf.Tensor, given: tf.Tensor | ArrayLike | None) -> tf.Tensor | None:
    """``token_type_ids`` as int32; :class:`ArgumentError` where they have another shape than the prompt."""
    if given is None:
        return None
    types = tf.cast(tf.convert_to_tensor(given), tf.int32)
    if types.shape != ids.shape:
        raise ArgumentError(f"token_type_ids has shape {tuple(types.shape)}, expected {tuple(ids.shape)}.")
    return types


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
