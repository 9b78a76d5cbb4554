"""Text generation: greedy or sampled, batched with padding on the left, with a key-value cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.cache import DynamicCache
from loadstone.frameworks.torch.common_parts import takes
from loadstone.frameworks.torch.unmasked import prompt_mask
from loadstone.frameworks.unmasked import prompt_padding
from loadstone.generation_config import Decoding, GenerationConfig, decoding

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
        """The inputs of the next forward pass: only the tokens that the cache does not hold yet.

        A class of one's own may have its own, which is then called for every step.
        """
        return {"input_ids": input_ids[:, _tokens_in(past_key_values) :], "past_key_values": past_key_values, **kwargs}

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

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left; without one, tokens that are
        ``pad_token_id`` are padding, unless that is one of ``eos_token_id`` (as in Transformers). A prompt that met
        one of ``eos_token_id`` is filled up with ``pad_token_id``. ``max_length`` counts the prompt,
        ``max_new_tokens`` does not. Greedy unless ``do_sample``; then ``temperature``, ``top_k`` and ``top_p`` (the
        smallest set of tokens with that probability) apply. What is not given comes from ``generation_config``.
        """
        ids = inputs if inputs is not None else input_ids
        if ids is None or ids.dim() != 2 or ids.shape[1] == 0 or (inputs is not None and input_ids is not None):
            raise ArgumentError("generate needs input_ids of shape (batch, tokens) with at least one token.")
        defaults = self.generation_config or GenerationConfig.for_model(self.config, None)
        how = decoding(
            ids.shape[1],
            defaults,
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
        pad = prompt_padding(pad_token_id, defaults, self.config, how.ends)
        mask = prompt_mask(self, ids, attention_mask, pad)

        if streamer is not None:
            streamer.put(ids)
        model: Any = self
        ending = torch.tensor(how.ends, device=ids.device)
        cache: Any = DynamicCache() if use_cache and self._takes_cache() else None
        unfinished = torch.ones(ids.shape[0], dtype=torch.bool, device=ids.device)
        turns = self._frequencies_change_at() if model.component is not None else -1
        for _ in range(how.new_tokens):
            if use_cache and ids.shape[1] == turns + 1:
                cache = DynamicCache()  # what it holds was turned by the frequencies of short texts
            out = model(**self._step(ids, mask, cache, use_cache))
            cache = out.get("past_key_values") if use_cache else None
            logits = out.logits[:, -1].float()
            chosen = _sample(logits, how, generator) if how.sample else logits.argmax(dim=-1)
            chosen = torch.where(unfinished, chosen, how.padding)
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

    def _takes_cache(self) -> bool:
        """Whether the model fills a cache that it is given; older code makes its own tuples."""
        model: Any = self
        return model.component is not None or model._supports_cache_class

    def _step(self, ids: Tensor, mask: Tensor, cache: Any, use_cache: bool) -> dict[str, Any]:
        """The inputs of a step."""
        model: Any = self
        past = _tokens_in(cache)
        common = {"past_key_values": cache, "attention_mask": mask, "use_cache": use_cache, "return_dict": True}
        if model.component is not None:
            common["position_ids"] = self._positions(ids, mask)[:, past:]
            if self.config.get("output_router_logits"):
                common["output_router_logits"] = False  # the next token does not depend on them
            return self.prepare_inputs_for_generation(ids, logits_to_keep=1, **common)
        places = torch.arange(past, ids.shape[1], device=ids.device)
        inputs = model.prepare_inputs_for_generation(ids, cache_position=places, **common) | {"return_dict": True}
        return {name: value for name, value in inputs.items() if takes(model.forward, name)}

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


def _tokens_in(cache: Any) -> int:
    """How many tokens a cache holds: an object, or older code's tuples of keys and values."""
    if cache is None:
        return 0
    return int(cache.get_seq_length() if hasattr(cache, "get_seq_length") else cache[0][0].shape[2])


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
