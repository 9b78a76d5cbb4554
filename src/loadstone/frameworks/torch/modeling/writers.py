"""Texts that are being written: what the next pass reads, and what becomes of the rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import torch
from torch import Tensor

from loadstone.architectures import components
from loadstone.architectures.inputs import ONCE
from loadstone.core.keywords import takes
from loadstone.errors import ArgumentError
from loadstone.frameworks.torch.modeling.cache import DynamicCache

if TYPE_CHECKING:
    from loadstone.frameworks.decoding import Decoding


class TextWriter(Protocol):
    """Texts that are being written."""

    ids: Tensor
    """(rows, tokens)."""
    call: Callable[..., Any]
    """The model, or what takes its place."""
    out: Any
    """What the model gave with the last logits."""
    cache: Any
    """What it keeps of the texts; None for nothing."""
    encoded: Any
    """What an encoder gave; None where there is none."""
    read: Tensor | None
    """(batch or rows, tokens): the text that an encoder has read, or the prompts; None where there is none."""

    @property
    def length(self) -> int:
        """How many tokens the texts have."""

    def logits(self) -> Tensor:
        """Of the next token, (rows, vocab) in float32."""

    def append(self, tokens: Tensor, parents: Tensor | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""

    def starts(self) -> Tensor | None:
        """How many of each text's tokens are padding before it, (rows,); None where none is."""

    def idle(self) -> None:
        """A forward pass that nothing depends on, while other processes write."""


class Cached(NamedTuple):
    """A cache that a caller gave."""

    cache: object
    tokens: int
    """How many it holds."""
    before: int
    """How many of them come before the ids."""


