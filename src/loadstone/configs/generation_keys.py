"""The generation keys of transformers 5.23, by what a value of each asks for.

A value that changes nothing is accepted wherever it stands. A value that would make another text, and that Loadstone
does not apply, is named: in an error where the caller of ``generate`` gives it, in one log line where a file does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypedDict

from loadstone.core.records import record

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
    top_k: int | None
    top_p: float | None
    num_beams: int | None
    num_return_sequences: int | None
    length_penalty: float | None
    early_stopping: bool | str | None
    suppress_tokens: Sequence[int] | None
    begin_suppress_tokens: Sequence[int] | None
    forced_bos_token_id: int | None
    forced_eos_token_id: int | Sequence[int] | None
    forced_decoder_ids: Sequence[Sequence[int | None]] | None
    bos_token_id: int | None
    eos_token_id: int | Sequence[int] | None
    pad_token_id: int | None
    decoder_start_token_id: int | Sequence[int] | None
    use_cache: bool | None


class GenerateKeywords(GenerationOptions, total=False):
    """The same, and the inputs that only some models have."""

    inputs_embeds: object
    input_features: object
    encoder_outputs: object
    decoder_input_ids: object
    decoder_attention_mask: object


APPLIED = frozenset(GenerationOptions.__annotations__)

WITHOUT_EFFECT = frozenset(
    {
        # Where the keys and values lie, and how a step is computed.
        *("cache_config", "cache_implementation", "max_cache_len", "prefill_chunk_size", "logits_to_keep"),
        *("compile_config", "disable_compile", "low_memory", "continuous_batching_config", "synced_gpus"),
        # Only groups of beams read it, and num_beam_groups is refused by itself.
        "diversity_penalty",
        # The likeliest token stays the likeliest, and probabilities stay what they are.
        *("renormalize_logits", "remove_invalid_values"),
        # Guesses that the model confirms: the same text, sooner.
        *("is_assistant", "num_assistant_tokens", "num_assistant_tokens_schedule", "assistant_confidence_threshold"),
        *("prompt_lookup_num_tokens", "max_matching_ngram_size", "assistant_early_exit", "assistant_lookbehind"),
        *("target_lookbehind", "assistant_ensemble_weight", "speculation_type", "use_mtp", "assistant_tokenizer"),
        *("tokenizer", "trust_remote_code", "use_model_defaults", "labels", "return_dict", "transformers_version"),
    }
)
"""What is accepted, since it makes no other text."""


@record
class Situation:
    """What a call of ``generate`` is about, as far as keys depend on it."""

    samples: bool
    has_end: bool
    """Whether a token ends a text."""


Asks = Callable[[object, Situation], bool]
"""Whether a value asks for another text."""


def _unless(*neutral: object) -> Asks:
    return lambda value, _: not _is_one_of(value, neutral)


def _when_sampling(neutral: float | None = None) -> Asks:
    return lambda value, call: call.samples and not _is_one_of(value, (neutral,))


def _is_one_of(value: object, neutral: tuple[object, ...]) -> bool:
    if isinstance(value, int | float | str):
        return value in neutral
    return isinstance(value, list | tuple | dict | set) and not value  # what is empty lists nothing


NOT_APPLIED: Mapping[str, Asks] = MappingProxyType(
    {
        "num_beam_groups": _unless(1),
        "return_dict_in_generate": _unless(False),
        "repetition_penalty": _unless(1),
        "encoder_repetition_penalty": _unless(1),
        "no_repeat_ngram_size": _unless(0),
        "encoder_no_repeat_ngram_size": _unless(0),
        "bad_words_ids": _unless(),
        "force_words_ids": _unless(),
        "constraints": _unless(),
        "sequence_bias": _unless(),
        "guidance_scale": _unless(1),
        "token_healing": _unless(False),
        "watermarking_config": _unless(),
        "stop_strings": _unless(""),
        "max_time": _unless(),
        "dola_layers": _unless(),
        "penalty_alpha": lambda value, call: not call.samples and not _is_one_of(value, (0,)),
        "exponential_decay_length_penalty": lambda _, call: call.has_end,
        "min_p": _when_sampling(0),
        "top_h": _when_sampling(),
        "typical_p": _when_sampling(1),
        "epsilon_cutoff": _when_sampling(0),
        "eta_cutoff": _when_sampling(0),
    }
)
"""Keys that ``generate`` does not apply, and when a value (never None) asks for another text."""

REFUSED_ARGUMENTS: Mapping[str, Asks] = MappingProxyType(
    {name: _unless(False) for name in ("output_attentions", "output_hidden_states", "output_logits", "output_scores")}
    | {
        name: _unless()
        for name in (
            *("logits_processor", "stopping_criteria", "prefix_allowed_tokens_fn", "assistant_model"),
            *("negative_prompt_ids", "negative_prompt_attention_mask", "custom_generate"),
            *("inputs_embeds", "position_ids", "past_key_values"),
        )
    }
)
"""Arguments of transformers' ``generate`` that are refused where they ask for something. In a file they say nothing."""


ONLY_SAMPLING = frozenset({"temperature", "top_k", "top_p"})
"""What of it is read only where tokens are drawn."""

SHAPES_TEXT = APPLIED | NOT_APPLIED.keys()
"""What makes a text what it is, or would."""

KNOWN = SHAPES_TEXT | REFUSED_ARGUMENTS.keys() | WITHOUT_EFFECT
"""Every name that one of the tables has."""


def not_applied(values: Mapping[str, object], call: Situation) -> Iterator[str]:
    """The keys among ``values`` that ask for another text than the one that ``generate`` makes."""
    for name, asks in NOT_APPLIED.items():
        value = values.get(name)
        if value is not None and asks(value, call):
            yield name


def refused_arguments(arguments: Mapping[str, object], call: Situation) -> Iterator[str]:
    """The arguments that ask for something else than ``generate`` does, beside those of :data:`NOT_APPLIED`."""
    for name, asks in REFUSED_ARGUMENTS.items():
        value = arguments.get(name)
        if value is not None and asks(value, call):
            yield name
