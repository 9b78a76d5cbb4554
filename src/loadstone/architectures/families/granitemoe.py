"""Granite 3 with experts, which lie in one tensor for each of their maps in the files, too."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders, granite
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import SparseExperts
from loadstone.architectures.components.routers import TopKRouter
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.expert_decoders import experts, gate
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.core.naming import StackedExperts
from loadstone.core.naming_rules import Rule


class GraniteMoeConfig(granite.GraniteKinConfig):
    """The keys of a Granite mixture-of-experts model. Defaults are those of a model without scales."""

    model_type = "granitemoe"
    attribute_map: ClassVar = {"num_experts": "num_local_experts"}

    num_local_experts: int = 8
    num_experts_per_tok: int = 2
    output_router_logits: bool = False
    router_aux_loss_coef: float = 0.001

    positive = (*decoders.DecoderConfig.positive, "num_local_experts", "num_experts_per_tok")


def blueprint(config: GraniteMoeConfig) -> Tower:
    """The bare model."""
    router = TopKRouter(gate(config, "layer"), config.num_experts_per_tok)
    sparse = SparseExperts(Part("router", router), experts(config, config.intermediate_size))
    return granite.tower(config, Part("block_sparse_moe", sparse))


FAMILY = Family(
    config=GraniteMoeConfig,
    stem="GraniteMoe",
    prefix="model",
    heads=decoders.decoder_heads("GraniteMoe", blueprint, granite.HEAD_PARTS, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    # What Transformers 5 calls it in memory.
    rules=(Rule("block_sparse_moe.router.weight", "block_sparse_moe.router.layer.weight"),),
    experts=(
        StackedExperts("experts.gate_up_proj", ("input_linear.weight",)),
        StackedExperts("experts.down_proj", ("output_linear.weight",)),
    ),
    class_names={**DECODERS, "SparseExperts": "{}MoE", "TopKRouter": "{}TopKRouter"},
    sources="https://huggingface.co/ibm-granite/granite-3.0-1b-a400m-base",
)
