"""Text generation: greedy or sampled, batched with padding on the left, with a key-value cache of a fixed size.

Two programs are compiled: one that reads the prompt and one that reads a token. Both are kept, so a second call with
the same shapes compiles nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, Unpack

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.tree_util import PyTreeDef

from loadstone.architectures import components
from loadstone.architectures.inputs import ONCE
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.generation_keys import GenerationOptions
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks.decoding import decoding
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.forward import Options, parts_of
from loadstone.frameworks.flax.sampling import choose
from loadstone.frameworks.flax.structure import About
from loadstone.frameworks.ranges import beyond
from loadstone.frameworks.unmasked import prompt_mask

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from loadstone.architectures.tasks import Task

_ROOM_STEP = 64
"""A cache is made for a multiple of this many tokens, so that prompts of nearly the same length share programs."""
_OWN = ("attention_mask", "generation_config", "input_ids", "inputs", "prng_key", "streamer", "token_type_ids")
_OPTIONS = Options(last_logits=1)


class Streamer(Protocol):
    """Takes tokens as they come."""

    def put(self, value: np.ndarray) -> None:
        """The prompt first, (batch, tokens), then each step's tokens, (batch,)."""

    def end(self) -> None:
        """No more tokens."""


class GenerationMixin:
    """:meth:`generate` for models that predict the next token."""

    config: PretrainedConfig
    component: components.Component | None
    _about: About
    task: ClassVar[Task]
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
        **options: Unpack[GenerationOptions],
    ) -> Array:
        """Continue each prompt: ``input_ids`` (batch, tokens) → (batch, tokens + new ones).

        ``attention_mask`` (batch, tokens) marks padding, which must be on the left; without one, tokens that are
        ``pad_token_id`` are padding, unless that is one of ``eos_token_id``. ``token_type_ids`` (batch, tokens) are for
        models that have them; new tokens get the last one's. What else belongs to a prompt, as ``pixel_values``, is
        given as the model's forward pass takes it.

        Options: ``max_new_tokens`` (20), or ``max_length``, which counts the prompt; ``do_sample`` (False), and if so
        ``temperature`` (1), ``top_k`` (50; 0: off) and ``top_p`` (1; the smallest set of tokens with that probability),
        and ``prng_key`` (``jax.random.key(0)`` if not given) decides; ``eos_token_id``, one or several, and
        ``pad_token_id``, which fills up a text that met one; ``use_cache`` (True; without, every new length is
        compiled anew). What is not given comes from ``generation_config`` (Loadstone's, transformers' or a dict), then
        from the model's. Other keywords of transformers' ``generate`` are taken where they change nothing.

        Raises :class:`UnknownArgument` for a keyword that nothing takes, or that asks for what is not applied.
        """
        ids = _prompt(inputs if inputs is not None else input_ids, attention_mask)
        if inputs is not None and input_ids is not None:
            raise ArgumentError("Give the prompt once: as the first argument, or as input_ids.")
        assert self.component is not None
        embeddings = next(components.find(self.component, components.Embeddings))
        given: dict[str, Any]
        given, seen = dict(options), self.task.inputs
        beside = {name: given.pop(name) for name in ONCE.intersection(seen) & given.keys()}
        more = {name: np.asarray(value) for name, value in beside.items() if value is not None}
        how = decoding(
            ids.shape[1],
            self.generation_config or GenerationConfig.for_model(self.config, None),
            self.config,
            given,
            generation_config,
            own=_OWN,
        )
        mask = prompt_mask(self._about.warnings_issued, ids, attention_mask, how.prompt_padding)
        how = how.within(embeddings.longest_text, int(mask.sum(axis=1).max()))
        types = _segments(ids, token_type_ids) if embeddings.reads_segments else None
        structure, leaves = parts_of(self)
        if error := beyond(embeddings, "input_ids", int(ids.min()), int(ids.max())):
            raise error
        if (merged := components.find_merged(self.component)) is not None:
            merged.check({"input_ids": ids, **more}, {"input_ids": ids, **more}.get)
        room = -(-(ids.shape[1] + how.new_tokens) // _ROOM_STEP) * _ROOM_STEP
        mask = np.pad(mask, ((0, 0), (0, room - mask.shape[1])), constant_values=True)
        keeps = how.use_cache and _reads_left_to_right(self.component)
        turns = _frequencies_change_at(self.component)
        choosing = replace(how, new_tokens=0, is_cut=False)  # what the compiled choice depends on
        limit = ids.shape[1] + how.new_tokens
        key = jax.random.key(0) if prng_key is None else prng_key
        unfinished: np.ndarray | Array = np.ones(ids.shape[0], bool)
        if streamer is not None:
            streamer.put(ids)
        unread, cache, count = ids, None, np.zeros(ids.shape[0], np.int32)
        while ids.shape[1] < limit:
            # What a cache holds beyond the turn was turned by the frequencies of short texts.
            if not keeps or ids.shape[1] == turns + 1:
                unread, cache, count = ids, None, np.zeros(ids.shape[0], np.int32)
            kinds = None if types is None else types[:, -unread.shape[1] :]
            rows = _Rows(unread, mask, count, kinds, more if cache is None else {})
            logits, cache, count = _read(structure, room if keeps else 0, leaves, cache, rows)
            key, now = jax.random.split(key)
            chosen, unfinished, goes_on = choose(choosing, logits, unfinished, now)
            new = np.asarray(chosen)
            ids, unread = np.concatenate((ids, new[:, None]), axis=1), chosen[:, None]
            if types is not None:
                types = np.concatenate((types, types[:, -1:]), axis=1)
            if streamer is not None:
                streamer.put(new)
            if not goes_on:
                break
        else:
            how.report_cut()
        if streamer is not None:
            streamer.end()
        return jnp.asarray(ids)


def _reads_left_to_right(component: components.Component) -> bool:
    return components.writer(component) is not None


def _frequencies_change_at(component: components.Component) -> int:
    """The length beyond which LongRoPE takes its other frequencies; -1 if they never change."""
    rotaries = (attention.rotary for attention in components.find(component, components.Attention))
    return next((rotary.limit for rotary in rotaries if rotary and rotary.kind == "longrope"), -1)


class _Rows(NamedTuple):
    """What a step reads."""

    ids: Array | np.ndarray
    """(batch, tokens), those that are not in the cache."""
    mask: Array | np.ndarray
    """(batch, at least all tokens)."""
    past: Array | np.ndarray
    """(batch,): how many tokens of each row, padding left out, came before."""
    types: Array | np.ndarray | None
    """(batch, tokens), or None."""
    more: dict[str, np.ndarray]
    """What else belongs to the tokens, by name."""


@partial(jax.jit, static_argnums=(0, 1), donate_argnums=3)
def _read(
    structure: PyTreeDef, room: int, leaves: list[Array], cache: KeyValueCache | None, rows: _Rows
) -> tuple[Array, KeyValueCache | None, Array | np.ndarray]:
    """The logits (batch, vocab) of the token after those that are read, the cache with them, and the new count.

    ``room``: how many tokens a first cache has room for; 0 to do without one.
    """
    ids, mask, count, types, more = rows
    model = jax.tree.unflatten(structure, leaves)
    batch, tokens = ids.shape
    if room and cache is None:
        cache = model.init_cache(batch, room)
    past = 0 if cache is None else cache.length
    embeddings = next(components.find(model.component, components.Embeddings))
    if embeddings.positions == "tokens":
        real = (ids != (embeddings.padding or 0)).astype(jnp.int32)
        so_far = count[:, None] + jnp.cumsum(real, axis=1)
        positions = so_far * real + embeddings.offset
    else:
        real = jax.lax.dynamic_slice_in_dim(mask, past, tokens, axis=1).astype(jnp.int32)
        so_far = count[:, None] + jnp.cumsum(real, axis=1)
        positions = jnp.maximum(so_far - 1, 0)
    inputs = {
        "input_ids": ids,
        "position_ids": None if components.places_itself(model.component) else positions,
        "attention_mask": mask if room else mask[:, :tokens],
        "past_key_values": cache,
        "token_type_ids": types,
        **more,
    }
    out = model.forward({name: value for name, value in inputs.items() if value is not None}, _OPTIONS)
    return out.logits[:, -1], out.past_key_values, so_far[:, -1]


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
