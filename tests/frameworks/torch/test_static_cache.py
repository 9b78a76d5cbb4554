"""What a cache of a fixed size refuses, forgets and reorders; that it decodes as one that grows is a parity test."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from frameworks.torch import tiny

import loadstone
from loadstone.errors import ArgumentError


def cache_of(room: Any, ids: torch.Tensor = tiny.IDS, model: Any = None) -> tuple[Any, Any]:
    model = model or tiny.llama()
    cache = loadstone.StaticCache(config=model.config, max_cache_len=room)
    with torch.no_grad():
        model(input_ids=ids, past_key_values=cache)
    return model, cache


@pytest.mark.parametrize("room", [None, 0, -3, 2.5, True, "8"])
def test_a_size_that_is_none_is_named(room: Any) -> None:
    with pytest.raises(ArgumentError, match=r"max_cache_len is .*, expected a number of tokens, 1 or more"):
        loadstone.StaticCache(max_cache_len=room)


def test_a_text_beyond_the_room_names_both_sizes() -> None:
    model, cache = cache_of(8)
    with pytest.raises(ArgumentError, match=r"room for 8 tokens and holds 6: 3 more do not fit.*max_cache_len=9"):
        model(input_ids=tiny.IDS[:, :3], past_key_values=cache)


def test_another_number_of_texts_is_named() -> None:
    model, cache = cache_of(8)
    with pytest.raises(ArgumentError, match="made for 2 texts, and the batch has 1"):
        model(input_ids=tiny.IDS[:1, :1], past_key_values=cache)


def test_what_is_cut_off_is_read_anew() -> None:
    model, cache = cache_of(8)
    cache.crop(-4)
    with torch.no_grad():
        after = model(input_ids=tiny.IDS[:, 2:], past_key_values=cache).logits
        whole = model(input_ids=tiny.IDS).logits[:, 2:]
    torch.testing.assert_close(after, whole)


def test_states_cannot_be_cut() -> None:
    mamba = tiny.model("MambaForCausalLM", "mamba")
    _, cache = cache_of(8, model=mamba)
    with pytest.raises(ArgumentError, match="cannot be cut to 2 of its 6 tokens"):
        cache.crop(2)


@pytest.mark.parametrize("name", ["LlamaForCausalLM", "MambaForCausalLM"])
def test_rows_change_places_in_place(name: str) -> None:
    model, cache = cache_of(8, model=tiny.model(name, name[:5].lower()))
    held = [*cache.key_cache, *cache.value_cache, *cache.stored.values()]
    copied, addresses = copy.deepcopy(cache), [array.data_ptr() for array in held]
    cache.reorder_cache(torch.tensor([1, 0]))
    with torch.no_grad():
        turned = model(input_ids=tiny.IDS[:, :1].flip(0), past_key_values=cache).logits
        plain = model(input_ids=tiny.IDS[:, :1], past_key_values=copied).logits
    torch.testing.assert_close(turned.flip(0), plain)
    assert addresses == [array.data_ptr() for array in (*cache.key_cache, *cache.value_cache, *cache.stored.values())]


def test_a_mask_has_a_column_for_each_token_so_far() -> None:
    model, cache = cache_of(8)
    with pytest.raises(ArgumentError, match=r"attention_mask has shape \(2, 6\), expected \(2, 7\)"):
        model(input_ids=tiny.IDS[:, :1], past_key_values=cache, attention_mask=torch.ones(2, 6))