class Continued:
    """Prompts that are continued."""

    def __init__(
        self,
        model: Any,
        texts: tuple[Tensor, Tensor],
        use_cache: bool,
        more: dict[str, Any],
        given: Cached,
    ) -> None:
        self.model = self.call = model
        self.ids, self.mask = texts
        self.out: Any = None
        self.encoded: Any = None
        self.embeds: Tensor | None = more.pop("inputs_embeds", None)
        """Vectors (rows, tokens, width) in place of the ids of the prompt; its mask has their length."""
        self.use_cache = use_cache
        self.more = more
        """Further inputs of every step."""
        self.cache, past, self.before = given
        self.read = self.ids if self.embeds is None else None
        self.unread = self.mask.shape[1] - past
        self.prompt = self.ids.shape[1]
        self.is_ours = model.component is not None
        self.turns = components.frequencies_change_at(model.component) if self.is_ours else -1
        self.embeddings: components.Embeddings | None = None
        """By which positions are counted, where the model is not to do it."""
        if self.is_ours and not components.places_itself(model.component, model.task.inputs):
            self.embeddings = next(components.find(model.component, components.Embeddings))
        self.told: Collection[str] = ()
        """Which of the further inputs a cache knows already."""
        self.kept: dict[str, Any] | None = None
        """What a class that updates it itself keeps from step to step."""
        if not self.is_ours and model.keeps_its_own_inputs():
            self.kept = {"attention_mask": self.mask, "use_cache": use_cache, **more}
            if self.embeds is not None:
                self.kept["inputs_embeds"] = self.embeds
            if self.cache is not None:
                self.kept["past_key_values"] = self.cache

    @property
    def length(self) -> int:
        """How many tokens the texts have."""
        return self.ids.shape[1]

    def logits(self) -> Tensor:
        """Of the next token, (rows, vocab) in float32."""
        ids, cache = self.ids, self.cache
        turns = self.turns >= 0 and self.embeds is None  # vectors are read once
        if turns and cache is not None and not self.before and tokens_in(cache) <= self.turns < ids.shape[1]:
            # What it holds was turned by the frequencies of short texts.
            cache, self.unread, self.told = None, ids.shape[1], ()
        out = self.out = self.call(**self._step(cache))
        if self.kept is not None:
            self.kept = self.model._update_model_kwargs_for_generation(out, self.kept, is_encoder_decoder=False)
            self.cache = self.kept.get("past_key_values")
            kept_logits: Tensor = out.logits[:, -1].float()
            return kept_logits
        self.cache = out.get("past_key_values") if self.use_cache else None
        # Code of one's own sees to it itself.
        self.told = ONCE if self.is_ours and self.cache is not None else ()
        self.unread = ids.shape[1] + 1 if self.cache is None else 1
        logits: Tensor = out.logits[:, -1].float()
        return logits

    def _step(self, cache: Any) -> dict[str, Any]:
        """The inputs of the next pass, which reads the last ``unread`` tokens.

        No cache is handed over before a model has filled one: to those who prepare a step (PEFT, for one) that is the
        sign of the first.
        """
        model, ids, mask, unread = self.model, self.ids, self.mask, self.unread
        if self.kept is not None:
            prepared = model.prepare_inputs_for_generation(ids, **self.kept) | {"return_dict": True}
            return {name: value for name, value in prepared.items() if takes(model.forward, name)}
        inputs = {"past_key_values": cache, "attention_mask": mask, "use_cache": self.use_cache, "return_dict": True}
        inputs |= {name: value for name, value in self.more.items() if name not in self.told}
        for name in ("token_type_ids", "position_ids"):
            if name in inputs:
                inputs[name] = inputs[name][..., -unread:]
        reads_vectors = self.embeds is not None and self.out is None
        if reads_vectors:
            inputs["inputs_embeds"] = self.embeds[:, -unread:]  # type: ignore[index]
        if self.is_ours:
            if self.embeddings is not None and "position_ids" not in inputs:
                shown = None if self.embeds is not None else ids
                inputs["position_ids"] = _positions(self.embeddings, shown, mask)[:, -unread:]
            if model.config.get_text_config().get("output_router_logits"):
                inputs["output_router_logits"] = False  # the next token does not depend on them
            step: dict[str, Any] = model.prepare_inputs_for_generation(ids, logits_to_keep=1, **inputs)
            if reads_vectors:
                step["input_ids"] = None
            return step
        places = torch.arange(mask.shape[1] - unread, mask.shape[1], device=ids.device)
        step = model.prepare_inputs_for_generation(ids, cache_position=places, **inputs) | {"return_dict": True}
        if self.use_cache and model._supports_cache_class and step.get("past_key_values") is None:
            step["past_key_values"] = DynamicCache()  # older code makes tuples of its own
        return {name: value for name, value in step.items() if takes(model.forward, name)}

    def append(self, tokens: Tensor, parents: Tensor | None = None) -> None:
        """One token for each row; where rows change places, ``parents`` says which each goes on from."""
        if parents is not None:  # the rows of one prompt have the same mask and types
            self.ids = self.ids.index_select(0, parents)
            self.cache = reordered(self.model, self.cache, parents)
            if self.kept is not None:
                self.kept["past_key_values"] = self.cache
        self.ids = torch.cat((self.ids, tokens[:, None]), dim=1)
        self.mask = torch.cat((self.mask, torch.ones_like(tokens)[:, None]), dim=1)
        if "token_type_ids" in self.more:
            types = self.more["token_type_ids"]
            self.more["token_type_ids"] = torch.cat((types, types[:, -1:]), dim=1)
        if "position_ids" in self.more:
            places = self.more["position_ids"]
            self.more["position_ids"] = torch.cat((places, places[..., -1:] + 1), dim=-1)

    def starts(self) -> Tensor | None:
        """How many of each text's tokens are padding before it, (rows,); None where none is."""
        if self.embeds is not None:
            return None
        return self.mask[:, self.before :].ne(0).int().argmax(dim=1)

    def idle(self) -> None:
        """A forward pass that nothing depends on, while other processes write."""
        self.model(input_ids=self.ids[:1, -1:])


