"""The generation keys of transformers 5.23, by what a value of each asks for.

A value that changes nothing is accepted wherever it stands. A value that would make another text, and that Loadstone
does not apply, is named: in an error where the caller of ``generate`` gives it, in one log line where a file does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypedDict

SPECIAL_IDS = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")

DEFAULTS: Mapping[str, float] = MappingProxyType(
    {"do_sample": False, "temperature": 1.0, "top_k": 50, "top_p": 1.0, "use_cache": True}
    | {"num_beams": 1, "num_return_sequences": 1, "length_penalty": 1.0, "early_stopping": False, "min_length": 0}
)
"""What is taken where nobody says otherwise, as in transformers."""


class GenerationOptions(TypedDict, total=False):
    """What ``generate`` applies, as keywords and in a generation config."""

    max_new_tokens: int | None
    max_length: int | None
    """With the prompt."""
    min_new_tokens: int | None
    min_length: int | None
    """With the prompt."""
    do_sample: bool | None
    temperature: float | None
    top_h: float | None
    top_k: int | None
    top_p: float | None
    min_p: float | None
    typical_p: float | None
    epsilon_cutoff: float | None
    eta_cutoff: float | None
    renormalize_logits: bool | None
    remove_invalid_values: bool | None
    num_beams: int | None
    num_return_sequences: int | None
    length_penalty: float | None
    early_stopping: bool | str | None
    repetition_penalty: float | None
    encoder_repetition_penalty: float | None
    no_repeat_ngram_size: int | None
    encoder_no_repeat_ngram_size: int | None
    bad_words_ids: Sequence[Sequence[int]] | None
    sequence_bias: Mapping[tuple[int, ...], float] | Sequence[Sequence[object]] | None
    exponential_decay_length_penalty: Sequence[float] | None
    suppress_tokens: Sequence[int] | None
    begin_suppress_tokens: Sequence[int] | None
    forced_bos_token_id: int | None
    forced_eos_token_id: int | Sequence[int] | None
    forced_decoder_ids: Sequence[Sequence[int | None]] | None
    stop_strings: str | Sequence[str] | None
    max_time: float | None
    """Seconds."""
    return_dict_in_generate: bool | None
    output_scores: bool | None
    output_logits: bool | None
    output_attentions: bool | None
    output_hidden_states: bool | None
    bos_token_id: int | None
    eos_token_id: int | Sequence[int] | None
    pad_token_id: int | None
    decoder_start_token_id: int | Sequence[int] | None
    use_cache: bool | None


class GenerateKeywords(GenerationOptions, total=False):
    """The same, what only a call can say, and the inputs that only some models have."""

    tokenizer: object
    compile: bool | None
    """Whether the steps that read one new token are compiled (PyTorch)."""
    compile_config: object
    """How: ``CompileConfig``, a dict, or transformers'."""
    cache_implementation: str | None
    disable_compile: bool | None
    input_features: object
    encoder_outputs: object
    decoder_input_ids: object
    decoder_attention_mask: object


class ArrayKeywords(GenerateKeywords, total=False):
    """The same for Flax and TensorFlow, whose ``generate`` does not name these itself."""

    prefix_allowed_tokens_fn: Callable[[int, Any], Sequence[int]] | None
    inputs_embeds: object


APPLIED = frozenset(GenerationOptions.__annotations__)

ONLY_CALLED = frozenset({"prefix_allowed_tokens_fn", "tokenizer"})
"""What ``generate`` applies too, where a call says it."""

OF_STEPS = frozenset({"compile", "compile_config", "disable_compile"})
"""How PyTorch's ``generate`` runs a step. The others take these without effect: they compile every step."""

WITHOUT_EFFECT = frozenset(
    {
        # Where the keys and values lie, and how a step is computed.
        *("cache_config", "max_cache_len", "prefill_chunk_size", "logits_to_keep"),
        *("low_memory", "continuous_batching_config"),
        # Only groups of beams read it, and num_beam_groups is another key.
        "diversity_penalty",
        # How guesses are made that the model confirms; whether it guesses is another key.
        *("is_assistant", "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold"),
        *("max_matching_ngram_size", "assistant_lookbehind", "target_lookbehind", "assistant_ensemble_weight"),
        *("speculation_type", "assistant_tokenizer"),
        *("trust_remote_code", "use_model_defaults", "labels", "return_dict", "transformers_version"),
    }
)
"""What is accepted, since it makes no other text."""


