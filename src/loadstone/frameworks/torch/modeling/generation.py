"""Text generation: greedy, sampled or with beams, batched, with a key-value cache."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, Unpack

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.generation_keys import KNOWN, GenerateKeywords
from loadstone.core.keywords import takes
from loadstone.errors import ArgumentError, CustomCodeError
from loadstone.frameworks.torch.modeling.cache import check_cache
from loadstone.frameworks.torch.modeling.unmasked import mask_from_ids
from loadstone.frameworks.torch.modeling.writers import (
    Cached,
    Continued,
    copied,
    repeated,
    ruled,
    tokens_in,
    update_inputs,
)

if TYPE_CHECKING:
    from loadstone.frameworks.decoding import Decoding
    from loadstone.frameworks.torch.modeling.answering import Answered
    from loadstone.frameworks.torch.transformers_compat.conventions import Conventions

    _Base = Conventions
    """What else a class derives from that :class:`GenerationMixin` is mixed into."""
else:
    _Base = object

_OWN = (
    "attention_mask",
    "generation_config",
    "generator",
    "input_ids",
    "inputs",
    "past_key_values",
    "streamer",
    "token_type_ids",
)
_HOOKS = (
    *("_prepare_model_inputs", "_get_initial_cache_position", "_prepare_cache_for_generation"),
    *("_prepare_attention_mask_for_generation", "_maybe_initialize_input_ids_for_generation"),
    *("_prepare_encoder_decoder_kwargs_for_generation", "_prepare_decoder_input_ids_for_generation"),
    *("_expand_inputs_for_generation", "_get_logits_processor", "_get_logits_warper", "_get_stopping_criteria"),
    *("adjust_logits_during_generation", "_cache_dependant_input_preparation", "_sample", "_beam_search"),
    *("greedy_search", "sample", "beam_search", "_greedy_search"),
)
"""Methods of Transformers' mixin, of one version or another, that a class may have in their place."""
Found = TypeVar("Found", bound=components.Component)


class Streamer(Protocol):
    """Takes tokens as they come."""

    def put(self, value: Tensor) -> None:
        """The prompt first, (batch, tokens), then each step's tokens, (batch,)."""

    def end(self) -> None:
        """No more tokens."""


