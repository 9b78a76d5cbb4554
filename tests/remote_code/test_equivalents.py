"""What stands in for Transformers inside custom code computes what Transformers computes."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch
from torch import nn

import loadstone
from loadstone.frameworks.torch.transformers_compat import layers as ours
from loadstone.remote_code import transformers_names
from loadstone.remote_code.resolution import OwnNames, RealNames, StandIn
from loadstone.remote_code.transformers_names import equivalent

X = torch.linspace(-4, 4, 41)
PADDED = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])


@pytest.mark.parametrize("name", sorted(transformers_names._HOME_OF))
def test_every_name_in_the_table_is_there_and_transformers_has_it_too(name: str) -> None:
    assert equivalent(name) is not None or name.startswith("is_")


@pytest.mark.parametrize("name", sorted(ours.ACT2FN))
def test_activations(name: str) -> None:
    import transformers

    made = ours.ACT2FN[name]
    assert isinstance(made, nn.Module)
    assert torch.allclose(made(X), transformers.activations.ACT2FN[name](X), atol=1e-6)


@pytest.mark.parametrize("mask", [None, PADDED, torch.ones(2, 5, dtype=torch.long)], ids=["none", "padded", "full"])
@pytest.mark.parametrize("past", [0, 3])
@pytest.mark.parametrize("window", [None, 2])
@pytest.mark.parametrize("sdpa", ["", "_for_sdpa"])
def test_causal_masks(mask: torch.Tensor | None, past: int, window: int | None, sdpa: str) -> None:
    from transformers import modeling_attn_mask_utils as their_masks

    queries = 5 - past
    embeds = torch.zeros(2, queries, 4)
    name = f"_prepare_4d_causal_attention_mask{sdpa}"
    got = getattr(ours, name)(mask, (2, queries), embeds, past, sliding_window=window)
    expected = getattr(their_masks, name)(mask, (2, queries), embeds, past, sliding_window=window)
    if got is None or expected is None:
        # None means that the kernel's own causal mask says it all: then the other must say the same.
        assert got is expected or sdpa
        if got is expected:
            return
        plain = their_masks._prepare_4d_causal_attention_mask(None, (2, queries), embeds, past, sliding_window=window)
        got, expected = (plain if each is None else each for each in (got, expected))
        if got is None or expected is None:
            assert queries == 1
            return
    # Rows in which nothing is seen (padding that asks) are the caller's own.
    seen = (expected == 0).any(dim=-1)
    assert torch.equal((got == 0)[seen], (expected == 0)[seen])


@pytest.mark.parametrize("length", [None, 3])
def test_padding_masks(length: int | None) -> None:
    from transformers import modeling_attn_mask_utils as their_masks

    for name in ("_prepare_4d_attention_mask", "_prepare_4d_attention_mask_for_sdpa"):
        got = getattr(ours, name)(PADDED, torch.float32, tgt_len=length)
        assert torch.equal(got, getattr(their_masks, name)(PADDED, torch.float32, tgt_len=length))


@pytest.mark.parametrize("is_decoder", [False, True])
@pytest.mark.parametrize("mask", [PADDED, torch.ones(2, 5, 5)], ids=["2d", "3d"])
def test_extended_attention_masks(mask: torch.Tensor, is_decoder: bool) -> None:
    sizes = {"vocab_size": 5, "hidden_size": 4, "intermediate_size": 4, "num_hidden_layers": 1}
    our = loadstone.BertModel(loadstone.BertConfig(num_attention_heads=1, **sizes, is_decoder=is_decoder))
    got = our.get_extended_attention_mask(mask, (2, 5))
    # As Transformers 4 defines it; its fifth version has moved it.
    seen = mask[:, None].bool() if mask.dim() == 3 else mask[:, None, None].bool()
    if is_decoder and mask.dim() == 2:
        seen = seen & torch.ones(5, 5).tril().bool()
    assert torch.equal(got == 0, seen.expand_as(got)) and set(got.unique().tolist()) <= {
        0.0,
        torch.finfo(got.dtype).min,
    }
    heads = our.get_head_mask(torch.tensor([1.0, 0.0]), 3)
    assert heads.shape == (3, 1, 2, 1, 1) and our.get_head_mask(None, 2) == [None, None]


def test_chunks_convolution_and_pruning() -> None:
    from transformers import pytorch_utils as theirs

    x = torch.randn(2, 6, 4)
    layer = nn.Linear(4, 4)
    expected = theirs.apply_chunking_to_forward(lambda part: layer(part), 2, 1, x)
    assert torch.allclose(ours.apply_chunking_to_forward(layer, 2, 1, x), expected)
    assert torch.equal(ours.apply_chunking_to_forward(layer, 0, 1, x), layer(x))
    with pytest.raises(loadstone.errors.ArgumentError):
        ours.apply_chunking_to_forward(layer, 4, 1, x)
    conv, reference = ours.Conv1D(3, 4), theirs.Conv1D(3, 4)
    reference.load_state_dict(conv.state_dict())
    assert torch.allclose(conv(x), reference(x), atol=1e-6)
    index = torch.tensor([0, 2])
    for dim in (0, 1):
        got, wanted = ours.prune_linear_layer(layer, index, dim), theirs.prune_linear_layer(layer, index, dim)
        assert torch.equal(got.weight, wanted.weight) and torch.equal(got.bias, wanted.bias)
    # Of heads 0 to 3 one is gone already: three are left, and of these the last stays.
    new, rows = ours.find_pruneable_heads_and_indices({0, 1, 2}, 3, 2, {1})
    assert new == {0, 2} and rows.tolist() == [4, 5]


HOMES_OF_OUTPUTS = ("loadstone.frameworks.outputs", "loadstone.frameworks.torch.transformers_compat.outputs")
OUTPUTS = [name for home in HOMES_OF_OUTPUTS for name in transformers_names._HOMES[home] if name != "ModelOutput"]
KEPT_LONGER = {"BaseModelOutput", "CausalLMOutput", "SequenceClassifierOutput"}
"""Ours serve decoders too, so they have fields besides."""


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs_have_the_same_fields_in_the_same_order(name: str) -> None:
    from transformers import modeling_outputs as their_outputs

    got = [field.name for field in fields(equivalent(name))]
    expected = [field.name for field in fields(getattr(their_outputs, name))]
    assert [each for each in got if each in expected] == expected
    assert got == expected or name in KEPT_LONGER


def test_a_cache_goes_from_tuples_and_back() -> None:
    from loadstone import DynamicCache

    pairs = ((torch.ones(1, 2, 3, 4), torch.zeros(1, 2, 3, 4)),) * 2
    cache = DynamicCache.from_legacy_cache(pairs)
    assert cache.get_seq_length() == cache.seen_tokens == cache.get_usable_length(1) == 3
    assert cache.get_max_cache_shape() is None
    back = cache.to_legacy_cache()
    assert len(back) == 2 and torch.equal(back[1][0], pairs[1][0])
    assert isinstance(cache, equivalent("Cache"))


def test_what_is_asked_of_the_stand_in() -> None:
    stand_in = StandIn("somewhere", OwnNames())
    module = stand_in.imported("transformers.utils", ("logging", "is_torch_available", "is_nowhere_available"))
    assert module.is_torch_available() and not module.is_nowhere_available()
    logger = module.logging.get_logger("x")
    logger.warning_once("only once")
    logger.warning_once("only once")
    assert stand_in.imported("transformers", ()).modeling_utils.PreTrainedModel is loadstone.PreTrainedModel
    lacking = (("transformers", ("Trainer",)), ("transformers.trainer", ()), ("transformers", ("x.y",)))
    for module_name, names in lacking:
        with pytest.raises(loadstone.errors.CustomCodeError, match="no equivalent"):
            stand_in.imported(module_name, names)
    assert not hasattr(stand_in.imported("transformers", ()), "Trainer")


SCALINGS = {
    "linear": {"factor": 2.0},
    "dynamic": {"factor": 2.0},
    "yarn": {"factor": 4.0, "original_max_position_embeddings": 16},
    "llama3": {
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16,
    },
    "longrope": {"short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [2.0, 2.5, 3.0, 3.5], "factor": 4.0},
}


@pytest.mark.parametrize("kind", SCALINGS)
@pytest.mark.parametrize("length", [8, 100])
def test_rotary_frequencies(kind: str, length: int) -> None:
    import transformers
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS as THEIRS

    from loadstone.frameworks.torch.transformers_compat.attention import ROPE_INIT_FUNCTIONS

    sizes = {"hidden_size": 32, "num_attention_heads": 4, "max_position_embeddings": 64, "intermediate_size": 8}
    sizes |= {"num_hidden_layers": 1, "vocab_size": 8}
    scaling = {"rope_type": kind, **SCALINGS[kind]}
    extra = {"original_max_position_embeddings": 16} if kind == "longrope" else {}
    our = loadstone.LlamaConfig(**sizes, rope_scaling=scaling, rope_theta=1e4, **extra)
    their = transformers.LlamaConfig(**sizes, rope_parameters={**scaling, "rope_theta": 1e4, **extra}, **extra)
    got, factor = ROPE_INIT_FUNCTIONS[kind](our, None, seq_len=length)
    expected, their_factor = THEIRS[kind](their, None, seq_len=length)
    assert torch.allclose(got, expected, rtol=1e-5) and factor == pytest.approx(their_factor)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_functions_and_their_masks(groups: int, masked: bool) -> None:
    from transformers.integrations.sdpa_attention import sdpa_attention_forward as theirs_sdpa

    from loadstone.frameworks.torch.transformers_compat.attention import ALL_ATTENTION_FUNCTIONS, create_causal_mask

    torch.manual_seed(0)
    query, key, value = torch.randn(2, 4, 5, 8), torch.randn(2, 4 // groups, 5, 8), torch.randn(2, 4 // groups, 5, 8)
    config = loadstone.LlamaConfig(hidden_size=32, num_attention_heads=4, _attn_implementation="sdpa")
    mask = create_causal_mask(config, torch.zeros(2, 5, 32), PADDED if masked else None, None, None)
    assert (mask is None) != masked
    module = nn.Module()
    module.is_causal, module.num_key_value_groups = True, groups
    got, weights = ALL_ATTENTION_FUNCTIONS["sdpa"](module, query, key, value, mask, scaling=0.3)
    expected, _ = theirs_sdpa(module, query, key, value, mask, scaling=0.3)
    assert weights is None and torch.allclose(got, expected, atol=1e-6)


def test_a_sliding_window_is_that_of_the_newer_functions() -> None:
    import transformers
    from transformers.masking_utils import create_sliding_window_causal_mask as theirs_sliding

    from loadstone.frameworks.torch.transformers_compat.attention import create_sliding_window_causal_mask

    sizes = {"hidden_size": 8, "num_attention_heads": 1, "num_key_value_heads": 1, "sliding_window": 2}
    our = loadstone.MistralConfig(**sizes, _attn_implementation="eager")
    their = transformers.MistralConfig(**sizes, attn_implementation="eager")
    x = torch.zeros(1, 5, 8)
    got = create_sliding_window_causal_mask(our, x, None, None, None)
    expected = theirs_sliding(their, inputs_embeds=x, attention_mask=None, past_key_values=None)
    assert torch.equal(got == 0, expected == 0)


def test_names_for_annotations_are_there_and_cannot_be_used() -> None:
    import transformers

    stand_in = StandIn("somewhere", OwnNames())
    names = ("PreTrainedTokenizer", "LogitsProcessorList", "SlidingWindowCache")
    module = stand_in.imported("transformers", names)
    assert not isinstance(1, module.SlidingWindowCache)
    assert module.PreTrainedTokenizer | None
    for use in (module.LogitsProcessorList, lambda: type("Own", (module.PreTrainedTokenizer,), {})):
        with pytest.raises(loadstone.errors.CustomCodeError, match="no equivalent"):
            use()
    real = StandIn("somewhere", RealNames({})).imported("transformers", names)
    assert real.LogitsProcessorList is transformers.LogitsProcessorList