Asks = Callable[[object, bool], bool]
"""Whether a value (never None) asks for something, where tokens are drawn or where they are not."""


def _unless(*neutral: object) -> Asks:
    return lambda value, _: not _is_one_of(value, neutral)


def _is_one_of(value: object, neutral: tuple[object, ...]) -> bool:
    if isinstance(value, int | float | str):
        return value in neutral
    return isinstance(value, list | tuple | dict | set) and not value  # what is empty lists nothing


NOT_APPLIED: Mapping[str, Asks] = MappingProxyType(
    {
        "num_beam_groups": _unless(1),
        "force_words_ids": _unless(),
        "constraints": _unless(),
        "guidance_scale": _unless(1),
        "token_healing": _unless(False),
        "watermarking_config": _unless(),
        "dola_layers": _unless(),
        "penalty_alpha": lambda value, samples: not samples and not _is_one_of(value, (0,)),
    }
)
"""Keys that ask for another way to write, and when a value (never None) does. transformers has it, where installed."""

NOT_APPLIED_ARGUMENTS: Mapping[str, Asks] = MappingProxyType(
    {
        name: _unless(False)
        for name in (
            *("assistant_model", "prompt_lookup_num_tokens", "assistant_early_exit", "use_mtp", "custom_generate"),
            *("negative_prompt_ids", "negative_prompt_attention_mask"),
        )
    }
    | {"cache_implementation": _unless("dynamic", "dynamic_full", "static", "sliding_window", "hybrid")}
)
"""The same, of what says nothing in a file: there it would make the same text in another way."""

REFUSED_ARGUMENTS: Mapping[str, Asks] = MappingProxyType(
    {
        name: _unless(False)
        for name in (
            *("logits_processor", "stopping_criteria", "synced_gpus"),
            *("inputs_embeds", "position_ids", "past_key_values"),
        )
    }
)
"""Arguments that only PyTorch's ``generate`` applies. The others refuse them where they ask for something."""


ONLY_SAMPLING = frozenset(
    {"temperature", "top_h", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff"}
)
"""What is read only where tokens are drawn."""

OUTPUTS = frozenset(
    {"return_dict_in_generate", "output_scores", "output_logits", "output_attentions", "output_hidden_states"}
)
"""What decides what is returned beside the text."""

SHAPES_TEXT = APPLIED - OUTPUTS | NOT_APPLIED.keys()
"""What makes a text what it is, or would."""

_OF_CALLS = frozenset(
    {
        *("labels", "return_dict", "trust_remote_code", "use_model_defaults", "logits_to_keep", "assistant_tokenizer"),
        *("assistant_model", "custom_generate", "negative_prompt_ids", "negative_prompt_attention_mask"),
    }
)
KEYS = (APPLIED | OF_STEPS | NOT_APPLIED.keys() | NOT_APPLIED_ARGUMENTS.keys() | WITHOUT_EFFECT) - _OF_CALLS
"""What a generation config may say."""

_TABLES = (APPLIED, OF_STEPS, NOT_APPLIED, ONLY_CALLED, NOT_APPLIED_ARGUMENTS, REFUSED_ARGUMENTS, WITHOUT_EFFECT)
KNOWN = frozenset(name for table in _TABLES for name in table)
"""Every name that one of the tables has."""


def not_applied(values: Mapping[str, object], samples: bool) -> Iterator[str]:
    """The keys among ``values`` that ask for another text than the one that ``generate`` makes."""
    return _asking(NOT_APPLIED, values, samples)


def not_applied_arguments(arguments: Mapping[str, object], samples: bool) -> Iterator[str]:
    """The arguments that ask for what only transformers' ``generate`` has, those of :data:`NOT_APPLIED` among them."""
    return _asking({**NOT_APPLIED, **NOT_APPLIED_ARGUMENTS}, arguments, samples)


def refused_arguments(arguments: Mapping[str, object], samples: bool) -> Iterator[str]:
    """The arguments that ask for something that only PyTorch's ``generate`` applies."""
    return _asking(REFUSED_ARGUMENTS, arguments, samples)


def _asking(table: Mapping[str, Asks], values: Mapping[str, object], samples: bool) -> Iterator[str]:
    for name, asks in table.items():
        value = values.get(name)
        if value is not None and asks(value, samples):
            yield name
