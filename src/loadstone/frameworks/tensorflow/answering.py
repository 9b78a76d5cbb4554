"""Texts that an encoder-decoder writes about what it has read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.inputs import INPUTS
from loadstone.frameworks.answering import Call, answering, memory_in
from loadstone.frameworks.decoding import Decoding
from loadstone.frameworks.tensorflow.arguments import past_keras
from loadstone.frameworks.tensorflow.cache import Cache, cache_spec
from loadstone.frameworks.tensorflow.run import Run
from loadstone.frameworks.tensorflow.state import Options, State
from loadstone.frameworks.tensorflow.structure import TFStructure
from loadstone.frameworks.tensorflow.writers import in_order, kept_programs

_OPEN = ("batch", "tokens", "frames", "places")
"""Axes whose sizes a compiled pass does not depend on."""


class Programs:
    """The compiled forward passes of one decoder: with an empty cache, with a cache, and without one.

    All sizes in their signatures are open but the ``width`` of what was read, so that each is traced once. The first
    leaves keys and values of what was read in the cache, so that the cache of those after it is another structure.
    """

    def __init__(self, model: TFStructure, pair: components.EncoderDecoder, width: int) -> None:
        assert model.component is not None
        dtype, table = tf.as_dtype(model.dtype), tf.TensorSpec((None, None), tf.int32)
        whole = [table, table, tf.TensorSpec((None, None, width), dtype), table]

        def logits(inputs: Sequence[tf.Tensor], past: Cache | None = None) -> tuple[tf.Tensor, Cache | None]:
            ids, shown, memory, mask = inputs
            out = model(
                decoder_input_ids=ids,
                decoder_attention_mask=shown,
                encoder_outputs=(memory,),
                attention_mask=mask if pair.masked else None,
                past_key_values=past,
                return_dict=True,
            )
            return tf.cast(out.logits[:, -1], tf.float32), out.past_key_values

        self._logits, self._whole = logits, whole
        empty = cache_spec(model.component, dtype)
        self.first = tf.function(logits, input_signature=[whole, empty], autograph=False)
        self.plain = tf.function(logits, input_signature=[whole], autograph=False)
        self._later: Any = None

    @property
    def later(self) -> Any:
        """The pass with a cache that the first has filled."""
        if self._later is None:
            _, left = self.first.get_concrete_function().structured_outputs
            spec = tf.nest.map_structure(lambda array: tf.TensorSpec(array.shape, array.dtype), left)
            self._later = tf.function(self._logits, input_signature=[self._whole, spec], autograph=False)
        return self._later


class Answered:
    """Texts that are being written, and what they are about."""

    dtype = tf.int32

    def __init__(self, model: Any, texts: tuple[tf.Tensor, tf.Tensor], memory: tuple[tf.Tensor, tf.Tensor]) -> None:
        self.model = model
        self.ids, self.mask = texts
        self.memory = memory
        """The vectors (rows, places, width), and which are shown, (rows, places)."""
        self.starts = np.argmax(self.mask.numpy() != 0, axis=1)
        self.read: np.ndarray | None = None
        self.out, self.encoded = None, memory[0]
        pair = components.pair_in(model.component)
        assert pair is not None
        width = memory[0].shape[-1]
        self.programs = kept_programs(model, ("answer", width), lambda: Programs(model, pair, width))
        self.cache: Cache | None = None
        self.use_cache = True

    @property
    def length(self) -> int:
        """How many tokens the texts have."""
        return int(self.ids.shape[1])

    @property
    def texts(self) -> tf.Tensor:
        """The ids."""
        return self.ids

    def logits(self) -> tf.Tensor:
        """Of the next token, (rows, vocab) in float32."""
        ids, length = self.ids, self.length
        if not self.use_cache:
            return self.programs.plain([ids, self.mask[:, :length], *self.memory])[0]
        if self.cache is None:
            empty = self.model.init_cache(len(ids), int(self.mask.shape[1]))
            logits, self.cache = self.programs.first([ids, self.mask, *self.memory], empty)
        else:
            logits, self.cache = self.programs.later([ids[:, length - 1 :], self.mask, *self.memory], self.cache)
        return logits

    def append(self, tokens: tf.Tensor, parents: tf.Tensor | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""
        if parents is not None:  # of what was read, and of the prompt's mask, all rows of one text have the same
            self.ids, self.cache = tf.gather(self.ids, parents), in_order(self.cache, parents)
        self.ids = tf.concat((self.ids, tokens[:, None]), axis=1)


def answered(model: Any, pair: components.EncoderDecoder, call: Call) -> tuple[Answered, Decoding]:
    """What the encoder has read, and texts that begin."""
    plan = answering(model, pair, call)
    how, vectors = plan.how, plan.encoded
    reading = {name: _tensor(name, array) for name, array in plan.reading.items()}
    assert isinstance(model, TFStructure)
    if vectors is None:
        specs = {name: _spec(name, array) for name, array in reading.items()}
        key = ("read", *((name, spec.shape, spec.dtype) for name, spec in specs.items()))
        vectors = kept_programs(model, str(key), lambda: _reading(model, pair, specs))(reading)
    vectors = tf.cast(vectors, model.dtype)
    mask = reading.get("attention_mask") if pair.masked else None
    memory = (vectors, tf.ones(vectors.shape[:2], tf.int32) if mask is None else mask)
    shown = tf.ones_like(plan.prompt) if plan.mask is None else tf.constant(plan.mask)
    # Places that are not written yet are hidden by causality, so that one mask serves to the end.
    texts = (tf.constant(plan.prompt, tf.int32), tf.pad(shown, [[0, 0], [0, how.new_tokens]], constant_values=1))
    if how.rows > 1:
        texts, memory = tf.nest.map_structure(lambda array: tf.repeat(array, how.rows, axis=0), (texts, memory))
    writer = Answered(model, texts, memory)
    writer.use_cache = how.use_cache
    writer.read = reading["input_ids"].numpy() if "input_ids" in reading else None
    return writer, how


def _reading(model: Any, pair: components.EncoderDecoder, specs: dict[str, tf.TensorSpec]) -> Any:
    """The compiled pass of an encoder: its inputs by name → (batch, places, width)."""

    def read(given: dict[str, tf.Tensor]) -> tf.Tensor:
        with past_keras():
            return memory_in(Run(model.base_model, State(Options()))(pair.encoder, given))

    return tf.function(read, input_signature=[specs], autograph=False)


def _tensor(name: str, array: Any) -> tf.Tensor:
    tensor = tf.convert_to_tensor(array)
    return tensor if tensor.dtype.is_floating else tf.cast(tensor, tf.int32)


def _spec(name: str, array: tf.Tensor) -> tf.TensorSpec:
    axes = INPUTS[name].axes
    shape = [None if axis in _OPEN else size for axis, size in zip(axes, array.shape, strict=True)]
    return tf.TensorSpec(shape, array.dtype)
