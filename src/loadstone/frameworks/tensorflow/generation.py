"""Text generation: greedy, sampled or with beams, batched, one compiled program for all tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, Unpack

import tensorflow as tf

from loadstone.architectures import components
from loadstone.architectures.components.ranges import beyond
from loadstone.architectures.inputs import ONCE
from loadstone.architectures.tasks import Task
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.generation_keys import GenerateKeywords
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks.answering import Call
from loadstone.frameworks.decoding import Decoding, copies, decoding
from loadstone.frameworks.logit_rules import applied, choice_at
from loadstone.frameworks.tensorflow.answering import Answered, answered
from loadstone.frameworks.tensorflow.array_functions import xp
from loadstone.frameworks.tensorflow.searching import searched_texts
from loadstone.frameworks.tensorflow.structure import TFStructure
from loadstone.frameworks.tensorflow.unmasked import warnings_issued
from loadstone.frameworks.tensorflow.writers import Continued, Prompts
from loadstone.frameworks.unmasked import prompt_mask

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_OWN = ("attention_mask", "generation_config", "input_ids", "inputs", "seed", "streamer", "token_type_ids")
Found = TypeVar("Found", bound=components.Component)


class Streamer(Protocol):
    """Takes tokens as they come."""

    def put(self, value: tf.Tensor) -> None:
        """The prompt first, (batch, tokens), then each step's tokens, (batch,)."""

    def end(self) -> None:
        """No more tokens."""


class GenerationMixin:
    """:meth:`generate` for models that predict the next token."""

    task: Task
    config: PretrainedConfig
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
        **options: Unpack[GenerateKeywords],
    ) -> tf.Tensor:
        """Continue each prompt: ``input_ids`` (batch, tokens) → (batch, tokens + new ones).

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left; without one, tokens that are
        ``pad_token_id`` are padding, unless that is one of ``eos_token_id``. ``token_type_ids`` (batch, tokens) are for
        models that have them; new tokens get the last one's. What else belongs to a prompt, as ``pixel_values``, is
        given as the model's forward pass takes it.

        An encoder-decoder reads ``input_ids``, padded on either side, or its other inputs by name, or is given
        ``encoder_outputs``; it writes what begins with ``decoder_start_token_id``, or with ``decoder_input_ids``
        (``decoder_attention_mask`` marks padding), and only that is returned and counted.

        Options: ``max_new_tokens`` (20), or ``max_length``, which counts the prompt; ``min_new_tokens`` or
        ``min_length``; ``do_sample`` (False), and if so ``temperature`` (1), ``top_k`` (50; 0: off) and ``top_p`` (1;
        the smallest set of tokens with that probability), and a ``seed``
        makes the text repeatable; ``num_beams`` (1), and
        with more ``length_penalty`` (1) and ``early_stopping`` (False, True or ``"never"``); ``num_return_sequences``
        (1), with beams or sampling; ``suppress_tokens``, ``begin_suppress_tokens``, ``forced_bos_token_id``,
        ``forced_eos_token_id``; ``eos_token_id``, one or several, and ``pad_token_id``, which fills up a text that met
        one; ``use_cache`` (True). What is not given comes from
        ``generation_config`` (Loadstone's, transformers' or a dict), then from the model's. Other keywords of
        transformers' ``generate`` are taken where they change nothing.

        Raises :class:`UnknownArgument` for a keyword that nothing takes, or that asks for what is not applied.
        """
        given = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
        assert isinstance(self, TFStructure) and self.component is not None
        pair = components.pair_in(self.component)
        writer: Continued | Answered
        if pair is None:
            writer, how = self._continuing(inputs, given, generation_config, options)
        else:
            writer, how = answered(self, pair, Call(inputs, given, generation_config, options, _OWN))
        if how.beams is not None:
            return searched_texts(writer, how, streamer)
        if streamer is not None:
            streamer.put(writer.texts)
        unfinished, ending = tf.ones(len(writer.ids), tf.bool), tf.constant(how.ends, tf.int32)
        for step in range(how.new_tokens):
            logits = writer.logits()
            if how.rules:
                logits = applied(xp, logits, choice_at(writer.length, how.rules, logits.shape[-1]))
            chosen = _sample(logits, how, seed, step) if how.sample else tf.argmax(logits, -1, tf.int32)
            chosen = tf.where(unfinished, chosen, how.padding)
            writer.append(chosen)
            if streamer is not None:
                streamer.put(tf.cast(chosen, writer.dtype))
            if how.ends:
                unfinished &= tf.reduce_all(chosen[:, None] != ending, axis=-1)
                if not bool(tf.reduce_any(unfinished)):
                    break
        else:
            how.report_cut()
        if streamer is not None:
            streamer.end()
        return writer.texts

    def _continuing(
        self, inputs: Any, given: Mapping[str, Any], generation_config: object, options: Mapping[str, object]
    ) -> tuple[Continued, Decoding]:
        """Prompts that are to be continued."""
        if inputs is not None and given["input_ids"] is not None:
            raise ArgumentError("Give the prompt once: as the first argument, or as input_ids.")
        prompt = inputs if inputs is not None else given["input_ids"]
        prompt = None if prompt is None else tf.convert_to_tensor(prompt)
        if prompt is None or prompt.shape.rank != 2 or 0 in prompt.shape or not prompt.dtype.is_integer:
            raise ArgumentError("generate needs input_ids of shape (batch, tokens) with at least one token.")
        ids = tf.cast(prompt, tf.int32)
        embeddings = next(self._components(components.Embeddings))
        once = ONCE.intersection(self.task.inputs) & options.keys()
        more = {name: tf.convert_to_tensor(options[name]) for name in once if options[name] is not None}
        how = decoding(
            ids.shape[1],
            self.generation_config or GenerationConfig.for_model(self.config, None),
            self.config,
            {name: value for name, value in options.items() if name not in once},
            generation_config,
            own=_OWN,
        )
        real = prompt_mask(warnings_issued(self), ids.numpy(), given["attention_mask"], how.prompt_padding)
        how, mask = how.within(embeddings.longest_text, int(real.sum(axis=1).max())), tf.cast(real, tf.int32)
        types = _segments(ids, given["token_type_ids"]) if embeddings.reads_segments else None
        if error := beyond(embeddings, "input_ids", int(tf.reduce_min(ids)), int(tf.reduce_max(ids))):
            raise error
        assert isinstance(self, TFStructure) and self.component is not None
        numbers = {name: value.numpy() for name, value in {"input_ids": ids, **more}.items()}
        if (merged := components.find_merged(self.component)) is not None:
            merged.check(numbers, numbers.get)
        if how.rows > 1:
            given = {name: numbers[name] for name in more}
            more = {
                name: tf.gather(more[name], at)
                for name, at in copies(self.component, numbers["input_ids"], given, how.rows).items()
            }
            ids, mask = (tf.repeat(array, how.rows, axis=0) for array in (ids, mask))
            types = None if types is None else tf.repeat(types, how.rows, axis=0)
        return Continued(self, Prompts(ids, mask, types, more), how, prompt.dtype), how

    def _components(self, kind: type[Found]) -> Iterator[Found]:
        """Every component of a kind in the model's blueprint."""
        assert isinstance(self, TFStructure) and self.component is not None
        return components.find(self.component, kind)


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
