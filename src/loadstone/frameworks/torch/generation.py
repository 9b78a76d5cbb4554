"""Text generation: greedy or sampled, batched with padding on the left, with a key-value cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.cache import DynamicCache
from loadstone.generation_config import GenerationConfig

_DEFAULT_NEW_TOKENS = 20
Found = TypeVar("Found", bound=components.Component)


class Streamer(Protocol):
    """Takes tokens as they come."""

    def put(self, value: Tensor) -> None:
        """The prompt first, (batch, tokens), then each step's tokens, (batch,)."""

    def end(self) -> None:
        """No more tokens."""


class GenerationMixin:
    """:meth:`generate` for models that predict the next token."""

    config: Any
    generation_config: GenerationConfig | None

    def prepare_inputs_for_generation(
        self, input_ids: Tensor, past_key_values: DynamicCache | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """The inputs of the next forward pass: only the tokens that the cache does not hold yet."""
        past = past_key_values.get_seq_length() if past_key_values is not None else 0
        return {"input_ids": input_ids[:, past:], "past_key_values": past_key_values, **kwargs}

    @torch.no_grad()
    def generate(
        self,
        inputs: Tensor | None = None,
        *,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        max_new_tokens: int | None = None,
        max_length: int | None = None,
        do_sample: bool | None = None,
        temperature: float | None = None,
        top_k: int | None = None,
        top_p: float | None = None,
        eos_token_id: int | Sequence[int] | None = None,
        pad_token_id: int | None = None,
        use_cache: bool = True,
        generator: torch.Generator | None = None,
        streamer: Streamer | None = None,
    ) -> Tensor:
        """Continue each prompt: ``input_ids`` (batch, tokens) → (batch, tokens + new ones).

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left. A prompt that met one of
        ``eos_token_id`` is filled up with ``pad_token_id``. ``max_length`` counts the prompt, ``max_new_tokens``
        does not. Greedy unless ``do_sample``; then ``temperature``, ``top_k`` and ``top_p`` (the smallest set of
        tokens with that probability) apply. What is not given comes from ``generation_config``.
        """
        ids = inputs if inputs is not None else input_ids
        if ids is None or ids.dim() != 2 or ids.shape[1] == 0 or (inputs is not None and input_ids is not None):
            raise ArgumentError("generate needs input_ids of shape (batch, tokens) with at least one token.")
        defaults = self.generation_config or GenerationConfig.for_model(self.config, None)
        limit = _limit(ids.shape[1], max_new_tokens, max_length, defaults)
        sample = defaults.do_sample if do_sample is None else do_sample
        temperature = defaults.temperature if temperature is None else temperature
        top_k = defaults.top_k if top_k is None else top_k
        top_p = defaults.top_p if top_p is None else top_p
        _check(temperature, top_k, top_p)
        ends = defaults.eos_token_id if eos_token_id is None else eos_token_id
        ends = [] if ends is None else [ends] if isinstance(ends, int) else list(ends)
        fillers = (pad_token_id, defaults.pad_token_id, self.config.pad_token_id, *ends, 0)
        padding = next(each for each in fillers if each is not None)
        mask = torch.ones_like(ids) if attention_mask is None else attention_mask.to(ids.device).long()
        if mask.shape != ids.shape:
            raise ArgumentError(f"attention_mask has shape {tuple(mask.shape)}, expected {tuple(ids.shape)}.")
        if not bool(mask[:, -1].all()):
            raise ArgumentError("The padding is on the right. Pad on the left: text goes on after its last token.")

        if streamer is not None:
            streamer.put(ids)
        model: Any = self
        ending = torch.tensor(ends, device=ids.device)
        cache = DynamicCache() if use_cache else None
        unfinished = torch.ones(ids.shape[0], dtype=torch.bool, device=ids.device)
        turns = self._frequencies_change_at()
        for _ in range(limit):
            if use_cache and ids.shape[1] == turns + 1:
                cache = DynamicCache()  # what it holds was turned by the frequencies of short texts
            past = cache.get_seq_length() if cache is not None else 0
            out = model(
                input_ids=ids[:, past:],
                attention_mask=mask,
                position_ids=self._positions(ids, mask)[:, past:],
                past_key_values=cache,
                use_cache=use_cache,
                return_dict=True,
                logits_to_keep=1,
            )
            logits = out.logits[:, -1].float()
            chosen = _sample(logits, temperature, top_k, top_p, generator) if sample else logits.argmax(dim=-1)
            chosen = torch.where(unfinished, chosen, padding)
            ids = torch.cat((ids, chosen[:, None]), dim=1)
            mask = torch.cat((mask, torch.ones_like(chosen)[:, None]), dim=1)
            if streamer is not None:
                streamer.put(chosen)
            unfinished = unfinished & ~torch.isin(chosen, ending)
            if not bool(unfinished.any()):
                break
        if streamer is not None:
            streamer.end()
        return ids

    def _positions(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Position ids (batch, tokens), counted over what the mask lets through, or over what is not padding."""
        embeddings = next(self._components(components.Embeddings))
        if embeddings.positions == "tokens":
            real = ids.ne(embeddings.padding or 0).long()
            return real.cumsum(dim=1) * real + embeddings.offset
        return (mask.cumsum(dim=1) - 1).clamp(min=0)

    def _frequencies_change_at(self) -> int:
        """The length beyond which LongRoPE takes its other frequencies; -1 if they never change."""
        rotaries = (attention.rotary for attention in self._components(components.Attention))
        return next((rotary.limit for rotary in rotaries if rotary and rotary.kind == "longrope"), -1)

    def _components(self, kind: type[Found]) -> Iterator[Found]:
        """Every component of a kind in the model's blueprint."""
        model: Any = self
        return components.find(model.component, kind)


def _limit(prompt: int, new: int | None, total: int | None, defaults: GenerationConfig) -> int:
    """How many tokens to add at the most."""
    if new is not None and total is not None:
        raise ArgumentError("Give max_new_tokens or max_length, not both.")
    if new is None and total is None:
        new, total = defaults.max_new_tokens, defaults.max_length if defaults.max_new_tokens is None else None
    if new is None:
        new = _DEFAULT_NEW_TOKENS if total is None else total - prompt
    if new < 1:
        raise ArgumentError(f"No room for a new token: the prompt has {prompt} tokens, the limit leaves {new}.")
    return new


def _check(temperature: float | None, top_k: int | None, top_p: float | None) -> None:
    if temperature is not None and temperature <= 0:
        raise ArgumentError(f"temperature is {temperature}, expected more than 0. For greedy text: do_sample=False.")
    if top_k is not None and top_k < 0:
        raise ArgumentError(f"top_k is {top_k}, expected 0 (off) or more.")
    if top_p is not None and not 0 < top_p <= 1:
        raise ArgumentError(f"top_p is {top_p}, expected more than 0 and at most 1.")


def _sample(
    logits: Tensor, temperature: float | None, top_k: int | None, top_p: float | None, generator: torch.Generator | None
) -> Tensor:
    """One token for each row of ``logits`` (batch, vocab)."""
    if temperature is not None:
        logits = logits / temperature
    if top_k:
        lowest = logits.topk(min(top_k, logits.shape[-1])).values[:, -1:]
        logits = logits.masked_fill(logits < lowest, float("-inf"))
    if top_p is not None and top_p < 1:
        ordered, places = logits.sort(descending=True)
        odds = ordered.softmax(dim=-1)
        beyond = odds.cumsum(dim=-1) - odds >= top_p  # the first token that reaches top_p still counts
        logits = logits.masked_fill(beyond.gather(-1, places.argsort(dim=-1)), float("-inf"))
    return torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)[:, 0]
