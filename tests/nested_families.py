"""Config classes of two families that hold configs within them: CLIP in small, and Qwen2-VL in small, whose older files
have the text's keys at the top level."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from loadstone.architectures.declarations import REFUSED
from loadstone.architectures.decoders import DecoderConfig
from loadstone.architectures.families.llama import FAMILY as LLAMA
from loadstone.architectures.families.llama import LlamaConfig
from loadstone.architectures.family import Family
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.errors import Fault, InvalidConfig


class TinyTextConfig(PretrainedConfig):
    """CLIP's text part."""

    model_type = "clip_text_model"
    base_config_key = "text_config"
    positive = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings")
    refused = REFUSED
    irrelevant: ClassVar = {"gradient_checkpointing": "results are the same"}

    vocab_size: int = 49408
    hidden_size: int = 512
    intermediate_size: int = 2048
    projection_dim: int = 512
    num_hidden_layers: int = 12
    num_attention_heads: int = 8
    max_position_embeddings: int = 77
    hidden_act: str = "quick_gelu"
    layer_norm_eps: float = 1e-5
    attention_dropout: float = 0.0
    initializer_range: float = 0.02
    initializer_factor: float = 1.0
    pad_token_id: int | None = 1
    bos_token_id: int | None = 49406
    eos_token_id: int | list[int] | None = 49407

    def check_together(self) -> None:
        if self.hidden_size % self.num_attention_heads:
            expected = f"a multiple of num_attention_heads = {self.num_attention_heads}"
            raise InvalidConfig([Fault("config key 'hidden_size'", expected, str(self.hidden_size))])


class TinyVisionConfig(PretrainedConfig):
    """CLIP's vision part."""

    model_type = "clip_vision_model"
    base_config_key = "vision_config"
    positive = ("hidden_size", "num_hidden_layers", "image_size")

    hidden_size: int = 768
    intermediate_size: int = 3072
    projection_dim: int = 512
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    num_channels: int = 3
    image_size: int = 224
    patch_size: int = 32
    hidden_act: str = "quick_gelu"
    layer_norm_eps: float = 1e-5
    attention_dropout: float = 0.0
    initializer_range: float = 0.02
    initializer_factor: float = 1.0


class TinyCLIPConfig(PretrainedConfig):
    """CLIP."""

    model_type = "clip"
    complete_dicts: ClassVar = {"text_config_dict": "text_config", "vision_config_dict": "vision_config"}

    text_config: TinyTextConfig = TinyTextConfig()
    vision_config: TinyVisionConfig = TinyVisionConfig()
    projection_dim: int = 512
    logit_scale_init_value: float = 2.6592
    initializer_factor: float = 1.0

    def check_together(self) -> None:
        if self.text_config.vocab_size == self.vision_config.image_size == 1:
            raise InvalidConfig([Fault("config key 'text_config.vocab_size'", "not both 1", "1")])


class FlatTextConfig(DecoderConfig):
    """Qwen2-VL's text part."""

    model_type = "qwen2_vl_text"
    base_config_key = "text_config"
    flat_in = ("qwen2_vl",)

    vocab_size: int = 152064
    hidden_size: int = 8192
    intermediate_size: int = 29568
    num_hidden_layers: int = 80
    num_attention_heads: int = 64
    num_key_value_heads: int | None = 8
    max_position_embeddings: int = 32768
    rms_norm_eps: float = 1e-5
    use_sliding_window: bool = False
    sliding_window: int | None = None
    max_window_layers: int = 80
    rope_theta: float = 1000000.0
    bos_token_id: int | None = 151643
    eos_token_id: int | list[int] | None = 151645


class FlatVisionConfig(PretrainedConfig):
    """Qwen2-VL's vision part."""

    model_type = "qwen2_vl_vision"
    base_config_key = "vision_config"
    attribute_map: ClassVar = {"num_attention_heads": "num_heads", "num_hidden_layers": "depth"}
    positive = ("depth", "embed_dim")

    depth: int = 32
    embed_dim: int = 1280
    hidden_size: int = 3584
    hidden_act: str = "quick_gelu"
    mlp_ratio: int = 4
    num_heads: int = 16
    in_channels: int = 3
    patch_size: int = 14
    spatial_merge_size: int = 2
    temporal_patch_size: int = 2
    initializer_range: float = 0.02


class FlatConfig(PretrainedConfig):
    """Qwen2-VL."""

    model_type = "qwen2_vl"
    without = ("bos_token_id", "eos_token_id", "pad_token_id", "use_cache")

    text_config: FlatTextConfig
    vision_config: FlatVisionConfig = FlatVisionConfig()
    image_token_id: int = 151655
    video_token_id: int = 151656
    vision_start_token_id: int = 151652
    vision_end_token_id: int = 151653
    tie_word_embeddings: bool = False


class LlamaWithinConfig(PretrainedConfig):
    """A Llama whose keys all lie in ``text_config``."""

    model_type = "llama_within"

    text_config: LlamaConfig = LlamaConfig()


LLAMA_WITHIN = Family(
    config=LlamaWithinConfig,
    stem="LlamaWithin",
    prefix="model",
    heads=tuple(
        replace(
            head,
            class_name=head.class_name.replace("Llama", "LlamaWithin"),
            build=lambda config, build=head.build: build(config.text_config),
            tied=lambda config, tied=head.tied: tied(config.text_config),
        )
        for head in LLAMA.heads
    ),
)


class OptionalConfig(PretrainedConfig):
    """One that may have a vision part."""

    model_type = "perhaps"

    vision_config: TinyVisionConfig | None = None


class OuterConfig(PretrainedConfig):
    """A config within a config within a config."""

    model_type = "outer"

    inner_config: TinyCLIPConfig = TinyCLIPConfig(text_config={"hidden_size": 64})  # type: ignore[arg-type]
