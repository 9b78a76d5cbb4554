"""OLMoE: Llama with experts, norms on whole queries and keys, and limits on both and on values."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.clipped import Clipped
from loadstone.architectures.components.feed_forward import SparseExperts
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.routers import SoftmaxRouter
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.expert_decoders import BY_PROJECTION, experts, gate
from loadstone.architectures.family import Family
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.errors import Fault, InvalidConfig


class OlmoeConfig(decoders.DecoderConfig):
    """The keys of an OLMoE model. Defaults are those of OLMoE 1B-7B."""

    model_type = "olmoe"
    attribute_map: ClassVar = {"num_local_experts": "num_experts"}
    refused: ClassVar = declarations.but(declarations.REFUSED_BY_DECODERS, "clip_qkv")
    irrelevant: ClassVar = {
        **declarations.WITHOUT_CLASSES,
        "classifier_dropout": "of a token classifier, which this family has not",
    }

    vocab_size: int = 50304
    hidden_size: int = 2048
    intermediate_size: int = 2048
    num_hidden_layers: int = 16
    num_attention_heads: int = 16
    max_position_embeddings: int = 4096
    rms_norm_eps: float = 1e-5
    pad_token_id: int | None = 1
    eos_token_id: int | list[int] | None = 50279
    attention_bias: bool = False
    clip_qkv: float | None = None
    num_experts_per_tok: int = 8
    num_experts: int = 64
    norm_topk_prob: bool = False
    output_router_logits: bool = False
    router_aux_loss_coef: float = 0.01

    positive = (*decoders.DecoderConfig.positive, "num_experts_per_tok", "num_experts")

    def check_together(self) -> None:
        super().check_together()
        if self.clip_qkv is not None and self.clip_qkv < 0:
            raise InvalidConfig([Fault("config key 'clip_qkv'", "at least 0, or null", repr(self.clip_qkv))])


def attention(config: OlmoeConfig, index: int) -> Attention:
    """Llama's, with queries and keys normed; where there is a limit, these and values are kept within it."""
    plain = decoders.separate_attention(config, index, rotary=decoders.rotary(config), bias=config.attention_bias)
    made = decoders.normed_as_a_whole(plain, config.rms_norm_eps)
    if config.clip_qkv is None:
        return made
    return replace(made, projections=tuple(Part("", Clipped(each, config.clip_qkv)) for each in made.projections))


def blueprint(config: OlmoeConfig) -> Tower:
    """The bare model."""
    norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
    router = SoftmaxRouter(gate(config), config.num_experts_per_tok, normalize=config.norm_topk_prob)
    sparse = SparseExperts(Part("", router), experts(config, config.intermediate_size))
    layers = [
        decoders.pre_norm_layer(attention(config, index), Part("mlp", sparse), norm)
        for index in range(config.num_hidden_layers)
    ]
    return decoders.tower(config, layers, norm)


FAMILY = Family(
    config=OlmoeConfig,
    stem="Olmoe",
    prefix="model",
    heads=decoders.decoder_heads("Olmoe", blueprint, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    experts=BY_PROJECTION,
    sources="arXiv:2409.02060",
)
