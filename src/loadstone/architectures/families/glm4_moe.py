"""GLM 4.5 to 4.7: DeepSeek-V3's experts, and attention that rotates half of each head."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders, grouped_experts
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.declarations import but
from loadstone.architectures.family import Family
from loadstone.architectures.rope_config import RopePlace
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.configs.keys import Rule
from loadstone.configs.pretrained import PretrainedConfig


def _head_dim(config: PretrainedConfig, given: int | None) -> int:
    return int(config.hidden_size // config.num_attention_heads) if given is None else given


class Glm4MoeConfig(decoders.DecoderConfig, grouped_experts.GroupedExpertsConfig):
    """The keys of a GLM 4.5 model. Defaults are those of GLM 4.5 Air, but for the width of its heads."""

    model_type = "glm4_moe"
    attribute_map: ClassVar = {
        "num_local_experts": "n_routed_experts",
        "num_mtp_layers": "num_nextn_predict_layers",
    }
    within: ClassVar = {
        **decoders.DecoderConfig.within,
        "partial_rotary_factor": RopePlace("partial_rotary_factor"),
    }
    follows: ClassVar = {**decoders.DecoderConfig.follows, "head_dim": Rule(_head_dim)}
    refused: ClassVar = {**but(decoders.DecoderConfig.refused, "use_qk_norm"), **grouped_experts.REFUSED}
    irrelevant: ClassVar = {**grouped_experts.WITHOUT_CLASSES, **grouped_experts.IRRELEVANT}
    positive = (*decoders.DecoderConfig.positive, *grouped_experts.POSITIVE)

    vocab_size: int = 151552
    intermediate_size: int = 10944
    num_hidden_layers: int = 46
    num_attention_heads: int = 96
    num_key_value_heads: int | None = 8
    max_position_embeddings: int = 131072
    rms_norm_eps: float = 1e-5
    partial_rotary_factor: float = 0.5
    attention_bias: bool = False
    use_qk_norm: bool = False
    num_nextn_predict_layers: int | None = 1

    def check_together(self) -> None:
        super().check_together()
        grouped_experts.check_layers_beyond(self)


def blueprint(config: Glm4MoeConfig) -> Tower:
    """The bare model."""
    rotary = decoders.rotary(config, partial=config.partial_rotary_factor)
    norm = RMSNorm(config.head_dim or 0, config.rms_norm_eps) if config.use_qk_norm else None
    return grouped_experts.blueprint(
        config,
        lambda index: decoders.separate_attention(
            config, index, rotary=rotary, bias=(config.attention_bias, False), head_norm=norm
        ),
        grouped_experts.corrected_router(config),
    )


FAMILY = Family(
    config=Glm4MoeConfig,
    stem="Glm4Moe",
    prefix="model",
    heads=decoders.decoder_heads("Glm4Moe", blueprint, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    spare=grouped_experts.layers_beyond,
    experts=grouped_experts.EXPERTS,
    class_names=grouped_experts.CLASS_NAMES,
    sources="arXiv:2508.06471",
)
