"""Layers that are called alone, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from frameworks.torch import tiny

from loadstone import DynamicCache
from loadstone.errors import ArgumentError, UnknownArgument

X = torch.randn(2, 5, 32, generator=torch.Generator().manual_seed(0))


def tables(model: Any, start: int = 0, tokens: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    cos, sin = model.model.rotary_emb(X, torch.arange(start, start + tokens)[None])
    assert cos.shape == sin.shape == (1, tokens, 8)
    return cos, sin


def test_a_layer_goes_on_from_a_cache_as_if_all_had_come_at_once() -> None:
    model = tiny.llama()
    layer, cache = model.model.layers[0], DynamicCache()
    whole = layer(X, position_embeddings=tables(model))
    first = layer(X[:, :3], position_embeddings=tables(model, 0, 3), past_key_values=cache, use_cache=True)
    rest = layer(X[:, 3:], position_embeddings=tables(model, 3, 2), past_key_values=cache, use_cache=True)
    torch.testing.assert_close(torch.cat((first, rest), dim=1), whole)
    assert cache.get_seq_length() == 5


def test_attention_and_feed_forward_alone_are_what_the_layer_is_made_of() -> None:
    model = tiny.llama()
    layer, shared = model.model.layers[1], {"position_embeddings": tables(model), "attention_mask": None}
    attended, weights = layer.self_attn(hidden_states=layer.input_layernorm(X), **shared)
    assert weights is None
    x = X + attended
    torch.testing.assert_close(x + layer.mlp(layer.post_attention_layernorm(x)), layer(X, **shared))
    _, weights = layer.self_attn(X, output_attentions=True, **shared)
    assert weights.shape == (2, 4, 5, 5) and torch.allclose(weights.sum(-1), torch.ones(2, 4, 5))


def test_a_layer_of_bert_takes_a_mask_by_place_and_by_name() -> None:
    model = tiny.bert()
    layer, padding = model.bert.encoder.layer[0], torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])
    mask = model.get_extended_attention_mask(padding, padding.shape)
    found = layer(X, mask)
    assert torch.equal(found, layer(X, attention_mask=mask)) and not torch.allclose(found[1], layer(X)[1])
    torch.testing.assert_close(found[1:, :3], layer(X[1:, :3]))
    assert torch.equal(model.bert.encoder(X, attention_mask=mask)[0], model.bert.encoder.layer[1](found, mask))


def test_what_embeds_a_text_takes_it_by_place_and_by_name() -> None:
    model = tiny.bert()
    with torch.no_grad():
        found = model.bert.embeddings(input_ids=tiny.IDS)
        assert torch.equal(found, model.bert.embeddings(tiny.IDS))
        states = model(tiny.IDS, output_hidden_states=True).hidden_states
    assert torch.equal(found, states[0])


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({}, ArgumentError, "needs position_embeddings"),
        ({"position_embeddings": torch.ones(2)}, ArgumentError, "expected .cos, sin."),
        ({"position_embeddings": 5}, ArgumentError, "expected .cos, sin."),
        ({"attention_masks": torch.ones(2)}, UnknownArgument, "takes no attention_masks; it takes hidden_states"),
        ({"attention_mask": torch.ones(2, 5)}, ArgumentError, r"shape .2, 5., expected .batch or 1, heads or 1"),
        ({"attention_mask": torch.ones(2, 1, 5, 4).bool()}, ArgumentError, r"shape .2, 1, 5, 4., expected"),
        ({"past_key_values": ()}, ArgumentError, "past_key_values is a tuple"),
    ],
    ids=lambda value: next(iter(value), "nothing") if isinstance(value, dict) else "",
)
def test_what_a_layer_cannot_compute_with_is_refused(given: dict[str, Any], error: type[Exception], said: str) -> None:
    model = tiny.llama()
    known = {} if not given or "position_embeddings" in given else {"position_embeddings": tables(model)}
    with pytest.raises(error, match=said):
        model.model.layers[0](X, **known, **given)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "needs hidden_states, its input"),
        ((X, None, True), "by place; give all else by name"),
        ((X, torch.zeros(1, 1, 5, 5), torch.zeros(1, 1, 5, 5)), "by place; give all else by name"),
    ],
    ids=["nothing", "a flag", "two masks"],
)
def test_what_is_given_by_place_is_told_by_what_it_is(args: tuple[Any, ...], said: str) -> None:
    layer = tiny.bert().bert.encoder.layer[0]
    assert torch.equal(layer(X, None, None), layer(X))
    with pytest.raises(ArgumentError, match=said):
        layer(*args)


def test_a_block_of_gpt2_takes_a_cache_and_a_mask_by_place() -> None:
    block, cache = tiny.model("GPT2LMHeadModel", "gpt2").transformer.h[0], DynamicCache()
    block(X, cache, None, None, use_cache=True)
    assert cache.get_seq_length() == 5


def test_a_model_whose_layers_rotate_in_two_ways_is_asked_for_one() -> None:
    model = tiny.model("Gemma3ForCausalLM", "gemma3_text", sliding_window_pattern=2)
    with pytest.raises(ArgumentError, match="layer_type is None, expected one of"):
        model.model.rotary_emb(X, torch.arange(5)[None])
    near, _ = model.model.rotary_emb(X, torch.arange(5)[None], "sliding_attention")
    far, _ = model.model.rotary_emb(X, torch.arange(5)[None], "full_attention")
    assert not torch.allclose(near, far)
