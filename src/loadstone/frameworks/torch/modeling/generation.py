"""Text generation: greedy, sampled or with beams, batched, with a key-value cache."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.configs.bridged import transformers_version
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.generation_keys import KNOWN, GenerateKeywords
from loadstone.core.keywords import takes
from loadstone.errors import ArgumentError, CustomCodeError
from loadstone.frameworks.torch.modeling.cache import check_cache
from loadstone.frameworks.torch.modeling.swapping import held
from loadstone.frameworks.torch.modeling.unmasked import mask_from_ids
from loadstone.frameworks.torch.modeling.writers import (
    Cached,
    Continued,
    asked_for,
    copied,
    reordered,
    repeated,
    tokens_in,
    update_inputs,
)

if TYPE_CHECKING:
    from loadstone.frameworks.decoding import Decoding
    from loadstone.frameworks.torch.modeling.sampled import Streamer
    from loadstone.frameworks.torch.modeling.writers import TextWriter
    from loadstone.frameworks.torch.transformers_compat.conventions import Conventions

    _Base = Conventions
    """What else a class derives from that :class:`GenerationMixin` is mixed into."""
else:
    _Base = object

_OWN = (
    *("attention_mask", "generation_config", "generator", "input_ids", "inputs", "inputs_embeds", "logits_processor"),
    *("past_key_values", "position_ids", "stopping_criteria", "streamer", "synced_gpus", "token_type_ids"),
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
            unread = position_ids.shape[-1]
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

    @held
    @torch.no_grad()
    def generate(
        self,
        inputs: Tensor | None = None,
        generation_config: object = None,
        logits_processor: object = None,
        stopping_criteria: object = None,
        prefix_allowed_tokens_fn: Callable[[int, Tensor], Sequence[int]] | None = None,
        synced_gpus: bool | None = None,
        assistant_model: object = None,
        streamer: Streamer | None = None,
        *,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        past_key_values: object = None,
        generator: torch.Generator | None = None,
        **keywords: Unpack[GenerateKeywords],
    ) -> Any:
        """Continue each prompt: ``input_ids`` (batch, tokens) → (batch, tokens + new ones). Without a prompt one text
        begins with ``bos_token_id``.

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left; without one, tokens that are
        ``pad_token_id`` are padding, unless that is one of ``eos_token_id``. ``token_type_ids`` (batch, tokens) are for
        models that have them; new tokens get the last one's. ``position_ids`` (batch, tokens) go on by one a token.
        ``inputs_embeds`` (batch, tokens, width) are read in place of ``input_ids``, which are then only what the texts
        begin with; without them the texts are the new tokens alone. ``past_key_values``: a cache that holds the
        first tokens of the prompt already, and gets the others; or all tokens before ``input_ids``, if the mask has
        them too. What else the model's forward pass takes, as ``pixel_values``, is given to it as it is: with the
        prompt, if there is a cache.

        An encoder-decoder reads ``input_ids``, padded on either side, or its other inputs by name, or is given
        ``encoder_outputs``; it writes what begins with ``decoder_start_token_id``, or with ``decoder_input_ids``
        (``decoder_attention_mask`` marks padding), and only that is returned and counted.

        How long, how tokens are chosen and what is returned is said by keyword: ``max_new_tokens`` (20),
        ``do_sample``, ``num_beams``, ``repetition_penalty``, ``stop_strings`` with a ``tokenizer``, ``max_time``,
        ``return_dict_in_generate`` and many more, all with the meaning that they have in transformers;
        ``docs/generation.md`` has the table. What is not given comes from ``generation_config`` (Loadstone's,
        transformers' or a dict), then from the model's.

        ``logits_processor``: functions of the texts (rows, tokens) and the scores (rows, vocab) of the next token that
        give scores; ``stopping_criteria``: functions of the texts and the scores of all steps, if they are returned,
        that say which texts are complete: transformers' objects, lists of them, or any function.
        ``prefix_allowed_tokens_fn``: of a prompt's number and a text, the tokens that may follow. ``streamer`` takes
        the prompt, then each step's tokens, on the CPU. ``generator`` draws, or PyTorch's own. ``synced_gpus``: go on
        with forward passes until all processes of the group have written their texts.

        Raises :class:`UnknownArgument` for a keyword that nothing takes, or that asks for what is not applied, and
        :class:`ArgumentError` for values that make no sense, and for processors and criteria that give something else
        than they should.
        """
        from loadstone.frameworks.torch.modeling.choosing import Choosing, several, within_criteria
        from loadstone.frameworks.torch.modeling.sampled import sampled_texts
        from loadstone.frameworks.torch.modeling.searching import searched_texts
        from loadstone.frameworks.torch.modeling.synced import Synced

        processors = several("logits_processor", logits_processor)
        criteria = several("stopping_criteria", stopping_criteria)
        given: dict[str, Any] = {"input_ids": input_ids, "inputs_embeds": inputs_embeds}
        given |= {"attention_mask": attention_mask, "token_type_ids": token_type_ids}
        own = {"position_ids": position_ids, "past_key_values": past_key_values}
        options: dict[str, Any] = {**keywords}
        options |= {} if assistant_model is None else {"assistant_model": assistant_model}
        if self._is_elsewhere(options, generation_config):
            from loadstone.frameworks.torch.bridge.writing import written

            said = {"inputs": inputs, "generation_config": generation_config, "generator": generator}
            said |= {"prefix_allowed_tokens_fn": prefix_allowed_tokens_fn, "streamer": streamer}
            said |= {"synced_gpus": synced_gpus, "logits_processor": processors, "stopping_criteria": criteria}
            return written(self, {**given, **own, **options, **said})
        options = within_criteria(criteria, options)
        if prefix_allowed_tokens_fn is not None:
            options["prefix_allowed_tokens_fn"] = _of_tensors(prefix_allowed_tokens_fn)
        if self.family_spec is None or type(self).__module__ != "loadstone":
            self._refuse_hooks()
        pair = None if self.component is None else components.pair_in(self.component)
        writer: TextWriter
        if pair is None:
            writer, how = self._continuing(inputs, {**given, **own}, generation_config, options)
        else:
            from loadstone.frameworks.answering import Call
            from loadstone.frameworks.torch.modeling.answering import answered

            if past_key_values is not None:
                raise ArgumentError("generate of an encoder-decoder makes the cache itself: leave past_key_values out.")
            if position_ids is not None:
                raise ArgumentError("generate of an encoder-decoder counts positions itself: leave position_ids out.")
            writer, how = answered(self, pair, Call(inputs, given, generation_config, options, _OWN))
        if how.steps.static:
            from loadstone.frameworks.torch.modeling.fixed_steps import fixed_steps

            writer.call = fixed_steps(self, how)
        if how.sample and (ranks := self.__dict__.get("ranks")) is not None:
            ranks.draw_alike(writer.ids.device, generator)
        choosing, synced = Choosing(how, writer, processors, criteria), Synced(writer) if synced_gpus else None
        write = sampled_texts if how.beams is None else searched_texts
        texts = write(synced or writer, choosing, streamer, generator)
        if synced is not None:
            synced.wait()
        return texts

    def _is_elsewhere(self, options: Mapping[str, object], generation_config: object) -> bool:
        """Whether a call asks for what transformers' ``generate`` does, and that is there."""
        from loadstone.frameworks.decoding import elsewhere
        from loadstone.frameworks.generation_values import Sources

        if self.family_spec is None:
            return False
        sources = Sources.of(self._generation_defaults(), options, generation_config)
        return bool(elsewhere(sources, sources.flag("do_sample"))) and transformers_version() is not None

    def _generation_defaults(self) -> GenerationConfig:
        return self.generation_config or GenerationConfig.for_model(self.config, None)

    def compute_transition_scores(
        self,
        sequences: Tensor,
        scores: tuple[Tensor, ...],
        beam_indices: Tensor | None = None,
        normalize_logits: bool = False,
    ) -> Tensor:
        """The score of each new token of what :meth:`generate` returned, (rows, new tokens).

        ``scores`` (all rows, vocab) for each step; ``beam_indices`` (rows, new tokens) where beams were searched.
        ``normalize_logits`` makes log-probabilities of the scores first.
        """
        from loadstone.frameworks.torch.modeling.transitions import transition_scores

        return transition_scores(sequences, scores, beam_indices, normalize_logits)

    def _continuing(
        self, inputs: Tensor | None, given: dict[str, Any], generation_config: object, options: Mapping[str, Any]
    ) -> tuple[Continued, Decoding]:
        """Prompts that are to be continued."""
        from loadstone.frameworks.decoding import decoding
        from loadstone.frameworks.generation_values import Sources

        ids, cache, embeds = inputs if inputs is not None else given["input_ids"], given["past_key_values"], None
        if inputs is not None and given["input_ids"] is not None:
            raise ArgumentError("Give the prompt once: as the first argument, or as input_ids.")
        more = self._inputs_of_its_own(options)
        keywords = {name: value for name, value in options.items() if name not in more}
        sources = Sources.of(self._generation_defaults(), keywords, generation_config)
        if given["inputs_embeds"] is not None:
            ids, embeds = _embedded(ids, given["inputs_embeds"])
        elif ids is None and not more:
            begin = sources.ids("bos_token_id")
            ids = torch.tensor([begin], device=next(self.parameters()).device) if begin else None
        is_prompt = isinstance(ids, Tensor) and ids.dim() == 2 and not ids.is_floating_point()
        if ids is None or not is_prompt or (ids.numel() == 0 and embeds is None):
            raise ArgumentError("generate needs input_ids of shape (batch, tokens) with at least one token.")
        unshown = 0 if embeds is None or embeds.shape[1] == ids.shape[1] else embeds.shape[1]
        how = decoding(ids.shape[1], self.config, sources, own=_OWN, unshown=unshown)
        past = self._tokens_given(cache)
        read = ids if embeds is None or not unshown else torch.ones_like(embeds[..., 0], dtype=torch.long)
        pad = None if unshown else how.prompt_padding
        mask, before = _mask(self, read, given["attention_mask"], past, pad)
        longest = self._longest_text()
        if longest is not None:
            how = how.within(longest, int(mask.sum(dim=1).max()))
        if cache is not None and not how.use_cache:
            raise ArgumentError("past_key_values is a cache, and use_cache=False: give one of the two.")
        if given["token_type_ids"] is not None and self._takes_segments():
            more["token_type_ids"] = _as_read("token_type_ids", read, given["token_type_ids"])
        if how.rows > 1:
            if past:
                cache = reordered(self, cache, torch.arange(len(ids), device=ids.device).repeat_interleave(how.rows))
            more = copied(self.component, ids, more, how.rows)
            ids, mask, embeds = repeated((ids, mask, embeds), how.rows)
        if given["position_ids"] is not None:
            places = _as_read("position_ids", read, given["position_ids"])
            more["position_ids"] = places.repeat_interleave(how.rows, dim=-2)
        if embeds is not None:
            more["inputs_embeds"] = embeds
        use_cache = how.use_cache or embeds is not None
        return Continued(self, (ids, mask), use_cache, more | asked_for(how), Cached(cache, past, before)), how

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


def _as_read(name: str, read: Tensor, given: Tensor) -> Tensor:
    """What has a value for each token that is read (batch, tokens), perhaps several: (rows, batch, tokens)."""
    if given.shape[-2:] != read.shape[:2] and (name, given.shape) != ("position_ids", (1, read.shape[1])):
        raise ArgumentError(f"{name} has shape {tuple(given.shape)}, expected {tuple(read.shape)}.")
    return given.to(read.device).expand(*given.shape[:-2], *read.shape[:2])


def _embedded(ids: Tensor | None, embeds: Tensor) -> tuple[Tensor, Tensor]:
    """What texts begin with, (batch, tokens), perhaps none, and the vectors (batch, tokens, width) that are read."""
    rows = None if ids is None else ids.shape[0]
    if embeds.dim() != 3 or not embeds.is_floating_point() or embeds.shape[1] == 0 or rows not in (None, len(embeds)):
        raise ArgumentError(
            f"inputs_embeds has shape {tuple(embeds.shape)}, expected vectors ({rows or 'batch'}, tokens, width)."
        )
    return torch.empty(len(embeds), 0, dtype=torch.long, device=embeds.device) if ids is None else ids, embeds


def _of_tensors(function: Callable[[int, Tensor], Sequence[int]]) -> Any:
    """The same function, of arrays of NumPy's. What is no function is left as it is, to be named."""
    if not callable(function):
        return function
    return lambda prompt, text: function(prompt, torch.from_numpy(text))
