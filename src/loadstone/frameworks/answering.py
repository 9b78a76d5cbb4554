"""What a text that an encoder-decoder writes begins with, and what it reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np

from loadstone.architectures import components
from loadstone.configs.generation import GenerationConfig
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import ArgumentError
from loadstone.frameworks.decoding import Decoding, decoding
from loadstone.frameworks.generation_values import Sources, on_host
from loadstone.frameworks.rule_keys import forced_places

_WRITTEN = ("decoder_input_ids", "decoder_attention_mask", "encoder_outputs")
"""What ``generate`` of an encoder-decoder takes beside what is read."""


class Call(NamedTuple):
    """How ``generate`` of an encoder-decoder was called."""

    inputs: Any
    """What came without a name."""
    given: Mapping[str, Any]
    """The inputs that the framework's ``generate`` names itself; None for those that were not given."""
    generation_config: object
    options: Mapping[str, Any]
    own: tuple[str, ...]
    """What the framework's ``generate`` takes beside the keywords that all have."""


class Answering(NamedTuple):
    """What is to be read, and how an answer is written."""

    reading: dict[str, Any]
    """What the encoder is given, by name; only a mask where ``encoded`` is there."""
    encoded: Any
    """The memory (batch, places, width) that a caller gave; None where an encoder has to read."""
    prompt: np.ndarray
    """(batch, tokens)."""
    mask: np.ndarray | None
    """(batch, tokens): which of the prompt is text."""
    how: Decoding


class Model(Protocol):
    """What is asked of a model here."""

    config: PretrainedConfig
    generation_config: GenerationConfig | None

    @property
    def task(self) -> Any:
        """A :class:`~loadstone.architectures.tasks.Task`."""


def answering(model: Model, pair: components.EncoderDecoder, call: Call) -> Answering:
    """What a call asks for; :class:`ArgumentError` where it makes no sense."""
    names = _names_read(model.task.inputs)
    own = {name: value for name, value in call.options.items() if name in (*names, *_WRITTEN)}
    keywords = {name: value for name, value in call.options.items() if name not in own}
    given = {name: value for name, value in {**call.given, **own}.items() if value is not None}
    defaults = model.generation_config or GenerationConfig.for_model(model.config, None)
    reading, encoded = _given_to_read(names, call.inputs, given), given.get("encoder_outputs")
    if encoded is not None:
        encoded = memory_in(encoded)
    rows = len(next(iter(reading.values())) if encoded is None else encoded)
    sources, ids = Sources.of(defaults, keywords, call.generation_config), on_host(given.get("decoder_input_ids"))
    prompt = _prompt(sources, model.config, pair, rows, ids)
    taken = (*call.own, *names, *_WRITTEN)
    how = decoding(prompt.shape[1], model.config, sources, own=taken)
    embeddings = next(components.find(pair.decoder.component, components.Embeddings), None)
    if embeddings is not None:
        how = how.within(embeddings.longest_text, prompt.shape[1])
    if "attention_mask" in names and "attention_mask" not in reading:
        mask = _mask_of(on_host(reading.get("input_ids")), how.prompt_padding)
        reading |= {} if mask is None else {"attention_mask": mask}
    return Answering(reading, encoded, prompt, _mask(on_host(given.get("decoder_attention_mask")), ids, prompt), how)


def _names_read(inputs: Collection[str]) -> tuple[str, ...]:
    """The inputs of a task that an encoder reads: the first is the one that may be given without its name."""
    names = (name for name in inputs if not name.startswith("decoder_"))
    return tuple(name for name in names if name not in ("encoder_outputs", "past_key_values"))


