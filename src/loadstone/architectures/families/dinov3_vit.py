"""DINOv3: patches of pictures of any size that know by rotation where they lie."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from loadstone.architectures.components import (
    Attention,
    Component,
    Conv,
    FeedForward,
    FirstPooler,
    Gated,
    LayerNorm,
    Linear,
    Part,
    Patches,
    Stack,
    Tower,
    Weight,
)
from loadstone.architectures.components.run import Array, Run
from loadstone.architectures.dino import READS_ANY_SIZE, DinoConfig, backbone, layer
from loadstone.architectures.family import Family, HeadSpec
from loadstone.architectures.images import sized
from loadstone.architectures.rotary import axial_rotary
from loadstone.architectures.tasks import BACKBONE, BARE
from loadstone.core.naming_rules import Rule as Naming
from loadstone.core.records import record
from loadstone.errors import Fault, InvalidConfig

_OUTPUT = "DINOv3ViTBackboneOutput"


class DINOv3ViTConfig(DinoConfig):
    """The keys of a DINOv3 model on ViT's layers. Defaults are those of the small one, with no registers."""

    model_type = "dinov3_vit"

    hidden_size: int = 384
    num_attention_heads: int = 6
    intermediate_size: int = 1536
    attention_dropout: float = 0.0
    layer_norm_eps: float = 1e-5
    rope_theta: float = 100.0
    query_bias: bool = True
    key_bias: bool = False
    value_bias: bool = True
    proj_bias: bool = True
    mlp_bias: bool = True
    use_gated_mlp: bool = False
    num_register_tokens: int = 0
    pos_embed_shift: float | None = None
    pos_embed_jitter: float | None = None
    pos_embed_rescale: float | None = 2.0
    return_class_token: bool = False

    positive: ClassVar[tuple[str, ...]] = (*DinoConfig.positive, "intermediate_size")
    irrelevant: ClassVar[Mapping[str, str]] = {**DinoConfig.irrelevant, "id2label": "no class tells classes apart"}

    def check_together(self) -> None:
        super().check_together()
        faults = []
        if self.hidden_size % (4 * self.num_attention_heads):
            expected = f"a multiple of 4 · num_attention_heads = {4 * self.num_attention_heads}"
            faults.append(Fault("config key 'hidden_size'", expected, repr(self.hidden_size)))
        if self.rope_theta <= 1:
            faults.append(Fault("config key 'rope_theta'", "more than 1", repr(self.rope_theta)))
        for name in ("pos_embed_jitter", "pos_embed_rescale"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                faults.append(Fault(f"config key {name!r}", "more than 0, or none", repr(value)))
        if faults:
            raise InvalidConfig(faults)


@record
class CenteredPatches(Component):
    """Patches that know where their centers lie, from -1 to 1 along both axes, whatever the size of the picture
    (arXiv:2508.10104, section 3.2); the tokens before them lie nowhere."""

    patches: Part
    shift: float | None = None
    """While training, both coordinates are shifted by a random number of at most this size,"""
    jitter: float | None = None
    """each multiplied by one from 1 / jitter to jitter,"""
    rescale: float | None = None
    """and both by one from 1 / rescale to rescale."""

    def compute(self, run: Run, given: Mapping[str, Any]) -> Array:
        """Vectors (batch, tokens + patches, width). Leaves in the state as positions (2, 1, tokens + patches) how far
        rows and columns turn by the first frequency."""
        x, xp, inner = run(self.patches, given), run.xp, self.patches.component
        assert isinstance(inner, Patches)
        rows, columns = run.state.grid
        down, right = self._moved(run, [self._centers(run, count, x) for count in (rows, columns)], x)
        grid = (xp.broadcast_to(down[:, None], (rows, columns)), xp.broadcast_to(right[None], (rows, columns)))
        places = xp.concat([xp.reshape(each, (1, 1, -1)) for each in grid], axis=0)
        nowhere = xp.zeros_like(xp.astype(x[:1, : inner.tokens_count, 0], xp.float32))
        tokens = xp.concat((nowhere[None], nowhere[None]), axis=0)
        run.state.position_ids = xp.concat((tokens, places * (2 * math.pi)), axis=2)
        return x

    def _centers(self, run: Run, count: Any, like: Array) -> Array:
        """(count,) along one axis."""
        return (run.xp.astype(run.xp.arange(count, like=like), run.xp.float32) + 0.5) / count * 2 - 1

    def _moved(self, run: Run, axes: list[Array], like: Array) -> list[Array]:
        if (random := run.random((5,), like)) is None:
            return axes
        chances = random * 2 - 1
        if self.shift is not None:
            axes = [axis + chances[place] * self.shift for place, axis in enumerate(axes)]
        if self.jitter is not None:
            axes = [axis * run.xp.exp(chances[2 + place] * math.log(self.jitter)) for place, axis in enumerate(axes)]
        if self.rescale is not None:
            axes = [axis * run.xp.exp(chances[4] * math.log(self.rescale)) for axis in axes]
        return axes


def _layer(config: DINOv3ViTConfig, index: int) -> Component:
    width, inner, std = config.hidden_size, config.intermediate_size, config.initializer_range
    head_dim = width // config.num_attention_heads
    biases = {"q": config.query_bias, "k": config.key_bias, "v": config.value_bias}
    attention = Attention(
        heads=config.num_attention_heads,
        kv_heads=config.num_attention_heads,
        head_dim=head_dim,
        projections=tuple(Part(f"{name}_proj", Linear(width, width, bias, std)) for name, bias in biases.items()),
        output=Part("o_proj", Linear(width, width, config.proj_bias, std)),
        scale=head_dim**-0.5,
        causal=False,
        rotary=axial_rotary(head_dim, config.rope_theta),
        dropout=config.attention_dropout,
        index=index,
    )
    into, out_of = Linear(width, inner, config.mlp_bias, std), Linear(inner, width, config.mlp_bias, std)
    down = Part("down_proj", out_of)
    if config.use_gated_mlp:
        return layer(
            config, attention, Gated((Part("gate_proj", into), Part("up_proj", into)), config.hidden_act, down)
        )
    return layer(config, attention, FeedForward(Part("up_proj", into), config.hidden_act, down))


def blueprint(config: DINOv3ViTConfig) -> Tower:
    """``embeddings``, ``layer.0`` … and ``norm``."""
    size, patch = sized(config)
    width, std = config.hidden_size, config.initializer_range
    patches = Patches(
        Part("patch_embeddings", Conv(config.num_channels, width, patch, patch, std=std)),
        size,
        (
            Part("cls_token", Weight((1, 1, width), std)),
            Part("register_tokens", Weight((1, config.num_register_tokens, width), std)),
        ),
        mask_token=Part("mask_token", Weight((1, 1, width))),
    )
    moves = (config.pos_embed_shift, config.pos_embed_jitter, config.pos_embed_rescale)
    layers = (Part(f"layer.{index}", _layer(config, index)) for index in range(config.num_hidden_layers))
    return Tower(
        stem=Part("", CenteredPatches(Part("embeddings", patches), *moves)),
        stack=Part("", Stack(tuple(layers))),
        width=width,
        norm=Part("norm", LayerNorm(width, config.layer_norm_eps)),
        pooler=Part("", FirstPooler()),
        shows_normed=False,
    )


def feature_maps(config: DINOv3ViTConfig) -> Tower:
    """The same, whose output is maps; with ``return_class_token`` the class token of each, too."""
    maps = backbone(config, blueprint(config), 1 + config.num_register_tokens, last_is_normed=True)
    return replace(maps, shows_class=config.return_class_token, output=_OUTPUT)


FAMILY = Family(
    config=DINOv3ViTConfig,
    stem="DINOv3ViT",
    prefix="dinov3_vit",
    heads=(
        HeadSpec("DINOv3ViTModel", BARE, blueprint, differs=READS_ANY_SIZE),
        HeadSpec("DINOv3ViTBackbone", BACKBONE, feature_maps, differs={"output": _OUTPUT}),
    ),
    rules=(Naming("model.layer.{}", "layer.{}"),),
    class_names={"layer.{}": "{}Layer", "LayerScale": "{}LayerScale", "Gated": "{}GatedMLP"},
    sources="arXiv:2508.10104",
)