def update_inputs(
    outputs: Any, model_kwargs: dict[str, Any], is_encoder_decoder: bool = False, num_new_tokens: int = 1
) -> dict[str, Any]:
    """What a step leaves to the next, as code from Transformers has it: the cache, and a mask with a place for the new
    tokens."""
    cache = outputs.get("past_key_values")
    if cache is not None:
        model_kwargs["past_key_values"] = cache
    for name in ("attention_mask", "token_type_ids"):
        if (rows := model_kwargs.get(name)) is not None:
            last = rows[:, -1:] if name == "token_type_ids" else torch.ones_like(rows[:, :1])
            model_kwargs[name] = torch.cat((rows, last.expand(-1, num_new_tokens)), dim=1)
    if (places := model_kwargs.get("cache_position")) is not None:
        model_kwargs["cache_position"] = places[-1:] + num_new_tokens
    return model_kwargs


def _positions(embeddings: components.Embeddings, ids: Tensor | None, mask: Tensor) -> Tensor:
    """Position ids (batch, tokens), counted over what the mask lets through, or over what is not padding."""
    if embeddings.positions == "tokens" and ids is None:
        return mask.cumsum(dim=1) * mask + embeddings.offset
    if embeddings.positions == "tokens":
        assert ids is not None
        real = ids.ne(embeddings.padding or 0).long()
        earlier = mask[:, : mask.shape[1] - ids.shape[1]].sum(dim=1, keepdim=True)
        return (earlier + real.cumsum(dim=1)) * real + embeddings.offset
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def tokens_in(cache: Any) -> int:
    """How many tokens a cache holds: an object, or older code's tuples of keys and values.

    :class:`ArgumentError` for an object of another kind, of which only the model knows.
    """
    if cache is None or (isinstance(cache, list | tuple) and not cache):
        return 0
    if not hasattr(cache, "get_seq_length") and not isinstance(cache, list | tuple):
        raise ArgumentError(
            f"past_key_values is a {type(cache).__name__}, which does not say how many tokens it holds."
        )
    return int(cache.get_seq_length() if hasattr(cache, "get_seq_length") else cache[0][0].shape[2])


def reordered(model: Any, cache: Any, parents: Tensor) -> Any:
    """A cache whose rows are those that ``parents`` (rows,) says. Older code has a function or tuples of its own."""
    if cache is None:
        return None
    if model.component is None and hasattr(model, "_reorder_cache"):
        return model._reorder_cache(cache, parents)
    if hasattr(cache, "reorder_cache"):
        cache.reorder_cache(parents)
        return cache
    return tuple(tuple(array.index_select(0, parents.to(array.device)) for array in layer) for layer in cache)


def repeated(value: Any, times: int) -> Any:
    """Each row so many times, of every tensor in tuples and dicts."""
    if isinstance(value, Tensor):
        return value.repeat_interleave(times, dim=0)
    if isinstance(value, tuple):
        return tuple(repeated(each, times) for each in value)
    if isinstance(value, Mapping):
        return {name: repeated(each, times) for name, each in value.items()}
    return value


def copied(component: components.Component | None, ids: Tensor, given: Mapping[str, Any], times: int) -> dict[str, Any]:
    """What so many copies of each prompt of ``ids`` (batch, tokens) read besides; ``given``: what the prompts do."""
    from loadstone.frameworks.decoding import copies

    numbers = {
        name: value.cpu().numpy() if isinstance(value, Tensor) and not value.is_floating_point() else value
        for name, value in given.items()
    }
    prompts = ids.cpu().numpy()
    merged = None if component is None else components.find_merged(component)
    if merged is not None:  # by what does not fit nothing can be copied
        merged.check({"input_ids": prompts, **numbers}, {"input_ids": prompts, **numbers}.get)
    places = copies(component, prompts, numbers, times)
    return {
        name: value[torch.tensor(places[name], device=value.device)]
        if isinstance(value, Tensor)
        else repeated(value, times)
        for name, value in given.items()
    }


def asked_for(how: Decoding) -> dict[str, bool]:
    """What a pass is asked to return besides logits."""
    asked = {"output_attentions": how.outputs.attentions, "output_hidden_states": how.outputs.hidden_states}
    return {name: True for name, wanted in asked.items() if wanted}
