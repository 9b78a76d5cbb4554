"""Qwen2-VL: a tower over patches of pictures and films, whose vectors stand among the tokens that Qwen 2 reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from loadstone.architectures import declarations, decoders, grid_towers
from loadstone.architectures.class_names import DECODERS
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.embeddings import Embeddings
from loadstone.architectures.components.head import Head
from loadstone.architectures.components.leaves import Linear
from loadstone.architectures.components.merged import Mark, Marked, Merged
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.families import qwen2
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.tasks import BARE, IMAGE_TEXT_TO_TEXT, SEEING
from loadstone.configs.keys import Rule as Follows
from loadstone.configs.pretrained import PretrainedConfig
from loadstone.core.naming_rules import Rule


class Qwen2VLTextConfig(qwen2.WindowedDecoderConfig):
    """The keys of the part that reads texts. Defaults are those of Qwen2-VL 72B."""

    model_type = "qwen2_vl_text"
    base_config_key = "text_config"
    irrelevant: ClassVar = declarations.WITHOUT_CLASSES
    flat_in = ("qwen2_vl",)
    without = ("classifier_dropout",)

    vocab_size: int = 152064
    hidden_size: int = 8192
    intermediate_size: int = 29568
    num_hidden_layers: int = 80
    num_attention_heads: int = 64
    num_key_value_heads: int | None = 8
    max_position_embeddings: int = 32768
    rms_norm_eps: float = 1e-5
    max_window_layers: int = 80
    rope_theta: float = 1000000.0
    bos_token_id: int | None = 151643
    eos_token_id: int | list[int] | None = 151645

    def rope_type(self, name: object) -> object:
        return "default" if name == "mrope" else name


class Qwen2VLVisionConfig(grid_towers.GridVisionConfig):
    """The keys of the part that reads patches."""

    model_type = "qwen2_vl_vision"


class Qwen2VLConfig(PretrainedConfig):
    """The keys of a Qwen2-VL model."""

    model_type = "qwen2_vl"
    without = ("bos_token_id", "eos_token_id", "pad_token_id", "use_cache")
    refused: ClassVar = {"add_cross_attention": declarations.REFUSED["add_cross_attention"]}  # the rest is the text's
    irrelevant: ClassVar = {
        **declarations.WITHOUT_CLASSES,
        **dict.fromkeys(("vision_start_token_id", "vision_end_token_id"), "the tokenizer's: pictures lie between them"),
    }
    # Files of Transformers 4 have it in the text's config, where it counts for the whole.
    follows: ClassVar = {"tie_word_embeddings": Follows(lambda config, given: _is_tied(config, given))}

    text_config: Qwen2VLTextConfig
    vision_config: Qwen2VLVisionConfig
    image_token_id: int = 151655
    video_token_id: int = 151656
    vision_start_token_id: int = 151652
    vision_end_token_id: int = 151653
    tie_word_embeddings: bool = False

    def _say(self, name: str, value: object) -> None:
        super()._say(name, value)
        if name == "tie_word_embeddings":
            self.text_config.tie_word_embeddings = bool(value)  # which would speak for the whole


def _is_tied(config: PretrainedConfig, given: bool | None) -> bool:
    return bool(given or config.text_config.tie_word_embeddings)


def text_tower(config: Qwen2VLTextConfig, marks: tuple[Mark, ...] = (), side: int = 1) -> Tower:
    """The tower that reads texts; at ``marks`` in them vectors, one for ``side`` × ``side`` patches."""
    tower = qwen2.blueprint(config)
    # Padding has no position: those of pictures are reckoned from the tokens before them.
    words = tower.stem.component
    assert isinstance(words, Embeddings)
    return replace(tower, stem=Part("", Marked(Part("", replace(words, positions="mask")), marks, side)))


def reading(config: Qwen2VLConfig) -> Tower:
    """The tower that reads texts with pictures."""
    marks = (
        Mark(config.image_token_id, "pixel_values", "image_grid_thw"),
        Mark(config.video_token_id, "pixel_values_videos", "video_grid_thw"),
    )
    return text_tower(config.text_config, marks, config.vision_config.spatial_merge_size)


def blueprint(config: Qwen2VLConfig, prefix: str = "language_model") -> Merged:
    """The bare model, with the tower that reads texts under a name."""
    return Merged(Part("visual", grid_towers.tower(config.vision_config)), Part(prefix, reading(config)))


def conditional_generation(config: Qwen2VLConfig) -> Head:
    """The model that writes."""
    text = config.text_config
    output = Linear(text.hidden_size, text.vocab_size, False, text.initializer_range)
    return Head(Part("", blueprint(config, "model")), Part("lm_head", output))


def _tied(config: Qwen2VLConfig) -> Mapping[str, str]:
    return {"lm_head.weight": "model.embed_tokens.weight"} if config.tie_word_embeddings else {}


FAMILY = Family(
    config=Qwen2VLConfig,
    stem="Qwen2VL",
    prefix="model",
    heads=(
        HeadSpec("Qwen2VLModel", BARE, blueprint, differs={"inputs": SEEING}),
        HeadSpec("Qwen2VLTextModel", BARE, text_tower, prefix="language_model", config=Qwen2VLTextConfig),
        HeadSpec("Qwen2VLForConditionalGeneration", IMAGE_TEXT_TO_TEXT, conditional_generation, (("lm_head",),), _tied),
    ),
    rules=(
        Rule("model.language_model.layers.{}", "model.layers.{}"),
        Rule("model.language_model.embed_tokens", "model.embed_tokens"),
        Rule("model.language_model.norm", "model.norm"),
        Rule("model.visual", "visual"),
    ),
    leftovers=decoders.LEFTOVERS,
    fused=decoders.FUSED,
    class_names={
        **dict.fromkeys(("language_model", "model"), "{}TextModel"),
        **DECODERS,
        "Gated": "Qwen2MLP",
        "visual": "Qwen2VisionTransformerPretrainedModel",
        "visual.rotary_emb": "{}VisionRotaryEmbedding",
        "blocks.{}": "{}VisionBlock",
        "blocks.{}.attn": "VisionAttention",
        "blocks.{}.mlp": "VisionMlp",
        "merger": "PatchMerger",
    },
    sources="arXiv:2409.12191",
)
