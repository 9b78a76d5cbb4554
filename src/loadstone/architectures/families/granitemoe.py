"""Granite 3 with experts: Mixtral with factors on embeddings, scores, residual steps and logits."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import SparseExperts
from loadstone.architectures.components.layers import Add, Chain, Layer, Residual
from loadstone.architectures.components.leaves import RMSNorm, Scaled
from loadstone.architectures.components.routers import TopKRouter
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.expert_decoders import experts, gate
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.core.naming import StackedExperts
from loadstone.core.naming_rules import Rule
from loadstone.errors import Fault, InvalidConfig

_FACTORS = ("embedding_multiplier", "attention_multiplier", "residual_multiplier", "logits_scaling")


class GraniteMoeConfig(decoders.DecoderConfig):
    """The keys of a Granite mixture-of-experts model. Defaults are those of transformers' class."""

    model_type = "granitemoe"
    attribute_map: ClassVar = {"num_experts": "num_local_experts"}
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, *_FACTORS)
    irrelevant: ClassVar = {
        **declarations.WITHOUT_CLASSES,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    bos_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 2
    attention_bias: bool = False
    embedding_multiplier: float = 1.0
    attention_multiplier: float = 1.0
    residual_multiplier: float = 1.0
    logits_scaling: float = 1.0
    num_local_experts: int = 8
    num_experts_per_tok: int = 2
    output_router_logits: bool = False
    router_aux_loss_coef: float = 0.001

    positive = (*decoders.DecoderConfig.positive, "num_local_experts", "num_experts_per_tok")

    def check_together(self) -> None:
        super().check_together()
        if not self.logits_scaling:
            raise InvalidConfig([Fault("config key 'logits_scaling'", "a number other than 0", "0")])


def blueprint(config: GraniteMoeConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config)
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    router = TopKRouter(gate(config, "router.layer"), config.num_experts_per_tok)
    sparse = SparseExperts(Part("", router), experts(config, config.intermediate_size))
    end = Part("", Add(Part("", Scaled(config.residual_multiplier))))

    def step(body: Part, before: str) -> Part:
        return Part("", Residual(body, Part(before, norm), end))

    layers = []
    for index in range(config.num_hidden_layers):
        plain = decoders.separate_attention(config, index, rotary=rotary, bias=config.attention_bias)
        attention = Part("self_attn", replace(plain, scale=config.attention_multiplier))
        steps = (step(attention, "input_layernorm"), step(Part("block_sparse_moe", sparse), "post_attention_layernorm"))
        layers.append(Layer(steps))
    plain_tower = decoders.tower(config, layers, norm)
    stem = Chain((plain_tower.stem, Part("", Scaled(config.embedding_multiplier))))
    return replace(plain_tower, stem=Part("", stem))


FAMILY = Family(
    config=GraniteMoeConfig,
    stem="GraniteMoe",
    prefix="model",
    heads=decoders.decoder_heads(
        "GraniteMoe",
        blueprint,
        decoders.HeadParts(logits_scale=lambda config: 1 / config.logits_scaling),
        tasks=(CAUSAL_LM,),
    ),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    # What Transformers 5 calls it in memory.
    rules=(Rule("block_sparse_moe.router.weight", "block_sparse_moe.router.layer.weight"),),
    experts=(
        StackedExperts("experts.gate_up_proj", ("input_linear.weight",)),
        StackedExperts("experts.down_proj", ("output_linear.weight",)),
    ),
    class_names={**DECODERS, "SparseExperts": "{}MoE"},
    sources="https://huggingface.co/ibm-granite/granite-3.0-1b-a400m-base",
)
