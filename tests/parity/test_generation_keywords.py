"""Every keyword of ``generate`` that changes a text makes the text of transformers, token for token."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from loadstone.errors import ArgumentError, UnknownArgument

from .frameworks import SIDES
from .writing_pairs import IDS, NEW, PADDED, Pairs

RULES: list[dict[str, Any]] = [
    {"repetition_penalty": 1.7},
    {"repetition_penalty": 0.6},
    {"no_repeat_ngram_size": 1},
    {"no_repeat_ngram_size": 2},
    {"no_repeat_ngram_size": 3, "repetition_penalty": 1.2},
    {"encoder_repetition_penalty": 3.0},
    {"encoder_no_repeat_ngram_size": 2},
    {"encoder_no_repeat_ngram_size": 1, "repetition_penalty": 1.3},
    {"remove_invalid_values": True, "suppress_tokens": [3, 4]},
    {"renormalize_logits": True},
]
SAMPLING: list[dict[str, Any]] = [
    {},
    {"temperature": 0.7, "top_k": 0},
    {"temperature": 1.8, "top_k": 7},
    {"top_p": 0.6},
    {"top_p": 0.0},
    {"top_k": 12, "top_p": 0.8, "temperature": 1.3},
    {"min_p": 0.2, "temperature": 2.0},
    {"typical_p": 0.5, "top_k": None},
    {"typical_p": 0.95},
    {"epsilon_cutoff": 0.03},
    {"eta_cutoff": 0.05},
    {"top_h": 0.4},
    {"top_h": 0.9, "temperature": 2.5},  # at 1 the last bit of a sum decides about the last token
    {"renormalize_logits": True, "remove_invalid_values": True},
    {"temperature": 2.0, "repetition_penalty": 1.5, "no_repeat_ngram_size": 2},
    {"num_return_sequences": 3, "temperature": 2.0},
]
WAYS: dict[str, dict[str, Any]] = {
    "greedy": {},
    "beams": {"num_beams": 3, "num_return_sequences": 2},
    "sampled": {"do_sample": True, "temperature": 1.5},
    "sampled-beams": {"do_sample": True, "num_beams": 3, "num_return_sequences": 2},
}


def long(*names: str) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.long) for name in names]


FAMILIES = ("llama", "t5", *long("gpt2", "mamba"))


@pytest.mark.parametrize("way", ["greedy", "sampled-beams", *long("sampled", "beams")])
@pytest.mark.parametrize("family", FAMILIES)
def test_rules_over_logits(writers: Pairs, family: str, way: str) -> None:
    pair = writers(family)
    plain = pair.agree(**WAYS[way])
    differ = 0
    for rule in RULES:
        differ += not torch.equal(pair.agree(**WAYS[way], **rule), plain)
    assert differ >= len(RULES) // 2


@pytest.mark.parametrize("way", ["sampled", "beams", *long("greedy", "sampled-beams")])
@pytest.mark.parametrize("family", FAMILIES)
def test_rules_about_what_a_text_has(writers: Pairs, family: str, way: str) -> None:
    pair = writers(family)
    text = pair.agree(**WAYS[way])
    length = 1 if pair.asks else IDS.shape[1]
    first, second, third = text[0, length : length + 3].tolist()
    for rule in (
        {"bad_words_ids": [[first], [text[1, length].item()]]},
        {"bad_words_ids": [[first, second], [2]], "eos_token_id": 2},
        {"bad_words_ids": [[second, third], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]},
        {"sequence_bias": {(first,): -3.0, (4,): 2.0}},
        {"sequence_bias": [[[first, second], -8.0], [[5], 1.5]]},
        {"exponential_decay_length_penalty": (2, 1.6), "eos_token_id": second},
        {"exponential_decay_length_penalty": (0, 1.2), "eos_token_id": [third, 7]},
        {"min_new_tokens": 5, "eos_token_id": [first, second]},
        {"min_length": length + 4, "eos_token_id": second},
        {"forced_bos_token_id": 5, "begin_suppress_tokens": [first]},
        {"forced_eos_token_id": 9, "begin_suppress_tokens": [first]},
        {"eos_token_id": [second, third], "pad_token_id": 3},
    ):
        pair.agree(**WAYS[way], **rule)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("beams", [1, 3])
def test_sampling(writers: Pairs, family: str, beams: int) -> None:
    pair = writers(family)
    texts = [pair.agree(seed, do_sample=True, num_beams=beams, **options) for seed, options in enumerate(SAMPLING)]
    assert len({tuple(text[0].tolist()) for text in texts}) > len(SAMPLING) // 2


MANY: list[dict[str, Any]] = [
    {"repetition_penalty": 1.7, "no_repeat_ngram_size": 2, "suppress_tokens": [3], "forced_eos_token_id": 9},
    {
        "encoder_repetition_penalty": 2.0,
        "bad_words_ids": [[4], [5, 6]],
        "min_new_tokens": 4,
        "eos_token_id": [5, 7, 20],
    },
    {"sequence_bias": {(4,): 2.0, (4, 5): 3.0}, "exponential_decay_length_penalty": (2, 1.5), "eos_token_id": 20},
    {"remove_invalid_values": True, "renormalize_logits": True, "encoder_no_repeat_ngram_size": 1},
]


@pytest.mark.parametrize("family", ["llama", pytest.param("t5", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    "rule", [MANY[0], *(pytest.param(rule, marks=pytest.mark.long) for rule in MANY[1:])], ids=list
)
@pytest.mark.parametrize("framework", ["flax", "tensorflow"])
@pytest.mark.parametrize("beams", [1, pytest.param(2, marks=pytest.mark.long)])
def test_rules_in_other_frameworks(
    writers: Pairs, framework: str, rule: dict[str, Any], family: str, beams: int
) -> None:
    pair, side = writers(family), SIDES[framework]
    given = {"max_new_tokens": NEW, "eos_token_id": None, "num_beams": beams, **pair.inputs, **rule}
    expected = pair.ours.generate(**given, num_return_sequences=beams).tolist()
    assert side.generate(pair.of(framework), **given, num_return_sequences=beams) == expected


@pytest.mark.parametrize("framework", ["flax", "tensorflow"])
def test_outputs_strings_and_prefixes_in_other_frameworks(writers: Pairs, framework: str) -> None:
    pair, model = writers("llama"), writers("llama").of(framework)
    given = {name: array.numpy() for name, array in PADDED.items()} | {"max_new_tokens": 4, "eos_token_id": None}
    for way in ({}, {"num_beams": 2}):
        asked = {"return_dict_in_generate": True, "output_scores": True, "output_logits": True, **way}
        expected = pair.ours.generate(**(given | PADDED), **asked)
        found = model.generate(**given, **asked)
        assert type(found) is type(expected)
        for name in {*expected.keys()} - {"past_key_values"}:
            for one, other in zip(_all(found[name]), _all(expected[name]), strict=True):
                np.testing.assert_allclose(np.asarray(one), np.asarray(other), atol=2e-4, rtol=1e-4, err_msg=name)

        def even(prompt: int, text: Any) -> list[int]:
            return [6, 8 + 2 * prompt, 12]

        text = np.asarray(model.generate(**given, prefix_allowed_tokens_fn=even, **way))
        assert text.tolist() == pair.ours.generate(**(given | PADDED), prefix_allowed_tokens_fn=even, **way).tolist()
        stop = {"stop_strings": f"<{text[0, -2]}>", "tokenizer": Digits(), "prefix_allowed_tokens_fn": even} | way
        expected = pair.ours.generate(**(given | PADDED), **stop).tolist()
        assert np.asarray(model.generate(**given, **stop)).tolist() == expected
        assert np.asarray(model.generate(**given, max_time=0.0, **way)).shape[1] == IDS.shape[1] + 1
    for refused in ("logits_processor", "stopping_criteria", "inputs_embeds", "position_ids"):
        with pytest.raises(UnknownArgument, match=f"does not take {refused}=.* in this framework"):
            model.generate(**given, **{refused: [len]})
    with pytest.raises(ArgumentError, match="output_attentions and output_hidden_states of generate are for PyTorch"):
        model.generate(**given, return_dict_in_generate=True, output_attentions=True)


class Digits:
    """Decodes each id to its number."""

    def decode(self, ids: list[int]) -> str:
        return "".join(f"<{each}>" for each in ids)


def _all(value: Any) -> Any:
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize("framework", ["flax", "tensorflow"])
def test_drawn_beams_follow_their_seed_and_the_filters(writers: Pairs, framework: str) -> None:
    model = writers("llama").of(framework)
    seeds: list[Any] = [0, 0, 1]
    if framework == "flax":
        import jax

        seeds = list(map(jax.random.key, seeds))
    name = {"flax": "prng_key", "tensorflow": "seed"}[framework]
    how: dict[str, Any] = {"num_beams": 3, "do_sample": True, "temperature": 2.0, "max_new_tokens": NEW}
    inputs = {each: array.numpy() for each, array in PADDED.items()}
    texts = [np.asarray(model.generate(**inputs, **how, **{name: seed})) for seed in seeds]
    assert np.array_equal(texts[0], texts[1]) and not np.array_equal(texts[0], texts[2])
