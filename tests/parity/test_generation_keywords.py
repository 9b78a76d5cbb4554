"""Every keyword of ``generate`` that changes a text makes the text of transformers, token for token."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from .writing_pairs import IDS, Pairs

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
    {"top_h": 1.0, "temperature": 2.5},
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
FAMILIES = ("llama", "t5", *(pytest.param(each, marks=pytest.mark.long) for each in ("gpt2", "mamba")))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("family", FAMILIES)
def test_rules_over_logits(writers: Pairs, family: str, way: str) -> None:
    pair = writers(family)
    plain = pair.agree(**WAYS[way])
    differ = 0
    for rule in RULES:
        differ += not torch.equal(pair.agree(**WAYS[way], **rule), plain)
    assert differ >= len(RULES) // 2


@pytest.mark.parametrize("way", WAYS)
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