class GenerationMixin(_Base):
    """:meth:`generate` for models that predict the next token."""

    def prepare_inputs_for_generation(
        self, input_ids: Tensor, past_key_values: object = None, position_ids: Tensor | None = None, **kwargs: object
    ) -> dict[str, object]:
        """The inputs of the next forward pass: only the tokens that the cache does not hold yet.

        Those have their ``position_ids`` (batch, unread tokens). Without these a cache that holds at least as many
        tokens as there are is taken for one with a tuned prompt before them, and the last token for the new one.
        A class of one's own may have its own, which is then called for every step.
        """
        unread = max(input_ids.shape[1] - tokens_in(past_key_values), 1)
        if position_ids is not None:
            unread = position_ids.shape[1]
            kwargs["position_ids"] = position_ids
        task = getattr(self, "task", None)
        name = "input_ids" if task is None or "decoder_input_ids" not in task.inputs else "decoder_input_ids"
        return {name: input_ids[:, -unread:], "past_key_values": past_key_values, **kwargs}

    def _update_model_kwargs_for_generation(
        self, outputs: Any, model_kwargs: dict[str, Any], is_encoder_decoder: bool = False, num_new_tokens: int = 1
    ) -> dict[str, Any]:
        """What a step leaves to the next. A class of one's own may have its own, which is then called."""
        return update_inputs(outputs, model_kwargs, is_encoder_decoder, num_new_tokens)

    def _extract_past_from_model_output(self, outputs: Any, standardize_cache_format: bool = False) -> Any:
        """The cache in a step's outputs."""
        return outputs.get("past_key_values")

    def keeps_its_own_inputs(self) -> bool:
        """Whether the class has a way of its own to hand a step's outputs to the next."""
        own = GenerationMixin._update_model_kwargs_for_generation
        return type(self)._update_model_kwargs_for_generation is not own

    def _refuse_hooks(self) -> None:
        """:class:`CustomCodeError` for a class that changes parts of Transformers' loop that this one does not have."""
        own = vars(GenerationMixin)
        hooks = [name for name in _HOOKS if name not in own and hasattr(self, name)]
        if hooks:
            raise CustomCodeError(
                f"{type(self).__name__} has {', '.join(hooks)}, which Transformers' generate calls and Loadstone's "
                'does not. With Transformers installed such code runs there: pip install "loadstone[transformers]"'
            )

    @torch.no_grad()
    def generate(
        self,
        inputs: Tensor | None = None,
        generation_config: object = None,
        *,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        past_key_values: object = None,
        generator: torch.Generator | None = None,
        streamer: Streamer | None = None,
        **options: Unpack[GenerateKeywords],
    ) -> Tensor:
        """Continue each prompt: ``input_ids`` (batch, tokens) → (batch, tokens + new ones).

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left; without one, tokens that are
        ``pad_token_id`` are padding, unless that is one of ``eos_token_id``. ``token_type_ids`` (batch, tokens) are for
        models that have them; new tokens get the last one's. ``past_key_values``: a cache that holds the
        first tokens of the prompt already, and gets the others; or all tokens before ``input_ids``, if the mask has
        them too. What else the model's forward pass takes, as ``pixel_values``, is given to it as it is: with the
        prompt, if there is a cache.

        An encoder-decoder reads ``input_ids``, padded on either side, or its other inputs by name, or is given
        ``encoder_outputs``; it writes what begins with ``decoder_start_token_id``, or with ``decoder_input_ids``
        (``decoder_attention_mask`` marks padding), and only that is returned and counted.

        Options: ``max_new_tokens`` (20), or ``max_length``, which counts the prompt; ``min_new_tokens`` or
        ``min_length``; ``do_sample`` (False), and if so ``temperature`` (1), ``top_k`` (50; 0: off) and ``top_p`` (1;
        the smallest set of tokens with that probability); ``num_beams`` (1), and
        with more ``length_penalty`` (1) and ``early_stopping`` (False, True or ``"never"``); ``num_return_sequences``
        (1), with beams or sampling; ``suppress_tokens``, ``begin_suppress_tokens``, ``forced_bos_token_id``,
        ``forced_eos_token_id``; ``eos_token_id``, one or several, and ``pad_token_id``, which fills up a text that met
        one; ``use_cache`` (True). What is not given comes from
        ``generation_config`` (Loadstone's, transformers' or a dict), then from the model's. Other keywords of
        transformers' ``generate`` are taken where they change nothing.

        Raises :class:`UnknownArgument` for a keyword that nothing takes, or that asks for what is not applied.
        """
        given = {"input_ids": input_ids, "attention_mask": attention_mask, "token_type_ids": token_type_ids}
        if self.family_spec is None or type(self).__module__ != "loadstone":
            self._refuse_hooks()
        pair = None if self.component is None else components.pair_in(self.component)
        writer: Continued | Answered
        if pair is None:
            writer, how = self._continuing(
                inputs, {**given, "past_key_values": past_key_values}, generation_config, options
            )
        else:
            from loadstone.frameworks.answering import Call
            from loadstone.frameworks.torch.modeling.answering import answered

            if past_key_values is not None:
                raise ArgumentError("generate of an encoder-decoder makes the cache itself: leave past_key_values out.")
            writer, how = answered(self, pair, Call(inputs, given, generation_config, options, _OWN))
        if how.beams is not None:
            from loadstone.frameworks.torch.modeling.searching import searched_texts

            return searched_texts(writer, how, streamer)
        if streamer is not None:
            streamer.put(writer.ids)
        ending = torch.tensor(how.ends, device=writer.ids.device)
        unfinished = torch.ones(writer.ids.shape[0], dtype=torch.bool, device=writer.ids.device)
        for _ in range(how.new_tokens):
            logits = writer.logits()
            if how.rules:
                logits = ruled(logits, how, writer.length)
            chosen = _sample(logits, how, generator) if how.sample else logits.argmax(dim=-1)
            chosen = torch.where(unfinished, chosen, how.padding)
            writer.append(chosen)
            if streamer is not None:
                streamer.put(chosen)
            unfinished = unfinished & ~torch.isin(chosen, ending)
            if not bool(unfinished.any()):
                break
        else:
            how.report_cut()
        if streamer is not None:
            streamer.end()
        return writer.ids

    def _continuing(
        self, inputs: Tensor | None, given: dict[str, Any], generation_config: object, options: Mapping[str, Any]
    ) -> tuple[Continued, Decoding]:
        """Prompts that are to be continued."""
        from loadstone.frameworks.decoding import decoding

        ids, cache = inputs if inputs is not None else given["input_ids"], given["past_key_values"]
        if inputs is not None and given["input_ids"] is not None:
            raise ArgumentError("Give the prompt once: as the first argument, or as input_ids.")
        is_prompt = isinstance(ids, Tensor) and ids.dim() == 2 and ids.numel() > 0 and not ids.is_floating_point()
        if not is_prompt or ids is None:
            raise ArgumentError("generate needs input_ids of shape (batch, tokens) with at least one token.")
        more = self._inputs_of_its_own(options)
        how = decoding(
            ids.shape[1],
            self.generation_config or GenerationConfig.for_model(self.config, None),
            self.config,
            {name: value for name, value in options.items() if name not in more},
            generation_config,
            own=_OWN,
        )
        past = self._tokens_given(cache)
        mask, before = _mask(self, ids, given["attention_mask"], past, how.prompt_padding)
        longest = self._longest_text()
        if longest is not None:
            how = how.within(longest, int(mask.sum(dim=1).max()))
        if cache is not None and not how.use_cache:
            raise ArgumentError("past_key_values is a cache, and use_cache=False: give one of the two.")
        if cache is not None and how.rows > 1:
            raise ArgumentError("past_key_values has one row for each prompt: no beams or further texts go on from it.")
        if given["token_type_ids"] is not None and self._takes_segments():
            more["token_type_ids"] = _segments(ids, given["token_type_ids"])
        if how.rows > 1:
            more = copied(self.component, ids, more, how.rows)
            ids, mask = repeated((ids, mask), how.rows)
        return Continued(self, (ids, mask), how.use_cache, more, Cached(cache, past, before)), how

    def _longest_text(self) -> int | None:
        return next(self._components(components.Embeddings)).longest_text if self.component is not None else None

    def _takes_segments(self) -> bool:
        if self.component is None:
            return takes(self.forward, "token_type_ids")
        return next(self._components(components.Embeddings)).reads_segments

    def _inputs_of_its_own(self, options: Mapping[str, object]) -> dict[str, Any]:
        """The options that are inputs of this model alone: named by its ``forward``, or by what prepares its steps."""
        others = options.keys() - KNOWN
        if not others:
            return {}
        functions = (self.prepare_inputs_for_generation, self.forward)
        named = {name for function in functions for name in inspect.signature(function).parameters}
        return {name: options[name] for name in others & named}

    def _tokens_given(self, cache: object) -> int:
        """How many tokens a caller's cache holds; :class:`ArgumentError` for one that this model does not read."""
        if cache is None or self.component is None:
            return tokens_in(cache)
        check_cache(cache)
        if components.writer(self.component) is None:
            raise ArgumentError(f"{type(self).__name__} is no decoder: it reads no past_key_values.")
        return tokens_in(cache)

    def _components(self, kind: type[Found]) -> Iterator[Found]:
        """Every component of a kind in the model's blueprint."""
        assert self.component is not None
        return components.find(self.component, kind)


