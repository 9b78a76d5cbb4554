"""What families have in common that read pictures of any size as patches in grids: Qwen2-VL and models like it."""

from __future__ import annotations

from typing import ClassVar

from loadstone.architectures import declarations, decoders
from loadstone.architectures.components.attention import Attention
from loadstone.architectures.components.base import Part
from loadstone.architectures.components.feed_forward import FeedForward
from loadstone.architectures.components.grids import Fold, GridPatches
from loadstone.architectures.components.layers import Chain, Layer, pre_norm
from loadstone.architectures.components.leaves import Activation, Conv, LayerNorm, Linear
from loadstone.architectures.components.towers import Tower
from loadstone.architectures.rope_config import RotaryConfig
from loadstone.architectures.rotary import axial_rotary
from loadstone.configs.keys import Refusal


class GridVisionConfig(RotaryConfig):
    """The keys of a part that reads patches. Defaults are those of Qwen2-VL 7B."""

    base_config_key = "vision_config"
    attribute_map: ClassVar = {"num_attention_heads": "num_heads", "num_hidden_layers": "depth"}
    positive = (
        *("depth", "embed_dim", "hidden_size", "mlp_ratio", "num_heads", "in_channels", "patch_size"),
        *("spatial_merge_size", "temporal_patch_size"),
    )
    refused: ClassVar = {**declarations.REFUSED, "rope_scaling": Refusal((), "places in a grid are not scaled")}
    irrelevant: ClassVar = {**declarations.WITHOUT_CLASSES, "tie_word_embeddings": "it has no words"}

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

    def rope_type(self, name: object) -> object:
        return "default" if name == "axial" else name

    def check_together(self) -> None:
        decoders.divide("embed_dim", self.embed_dim, "4 * num_heads", 4 * self.num_heads)


def tower(config: GridVisionConfig) -> Tower:
    """``patch_embed``, ``blocks``, ``merger``."""
    width, inner, std = config.embed_dim, config.embed_dim * config.mlp_ratio, config.initializer_range
    dim, norm = width // config.num_heads, LayerNorm(width, 1e-6)
    fold = config.spatial_merge_size**2
    attention = Attention(
        heads=config.num_heads,
        kv_heads=config.num_heads,
        head_dim=dim,
        projections=(Part("qkv", Linear(width, 3 * width, std=std)),),
        output=Part("proj", Linear(width, width, std=std)),
        scale=dim**-0.5,
        causal=False,
        rotary=axial_rotary(dim, config.rope_theta),
    )
    think = FeedForward(
        Part("fc1", Linear(width, inner, std=std)), config.hidden_act, Part("fc2", Linear(inner, width, std=std))
    )
    layer = Layer(
        (pre_norm(Part("attn", attention), Part("norm1", norm)), pre_norm(Part("mlp", think), Part("norm2", norm)))
    )
    cube = (config.temporal_patch_size, config.patch_size, config.patch_size)
    merger = Chain(
        (
            Part("ln_q", norm),
            Part("", Fold(fold)),
            Part("mlp.0", Linear(fold * width, fold * width, std=std)),
            Part("", Activation("gelu")),
            Part("mlp.2", Linear(fold * width, config.hidden_size, std=std)),
        )
    )
    embed = Part("patch_embed.proj", Conv(config.in_channels, width, cube, cube, bias=False, std=std))
    return Tower(
        stem=Part("", GridPatches(embed, config.spatial_merge_size)),
        stack=decoders.stack([layer] * config.depth, "blocks"),
        pooler=Part("merger", merger),
        width=width,
    )
