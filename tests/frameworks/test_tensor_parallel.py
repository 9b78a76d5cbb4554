"""What ranks that compute by themselves have of a blueprint, and what passes between them: without a framework."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from parity.cases import DECODERS, NEEDED, PLAIN
from parity.modal_families import families as modal_families

import loadstone
from loadstone.architectures import components, registry
from loadstone.architectures.components.base import Component
from loadstone.architectures.components.latent_attention import LatentAttention
from loadstone.architectures.components.leaves import Linear, RMSNorm
from loadstone.architectures.components.splitting import Role, Section
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.errors import InvalidMesh
from loadstone.frameworks.tensor_parallel import exchange, shares, split_leaves, split_slots
from loadstone.planning.mesh import chunk

QUERIES, KEYS = Section(8), Section(2, repeats=True)
WHOLE = {"convnext", "convnextv2", "mobilenet_v2", "resnet", "segformer"}
"""The families of which nothing can be shared, as the page on several processes has it."""


MODAL = modal_families()
WHOLE_MAPS = ("gate.weight", ".router.", "embed_positions")
"""In the names of routers and tables of positions. Latent attention is whole, too: all heads share what it keeps."""


def blueprint(family: str, **changes: Any) -> Component:
    """Of a language model."""
    head = registry.family(family).head(CAUSAL_LM)
    assert head is not None
    plain = PLAIN[family] if family in PLAIN else dict(MODAL[family].plain)
    return head.blueprint(loadstone.AutoConfig.for_model(family, **(plain | changes)))


def decoders() -> list[str]:
    """Families whose main class is a language model that goes on with one text."""
    heads = {name: registry.family(name).head(CAUSAL_LM) for name in MODAL}
    return [*DECODERS, *(name for name, head in heads.items() if head and head.class_name == MODAL[name].main)]


def test_a_plain_map_needs_no_exchange_and_a_fused_one_does() -> None:
    assert exchange(Role("outputs", 8, (QUERIES,)), 32, 4) is None
    assert exchange(Role("outputs"), 7, 3) is None  # rows need not divide
    fused = Role("outputs", 12, (QUERIES, KEYS, KEYS))
    assert exchange(fused, 48, 2) == [[(0, 16), (32, 36), (40, 44)], [(16, 32), (36, 40), (44, 48)]]


def test_ranks_that_outnumber_the_heads_of_keys_share_these() -> None:
    assert [shares(Role("outputs", 2, (KEYS,)), 8, 4, rank) for rank in range(4)] == [
        [(0, 4)],
        [(0, 4)],
        [(4, 8)],
        [(4, 8)],
    ]
    assert exchange(Role("outputs", 2, (KEYS,)), 8, 4) is not None


@pytest.mark.parametrize("parts", [2, 3, 4])
def test_every_output_is_computed_with_by_some_rank(parts: int) -> None:
    for sections in [(Section(11), Section(11)), (Section(12), Section(12), Section(12)), (Section(12), KEYS, KEYS)]:
        if parts == 3 and KEYS in sections:
            continue  # heads that are refused
        outputs = 2 * sum(section.units for section in sections)
        role = Role("outputs", None, sections)
        counts = Counter(
            row
            for rank in range(parts)
            for start, stop in shares(role, outputs, parts, rank)
            for row in range(start, stop)
        )
        assert set(counts) == set(range(outputs))
        if KEYS not in sections:
            assert set(counts.values()) == {1}


@pytest.mark.parametrize("family", decoders())
def test_of_a_decoder_every_matrix_is_cut(family: str) -> None:
    model = blueprint(family)
    cut = split_slots(model, 2)
    matrices = {slot.name for slot in components.slots(model) if len(slot.shape) > 1}
    whole = (*WHOLE_MAPS, *((".self_attn.",) if any(components.find(model, LatentAttention)) else ()))
    kept = {name for name in matrices - cut.keys() if not any(each in name for each in whole)}
    assert kept <= {"transformer.wpe.weight"}


@pytest.mark.parametrize("family", sorted(registry.families()))
def test_every_family_is_cut_alike_where_slots_are_tied_or_is_refused_by_name(family: str) -> None:
    head, config = registry.family(family).heads[0], registry.family(family).config(**NEEDED.get(family, {}))
    for head in registry.family(family).heads:
        model, tied = head.blueprint(config), head.tied(config)
        if family in WHOLE:
            with pytest.raises(InvalidMesh, match="found none"):
                split_leaves(model, 2, tied)
            continue
        cut = split_slots(model, 2, tied)
        slots = {slot.name: slot.shape for slot in components.slots(model)}
        assert cut and all(axis < len(slots[name]) for name, axis in cut.items())
        assert all(cut.get(name) == cut.get(source) for name, source in tied.items())


def test_norms_between_are_told_apart() -> None:
    roles = {each.name.rpartition(".")[2]: each.role.by for each in split_leaves(blueprint("olmo2"), 2)}
    assert (
        roles["q_norm"] == roles["k_norm"] == "across" and roles["q_proj"] == "outputs" and roles["o_proj"] == "inputs"
    )
    roles = {each.name.rpartition(".")[2]: each.role.by for each in split_leaves(blueprint("qwen3"), 2)}
    assert roles["q_norm"] == "within" and "q_norm.weight" not in str(split_slots(blueprint("qwen3"), 2))


def test_a_class_that_does_not_say_so_is_whole() -> None:
    """Conformers' attention adds biases for all heads; Mamba's mixer splits what its maps give."""
    mamba = registry.family("mamba")
    head = mamba.head(CAUSAL_LM)
    assert head is not None
    cut = split_slots(head.blueprint(mamba.config(num_hidden_layers=1)), 2)
    assert set(cut) == {"backbone.embeddings.weight", "lm_head.weight"}
    conformer = registry.family("wav2vec2-conformer")
    cut = split_slots(conformer.heads[0].blueprint(conformer.config(num_hidden_layers=1)), 2)
    assert cut and not [name for name in cut if "attn" in name]


def test_within_a_bottleneck_attention_and_networks_are_cut_and_what_leads_in_and_out_is_whole() -> None:
    family = registry.family("mobilebert")
    cut = split_slots(family.heads[0].blueprint(family.config(num_hidden_layers=1)), 4)
    layer = {name.removeprefix("encoder.layer.0.") for name in cut if name.endswith("weight") and "layer" in name}
    maps = {f"attention.self.{each}.weight" for each in ("query", "key", "value")} | {"attention.output.dense.weight"}
    networks = ("", *(f"ffn.{index}." for index in range(3)))
    maps |= {f"{each}{end}.dense.weight" for each in networks for end in ("intermediate", "output")}
    assert layer == maps


def test_of_attention_with_convolutions_nothing_is_cut() -> None:
    family = registry.family("convbert")
    cut = split_slots(family.heads[0].blueprint(family.config(num_hidden_layers=1)), 2)
    ends = {name.removeprefix("encoder.layer.0.") for name in cut if "layer" in name}
    assert ends == {"intermediate.dense.weight", "intermediate.dense.bias", "output.dense.weight"}


def test_a_tie_to_what_is_whole_is_whole() -> None:
    model = blueprint("llama")
    whole = {"model.embed_tokens.weight": "model.norm.weight"}
    assert "model.embed_tokens.weight" not in split_slots(model, 2, whole)


def test_what_does_not_fit_is_listed() -> None:
    with pytest.raises(InvalidMesh) as raised:
        split_leaves(blueprint("phi3"), 3)
    assert {fault.where.rpartition(".layers.")[2] for fault in raised.value.faults} == {
        f"{layer}.self_attn.{name}_proj.weight" for layer in (0, 1) for name in ("qkv", "o")
    }
    assert {fault.expected for fault in raised.value.faults} == {"a multiple of 3"}
    with pytest.raises(InvalidMesh, match="found 4 experts"):
        split_leaves(blueprint("mixtral", num_attention_heads=8, num_key_value_heads=8), 8)


def test_a_map_of_rows_is_as_chunk_cuts_it() -> None:
    leaf = Linear(4, 7)
    assert [shares(Role("outputs"), leaf.outputs, 3, rank) for rank in range(3)] == [[chunk(7, 3, n)] for n in range(3)]
    assert RMSNorm(8).splits(Role("within")) == {}