def _mask(model: Conventions, ids: Tensor, given: Tensor | None, past: int, pad: int | None) -> tuple[Tensor, int]:
    """The mask (batch, all tokens), and how many tokens come before ``ids``: those that only a cache holds.

    Without a ``given`` one, tokens that are ``pad`` are padding. Raises :class:`ArgumentError` for a mask of another
    shape, for padding on the right, and for a cache that holds the whole prompt already.
    """
    try:
        mask = mask_from_ids(model, ids, pad) if given is None else torch.as_tensor(given, device=ids.device).long()
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"attention_mask is a {type(given).__name__}, expected a tensor: {error}") from error
    whole = (ids.shape[0], past + ids.shape[1])
    if tuple(mask.shape) not in (tuple(ids.shape), whole):
        also = f", or {whole} with what the cache holds" if past else ""
        raise ArgumentError(f"attention_mask has shape {tuple(mask.shape)}, expected {tuple(ids.shape)}{also}.")
    before = mask.shape[1] - ids.shape[1]
    if past and past - before >= ids.shape[1]:
        raise ArgumentError(
            f"past_key_values holds {past} tokens, and the prompt has {ids.shape[1]} in all: none is left to read. "
            "Give the whole text, or an attention_mask that has the tokens in the cache too."
        )
    if given is not None and not bool(mask[:, -1].all()):
        raise ArgumentError("The padding is on the right. Pad on the left: text goes on after its last token.")
    return mask, before


def _segments(ids: Tensor, given: Tensor) -> Tensor:
    if given.shape != ids.shape:
        raise ArgumentError(f"token_type_ids has shape {tuple(given.shape)}, expected {tuple(ids.shape)}.")
    return given.to(ids.device)


def _sample(logits: Tensor, how: Decoding, generator: torch.Generator | None) -> Tensor:
    """One token for each row of ``logits`` (batch, vocab)."""
    if how.temperature is not None:
        logits = logits / how.temperature
    if how.top_k:
        lowest = logits.topk(min(how.top_k, logits.shape[-1])).values[:, -1:]
        logits = logits.masked_fill(logits < lowest, float("-inf"))
    if how.top_p is not None and how.top_p < 1:
        ordered, places = logits.sort(descending=True)
        odds = ordered.softmax(dim=-1)
        beyond = odds.cumsum(dim=-1) - odds >= how.top_p  # the first token that reaches top_p still counts
        logits = logits.masked_fill(beyond.gather(-1, places.argsort(dim=-1)), float("-inf"))
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)[:, 0]
