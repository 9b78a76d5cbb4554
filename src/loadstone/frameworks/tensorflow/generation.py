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
from loadstone.configs.generation_keys import ArrayKeywords
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks.answering import Call
from loadstone.frameworks.decoding import Decoding, copies, decoding
from loadstone.frameworks.generated import Record
from loadstone.frameworks.generation_values import Sources
from loadstone.frameworks.logit_edits import edited
from loadstone.frameworks.sampling import filtered
from loadstone.frameworks.tensorflow.answering import Answered, answered
from loadstone.frameworks.tensorflow.array_functions import xp
from loadstone.frameworks.tensorflow.choosing import drawn, tensor_edits
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
        **options: Unpack[ArrayKeywords],
    ) -> Any:
        """Continue each prompt: ``input_ids`` (batch, tokens) → (batch, tokens + new ones).

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left; without one, tokens that are
        ``pad_token_id`` are padding, unless that is one of ``eos_token_id``. ``token_type_ids`` (batch, tokens) are for
        models that have them; new tokens get the last one's. What else belongs to a prompt, as ``pixel_values``, is
        given as the model's forward pass takes it.

        An encoder-decoder reads ``input_ids``, padded on either side, or its other inputs by name, or is given
        ``encoder_outputs``; it writes what begins with ``decoder_start_token_id``, or with ``decoder_input_ids``
        (``decoder_attention_mask`` marks padding), and only that is returned and counted.

        How long, how tokens are chosen and what is returned is said by keyword: ``max_new_tokens`` (20),
        ``do_sample``, for which a ``seed`` makes the text repeatable, ``num_beams``, ``repetition_penalty``,
        ``stop_strings`` with a ``tokenizer``, ``max_time``, ``return_dict_in_generate`` and many more, all with the
        meaning that they have in transformers; ``docs/generation.md`` has the table. What is not given comes from
        ``generation_config`` (Loadstone's, transformers' or a dict), then from the model's.

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
        how = how.without_passes()
        if how.beams is not None:
            return searched_texts(writer, how, streamer, seed)
        if streamer is not None:
            streamer.put(writer.texts)
        clock, record = how.stops.begin(), Record(how.outputs, writer)
        unfinished, ending = tf.ones(len(writer.ids), tf.bool), tf.constant(how.ends, tf.int32)
        for step in range(how.new_tokens):
            logits = writer.logits()
            scores = filtered(xp, edited(xp, logits, tensor_edits(writer, how, logits.shape[-1])), how.filters)
            record.add(logits, scores)
            chosen = drawn(scores, seed, step) if how.sample else tf.argmax(scores, -1, tf.int32)
            if how.ends:
                chosen = tf.where(unfinished, chosen, how.padding)
                unfinished &= tf.reduce_all(chosen[:, None] != ending, axis=-1)
            writer.append(chosen)
            if streamer is not None:
                streamer.put(tf.cast(chosen, writer.dtype))
            if clock.may_end:
                unfinished &= ~clock.ended(writer.ids.numpy())
            if (how.ends or clock.may_end) and not bool(tf.reduce_any(unfinished)):
                break
        else:
            how.report_cut()
        if streamer is not None:
            streamer.end()
        return record.returned(writer.texts)

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
        defaults = self.generation_config or GenerationConfig.for_model(self.config, None)
        keywords = {name: value for name, value in options.items() if name not in once}
        how = decoding(ids.shape[1], self.config, Sources.of(defaults, keywords, generation_config), own=_OWN)
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
