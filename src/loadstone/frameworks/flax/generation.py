"""Text generation: greedy, sampled or with beams, batched, with a key-value cache of a fixed size.

Two programs are compiled: one that reads the prompt and one that reads a token. Both are kept, so a second call with
the same shapes compiles nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, Unpack

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

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
from loadstone.frameworks.flax.answering import Answered, answered
from loadstone.frameworks.flax.sampling import Choosing, choose
from loadstone.frameworks.flax.searching import searched_texts
from loadstone.frameworks.flax.structure import About
from loadstone.frameworks.flax.writers import Continued, Prompts
from loadstone.frameworks.generated import Record
from loadstone.frameworks.generation_values import Sources
from loadstone.frameworks.logit_rules import Written, edits_at
from loadstone.frameworks.unmasked import prompt_mask

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_OWN = ("attention_mask", "generation_config", "input_ids", "inputs", "prng_key", "streamer", "token_type_ids")


class Streamer(Protocol):
    """Takes tokens as they come."""

    def put(self, value: np.ndarray) -> None:
        """The prompt first, (batch, tokens), then each step's tokens, (batch,)."""

    def end(self) -> None:
        """No more tokens."""


class GenerationMixin:
    """:meth:`generate` for models that predict the next token."""

    config: PretrainedConfig
    task: Task
    component: components.Component | None
    _about: About
    generation_config: GenerationConfig | None

    def generate(
        self,
        inputs: ArrayLike | None = None,
        generation_config: object = None,
        *,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        prng_key: Array | None = None,
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
        ``do_sample``, for which ``prng_key`` (``jax.random.key(0)`` if not given) decides, ``num_beams``,
        ``repetition_penalty``, ``stop_strings`` with a ``tokenizer``, ``max_time``, ``return_dict_in_generate`` and
        many more, all with the meaning that they have in transformers; ``docs/generation.md`` has the table. Without
        ``use_cache`` every new length is compiled anew. What is not given comes from ``generation_config``
        (Loadstone's, transformers' or a dict), then from the model's.

        Raises :class:`UnknownArgument` for a keyword that nothing takes, or that asks for what is not applied.
        """
        given = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
        assert self.component is not None
        pair = components.pair_in(self.component)
        writer: Continued | Answered
        if pair is None:
            writer, how = self._continuing(inputs, given, generation_config, options)
        else:
            writer, how = answered(self, pair, Call(inputs, given, generation_config, options, _OWN))
        how, key = how.without_passes(), jax.random.key(0) if prng_key is None else prng_key
        if how.beams is not None:
            return searched_texts(writer, how, streamer, key)
        choosing, clock, record = Choosing.of(how), how.stops.begin(), Record(how.outputs, writer)
        unfinished: np.ndarray | Array = np.ones(len(writer.ids), bool)
        if streamer is not None:
            streamer.put(writer.ids)
        for _ in range(how.new_tokens):
            logits = writer.logits()
            key, now = jax.random.split(key)
            edits = edits_at(Written(writer.ids, writer.starts, writer.read), how.rules, logits.shape[-1])
            chosen, unfinished, scores = choose(choosing, logits, edits, unfinished, now)
            record.add(logits, scores)
            writer.append(chosen)
            if streamer is not None:
                streamer.put(writer.ids[:, -1])
            if clock.may_end:
                unfinished = unfinished & ~clock.ended(writer.ids)
            if not unfinished.any():
                break
        else:
            how.report_cut()
        if streamer is not None:
            streamer.end()
        return record.returned(jnp.asarray(writer.ids))

    def _continuing(
        self,
        inputs: ArrayLike | None,
        given: Mapping[str, ArrayLike | None],
        generation_config: object,
        options: Mapping[str, object],
    ) -> tuple[Continued, Decoding]:
        """Prompts that are to be continued."""
        ids = _prompt(inputs if inputs is not None else given["input_ids"], given["attention_mask"])
        if inputs is not None and given["input_ids"] is not None:
            raise ArgumentError("Give the prompt once: as the first argument, or as input_ids.")
        assert self.component is not None
        embeddings = next(components.find(self.component, components.Embeddings))
        once = ONCE.intersection(self.task.inputs) & options.keys()
        more = {name: np.asarray(options[name]) for name in once if options[name] is not None}
        defaults = self.generation_config or GenerationConfig.for_model(self.config, None)
        keywords = {name: value for name, value in options.items() if name not in once}
        how = decoding(ids.shape[1], self.config, Sources.of(defaults, keywords, generation_config), own=_OWN)
        mask = prompt_mask(self._about.warnings_issued, ids, given["attention_mask"], how.prompt_padding)
        how = how.within(embeddings.longest_text, int(mask.sum(axis=1).max()))
        types = _segments(ids, given["token_type_ids"]) if embeddings.reads_segments else None
        if error := beyond(embeddings, "input_ids", int(ids.min()), int(ids.max())):
            raise error
        if (merged := components.find_merged(self.component)) is not None:
            merged.check({"input_ids": ids, **more}, {"input_ids": ids, **more}.get)
        if how.rows > 1:
            more = {name: more[name][at] for name, at in copies(self.component, ids, more, how.rows).items()}
            ids, mask = (np.repeat(array, how.rows, axis=0) for array in (ids, mask))
            types = None if types is None else np.repeat(types, how.rows, axis=0)
        return Continued(self, Prompts(ids, mask, types, more), how), how


def _segments(ids: np.ndarray, given: ArrayLike | None) -> np.ndarray | None:
    """``token_type_ids`` on the host; :class:`ArgumentError` where they have another shape than the prompt."""
    if given is None:
        return None
    types = np.asarray(given)
    if types.shape != ids.shape:
        raise ArgumentError(f"token_type_ids has shape {types.shape}, expected {ids.shape}.")
    return types.astype(np.int32)


def _prompt(ids: ArrayLike | None, mask: ArrayLike | None) -> np.ndarray:
    """The prompt on the host; :class:`ArgumentError` where it makes no sense."""
    if any(isinstance(array, jax.core.Tracer) for array in (ids, mask)):
        raise ArgumentError("generate compiles its steps itself; call it outside of jax.jit and nnx.jit.")
    prompt = np.asarray([] if ids is None else ids)
    if prompt.ndim != 2 or prompt.size == 0 or not np.issubdtype(prompt.dtype, np.integer):
        raise ArgumentError("generate needs input_ids of shape (batch, tokens) with at least one token.")
    return prompt.astype(np.int32)
