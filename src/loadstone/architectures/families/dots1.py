"""dots.llm1: Qwen 3's attention, and DeepSeek-V3's experts."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import decoders, grouped_experts
from loadstone.architectures.components.leaves import RMSNorm
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.declarations import but
from loadstone.architectures.family import Family
from loadstone.architectures.layer_types import FULL, SLIDING, check_layer_types, layer_types_rule
from loadstone.architectures.tasks import CAUSAL_LM
from loadstone.configs.pretrained import PretrainedConfig


def _later_layers(config: PretrainedConfig) -> list[str]:
    first = config.num_hidden_layers if config.sliding_window is None else config.max_window_layers
    return [SLIDING if index >= first else FULL for index in range(config.num_hidden_layers)]


class Dots1Config(decoders.DecoderConfig, grouped_experts.GroupedExpertsConfig):
    """The keys of a dots.llm1 model."""

    model_type = "dots1"
    attribute_map: ClassVar = {"num_local_experts": "n_routed_experts"}
    follows: ClassVar = {
        **decoders.DecoderConfig.follows,
        "layer_types": layer_types_rule(_later_layers, "sliding_window", "max_window_layers"),
    }
    refused: ClassVar = {**decoders.DecoderConfig.refused, **grouped_experts.REFUSED}
    irrelevant: ClassVar = {
        **grouped_experts.WITHOUT_CLASSES,
        **but(grouped_experts.IRRELEVANT, "num_nextn_predict_layers"),
    }
    positive = (*decoders.DecoderConfig.positive, *grouped_experts.POSITIVE, "sliding_window")

    vocab_size: int = 152064
    hidden_size: int = 4608
    intermediate_size: int = 10944
    num_hidden_layers: int = 62
    num_key_value_heads: int | None = 32
    n_shared_experts: int = 2
    num_experts_per_tok: int = 6
    first_k_dense_replace: int = 0
    norm_topk_prob: bool = False
    attention_bias: bool = False
    sliding_window: int | None = 4096
    max_window_layers: int | None = 62
    layer_types: list[str] | None = None

    def check_together(self) -> None:
        super().check_together()
        check_layer_types(self.layer_types or [], self.num_hidden_layers, self.sliding_window)


def blueprint(config: Dots1Config) -> Tower:
    """The bare model."""
    rotary, types = decoders.rotary(config), config.layer_types or []
    return grouped_experts.blueprint(
        config,
        lambda index: decoders.separate_attention(
            config,
            index,
            rotary=rotary,
            bias=config.attention_bias,
            window=config.sliding_window if types[index] == SLIDING else None,
            head_norm=RMSNorm(config.head_dim or 0, config.rms_norm_eps),
        ),
        grouped_experts.corrected_router(config),
    )


FAMILY = Family(
    config=Dots1Config,
    stem="Dots1",
    prefix="model",
    heads=decoders.decoder_heads("Dots1", blueprint, tasks=(CAUSAL_LM,)),
    leftovers=decoders.LEFTOVERS,
    experts=grouped_experts.EXPERTS,
    class_names=grouped_experts.CLASS_NAMES,
    sources="https://huggingface.co/rednote-hilab/dots.llm1.base",
)
