"""Tensor parallelism from a blueprint: what is split, along which axis, and what stays whole."""

from __future__ import annotations

from typing import Any

import pytest
from parity.cases import NEEDED

import loadstone
from loadstone.architectures import components, registry
from loadstone.architectures.parallel import Split, chosen_split, tensor_parallel
from loadstone.architectures.tasks import CAUSAL_LM, MASKED_LM, SEQUENCE_CLASSIFICATION

SMALL: dict[str, Any] = dict(
    vocab_size=96,
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=1,
    num_attention_heads=8,
)


def axes(family: str, task: str = CAUSAL_LM, parts: int = 2, **changes: Any) -> dict[str, int]:
    """Slot → the axis along which it is split in so many parts."""
    config = loadstone.AutoConfig.for_model(family, **(SMALL | changes))
    head = registry.family(family).head(task)
    assert head is not None
    ways = tensor_parallel(head.blueprint(config))
    chosen = {name: chosen_split(each, parts) for name, each in ways.items()}
    return {name: split.axis for name, split in chosen.items() if split is not None}


def test_llama_splits_into_the_layer_by_rows_and_out_of_it_by_columns() -> None:
    assert axes("llama", num_key_value_heads=4) == {
        "model.embed_tokens.weight": 0,
        "model.layers.0.self_attn.q_proj.weight": 0,
        "model.layers.0.self_attn.k_proj.weight": 0,
        "model.layers.0.self_attn.v_proj.weight": 0,
        "model.layers.0.self_attn.o_proj.weight": 1,
        "model.layers.0.mlp.gate_proj.weight": 0,
        "model.layers.0.mlp.up_proj.weight": 0,
        "model.layers.0.mlp.down_proj.weight": 1,
        "lm_head.weight": 0,
    }


def test_whole_heads_stay_together() -> None:
    found = axes("llama", parts=8, num_key_value_heads=4)
    assert "model.layers.0.self_attn.q_proj.weight" in found  # 8 heads
    assert "model.layers.0.self_attn.k_proj.weight" not in found  # 4 heads of 4 numbers each: 16 rows, 8 parts


def test_what_comes_out_uneven_stays_whole() -> None:
    assert axes("llama", parts=5) == {}
    found = axes("llama", parts=8, vocab_size=97)
    assert "lm_head.weight" not in found and "model.layers.0.mlp.up_proj.weight" in found


def test_a_bias_is_split_with_its_rows_and_kept_whole_where_rows_are_summed() -> None:
    found = axes("bert", MASKED_LM)
    layer = "bert.encoder.layer.0"
    assert found[f"{layer}.attention.self.query.bias"] == 0
    assert found[f"{layer}.attention.output.dense.weight"] == 1
    assert found[f"{layer}.intermediate.dense.bias"] == 0
    assert found[f"{layer}.output.dense.weight"] == 1
    assert f"{layer}.output.dense.bias" not in found and f"{layer}.attention.output.dense.bias" not in found
    assert not [name for name in found if "LayerNorm" in name or "position" in name or "transform" in name]
    assert found["cls.predictions.decoder.weight"] == found["cls.predictions.bias"] == 0


def test_a_weight_with_inputs_first_is_split_along_the_other_axis() -> None:
    sizes = dict(n_embd=32, n_layer=1, n_head=8)
    found = axes("gpt2", **sizes)
    assert found["transformer.h.0.mlp.c_fc.weight"] == 1 and found["transformer.h.0.mlp.c_fc.bias"] == 0
    assert found["transformer.h.0.mlp.c_proj.weight"] == 0


def test_experts_are_split_by_expert_or_else_by_their_inner_width() -> None:
    name = "model.layers.0.block_sparse_moe.experts"
    by_expert = axes("mixtral", num_local_experts=8)
    assert (by_expert[f"{name}.gate_up_proj"], by_expert[f"{name}.down_proj"]) == (0, 0)
    by_width = axes("mixtral", num_local_experts=3, num_experts_per_tok=2)
    assert (by_width[f"{name}.gate_up_proj"], by_width[f"{name}.down_proj"]) == (1, 2)
    assert "model.layers.0.block_sparse_moe.gate.weight" not in by_expert


def test_a_classifier_stays_whole() -> None:
    assert "classifier.weight" not in axes("bert", SEQUENCE_CLASSIFICATION, num_labels=2)


@pytest.mark.parametrize("family", sorted(registry.families()))
def test_every_split_names_a_slot_and_divides_its_axis(family: str) -> None:
    for head in registry.family(family).heads:
        blueprint = head.blueprint(registry.family(family).config(**NEEDED.get(family, {})))
        slots = {slot.name: slot.shape for slot in components.slots(blueprint)}
        ways = tensor_parallel(blueprint)
        assert ways.keys() <= slots.keys()
        for name, splits in ways.items():
            for split in splits:
                assert slots[name][split.axis] % split.units == 0, (name, split)
        layers = [name for name in slots if ".0." in name and len(slots[name]) == 2]
        assert sum(name in ways for name in layers) >= len(layers) / 2


def test_the_first_way_that_fits_is_taken() -> None:
    ways = (Split(0, 4), Split(1, 6))
    assert chosen_split(ways, 2) == Split(0, 4)
    assert chosen_split(ways, 3) == Split(1, 6)
    assert chosen_split(ways, 5) is None and chosen_split((), 1) is None