def _given_to_read(names: tuple[str, ...], inputs: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What an encoder is given, by name. ``inputs``: what came without one."""
    reading = {name: given[name] for name in names if name in given}
    if inputs is not None:
        if names[0] in reading:
            raise ArgumentError(f"Give {names[0]} once: as the first argument, or by its name.")
        reading = {names[0]: inputs, **reading}
    main = [name for name in names if name != "attention_mask"]
    if "encoder_outputs" not in given and not reading.keys() & {*main}:
        raise ArgumentError(f"generate needs something to read: {' or '.join(main)}, or encoder_outputs.")
    # What the batch is told by comes first.
    return {name: reading[name] for name in (*main, "attention_mask") if name in reading}


def memory_in(encoder_outputs: Any) -> Any:
    """The vectors (batch, places, width) of what an encoder has said."""
    try:
        memory = encoder_outputs[0]
    except (TypeError, KeyError, IndexError):
        memory = None
    if len(getattr(memory, "shape", ())) != 3:
        raise ArgumentError(
            f"encoder_outputs is a {type(encoder_outputs).__name__}, expected an encoder's output, or a tuple that "
            "begins with vectors (batch, places, width)."
        )
    return memory


def _mask_of(ids: np.ndarray | None, pad: int | None) -> np.ndarray | None:
    """The mask (batch, tokens) of ids without one, 0 wherever one is ``pad``; None where all are text."""
    if ids is None or pad is None or ids.ndim != 2 or not (ids == pad).any():
        return None
    return np.asarray(ids != pad, np.int32)


def _prompt(
    sources: Sources, config: PretrainedConfig, pair: components.EncoderDecoder, rows: int, given: np.ndarray | None
) -> np.ndarray:
    """What a decoder reads first, (batch, tokens): ``given`` ids, after the token that begins a text if they lack it.

    Without ids, that token and those that ``forced_decoder_ids`` puts after it. Raises :class:`ArgumentError` where
    nothing says which token begins a text, and for ids that are none.
    """
    found = _start(sources, config, pair, rows)
    if not found and given is None:
        raise ArgumentError(
            "Neither the generation config nor config.json says with which token a text begins. Set "
            "model.generation_config.decoder_start_token_id, or give decoder_input_ids."
        )
    start = np.broadcast_to(np.asarray(found, np.int32).reshape(-1, 1), (rows, 1)) if found else None
    if given is None:
        assert start is not None
        forced = forced_places(sources)
        after: list[int] = []
        while (token := forced.get(len(after) + 1)) is not None:
            after.append(token)
        return np.concatenate((start, np.full((rows, len(after)), after, np.int32)), axis=1)
    ids = given
    if ids.ndim != 2 or len(ids) != rows or not ids.size or not np.issubdtype(ids.dtype, np.integer):
        raise ArgumentError(
            f"decoder_input_ids has shape {ids.shape} and dtype {ids.dtype}, expected integers ({rows}, tokens)."
        )
    ids = ids.astype(np.int32)
    return ids if start is None or (ids[:, :1] == start).any() else np.concatenate((start, ids), axis=1)


def _mask(given: np.ndarray | None, given_ids: np.ndarray | None, prompt: np.ndarray) -> np.ndarray | None:
    """The mask (batch, tokens) of a decoder's prompt, of which a first token may not be among the given ids."""
    if given is None:
        return None
    mask, expected = given.astype(np.int32), prompt.shape if given_ids is None else np.shape(given_ids)
    if mask.shape != tuple(expected):
        raise ArgumentError(f"decoder_attention_mask has shape {mask.shape}, expected {tuple(expected)}.")
    return np.pad(mask, ((0, 0), (prompt.shape[1] - mask.shape[1], 0)), constant_values=1)


def _start(sources: Sources, config: PretrainedConfig, pair: components.EncoderDecoder, rows: int) -> tuple[int, ...]:
    """The token that begins a text, or that of each row; none where nobody says."""
    whole = config.get("decoder_start_token_id")
    of_config = config.get_text_config(decoder=True).get("decoder_start_token_id") if whole is None else whole
    for found in (
        sources.ids("decoder_start_token_id"),
        () if of_config is None else (of_config,),
        sources.ids("bos_token_id"),
        () if pair.start is None else (pair.start,),
    ):
        if len(found) in (1, rows):
            return found
        if found:
            raise sources.error("decoder_start_token_id", f"a token id, or a list of {rows}")
    return ()
